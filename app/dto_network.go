package app

// NetworkView is the way to the network. Only the mode counts but for manual.
type NetworkView struct {
	Mode       string `json:"mode"` // none, system, manual
	Host       string `json:"host"`
	Port       int    `json:"port"`
	Exceptions string `json:"exceptions"` // names, addresses and blocks, with commas
	User       string `json:"user"`
	Password   bool   `json:"password"` // one is kept; it is set beside
}

// NetworkCheck is what came of asking the portal.
type NetworkCheck struct {
	Reached bool   `json:"reached"`
	Took    int    `json:"took"`   // milliseconds
	Proxy   string `json:"proxy"`  // host and port of the proxy that was asked, "" for straight
	Code    string `json:"code"`   // why it was not, a code of akno.Error
	Issuer  string `json:"issuer"` // of the certificate in its place, for tls_foreign
	Paused  bool   `json:"paused"` // the person switched the network off
}
