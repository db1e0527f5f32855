package pki

import (
	"encoding/asn1"
	"errors"
	"hash"

	"akno/backend/stb/bash"
	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
)

var (
	// ErrAlgorithm says that an algorithm is not one of the national set or does
	// not fit the key it stands beside.
	ErrAlgorithm = errors.New("pki: algorithm is not acceptable")
	// ErrSignature says that a signature does not verify.
	ErrSignature = errors.New("pki: signature does not verify")
)

// Signer makes signatures with a private key that may live elsewhere, such as
// in a container that is open for a moment or in a token.
type Signer interface {
	// PublicKey returns the key that verifies what SignHash makes.
	PublicKey() *bign.PublicKey
	// SignHash signs a hash value made by the algorithm whose identifier is given
	// in DER and returns S0‖S1 of 3l/8 octets (STB 34.101.45, 7.1).
	SignHash(oidDER, hash []byte) ([]byte, error)
}

// AlgorithmIdentifier is an algorithm identifier as it was encoded.
type AlgorithmIdentifier = der.Algorithm

// HashAlgorithm is a hash function of the national set.
type HashAlgorithm struct {
	// Name is the name of the standard, such as belt-hash.
	Name string
	// OID names the algorithm.
	OID asn1.ObjectIdentifier
	// Size is the length of a hash value in octets.
	Size int
	// New starts a computation.
	New func() hash.Hash
}

// OIDDER returns the identifier as a DER element, the form that is hashed into
// signatures.
func (h *HashAlgorithm) OIDDER() []byte { return oid.DER(h.OID) }

// Sum returns the hash value of one piece of data.
func (h *HashAlgorithm) Sum(data []byte) []byte {
	f := h.New()
	f.Write(data)
	return f.Sum(nil)
}

// The hash algorithms of the national set.
var (
	// BeltHash is belt-hash, 32 octets (STB 34.101.31).
	BeltHash = &HashAlgorithm{"belt-hash", oid.BeltHash, 32, belt.NewHash}
	// Bash256 is bash256, 32 octets (STB 34.101.77).
	Bash256 = &HashAlgorithm{"bash256", oid.Bash256, 32, bash.New256}
	// Bash384 is bash384, 48 octets (STB 34.101.77).
	Bash384 = &HashAlgorithm{"bash384", oid.Bash384, 48, bash.New384}
	// Bash512 is bash512, 64 octets (STB 34.101.77).
	Bash512 = &HashAlgorithm{"bash512", oid.Bash512, 64, bash.New512}
)

// HashByOID returns the hash algorithm with this identifier, or nil.
func HashByOID(id asn1.ObjectIdentifier) *HashAlgorithm {
	for _, h := range [...]*HashAlgorithm{BeltHash, Bash256, Bash384, Bash512} {
		if h.OID.Equal(id) {
			return h
		}
	}
	return nil
}

// SignatureAlgorithm is a pair of a hash algorithm and a level of bign.
type SignatureAlgorithm struct {
	// Name is the name of the standard, such as bign-with-hbelt.
	Name string
	// OID names the algorithm.
	OID asn1.ObjectIdentifier
	// Hash is the algorithm that hashes the message.
	Hash *HashAlgorithm
	// Level is the security level l of the key in bits: 128, 192 or 256.
	Level int
	// Strict is false for a pair that only the deployed profile takes.
	Strict bool
}

// SignatureSize returns the length of a signature, 3l/8 octets.
func (a *SignatureAlgorithm) SignatureSize() int { return 3 * a.Level / 8 }

var signatureAlgorithms = [...]*SignatureAlgorithm{
	{"bign-with-hbelt", oid.BignWithHBelt, BeltHash, 128, true},
	{"bign-with-bash384", oid.BignWithBash384, Bash384, 192, true},
	{"bign-with-bash512", oid.BignWithBash512, Bash512, 256, true},
	{"bign-with-bash256", oid.BignWithBash256, Bash256, 128, false},
}

// SignatureByOID returns the signature algorithm with this identifier, or nil.
func SignatureByOID(id asn1.ObjectIdentifier) *SignatureAlgorithm {
	for _, a := range signatureAlgorithms {
		if a.OID.Equal(id) {
			return a
		}
	}
	return nil
}

// AlgorithmFor returns the algorithm that a key signs with in new documents:
// belt-hash, bash384 or bash512 by its level.
func AlgorithmFor(key *bign.PublicKey) *SignatureAlgorithm {
	for _, a := range signatureAlgorithms {
		if a.Strict && a.Level == Level(key) {
			return a
		}
	}
	return nil
}

// Level returns the security level of a key in bits, 128, 192 or 256, or 0 for
// no key.
func Level(key *bign.PublicKey) int {
	if key == nil {
		return 0
	}
	return len(key.Bytes()) * 2
}

// CheckSignature verifies a signature over data under an algorithm identifier.
// It returns ErrAlgorithm when the algorithm is unknown or of another level
// than the key, ErrSignature when the signature is wrong.
func CheckSignature(key *bign.PublicKey, alg AlgorithmIdentifier, data, sig []byte) error {
	a := SignatureByOID(alg.OID)
	if a == nil || key == nil || a.Level != Level(key) || !alg.PlainParams() {
		return ErrAlgorithm
	}
	if len(sig) != a.SignatureSize() || !key.Verify(a.Hash.OIDDER(), a.Hash.Sum(data), sig) {
		return ErrSignature
	}
	return nil
}

// Sign signs data with the algorithm of the signer's level and returns it with
// the signature.
func Sign(signer Signer, data []byte) (*SignatureAlgorithm, []byte, error) {
	a := AlgorithmFor(signer.PublicKey())
	if a == nil {
		return nil, nil, ErrAlgorithm
	}
	sig, err := signer.SignHash(a.Hash.OIDDER(), a.Hash.Sum(data))
	return a, sig, err
}
