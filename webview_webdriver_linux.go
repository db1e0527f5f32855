//go:build linux && production && webdriver && !headless

package main

// Makes the hardened view of webview_linux.go controllable by WebKitWebDriver.
// For tests only: a binary with the tag webdriver is never shipped. Without the
// property "is-controlled-by-automation", which can be set at construction
// only, stock Wails cannot be driven at all.

/*
#cgo CFLAGS: -DAKNO_WEBDRIVER
*/
import "C"
