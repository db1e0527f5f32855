package app

// What the system hands to the program: addresses akno://… and files, as
// command line arguments of this launch or of a second one. Everybody may call
// them (a web page, a mail, another program), so they open a screen and never
// do anything by themselves.

import (
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	errLink  = errors.New("link: not understood")
	linkUUID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	linkCode = regexp.MustCompile(`^[0-9A-Za-z]{6,64}$`)
)

// ParseLink checks one argument. cwd is the folder of the launch, for relative
// file names. Unknown parameters are refused, not skipped.
func ParseLink(arg, cwd string) (Link, error) {
	if len(arg) > 2048 || strings.ContainsAny(arg, "\x00\r\n") {
		return Link{}, errLink
	}
	if strings.HasPrefix(strings.ToLower(arg), "akno:") {
		return parseAddress(arg)
	}
	path := arg
	if strings.HasPrefix(arg, "file:") { // some launchers expand %u so even for local files
		u, err := url.Parse(arg)
		if err != nil || u.Host != "" && u.Host != "localhost" {
			return Link{}, errLink
		}
		path = filepath.FromSlash(u.Path)
	} else if strings.Contains(arg, "://") || strings.HasPrefix(arg, "-") {
		return Link{}, errLink
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(cwd, path)
	}
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() {
		return Link{}, errLink
	}
	return Link{Kind: "file", Path: path}, nil
}

func parseAddress(arg string) (Link, error) {
	u, err := url.Parse(arg)
	if err != nil || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return Link{}, errLink
	}
	id := strings.TrimPrefix(u.Path, "/")
	q := u.Query()
	switch {
	case u.Host == "application" && u.RawQuery == "" && linkUUID.MatchString(id):
		return Link{Kind: "application", ID: id}, nil
	case u.Host == "activate" && id == "" && len(q) == 1 && len(q["code"]) == 1 && linkCode.MatchString(q.Get("code")):
		return Link{Kind: "activate", ID: q.Get("code")}, nil
	}
	return Link{}, errLink
}

// CheckURL says whether the program may ask the system to open address: https
// with a host, mailto, or, where the portal itself is a local one, a page of
// this computer over http. Wails itself refuses file:, javascript:, data:, ftp:
// and the characters ;|`$\<>*{}[]()~! and spaces, but lets any other scheme
// through.
func CheckURL(address, portal string) error {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || strings.ContainsAny(address, "\x00\r\n ") {
		return errLink
	}
	switch u.Scheme {
	case "https":
		if u.Hostname() != "" {
			return nil
		}
	case "mailto":
		if u.Opaque != "" {
			return nil
		}
	case "http":
		if p, err := url.Parse(portal); err == nil && p.Scheme == "http" && loopback(p) && loopback(u) {
			return nil
		}
	}
	return errLink
}

// loopback says whether u is on this computer, by its number and not by a name
// that may mean something else.
func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}
