package catalogue

import "akno/backend/akno"

// texts holds wordings that the collected file lacks: names of the facts on
// which fees depend, by the fact's word, and translations, by the Russian text.
type texts map[string]akno.Text

// complete adds the missing languages of a wording.
func (t texts) complete(x akno.Text) akno.Text {
	known := t[x.RU]
	if x.BE == "" {
		x.BE = known.BE
	}
	if x.EN == "" {
		x.EN = known.EN
	}
	return x
}
