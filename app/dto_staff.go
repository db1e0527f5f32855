package app

// IdentityDocument is the paper a person shows.
type IdentityDocument struct {
	Type    string `json:"type"` // passport_by, id_card_by, residence_permit, bio_residence_foreigner, bio_residence_stateless
	Series  string `json:"series"`
	Number  string `json:"number"`
	Issuer  string `json:"issuer"`
	Issued  string `json:"issued"`
	Expires string `json:"expires"`
}

// RegistrationCard is what the clerk enters.
type RegistrationCard struct {
	ID                string           `json:"id"` // "" for a new one
	Person            Person           `json:"person"`
	Document          IdentityDocument `json:"document"`
	Phone             string           `json:"phone"`
	Email             string           `json:"email"`
	Language          string           `json:"language"` // of the papers: ru, be
	ClaimAccountID    string           `json:"claimAccountId"`
	ClaimCode         string           `json:"claimCode"` // of the letter to a claimed cabinet that is known by its address only
	OtherPersonReason string           `json:"otherPersonReason"`
}

// RegistrationView is a registration in work.
type RegistrationView struct {
	ID              string           `json:"id"`
	Status          string           `json:"status"` // local, ui_draft, ui_checked, ui_issued
	Card            RegistrationCard `json:"card"`
	Claimed         bool             `json:"claimed"`
	Application     FileInfo         `json:"application"` // to print
	Consent         FileInfo         `json:"consent"`     // to print
	ApplicationScan FileInfo         `json:"applicationScan"`
	ConsentScan     FileInfo         `json:"consentScan"`
	ScanMax         int              `json:"scanMax"` // octets of a scan at most
	Waiting         []WaitingPlace   `json:"waiting"` // pictures for the scans
	CreatedAt       string           `json:"createdAt"`
	IssuedAt        string           `json:"issuedAt"`
	Errors          []FieldError     `json:"errors"`
}

// ClerkChecks are the clerk's own attestations.
type ClerkChecks struct {
	Present       bool `json:"present"`
	DocumentShown bool `json:"documentShown"`
	PhotoCompared bool `json:"photoCompared"`
	SignedBefore  bool `json:"signedBefore"`
}

// MatchQuery asks for cabinets that may be the same person's.
type MatchQuery struct {
	PersonalNumber string `json:"personalNumber"`
	Surname        string `json:"surname"`
	Name           string `json:"name"`
	BirthDate      string `json:"birthDate"`
	Email          string `json:"email"`
}

// Match is a cabinet that may be the same person's.
type Match struct {
	AccountID   string `json:"accountId"`
	Exact       bool   `json:"exact"` // the same identification number
	Status      string `json:"status"`
	MaxLevel    string `json:"maxLevel"`
	Person      Person `json:"person"`
	MaskedEmail string `json:"maskedEmail"`
	CreatedAt   string `json:"createdAt"`
}

// IssuedSlip is the sealed slip with the one-time password: a PDF that is
// printed once. The password is on no screen.
type IssuedSlip struct {
	Registration RegistrationView `json:"registration"`
	Slip         FileInfo         `json:"slip"`
	ExpiresAt    string           `json:"expiresAt"`
}

// DeskItem is a line of a body's queue.
type DeskItem struct {
	ID                 string `json:"id"`
	Procedure          string `json:"procedure"`
	Title              Text   `json:"title"`
	Applicant          string `json:"applicant"`
	Status             string `json:"status"`
	SubmittedAt        string `json:"submittedAt"`
	Deadline           string `json:"deadline"`
	DaysLeft           int    `json:"daysLeft"` // working days
	RegistrationNumber string `json:"registrationNumber"`
	Assignee           string `json:"assignee"`
	Proposed           bool   `json:"proposed"`
	Paid               string `json:"paid"` // free, awaiting, proof, confirmed
}

// DeskPage is a page of a queue.
type DeskPage struct {
	Items         []DeskItem `json:"items"`
	Next          string     `json:"next"`
	Incoming      int        `json:"incoming"`
	Review        int        `json:"review"`
	Clarification int        `json:"clarification"`
	Decision      int        `json:"decision"`
	Done          int        `json:"done"`
}

// ProposalView is a decision drafted and not yet signed.
type ProposalView struct {
	ID         string   `json:"id"` // "" when there is none
	Outcome    string   `json:"outcome"`
	Text       string   `json:"text"`
	Ground     string   `json:"ground"`
	Document   FileInfo `json:"document"`
	ProposedAt string   `json:"proposedAt"`
	ProposedBy string   `json:"proposedBy"`
}

// DeskView is an application on a reviewer's desk.
type DeskView struct {
	Item      DeskItem       `json:"item"`
	Version   string         `json:"version"`
	Applicant Person         `json:"applicant"`
	Groups    []AnswerGroup  `json:"groups"`
	Document  FileInfo       `json:"document"`
	Files     []FileInfo     `json:"files"`
	Order     OrderView      `json:"order"`
	Portal    VerdictView    `json:"portal"` // the portal's report
	Own       VerdictView    `json:"own"`    // checked on this computer
	History   []HistoryLine  `json:"history"`
	Questions []QuestionView `json:"questions"`
	Proposal  ProposalView   `json:"proposal"`
	Decision  DecisionView   `json:"decision"`
	Allowed   []string       `json:"allowed"` // events this reviewer may cause now
	Written   []DeskWriting  `json:"written"` // texts that were being written here
}

// DeskWriting is a text of a review that has not been sent.
type DeskWriting struct {
	Mode    string `json:"mode"` // what the page writes it for
	Outcome string `json:"outcome"`
	Text    string `json:"text"`
	Ground  string `json:"ground"`
}

// DeskCommand is a step of a review.
type DeskCommand struct {
	Version string `json:"version"`
	Event   string `json:"event"` // register, take, reject_payment, request_agency, agency_answer, ask_applicant, propose, return_proposal
	Outcome string `json:"outcome"`
	Text    string `json:"text"`
	Ground  string `json:"ground"`
}
