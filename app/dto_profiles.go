package app

// ProfileEntry is a line of the list of profiles.
type ProfileEntry struct {
	ID   string `json:"id"`   // "" for the first profile
	Name string `json:"name"` // "" until one is given
}

// ProfileState is the profile in use and how it is protected.
type ProfileState struct {
	Locked     bool           `json:"locked"`    // it waits for its password
	Protected  bool           `json:"protected"` // it has a password
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Profiles   []ProfileEntry `json:"profiles"`
	LockAfter  int            `json:"lockAfter"`  // minutes without the person; 0: never
	Shares     int            `json:"shares"`     // how many were made for a forgotten password
	Threshold  int            `json:"threshold"`  // how many of them are enough
	KeyID      string         `json:"keyID"`      // the key that opens it too, or ""
	Damaged    bool           `json:"damaged"`    // its file was found damaged while it is open: nothing new is saved
	Kept       bool           `json:"kept"`       // the system's key store opens it at the start
	RestoredAt string         `json:"restoredAt"` // when the copy was made that took the place of a damaged database, or ""
}
