package print

import (
	"fmt"
	"strings"
	"text/template"

	"akno/backend/akno"
)

// told returns o with words in the place of what the portal has not said, since an
// empty place in a consent reads as if somebody had left it out.
func (o Operator) told(l akno.Lang) Operator {
	for _, text := range []*string{&o.Name, &o.Address, &o.Email, &o.AuditRetention} {
		if *text == "" {
			*text = words[wordUnnamed].In(textLang(l))
		}
	}
	return o
}

// ConsentText returns what a person agrees to, as paragraphs parted by empty
// lines: the text of the consent up to the agreement itself, which on a screen
// is a tick. The person's own data are left out.
func ConsentText(l akno.Lang, o Operator) (string, error) {
	raw, err := texts.ReadFile("texts/consent_" + string(textLang(l)) + ".txt")
	if err != nil {
		return "", fmt.Errorf("print: %w", err)
	}
	parts := strings.SplitN(string(raw), "\n## ", 3)
	if len(parts) != 3 {
		return "", fmt.Errorf("print: the consent has %d parts", len(parts))
	}
	lines := strings.Split(parts[0], "\n") // title, operator, person
	if len(lines) < 2 {
		return "", fmt.Errorf("print: the consent has no operator")
	}
	t, err := template.New("consent").Option("missingkey=error").Parse(lines[1] + "\n" + parts[1])
	if err != nil {
		return "", fmt.Errorf("print: %w", err)
	}
	o = o.told(l)
	var b strings.Builder
	err = t.Execute(&b, map[string]any{
		"OperatorName": o.Name, "OperatorAddress": o.Address, "OperatorEmail": o.Email,
		"Processors": o.Processors, "RetentionMonths": o.RetentionMonths, "AuditRetention": o.AuditRetention,
	})
	if err != nil {
		return "", fmt.Errorf("print: %w", err)
	}
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' }), "\n\n"), nil
}
