package main

import (
	"fmt"
	"os"
	"path/filepath"

	"akno/backend/akno/pack"
	"akno/backend/internal/atomicfile"
	"akno/backend/internal/packsrc"
	"akno/backend/internal/publisher"
	"akno/backend/stb/bign"
)

// formBuild compiles the sources of the procedure packs into a signed bundle.
// Without a key it makes one, signs with it and forgets it: whoever takes the
// bundle takes the public key beside it, and nobody can sign another bundle for
// it.
func formBuild(e *env, args []string) (int, error) {
	o := newOptions(e)
	out, serial := o.String("out", "", ""), o.Int("serial", 1, "")
	keyFile, passwordFile := o.String("key", "", ""), o.String("password-file", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	if *out == "" {
		return wrongUsage("--out is missing")
	}
	set, err := packsrc.Read(os.DirFS(rest[0]))
	if err != nil {
		return exitNo, err
	}
	items, err := set.Items()
	if err != nil {
		return exitNo, err
	}
	b, err := pack.Build(set.Issued(), *serial, items)
	if err != nil {
		return exitNo, err
	}
	key, err := e.publisherKey(*keyFile, *passwordFile)
	if err != nil {
		return exitUsage, err
	}
	defer key.Wipe()
	if err := publisher.Sign(key, b); err != nil {
		return exitUsage, err
	}
	if err := writeBundle(*out, b, key.PublicKey()); err != nil {
		return exitUsage, err
	}
	answer := map[string]any{"hash": b.Hash(), "serial": *serial, "items": len(b.Manifest.Items)}
	return exitYes, e.answer(answer, fmt.Sprintf("%d items, %s", len(b.Manifest.Items), b.Hash()))
}

func (e *env) publisherKey(file, passwordFile string) (*bign.PrivateKey, error) {
	if file == "" {
		return bign.GenerateKey(bign.Curve256v1())
	}
	return e.openKey(file, passwordFile)
}

func writeBundle(dir string, b *pack.Bundle, key *bign.PublicKey) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, octets := range map[string][]byte{
		"manifest.json": b.Raw, "manifest.sig": b.Signature, "items.jsonl": b.Lines(), "publisher.pub": publisher.Marshal(key),
	} {
		if err := atomicfile.Write(filepath.Join(dir, name), octets, 0o644); err != nil {
			return err
		}
	}
	return nil
}
