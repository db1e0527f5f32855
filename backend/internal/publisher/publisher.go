// Package publisher signs the manifests of procedure packs and judges such
// signatures. A publisher is known by its public key, which is data: one comes
// inside the program, others are put beside the anchors of trust by whoever
// administers it. None comes from the network.
package publisher

import (
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"akno/backend/akno"
	"akno/backend/akno/pack"
	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

// Extension is how files with a publisher's public key end.
const Extension = ".pub"

// maxKeyFile bounds a file with a key, in octets.
const maxKeyFile = 4096

const pemType = "PUBLIC KEY"

// Sign signs the manifest of a bundle.
func Sign(signer pki.Signer, b *pack.Bundle) error {
	_, sig, err := pki.Sign(signer, b.Raw)
	if err != nil {
		return fmt.Errorf("publisher: %w", err)
	}
	b.Signature = sig
	return nil
}

// Marshal writes a public key as SubjectPublicKeyInfo in PEM.
func Marshal(key *bign.PublicKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: pki.MarshalPublicKey(key)})
}

// Parse reads a public key in PEM or DER.
func Parse(file []byte) (*bign.PublicKey, error) {
	if len(file) > maxKeyFile {
		return nil, errors.New("publisher: no public key is so long")
	}
	if block, _ := pem.Decode(file); block != nil {
		if block.Type != pemType {
			return nil, fmt.Errorf("publisher: a %s is no public key", block.Type)
		}
		file = block.Bytes
	}
	key, err := pki.ParsePublicKey(file)
	if err != nil {
		return nil, fmt.Errorf("publisher: %w", err)
	}
	return key, nil
}

// FromDirs reads the keys in the files *.pub of some folders. A folder that is
// not there, or has no name, has none; a file that is no key is an error beside the keys that
// are.
func FromDirs(dirs ...string) (keys []*bign.PublicKey, err error) {
	for _, dir := range dirs {
		if dir == "" {
			continue
		}
		names, globErr := filepath.Glob(filepath.Join(dir, "*"+Extension))
		err = errors.Join(err, globErr)
		for _, name := range names {
			raw, readErr := os.ReadFile(name)
			if readErr == nil {
				var key *bign.PublicKey
				if key, readErr = Parse(raw); readErr == nil {
					keys = append(keys, key)
				}
			}
			if readErr != nil {
				err = errors.Join(err, fmt.Errorf("%s: %w", filepath.Base(name), readErr))
			}
		}
	}
	return keys, err
}

// Judge accepts what one of the keys has signed. Its error is an *akno.Error
// with code BadSignature.
func Judge(keys ...*bign.PublicKey) pack.Judge {
	return func(manifest, signature []byte) error {
		for _, key := range keys {
			alg := pki.AlgorithmFor(key)
			if pki.CheckSignature(key, pki.AlgorithmIdentifier{OID: alg.OID}, manifest, signature) == nil {
				return nil
			}
		}
		return &akno.Error{Code: akno.BadSignature, Op: "publisher.Judge", Err: errors.New("no known publisher signed the packs")}
	}
}
