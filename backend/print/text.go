package print

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"strings"
	"text/template"

	"akno/backend/akno"
)

//go:embed texts/*.txt
var texts embed.FS

// write fills in a text and writes it. A line that begins with "# " is the
// title, "## " a heading, "[x] " a ticked and "[ ] " an empty box, "@" a label
// and a value with "|" between; any other is a paragraph. What is filled in
// cannot begin a line of another kind: its line ends become blanks.
func (p *paper) write(name string, data map[string]any) error {
	raw, err := texts.ReadFile("texts/" + name + "_" + string(textLang(p.lang)) + ".txt")
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(raw))
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	for key, v := range data {
		if s, ok := v.(string); ok {
			data[key] = strings.Join(strings.Fields(s), " ")
		}
	}
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	for line := range strings.Lines(b.String()) {
		p.line(strings.TrimSuffix(line, "\n"))
	}
	return nil
}

func (p *paper) line(s string) {
	if rest, ok := strings.CutPrefix(s, "## "); ok {
		p.section(rest)
	} else if rest, ok := strings.CutPrefix(s, "# "); ok {
		p.title(rest)
	} else if rest, ok := strings.CutPrefix(s, "[x] "); ok {
		p.tick(true, rest)
	} else if rest, ok := strings.CutPrefix(s, "[ ] "); ok {
		p.tick(false, rest)
	} else if rest, ok := strings.CutPrefix(s, "@"); ok {
		label, value, _ := strings.Cut(rest, "|")
		p.field(label, value, 0)
	} else if s != "" {
		p.paragraph(s)
	}
}

// textLang is the language of a text that exists in the two languages of the
// state only.
func textLang(l akno.Lang) akno.Lang {
	if l == akno.Belarusian {
		return l
	}
	return akno.Russian
}

// ConsentVersion is the version of the consent's text. Every change of the text
// changes it.
const ConsentVersion = "1"

// ConsentHash returns the SHA-256 of the consent's text in a language, before
// anything is filled in, as 64 hexadecimal digits: with the version it proves
// what a person agreed to.
func ConsentHash(l akno.Lang) (string, error) {
	raw, err := texts.ReadFile("texts/consent_" + string(textLang(l)) + ".txt")
	if err != nil {
		return "", fmt.Errorf("print: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}
