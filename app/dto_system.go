package app

// About is what the page shows about the program.
type About struct {
	Version      string `json:"version"`
	Platform     string `json:"platform"`     // linux/amd64
	Web          bool   `json:"web"`          // shown in a browser, not in a window
	MemoryLocked bool   `json:"memoryLocked"` // passwords are kept out of the swap
	PortalURL    string `json:"portalURL"`    // in use; may be empty
}

// Link is a checked request from outside to show something.
type Link struct {
	Kind string `json:"kind"` // application, activate, file
	ID   string `json:"id"`   // application id or activation code
	Path string `json:"path"` // absolute, for a file
}
