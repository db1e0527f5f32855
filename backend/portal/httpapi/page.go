package httpapi

import (
	"encoding/json"
	"net/http"
	"strconv"

	"akno/backend/portalapi"
)

// changePage answers a pull. The bodies of a page are JSON as the services keep it,
// so that the page is put together around them; encoding/json would read them all
// once more.
type changePage portalapi.ChangePage

// VisitPullChangesResponse writes the page.
func (p changePage) VisitPullChangesResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	page := p.octets()
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(page)
	return err
}

// octets is the page as encoding/json writes it.
func (p *changePage) octets() []byte {
	n := 512
	for _, c := range p.Changes {
		if n += 160; c.Body != nil {
			n += len(*c.Body)
		}
	}
	b := append(make([]byte, 0, n), '{')
	if p.At != nil {
		b = append(strconv.AppendInt(append(b, `"at":`...), *p.At, 10), ',')
	}
	b = append(b, `"changes":[`...)
	for i, c := range p.Changes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		if c.Body != nil {
			b = append(append(append(b, `"body":`...), *c.Body...), ',')
		}
		if c.Deleted != nil {
			b = append(strconv.AppendBool(append(b, `"deleted":`...), *c.Deleted), ',')
		}
		b = text(append(b, `"id":`...), c.Id)
		b = text(append(b, `,"kind":`...), c.Kind)
		b = append(strconv.AppendInt(append(b, `,"version":`...), c.Version, 10), '}')
	}
	b = append(b, ']')
	if p.Checksum != nil {
		b = text(append(b, `,"checksum":`...), *p.Checksum)
	}
	b = text(append(b, `,"cursor":`...), p.Cursor)
	b = text(append(b, `,"epoch":`...), p.Epoch)
	if p.From != nil {
		b = text(append(b, `,"from":`...), *p.From)
	}
	if p.Live != nil {
		b = strconv.AppendInt(append(b, `,"live":`...), *p.Live, 10)
	}
	b = strconv.AppendBool(append(b, `,"more":`...), p.More)
	if p.Now != nil {
		b = strconv.AppendInt(append(b, `,"now":`...), *p.Now, 10)
	}
	return append(b, "}\n"...)
}

// text appends s as JSON.
func text(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			raw, err := json.Marshal(s)
			if err != nil {
				panic("httpapi: " + err.Error()) // unreachable: a text has JSON
			}
			return append(b, raw...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
