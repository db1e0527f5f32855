package app

// NotificationView is how much notifications outside of the window say.
type NotificationView struct {
	Mode string `json:"mode"` // off, plain (no names), details
}
