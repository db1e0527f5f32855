package logx

// The logger that Wails is given.
//
// Stock Wails v2.16.0 writes the whole message of the page, with the arguments
// of the call in clear, at level ERROR whenever a bound method panics or its
// arguments cannot be parsed (internal/frontend/dispatcher/dispatcher.go), and
// then the error's text once more. Here nothing passes that is not on a list:
// what Wails says about itself is cut after its first words, what came from the
// page is reduced to the method's name, the rest is withheld.
//
// Wails' own Fatal calls os.Exit(1) after the logger's, for instance when the
// result of a call holds NaN. Fatal panics here instead: inside a call Wails
// recovers it, so the program lives on and only that call stays unanswered.

import (
	"regexp"
	"strings"
)

// Wails implements Wails' logger.Logger.
type Wails struct{ Log Logger }

// Print implements logger.Logger.
func (w Wails) Print(m string) { w.Log.Info(redact(m)) }

// Trace implements logger.Logger. It is dropped: Wails traces results of calls.
func (w Wails) Trace(string) {}

// Debug implements logger.Logger.
func (w Wails) Debug(m string) { w.Log.Debug(redact(m)) }

// Info implements logger.Logger.
func (w Wails) Info(m string) { w.Log.Info(redact(m)) }

// Warning implements logger.Logger.
func (w Wails) Warning(m string) { w.Log.Warn(redact(m)) }

// Error implements logger.Logger.
func (w Wails) Error(m string) { w.Log.Error(redact(m)) }

// Fatal implements logger.Logger.
func (w Wails) Fatal(m string) {
	w.Log.Error("wails: fatal: " + redact(m))
	panic("wails: fatal")
}

var boundCall = regexp.MustCompile(`^process message error: C\{"name":"([A-Za-z0-9_.]{1,100})",`)

// harmless are beginnings of Wails' messages that carry nothing from the page;
// what follows them is cut.
var harmless = []string{
	"json: unsupported value",
	"json: unsupported type",
	"Blocked request from unauthorized origin",
	"failed to get origin for URL",
	"Invalid URL",
	"Unable to open default system browser",
	"WebVie2wProcess failed with kind", // spelt so by Wails
	"[AssetServer]",
	"[ExternalAssetHandler]",
}

func redact(m string) string {
	if c := boundCall.FindStringSubmatch(m); c != nil {
		return "wails: bound call failed outside its guard: " + c[1]
	}
	for _, h := range harmless {
		if strings.HasPrefix(m, h) {
			return "wails: " + h
		}
	}
	return "wails: message withheld"
}
