package akno

// A Level is the assurance of a session: how sure the portal is who is there.
// It belongs to the session, not to the account (domain rule: an account has a
// highest level, a session the one it was opened with).
type Level int

// The levels, weakest first; comparable with <.
const (
	Open      Level = iota // no sign-in
	Email                  // an account with a confirmed address
	NonStrict              // a unique identifier, issued in person by One Window
	Strict                 // an electronic digital signature
)

var levelNames = [...]string{Open: "open", Email: "email", NonStrict: "non_strict", Strict: "strict"}

// String returns the level's word as it is stored and sent.
func (l Level) String() string {
	if l < Open || l > Strict {
		return "invalid"
	}
	return levelNames[l]
}

// ParseLevel returns the level whose word is s.
func ParseLevel(s string) (Level, bool) {
	for l, name := range levelNames {
		if name == s {
			return Level(l), true
		}
	}
	return Open, false
}
