package app

// ApplicationSummary is a line of «my applications».
type ApplicationSummary struct {
	ID                 string `json:"id"`
	Procedure          string `json:"procedure"`
	Title              Text   `json:"title"`
	Status             string `json:"status"` // a word of the state table; queued and sending are of this computer
	ChangedAt          string `json:"changedAt"`
	SubmittedAt        string `json:"submittedAt"`
	Deadline           string `json:"deadline"`
	DecidedAt          string `json:"decidedAt"` // "" while there is no decision
	RegistrationNumber string `json:"registrationNumber"`
	Task               string `json:"task"`    // what waits for the person: "", answer, pay, open_decision, fix
	TaskDue            string `json:"taskDue"` // day
	Failure            string `json:"failure"` // code, when the portal refused the queued thing
}

// HistoryLine is a step of an application's way.
type HistoryLine struct {
	At     string `json:"at"`
	Event  string `json:"event"`
	Status string `json:"status"`
	Actor  string `json:"actor"`
	Text   string `json:"text"`
}

// QuestionView is a question of the body.
type QuestionView struct {
	ID         string     `json:"id"`
	AskedAt    string     `json:"askedAt"`
	Text       string     `json:"text"`
	DueDate    string     `json:"dueDate"`
	AnsweredAt string     `json:"answeredAt"`
	Answer     string     `json:"answer"` // before it is given: what was typed so far, with its files
	Files      []FileInfo `json:"files"`
}

// DecisionView is the decision of an application.
type DecisionView struct {
	Outcome   string      `json:"outcome"` // granted, refused, acceptance_refused; "" when there is none
	At        string      `json:"at"`
	Number    string      `json:"number"`
	Document  FileInfo    `json:"document"`
	Signature FileInfo    `json:"signature"`
	Verdict   VerdictView `json:"verdict"`
	OpenedAt  string      `json:"openedAt"`
	Complaint bool        `json:"complaint"`
}

// ApplicationView is an application's card.
type ApplicationView struct {
	Summary   ApplicationSummary `json:"summary"`
	Body      Text               `json:"body"`
	Card      ProcedureCard      `json:"card"`
	Order     OrderView          `json:"order"`
	Document  FileInfo           `json:"document"`
	Files     []FileInfo         `json:"files"`
	Signer    string             `json:"signer"`
	History   []HistoryLine      `json:"history"`
	Questions []QuestionView     `json:"questions"`
	Decision  DecisionView       `json:"decision"`
	Withdraw  bool               `json:"withdraw"` // may be withdrawn now
	Unqueue   bool               `json:"unqueue"`  // has not left this computer
	Errors    []FieldError       `json:"errors"`   // of the portal, when it refused
	Version   string             `json:"version"`
}

// HomeView is what the home page shows.
type HomeView struct {
	Tasks        []HomeTask           `json:"tasks"`
	Drafts       []DraftSummary       `json:"drafts"`
	Applications []ApplicationSummary `json:"applications"`
	Frequent     []ProcedureCard      `json:"frequent"`
}

// HomeTask is something that waits for the person, most urgent first.
type HomeTask struct {
	Kind  string `json:"kind"` // pay, answer, open_decision, fix, finish, renew, change_password
	ID    string `json:"id"`   // draft, application or key
	Title Text   `json:"title"`
	Due   string `json:"due"`
	Text  string `json:"text"`
}
