package app

// DraftSummary is a line of the list of drafts.
type DraftSummary struct {
	ID        string `json:"id"`
	Procedure string `json:"procedure"`
	Title     Text   `json:"title"`
	CreatedAt string `json:"createdAt"`
	SavedAt   string `json:"savedAt"`
	Ready     int    `json:"ready"`
	Total     int    `json:"total"`
	State     string `json:"state"`     // draft, ordered, signed
	OrderCode string `json:"orderCode"` // "" before an order
	Subject   string `json:"subject"`   // whom it is about, "" while that is not known
	Errors    int    `json:"errors"`    // what keeps it from being filed; an answer that is missing is one
	Rejected  bool   `json:"rejected"`  // the portal sent it back; Errors are on its fields
	Copy      bool   `json:"copy"`      // from another computer, where the same draft was written otherwise
}

// Value is the answer of one field.
type Value struct {
	Kind string   `json:"kind"` // none, text, bool, list
	Text string   `json:"text"` // texts, numbers, money, dates (ISO), choices
	Bool bool     `json:"bool"`
	List []string `json:"list"`
}

// Patch is one change of a draft. Row and Column name a cell of a table and
// are empty for a field of the form.
type Patch struct {
	Field  string `json:"field"`
	Row    string `json:"row"`
	Column string `json:"column"`
	Value  Value  `json:"value"`
}

// Option is one choice of a field.
type Option struct {
	Value string `json:"value"`
	Label Text   `json:"label"`
}

// FieldView is a field resolved for the screen. The page decides nothing.
type FieldView struct {
	ID         string   `json:"id"`
	Type       string   `json:"type"` // text, textarea, select, radio, multiselect, checkbox, date, datetime, time, number, money, phone, email, personal_number, unp, iban, cadastral, file, file_list, table, computed
	Label      Text     `json:"label"`
	Hint       Text     `json:"hint"`
	Visible    bool     `json:"visible"`
	Required   bool     `json:"required"`
	Value      Value    `json:"value"`
	Options    []Option `json:"options"`
	MaxLen     int      `json:"maxLen"`     // 0 for none
	Source     string   `json:"source"`     // "", profile, certificate, application, template: where a prefilled value came from
	SourceDate string   `json:"sourceDate"` // the day of that application, "" for every other source
	Where      string   `json:"where"`      // which picture shows where the number stands: identity, series, number, unp, iban, cadastral; "" for none
	Suggest    string   `json:"suggest"`    // a value the person may take over
	Repaired   bool     `json:"repaired"`   // look-alike letters were replaced
	Errors     []string `json:"errors"`     // codes of form.Codes
	Warnings   []string `json:"warnings"`
	Must       Text     `json:"must"` // why only one answer lets the form be filed, where the form says it

	// Of an address.
	Part       string         `json:"part"`       // region, district, settlement, house …: what of it is asked; "" for another field
	Localities []LocalityView `json:"localities"` // districts or towns that are offered; another one may be written

	// Of file and file_list.
	Files     []FileInfo `json:"files"`
	MaxFiles  int        `json:"maxFiles"`
	MaxBytes  int        `json:"maxBytes"`
	FileTypes []string   `json:"fileTypes"` // media types

	// Of table.
	Columns []CellView     `json:"columns"` // definitions, without values
	Rows    []RowView      `json:"rows"`
	MinRows int            `json:"minRows"`
	MaxRows int            `json:"maxRows"`
	Lists   []LocalityList `json:"lists"` // what is offered for the parts of addresses in its rows
}

// LocalityList is what is offered for a part of an address in rows that are
// answered alike.
type LocalityList struct {
	Localities []LocalityView `json:"localities"`
}

// LocalityView is a district or a town that is offered. Fills are the answers that
// follow from it and are not there yet; in a table they are those of the same row,
// and Row is "".
type LocalityView struct {
	Value string  `json:"value"` // "" for the name itself
	Name  Text    `json:"name"`
	Note  Text    `json:"note"` // where it lies
	Fills []Patch `json:"fills"`
}

// RowView is one row of a table; Cells are in the order of its columns.
type RowView struct {
	ID    string     `json:"id"`
	Cells []CellView `json:"cells"`
}

// CellView is one cell of a table, or the definition of a column; the members
// are those of FieldView. (The generator of TypeScript does not follow a type
// into itself, so a table's cells have a type of their own.)
type CellView struct {
	ID        string     `json:"id"` // of the column
	Type      string     `json:"type"`
	Label     Text       `json:"label"`
	Hint      Text       `json:"hint"`
	Visible   bool       `json:"visible"`
	Required  bool       `json:"required"`
	Value     Value      `json:"value"`
	Options   []Option   `json:"options"`
	MaxLen    int        `json:"maxLen"`
	Where     string     `json:"where"`
	Repaired  bool       `json:"repaired"`
	Errors    []string   `json:"errors"`
	Warnings  []string   `json:"warnings"`
	Files     []FileInfo `json:"files"`
	MaxFiles  int        `json:"maxFiles"`
	MaxBytes  int        `json:"maxBytes"`
	FileTypes []string   `json:"fileTypes"`
	Must      Text       `json:"must"`
	Part      string     `json:"part"`
	Offered   int        `json:"offered"` // which of the lists of the table, from 1; 0 for none
}

// StepView is a section of the form.
type StepView struct {
	ID      string   `json:"id"`
	Title   Text     `json:"title"`
	Visible bool     `json:"visible"`
	Fields  []string `json:"fields"` // ids, in order
	Ready   int      `json:"ready"`
	Total   int      `json:"total"`
	Errors  int      `json:"errors"`
}

// DraftView is an open draft.
type DraftView struct {
	Draft      DraftSummary   `json:"draft"`
	Card       ProcedureCard  `json:"card"`
	FormTitle  Text           `json:"formTitle"`
	Steps      []StepView     `json:"steps"`
	Fields     []FieldView    `json:"fields"`
	Fee        string         `json:"fee"` // money with the answers so far, "" when free
	Order      OrderView      `json:"order"`
	Signature  string         `json:"signature"` // required, optional, none: what the session's way allows
	NeedLevel  string         `json:"needLevel"` // "" when the session may file it now
	Undo       bool           `json:"undo"`      // there is something to undo
	Redo       bool           `json:"redo"`
	Upgrade    UpgradeView    `json:"upgrade"` // of the form
	Orphans    []OrphanView   `json:"orphans"`
	FormErrors []FormError    `json:"formErrors"` // the sentences of errors that this form alone knows
	Budget     FileBudget     `json:"budget"`
	Waiting    []WaitingPlace `json:"waiting"`
	Offers     []OfferView    `json:"offers"` // what is known for the questions, whether they are answered or not
	Marks      []MarkView     `json:"marks"`  // words of the questions that are explained
	Layout     string         `json:"layout"` // steps or page: how the person wants forms laid out
}

// OfferView is an answer that is known for a question.
type OfferView struct {
	Field      string `json:"field"`
	Value      Value  `json:"value"`
	Source     string `json:"source"`
	SourceDate string `json:"sourceDate"` // of an application
}

// MarkView is a word in a question that the glossary explains.
type MarkView struct {
	Field string `json:"field"`
	Entry string `json:"entry"` // of the glossary
	Words Text   `json:"words"` // as they stand in the label, "" in a language that says it otherwise
	Name  Text   `json:"name"`
	Means Text   `json:"means"`
}

// FormError is the sentence of an error that a form declares itself.
type FormError struct {
	Code string `json:"code"`
	Text Text   `json:"text"`
}

// DraftChange is what an edit changed: the fields that differ, whole.
type DraftChange struct {
	SavedAt  string         `json:"savedAt"`
	Revision int            `json:"revision"`
	Fields   []FieldView    `json:"fields"`
	Steps    []StepView     `json:"steps"`
	Ready    int            `json:"ready"`
	Total    int            `json:"total"`
	Fee      string         `json:"fee"`
	Undo     bool           `json:"undo"`
	Redo     bool           `json:"redo"`
	Budget   FileBudget     `json:"budget"`
	Waiting  []WaitingPlace `json:"waiting"`
	Cleared  []ClearedView  `json:"cleared"` // answers that did not fit any more to what was given
}

// ClearedView is an answer that was emptied, since it did not fit to one that was
// given anew. One undo brings both back.
type ClearedView struct {
	Field   string `json:"field"`
	Row     string `json:"row"`
	Column  string `json:"column"`
	Label   Text   `json:"label"`
	Was     Text   `json:"was"`
	Cause   Text   `json:"cause"`   // the question that was answered anew
	Address bool   `json:"address"` // both are parts of an address
}

// FieldError points at a field of the form.
type FieldError struct {
	Field string `json:"field"` // id or table[0].column
	Step  string `json:"step"`
	Label Text   `json:"label"`
	Code  string `json:"code"`
	Text  Text   `json:"text"` // the sentence of an error that the form says itself
}

// CheckResult is the whole form checked, errors in the order of the document.
type CheckResult struct {
	Ready  bool         `json:"ready"`
	Errors []FieldError `json:"errors"`
}

// AnswerLine is one answer as it will be read.
type AnswerLine struct {
	Field string `json:"field"`
	Label string `json:"label"`
	Value string `json:"value"` // "" when not given
}

// AnswerGroup is a step's answers.
type AnswerGroup struct {
	Step  string       `json:"step"`
	Title string       `json:"title"`
	Lines []AnswerLine `json:"lines"`
}

// Preview is what will be signed and sent: the document made from the very
// octets whose hash is shown.
type Preview struct {
	Document  FileInfo      `json:"document"`
	SHA256    string        `json:"sha256"` // of the canonical octets
	Size      int           `json:"size"`
	Recipient Text          `json:"recipient"`
	Portal    Text          `json:"portal"`
	Files     []FileInfo    `json:"files"`
	Groups    []AnswerGroup `json:"groups"`
	Signature string        `json:"signature"` // required, optional, none
	NeedLevel string        `json:"needLevel"`
	NeedPay   bool          `json:"needPay"`
}

// OrderView is an order to pay. An empty Code means there is none.
type OrderView struct {
	Code        string   `json:"code"`
	Groups      []string `json:"groups"` // five of six digits
	Amount      string   `json:"amount"`
	BaseValue   string   `json:"baseValue"`
	Status      string   `json:"status"` // none, awaiting, paid, expired, void
	CreatedAt   string   `json:"createdAt"`
	ExpiresAt   string   `json:"expiresAt"`
	PaidAt      string   `json:"paidAt"`
	Transaction string   `json:"transaction"` // by the payment system
	EripLink    string   `json:"eripLink"`
	QR          FileInfo `json:"qr"`
	Slip        FileInfo `json:"slip"`
	Receipt     FileInfo `json:"receipt"`    // scan attached by the person; empty ID when none
	ReceiptMax  int      `json:"receiptMax"` // octets of it at most
	Stated      string   `json:"stated"`     // number of the operation stated by the person
	ProofReady  bool     `json:"proofReady"` // paid, or a proof is attached
	Demo        bool     `json:"demo"`       // codes of a reference portal
}

// SignResult is the end of a signing.
type SignResult struct {
	ApplicationID string      `json:"applicationId"`
	Verdict       VerdictView `json:"verdict"`
	Queued        bool        `json:"queued"`
}

// VerdictView is a verification told in plain words by the page.
type VerdictView struct {
	Rung       string `json:"rung"`    // ok, ok_notes, limited, open, bad
	Code       string `json:"code"`    // why it is not good, a code of akno.Error; "" when it is
	Verdict    string `json:"verdict"` // PASSED, FAILED, INDETERMINATE
	Reason     string `json:"reason"`  // sub-indication of STB 34.101.80
	Level      string `json:"level"`   // CMS, B-B, B-T, B-LT
	Signer     string `json:"signer"`
	Owner      string `json:"owner"` // organisation of the certificate
	Serial     string `json:"serial"`
	SignedAt   string `json:"signedAt"`
	StampedAt  string `json:"stampedAt"`
	CheckedAt  string `json:"checkedAt"`
	Offline    bool   `json:"offline"`  // checked against a stored list
	ListFrom   string `json:"listFrom"` // of the list or answer used
	ListUntil  string `json:"listUntil"`
	IssuedBy   string `json:"issuedBy"`
	ValidUntil string `json:"validUntil"`
}
