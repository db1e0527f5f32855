package app

// The types that cross the bridge. Identifiers, order codes, money and times
// are strings (times RFC 3339 in UTC, days YYYY-MM-DD, money "45.00"); slices
// are never nil; nothing here is secret. A secret travels by a Ticket: the
// bound call that returns it says what is to be done, and the page then posts
// the password's octets to /_secret/{purpose}?ticket={ticket}. The answer of
// that post is the JSON of the type the method's comment names.

// Ticket lets the page post one secret, once, within five minutes.
type Ticket struct {
	Purpose string `json:"purpose"`
	Ticket  string `json:"ticket"`
}

// Text is a text in the languages of the portal. Be and En may be empty.
type Text struct {
	Ru string `json:"ru"`
	Be string `json:"be"`
	En string `json:"en"`
}

// Preferences are the person's choices on this computer.
type Preferences struct {
	Language     string `json:"language"` // ru, be, en
	Theme        string `json:"theme"`    // system, light, dark, contrast
	TextSize     int    `json:"textSize"` // percent: 100, 115, 130, 150
	PortalURL    string `json:"portalURL"`
	FirstRunDone bool   `json:"firstRunDone"`
}

// FileInfo is a file the program holds. URL is good for this run of the
// program: /blob/ID.
type FileInfo struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	Size      int    `json:"size"` // octets
	SHA256    string `json:"sha256"`
	URL       string `json:"url"`
	Editable  bool   `json:"editable"` // a picture, or made of pictures that are still here
}

// FileProblem says why a file was not taken.
type FileProblem struct {
	Name string `json:"name"`
	Code string `json:"code"` // a code of akno.Error
}

// Person is who somebody is, as far as the portal knows.
type Person struct {
	Surname        string `json:"surname"`
	Name           string `json:"name"`
	Patronymic     string `json:"patronymic"`
	SurnameBe      string `json:"surnameBe"`
	NameBe         string `json:"nameBe"`
	PatronymicBe   string `json:"patronymicBe"`
	SurnameLatin   string `json:"surnameLatin"`
	NameLatin      string `json:"nameLatin"`
	PersonalNumber string `json:"personalNumber"`
	BirthDate      string `json:"birthDate"`
	Sex            string `json:"sex"` // m, f, ""
	Citizenship    string `json:"citizenship"`
}

// SessionState is who is signed in, and by what means.
type SessionState struct {
	SignedIn           bool   `json:"signedIn"`
	Level              string `json:"level"`     // open, email, non_strict, strict
	MaxLevel           string `json:"maxLevel"`  // of the account
	Role               string `json:"role"`      // citizen, clerk, officer, head
	Workspace          string `json:"workspace"` // citizen, clerk, desk
	Way                string `json:"way"`       // email, identifier, eds, ""
	Person             Person `json:"person"`
	Email              string `json:"email"`
	Body               Text   `json:"body"`
	Office             string `json:"office"`
	StartedAt          string `json:"startedAt"`
	IdleUntil          string `json:"idleUntil"`
	ExpiresAt          string `json:"expiresAt"`
	MustChangePassword bool   `json:"mustChangePassword"`
	Claimed            bool   `json:"claimed"` // a registration found the person's cabinet
}

// SessionInfo is one open session of the account.
type SessionInfo struct {
	ID        string `json:"id"`
	Level     string `json:"level"`
	Way       string `json:"way"`
	StartedAt string `json:"startedAt"`
	SeenAt    string `json:"seenAt"`
	Current   bool   `json:"current"`
}

// ConsentText is the consent to the processing of personal data.
type ConsentText struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
	Text    string `json:"text"` // paragraphs parted by empty lines
}

// EmailRegistration asks for a cabinet by e-mail.
type EmailRegistration struct {
	Email          string `json:"email"`
	ConsentVersion string `json:"consentVersion"`
	ConsentSHA256  string `json:"consentSHA256"`
}

// EDSRegistration asks for a cabinet by a key.
type EDSRegistration struct {
	KeyID          string `json:"keyId"`
	Email          string `json:"email"`
	ConsentVersion string `json:"consentVersion"`
	ConsentSHA256  string `json:"consentSHA256"`
}

// LetterSent says when the letter may be asked for again and how long its
// code is good.
type LetterSent struct {
	ResendAfterSeconds int `json:"resendAfterSeconds"`
	ValidForSeconds    int `json:"validForSeconds"`
}

// ProcedureCard is a line of the catalogue.
type ProcedureCard struct {
	Code         string `json:"code"`
	Number       string `json:"number"`
	Title        Text   `json:"title"`
	Category     string `json:"category"`
	Body         Text   `json:"body"`
	Level        string `json:"level"`
	Allowed      bool   `json:"allowed"`
	ClosedReason string `json:"closedReason"` // "", level_email, level_non_strict, level_strict, applicant_kind
	FeeKind      string `json:"feeKind"`      // free, base_value, mixed, tariff
	Fee          string `json:"fee"`          // money today without variants, "" when unknown
	FeeVaries    bool   `json:"feeVaries"`
	TermValue    int    `json:"termValue"`
	TermUnit     string `json:"termUnit"` // same_day, days, working_days, months
	FormID       string `json:"formId"`
}

// CatalogueList is the catalogue after a search.
type CatalogueList struct {
	Version    string          `json:"version"`
	Total      int             `json:"total"`
	Items      []ProcedureCard `json:"items"`
	Categories []CategoryCount `json:"categories"`
}

// CategoryCount is a life situation and how many procedures it holds.
type CategoryCount struct {
	Category string `json:"category"`
	Count    int    `json:"count"`
}

// CatalogueQuery selects procedures. Empty fields select everything.
type CatalogueQuery struct {
	Search   string `json:"search"`
	Category string `json:"category"`
	OnlyOpen bool   `json:"onlyOpen"` // allowed by the present session
	OnlyFree bool   `json:"onlyFree"`
}

// ProcedureView is a procedure's page.
type ProcedureView struct {
	Card       ProcedureCard  `json:"card"`
	Applicants []string       `json:"applicants"` // citizen, foreigner, sole_trader, legal_entity
	Documents  []DocumentLine `json:"documents"`
	FeeLines   []FeeLine      `json:"feeLines"`
	Validity   string         `json:"validity"` // indefinite, one_off, months, years, by_age, text
	ValidFor   int            `json:"validFor"`
	ValidText  Text           `json:"validText"`
	Extended   string         `json:"extended"`
	Complaint  bool           `json:"complaint"`
	Sources    []string       `json:"sources"`
	Note       string         `json:"note"`
	Unverified bool           `json:"unverified"` // a fact of this row was not seen in an act
}

// DocumentLine is a document that the procedure asks for.
type DocumentLine struct {
	Name      Text `json:"name"`
	Condition Text `json:"condition"`
}

// FeeLine is a variant of the fee.
type FeeLine struct {
	Variant string `json:"variant"` // "" for the basic fee
	Adds    bool   `json:"adds"`    // added to the basic fee; else replaces it
	Amount  string `json:"amount"`
}
