package app

// FilePlace is where files are attached: a field of a draft or a cell of a table,
// the receipt of a draft's order (field "order.receipt"), or a paper of a card at
// One Window (fields "application" and "consent"). One of Draft and Card is "".
// Row and Column are empty but for a cell. What is offered Aside is laid to the
// pictures that wait there, or to those that File was made of, and is not
// attached.
type FilePlace struct {
	Draft  string `json:"draft"`
	Card   string `json:"card"`
	Field  string `json:"field"`
	Row    string `json:"row"`
	Column string `json:"column"`
	Aside  bool   `json:"aside"`
	File   string `json:"file"`
}

// FileChange is what came of files at a place: what the place belongs to as it is
// now, and the files that were not taken. The order comes with its draft, for the
// receipt only.
type FileChange struct {
	Problems []FileProblem     `json:"problems"`
	Draft    *DraftChange      `json:"draft"`
	Order    *OrderView        `json:"order"`
	Card     *RegistrationView `json:"card"`
}

// FileBudget is what all files of an application take, against what the portal
// takes of one.
type FileBudget struct {
	Bytes    int `json:"bytes"`
	Files    int `json:"files"`
	MaxBytes int `json:"maxBytes"`
	MaxFiles int `json:"maxFiles"`
}

// WaitingPlace is a place at which pictures wait to be prepared.
type WaitingPlace struct {
	Field  string `json:"field"`
	Row    string `json:"row"`
	Column string `json:"column"`
	Count  int    `json:"count"`
}

// TrayView are the pictures of a place.
type TrayView struct {
	Pictures []PictureView `json:"pictures"`
	MaxBytes int           `json:"maxBytes"` // of one attached file
	MaxFiles int           `json:"maxFiles"` // that may still be attached as pictures
	Document bool          `json:"document"` // they may be put together in a PDF
	Single   bool          `json:"single"`   // each may be attached as a picture
	AspectW  int           `json:"aspectW"`  // the wanted proportion, 0 for any
	AspectH  int           `json:"aspectH"`
	MinW     int           `json:"minW"` // the smallest picture, in pixels
	MinH     int           `json:"minH"`
}

// PictureView is a picture that is prepared.
type PictureView struct {
	Page   PageEdit `json:"page"`
	Name   string   `json:"name"`
	Size   int      `json:"size"` // octets of the original
	Width  int      `json:"width"`
	Height int      `json:"height"` // pixels, upright
	Place  bool     `json:"place"`  // where it was taken is written in it
}

// PageEdit is what is done to a picture: turned by quarter turns clockwise, then
// cut at its sides (in ten-thousandths), then reduced.
type PageEdit struct {
	ID       string `json:"id"`
	Turns    int    `json:"turns"`
	Left     int    `json:"left"`
	Top      int    `json:"top"`
	Right    int    `json:"right"`
	Bottom   int    `json:"bottom"`
	LongEdge int    `json:"longEdge"` // pixels of the longer side at most, 0 as it is
}

// Look is a picture as it would be attached.
type Look struct {
	URL    string `json:"url"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Size   int    `json:"size"`
}

// FileSources are the ways by which files come, besides the dialog.
type FileSources struct {
	Scanner   bool          `json:"scanner"`   // the system's scanning program is here
	Folder    string        `json:"folder"`    // the name of the watched folder, "" for none
	FolderBad string        `json:"folderBad"` // a code of akno.Error when it cannot be read
	Offered   []OfferedFile `json:"offered"`
}

// OfferedFile is a complete file of the watched folder.
type OfferedFile struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Size      int    `json:"size"`
	MediaType string `json:"mediaType"`
}

// ScannerView is a scanner.
type ScannerView struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}
