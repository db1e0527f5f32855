package demo

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"akno/backend/internal/ids"
)

// A letter is one of the files of the mail folder.
type letter struct {
	ID, To, Subject string
	At              time.Time
	Text            []segment
}

// A segment is a piece of a letter's text; Link is set where it is an address.
type segment struct {
	Text string
	Link template.URL
}

// maxLetter bounds a letter that is shown, in octets.
const maxLetter = 1 << 20

// mail lists the letters, the newest first.
func (s *site) mail(w http.ResponseWriter, r *http.Request) {
	p := newPage(r, "mail")
	all, err := s.letters()
	if err != nil {
		p.Error = "error_internal"
		s.show(w, p, http.StatusInternalServerError)
		return
	}
	p.Data = all
	s.show(w, p, http.StatusOK)
}

func (s *site) letters() ([]letter, error) {
	names, err := filepath.Glob(filepath.Join(s.MailDir(), "*.eml"))
	if err != nil {
		return nil, err
	}
	all := make([]letter, 0, len(names))
	for _, name := range names {
		l, err := readLetter(name)
		if errors.Is(err, os.ErrNotExist) {
			continue // removed while the folder was read
		}
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b letter) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	return all, nil
}

// letter shows one letter. Its name is checked to be that of a letter's job, so
// that no other file is read.
func (s *site) letter(w http.ResponseWriter, r *http.Request) {
	p := newPage(r, "letter")
	id := r.PathValue("id")
	if !ids.Valid(id) {
		http.NotFound(w, r)
		return
	}
	l, err := readLetter(filepath.Join(s.MailDir(), id+".eml"))
	if errors.Is(err, os.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		p.Error = "error_internal"
		s.show(w, p, http.StatusInternalServerError)
		return
	}
	p.Data = l
	s.show(w, p, http.StatusOK)
}

// readLetter reads a message with a plain text, as the portal writes them.
func readLetter(name string) (letter, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return letter{}, err
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return letter{}, fmt.Errorf("letter: %w", err)
	}
	l := letter{ID: strings.TrimSuffix(filepath.Base(name), ".eml"), To: m.Header.Get("To")}
	if to, err := mail.ParseAddress(l.To); err == nil && to.Name == "" {
		l.To = to.Address
	}
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return letter{}, fmt.Errorf("letter: %w", err)
	}
	if l.At, err = m.Header.Date(); err != nil {
		return letter{}, fmt.Errorf("letter: %w", err)
	}
	body := m.Body
	switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(io.LimitReader(body, maxLetter))
	if err != nil {
		return letter{}, fmt.Errorf("letter: %w", err)
	}
	l.Text = segments(strings.TrimSpace(string(text)))
	return l, nil
}

// addresses are what is made a link of: pages, and the program's own scheme.
var addresses = regexp.MustCompile(`(?:https?|akno)://[^\s<>"']+`)

// segments parts a text into words and links. Only the schemes of addresses
// become links, so that the text of a letter cannot bring another one.
func segments(text string) []segment {
	var out []segment
	at := 0
	for _, m := range addresses.FindAllStringIndex(text, -1) {
		end := m[1]
		for end > m[0] && strings.ContainsRune(".,;:!?)", rune(text[end-1])) {
			end--
		}
		if m[0] > at {
			out = append(out, segment{Text: text[at:m[0]]})
		}
		out = append(out, segment{Text: text[m[0]:end], Link: template.URL(text[m[0]:end])}) //nolint:gosec // the scheme is one of three
		at = end
	}
	if at < len(text) {
		out = append(out, segment{Text: text[at:]})
	}
	return out
}
