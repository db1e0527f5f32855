package app

import (
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"akno/backend/logx"
)

// Options returns what Wails needs. The web bridge takes the same.
func (a *App) Options() *options.App {
	return &options.App{
		Title: "Акно", Width: 1280, Height: 800, MinWidth: 1024, MinHeight: 640,
		AssetServer: &assetserver.Options{
			Assets: a.cfg.Assets, Handler: a.Handler(), Middleware: SecurityHeaders,
		},
		BackgroundColour:   options.NewRGB(0xF5, 0xF3, 0xEE),
		Logger:             logx.Wails{Log: a.log},
		LogLevel:           logger.INFO,
		LogLevelProduction: logger.WARNING, // never Trace: it prints the result of each call
		ErrorFormatter:     a.FormatError,
		OnStartup:          a.Startup,
		OnDomReady:         a.DomReady,
		OnBeforeClose:      a.BeforeClose,
		OnShutdown:         a.Shutdown,
		Bind:               a.Bind(),
		DragAndDrop:        &options.DragAndDrop{EnableFileDrop: true},
		Linux: &linux.Options{
			ProgramName: "akno",
			// Written out: nil means never, &linux.Options{} means always, and the
			// names OnDemand and Always are swapped on their way to WebKit.
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
		},
		Windows: &windows.Options{Messages: windowsMessages()},
	}
}

// windowsMessages are what Wails says where the web view is missing. There is
// no page to take a language from, so they are in the first of the languages.
func windowsMessages() *windows.Messages {
	return &windows.Messages{
		Error:                "Ошибка",
		MissingRequirements:  "Не хватает компонента",
		Webview2NotInstalled: "Не установлен компонент WebView2",
		InstallationRequired: "Для окна программы нужен компонент Microsoft Edge WebView2. Нажмите «ОК»: он загрузится и установится без вопросов.",
		UpdateRequired:       "Компонент WebView2 устарел. Нажмите «ОК»: он обновится без вопросов.",
		FailedToInstall:      "Компонент WebView2 не установился. Повторите попытку.",
		DownloadPage:         "Для окна программы нужен компонент WebView2. Нажмите «ОК», чтобы открыть страницу загрузки. Нужна версия не ниже ",
		PressOKToInstall:     "Нажмите «ОК», чтобы установить.",
		ContactAdmin:         "Для окна программы нужен компонент WebView2. Обратитесь к администратору.",
		InvalidFixedWebview2: "Указанная копия WebView2 не подходит. Проверьте её версию и путь к ней.",
		WebView2ProcessCrash: "Компонент WebView2 остановился. Закройте программу и откройте её снова: черновики сохранены.",
	}
}
