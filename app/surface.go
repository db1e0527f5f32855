package app

// The bound surface: everything the page may call, area by area. Each bound
// struct is named in the comment and implements its interface; nothing else is
// exported on it. A method that takes a secret returns a Ticket instead.

// sessionSurface is bound as Session.
type sessionSurface interface {
	State() (SessionState, error)
	Consent(language string) (ConsentText, error)
	BeginRegisterByEmail(r EmailRegistration) (Ticket, error) // password → LetterSent
	ResendActivation(email string) (LetterSent, error)
	Activate(codeOrLink string) (string, error) // e-mail of the cabinet
	RequestPasswordReset(email string) (LetterSent, error)
	BeginResetPassword(code string) (Ticket, error)       // password → e-mail of the cabinet
	BeginSignInByPassword(login string) (Ticket, error)   // password → SessionState
	BeginSignInByEDS(keyID string) (Ticket, error)        // key password → SessionState; code unbound: offer registration
	BeginRegisterByEDS(r EDSRegistration) (Ticket, error) // key password → SessionState
	BeginStepUp(keyID string) (Ticket, error)             // key password → SessionState
	BeginBindCertificate(keyID string) (Ticket, error)    // key password → SessionState
	BeginChangePassword() (Ticket, error)                 // current, next → SessionState
	SignOut() error
	Sessions() ([]SessionInfo, error)
	EndSession(id string) error
}

// catalogueSurface is bound as Catalogue.
type catalogueSurface interface {
	List(q CatalogueQuery) (CatalogueList, error)
	Get(code string) (ProcedureView, error)
}

// draftsSurface is bound as Drafts.
type draftsSurface interface {
	Home() (HomeView, error)
	Page(q DraftQuery) (DraftPage, error)
	Create(procedure string) (DraftView, error)
	Open(id string) (DraftView, error)
	Apply(id string, patches []Patch) (DraftChange, error) // committed when answered
	TakeOffer(id, field string) (DraftChange, error)
	AddRow(id, field string) (DraftChange, error)
	RemoveRow(id, field, row string) (DraftChange, error)
	Check(id string) (CheckResult, error)
	Preview(id, language string) (Preview, error)
	Duplicate(id string) (DraftView, error)
	SetLayout(layout string) error // steps or page, of whoever works now
	Delete(id string) error
	Restore(id string) error // undo of Delete

	Undo(id string) (DraftView, error)
	Redo(id string) (DraftView, error)
	History(id string, before int) (HistoryPage, error)
	Look(id string, revision int) (RevisionView, error)         // the draft as it was
	RestoreRevision(id string, revision int) (DraftView, error) // a new revision, with the answers of an earlier one
	Migration(id string) (MigrationView, error)                 // what the newest version of the form would change
	Migrate(id string, version int) (DraftView, error)          // takes the version that was shown
	Templates() ([]TemplateView, error)
	MakeTemplate(id, name string, personal bool) (TemplateView, error)
	CreateFrom(template string) (DraftView, error)
	DeleteTemplate(id string) error

	CreateOrder(id string) (OrderView, error)
	RefreshOrder(id string) (OrderView, error)
	CancelOrder(id string) error
	StateTransaction(id, number string) (OrderView, error)
	SaveSlip(id string) (string, error) // path, "" when cancelled

	BeginSign(id, keyID, language string, previewSHA256 string) (Ticket, error) // key password → SignResult; signed and queued
	Submit(id, language string, previewSHA256 string) (SignResult, error)       // where no signature is asked for
}

// attachmentsSurface is bound as Attachments. The program sends the event "folder"
// when the watched folder offers something else.
type attachmentsSurface interface {
	PickFiles(at FilePlace) (FileChange, error)                // opens the file dialog
	AddFiles(at FilePlace, paths []string) (FileChange, error) // dropped files
	RemoveFile(at FilePlace) (FileChange, error)               // the one that at.File names
	PickPages(at FilePlace) (FileChange, error)                // opens the file dialog, for pictures
	BeginPaste(at FilePlace, name string) (Ticket, error)      // octets of a pasted or photographed file to /_file → FileChange
	Tray(at FilePlace) (TrayView, error)                       // the pictures of a place
	Show(at FilePlace, page PageEdit) (Look, error)            // as it would be read
	SavePages(at FilePlace, pages []PageEdit, together bool) (FileChange, error)
	Discard(at FilePlace, picture string) error // one that waits
	Sources() (FileSources, error)
	PickScanner() ([]ScannerView, error) // looks for scanners, which takes seconds
	PickScan(at FilePlace, scanner string, dpi int, grey bool) (FileChange, error)
	PickFolder() (FileSources, error) // to be watched
	LeaveFolder() (FileSources, error)
	TakeOffered(at FilePlace, file string) (FileChange, error) // a file of the folder
	DropOffered(file string) (FileSources, error)              // it is not wanted; it stays in the folder
}

// parcelsSurface is bound as Parcels. While a parcel is written the event
// "parcel" tells how many octets of files are done.
type parcelsSurface interface {
	BeginPack(r PackRequest) (Ticket, error)      // password of the parcel unless it is for a key, password of the key that signs → ParcelMade
	Pack(r PackRequest) (ParcelMade, error)       // for a key, without a signature
	BeginPackOutbox() (Ticket, error)             // password of the parcel → ParcelMade; what waits for the portal
	SaveFile() (string, error)                    // place, "" when cancelled
	PickFile() (ParcelLook, error)                // opens the file dialog
	Look(path string) (ParcelLook, error)         // a dropped or opened file
	BeginOpen(path, keyID string) (Ticket, error) // password of the parcel, or of the key → ParcelPlan
	TakeIn() ([]ParcelTaken, error)               // what the plan says; nothing is overwritten
	Forget() error                                // wipes the keys of both
}

// backupsSurface is bound as Backups.
type backupsSurface interface {
	State() (BackupState, error)
	Facts(drafts []string) ([]BackupFact, error)
	Away() ([]AwayDraft, error)
	BeginEnable() (Ticket, error)                       // code → BackupState; another one seals everything anew
	Disable() (BackupState, error)                      // removes from the portal what this computer kept there
	RemoveAll() (BackupState, error)                    // also what other computers kept: the code is lost
	Take(id string) (BackupTaken, error)                // code conflict: another computer took it at this moment
	Compare(id, other string) ([]DifferenceView, error) // old is the draft's own answer, new that of the other
	Retry() error                                       // now, whatever is waited for
}

// applicationsSurface is bound as Applications.
type applicationsSurface interface {
	List() ([]ApplicationSummary, error)
	Get(id string) (ApplicationView, error)
	PickAnswerFiles(id, question string) ([]FileInfo, error)
	KeepAnswer(id, question, text string) error // while it is typed
	Answer(id, question, text string, files []string) (ApplicationView, error)
	Withdraw(id, reason string) (ApplicationView, error)
	Unqueue(id string) (DraftView, error) // back to a draft; its signature is removed
	Reopen(id string) (DraftView, error)  // a refused one, as a new draft with the portal's messages
	OpenDecision(id string) (DecisionView, error)
	SaveDecision(id string) (string, error) // folder or file; "" when cancelled
	SavePackage(id string) (string, error)  // signed octets, signature and files
	Sync() (SyncState, error)
	SyncNow() (SyncState, error)
	SetPaused(paused bool) (SyncState, error)
}

// exchangeSurface is bound as Exchange. It is what a person sees of the exchange
// with the portal, besides its state.
type exchangeSurface interface {
	Facts() (ExchangeFacts, error)
	Look(id string) (SendingView, error)  // what a waiting command sends
	SendNow(id string) (SyncState, error) // one of them
	Discard(id string) (SyncState, error) // one that came from another computer
	NotedRestore() error                  // the message of a restored portal was read
	Storage() (StorageView, error)
	FreeCopies() (StorageView, error) // those before upgrades
}

// networkSurface is bound as Network.
type networkSurface interface {
	State() (NetworkView, error)
	Set(v NetworkView) (NetworkView, error) // all but the password
	BeginPassword() (Ticket, error)         // password of the proxy → NetworkView
	ForgetPassword() (NetworkView, error)
	Check() (NetworkCheck, error)
}

// notificationsSurface is bound as Notifications.
type notificationsSurface interface {
	State() (NotificationView, error)
	Set(mode string) (NotificationView, error)
}

// keysSurface is bound as Keys.
type keysSurface interface {
	List() (KeyList, error)
	PickFiles() (KeyList, error)  // key or certificate files, remembered in place
	PickFolder() (KeyList, error) // a folder to look in
	AddPaths(paths []string) (KeyList, error)
	ChooseFolder() (string, error)        // for a new key
	BeginCreate(k NewKey) (Ticket, error) // new password → KeyCard; container, request and a sealed copy of both
	SendRequest(id string) (KeyCard, error)
	CheckRequest(id string) (KeyCard, error) // installs the certificate when the registration authority has issued it
	Forget(id string) error
	Trust() (TrustView, error)
	RefreshTrust() (TrustView, error)
	CheckNumber(text string) (NumberCheck, error)
}

// clerkSurface is bound as Clerk.
type clerkSurface interface {
	CheckNumber(text string) (NumberCheck, error)
	Transliterate(surnameBe, nameBe string) ([]string, error) // surname, name in Latin letters
	Matches(q MatchQuery) ([]Match, error)
	Save(card RegistrationCard) (RegistrationView, error) // keeps half a card, checks nothing
	Held() ([]RegistrationView, error)                    // cards in work on this computer
	Start(card RegistrationCard) (RegistrationView, error)
	Get(id string) (RegistrationView, error)
	Verify(id string, checks ClerkChecks) (RegistrationView, error)
	Issue(id string) (IssuedSlip, error)
	SlipPrinted(id string) error // forgets the slip
	Cancel(id, reason string) error
	Day() ([]RegistrationView, error)
}

// deskSurface is bound as Desk.
type deskSurface interface {
	Queue(queue, search, cursor string) (DeskPage, error)
	Get(id string) (DeskView, error)
	Act(id string, c DeskCommand) (DeskView, error)
	Keep(id string, writings []DeskWriting) error           // what is being written; an empty list forgets it
	BeginDecide(id, proposal, keyID string) (Ticket, error) // key password → DeskView
	SaveFile(id, file string) (string, error)
}

// profilesSurface is bound as Profiles. After every lock, unlocking and turn to
// another profile the program sends the event "profile": the page is loaded
// again, so that nothing of the profile before stays in it.
type profilesSurface interface {
	State() (ProfileState, error)
	BeginUnlock() (Ticket, error) // password → ProfileState
	ChooseKeyFile() (string, error)
	BeginUnlockByKey(path string) (Ticket, error) // key password → ProfileState
	BeginRecover() (Ticket, error)                // two shares, new password → ProfileState
	Lock() (ProfileState, error)
	Create(name string) (ProfileState, error)
	Use(id string) (ProfileState, error)
	AcceptOlder() (ProfileState, error)
	Rename(name string) (ProfileState, error)
	BeginProtect() (Ticket, error)        // new password → ProfileState
	BeginChangePassword() (Ticket, error) // current, next → ProfileState
	BeginUnprotect() (Ticket, error)      // password → ProfileState
	ChooseFolder() (string, error)
	BeginShares(folder string) (Ticket, error)  // password → ProfileState; written to the folder
	BeginLetKeyIn(keyID string) (Ticket, error) // password, key password → ProfileState
	DropKey() (ProfileState, error)
	SetLockAfter(minutes int) (ProfileState, error)
	KeyStoreAnswers() (bool, error)
	BeginKeepIn() (Ticket, error) // password → ProfileState; the system's key store opens it from now on
	TakeOut() (ProfileState, error)
	Noted() error // the message of a restored copy was read
}

// systemSurface is bound as System. It is the window itself. The program sends
// the events "link", with a Link, and "leaving" before the window closes: the
// page then hands over what was typed last and calls Left, or Stay when it cannot.
type systemSurface interface {
	About() (About, error)
	Ready() ([]Link, error) // the page listens; what was asked for before
	Painted() error         // the first frame is on the screen
	Active() error          // the person types or points; once a minute at most
	Left() error            // everything typed was handed over
	Stay() (bool, error)    // something could not be: the window stays; false where there is none
	Leave() error           // closes the window in spite of it
	OpenURL(address string) error
	Print() error
	BeginSelfTest() (Ticket, error) // known octets → their count
	Preferences() (Preferences, error)
	SetPreferences(p Preferences) error
}
