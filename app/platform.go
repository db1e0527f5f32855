package app

import (
	"io"

	"akno/backend/akno"
)

// Platform is the desktop that the program runs on. Bound types know this
// interface and never Wails' runtime package, so the same code runs in the real
// window, behind the web bridge and in unit tests.
type Platform interface {
	// Emit tells the page that something changed. Payloads stay small (an id,
	// a kind); the page fetches the rest. Before the window exists it does
	// nothing.
	Emit(event string, data ...any)

	// OpenFiles asks the person for files and waits; no files and no error mean
	// that the person cancelled. The paths are absolute and may be gone when
	// the program ends: what must stay is copied.
	OpenFiles(q FileQuestion) ([]string, error)

	// Passing says that path is a copy which a browser sent: it goes with the
	// program.
	Passing(path string) bool

	// Taken says that the program has a copy of its own of these files, so that
	// those which a browser sent need not lie about any longer.
	Taken(paths []string)

	// OpenFolder asks the person for a folder; "" means that the person
	// cancelled. A browser cannot show folders of this computer: there it is
	// the folder that the program was given for keys.
	OpenFolder(title string) (string, error)

	// SaveFile asks the person where to save and calls write with the place.
	// It returns the place as a person reads it, "" if the person cancelled, in
	// which case write was not called. A file that could not be written whole
	// is not left behind.
	SaveFile(q FileQuestion, write func(io.Writer) error) (place string, err error)

	// OpenURL shows an address in the person's own browser. The caller has
	// checked it.
	OpenURL(url string) error

	// Print opens the system's dialog for printing the page as it is shown.
	Print() error

	// Notify shows something outside of the window. It fails where the desktop has
	// no notifications.
	Notify(n Notification) error

	// Window says that there is a window which the person closes, and not a
	// program in the background that shows its pages in a browser.
	Window() bool

	// Show brings the window to the front.
	Show()

	// Quit closes the window and ends the program.
	Quit()
}

// FileQuestion is the text and the filters of a file dialog.
type FileQuestion struct {
	Title   string
	Name    string // proposed file name, for SaveFile
	One     bool   // for OpenFiles: one file at most
	Filters []FileFilter
}

// FileFilter is one line of a dialog's filter list.
type FileFilter struct {
	Name    string // "Ключи и сертификаты"
	Pattern string // "*.cer;*.p7b"
}

// errNoWindow says that the platform was asked before there was a window.
var errNoWindow = &akno.Error{Code: akno.Unavailable, Op: "platform"}
