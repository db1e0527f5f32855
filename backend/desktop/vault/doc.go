// Package vault keeps the data key of a profile: 32 random octets under which
// everything in the profile's folder is sealed (desktop/store). The key itself
// never changes and is never written down; the file profile.key holds it wrapped
// in one or several ways, each of which opens it alone:
//
//	password  belt-kwp under PBKDF2-hbelt of a password (STB 34.101.31, .45)
//	shares    belt-kwp under a secret of which 2 of 3 shares make (STB 34.101.60)
//	eds       a token of bign key transport to the owner of a key (STB 34.101.45)
//	keystore  belt-kwp under a secret that the system's key store keeps for the
//	          person's account
//	open      no secret: the key lies in a file beside the profile's folder,
//	          readable by the person's own account only
//
// A change of the password wraps anew and touches nothing else. Who has
// forgotten the password and has neither shares nor a key cannot be helped: the
// package has no other way in.
package vault
