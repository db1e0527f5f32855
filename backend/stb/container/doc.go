// Package container reads and writes the key container of STB 34.101.78, clause 11: a
// private key of STB 34.101.45, or a partial secret of STB 34.101.60, under a password.
//
//	EncryptedPrivateKeyInfo ::= SEQUENCE {
//	    PBES2 { PBKDF2 { salt (8 octets), iterations, hmac-hbelt }, belt-kwp256 },
//	    OCTET STRING belt-kwp of PrivateKeyInfo with the header 0^128 }
//
// Nothing else is written. Read are also unprotected keys and, for bringing keys in from
// elsewhere, PKCS #8 with other belt modes and PKCS #12 (OpenPKCS12). Reading takes BER, writing gives DER.
//
// A wrong password and a damaged container are one error, ErrPassword, after the same work: the key is
// derived in either case, its wrapping is undone to the end, and the header is compared in constant time. A test
// measures it. Files with other modes of belt have no check of integrity; there the error is the same and
// the time is not.
//
// A container holds no certificate, no name and no check besides the key wrapping, so a wrong
// password cannot be told from a damaged file, and guessing cannot be stopped by counting:
// the number of iterations and the password are all the protection there is.
package container
