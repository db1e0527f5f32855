package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"akno/backend/stb/bign"
	"akno/backend/stb/container"
)

// keyIterations is the number of iterations of containers this program writes.
const keyIterations = 100_000

// opened is the answer of the commands about keys.
type opened struct {
	Format       string `json:"format"`
	Curve        string `json:"curve,omitempty"`
	PublicKey    string `json:"publicKey,omitempty"`
	Certificates int    `json:"certificates"`
	Level        int    `json:"level,omitempty"`  // of a partial secret
	Number       int    `json:"number,omitempty"` // of a partial secret
}

func describe(format container.Format, key *bign.PrivateKey) opened {
	q := key.PublicKey()
	return opened{Format: string(format), Curve: q.Curve().Name(), PublicKey: strings.ToUpper(hex.EncodeToString(q.Bytes()))}
}

func (o opened) text() string {
	if o.PublicKey == "" {
		return fmt.Sprintf("%s: share %d of a secret of %d bits", o.Format, o.Number, o.Level)
	}
	return fmt.Sprintf("%s, %s, %d certificates\npublic key %s", o.Format, o.Curve, o.Certificates, o.PublicKey)
}

// keyFault returns the status of an error of opening, and prints it where JSON is wanted.
func (e *env) keyFault(err error) (int, error) {
	status, word := exitUsage, ""
	switch {
	case errors.Is(err, container.ErrPassword):
		status, word = exitNo, "password"
	case errors.Is(err, container.ErrContent), errors.Is(err, container.ErrFormat):
		status, word = exitNo, "format"
	default:
		var unsupported *container.UnsupportedError
		if errors.As(err, &unsupported) {
			word = "unsupported"
		}
	}
	if e.json && word != "" {
		if err := e.answer(map[string]string{"error": word}, ""); err != nil {
			return exitUsage, err
		}
	}
	return status, err
}

// openKey opens a key that a command works with.
func (e *env) openKey(file, passwordFile string) (*bign.PrivateKey, error) {
	data, err := e.read(file)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	if f := container.Inspect(data).Format; f == container.FormatPlainKey {
		return container.Open(data, nil)
	}
	password, err := e.password(passwordFile, "password of "+file)
	if err != nil {
		return nil, err
	}
	defer clear(password)
	key, _, err := openAny(data, password)
	return key, err
}

// openAny opens whatever holds a private key and returns the number of certificates beside it.
func openAny(data, password []byte) (key *bign.PrivateKey, certificates int, err error) {
	if container.Inspect(data).Format != container.FormatPKCS12 {
		key, err = container.Open(data, password)
		return key, 0, err
	}
	x, err := container.OpenPKCS12(container.Inspect(data).DER, password)
	if err != nil {
		return nil, 0, err
	}
	if x.Key == nil {
		return nil, 0, container.ErrContent
	}
	return x.Key, len(x.Certificates), nil
}

func keyOpen(e *env, args []string) (int, error) {
	o := newOptions(e)
	passwordFile := o.String("password-file", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	data, err := e.read(rest[0])
	if err != nil {
		return exitUsage, err
	}
	defer clear(data)
	format := container.Inspect(data).Format
	switch format {
	case container.FormatContainer, container.FormatShare, container.FormatPlainKey,
		container.FormatPKCS8, container.FormatPKCS12:
	default:
		return e.keyFault(fmt.Errorf("%s: %s: %w", rest[0], format, container.ErrFormat))
	}
	var password []byte
	if format != container.FormatPlainKey {
		if password, err = e.password(*passwordFile, "password"); err != nil {
			return exitUsage, err
		}
		defer clear(password)
	}
	key, certificates, err := openAny(data, password)
	if errors.Is(err, container.ErrShare) {
		return e.showShare(data, password)
	}
	if err != nil {
		return e.keyFault(err)
	}
	defer key.Wipe()
	answer := describe(format, key)
	answer.Certificates = certificates
	return exitYes, e.answer(answer, answer.text())
}

// showShare says which partial secret a container holds.
func (e *env) showShare(data, password []byte) (int, error) {
	share, err := container.OpenShare(data, password)
	if err != nil {
		return e.keyFault(err)
	}
	defer share.Wipe()
	answer := opened{Format: string(container.FormatShare), Level: share.Level, Number: int(share.Octets[0])}
	return exitYes, e.answer(answer, answer.text())
}

func keyInspect(e *env, args []string) (int, error) {
	o := newOptions(e)
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	data, err := e.read(rest[0])
	if err != nil {
		return exitUsage, err
	}
	defer clear(data)
	info := container.Inspect(data)
	answer := map[string]any{"format": info.Format, "octets": len(info.DER)}
	text := string(info.Format)
	if info.PEM != "" {
		answer["pem"], answer["blocks"] = info.PEM, info.Blocks
		text += ", PEM " + info.PEM
	}
	if info.Curve != nil {
		answer["curve"] = info.Curve.Name()
		text += ", " + info.Curve.Name()
	}
	if info.Iterations > 0 {
		answer["iterations"] = info.Iterations
		text += fmt.Sprintf(", %d iterations", info.Iterations)
	}
	if info.Algorithm != "" {
		answer["algorithm"] = info.Algorithm
		text += ", " + info.Algorithm
	}
	status := exitYes
	if info.Format == container.FormatUnknown {
		status = exitNo
	}
	return status, e.answer(answer, text)
}

func keyNew(e *env, args []string) (int, error) {
	o := newOptions(e)
	curve := o.String("curve", "bign-curve256v1", "")
	out := o.String("out", "", "")
	passwordFile := o.String("password-file", "", "")
	iterations := o.Int("iterations", keyIterations, "")
	if _, err := o.parse(args, 0, 0); err != nil {
		return exitUsage, err
	}
	c := bign.CurveByName(*curve)
	if c == nil {
		return wrongUsage("no curve %q", *curve)
	}
	if *out == "" {
		return wrongUsage("--out is missing")
	}
	password, err := e.newPassword(*passwordFile)
	if err != nil {
		return exitUsage, err
	}
	defer clear(password)
	key, err := bign.GenerateKey(c)
	if err != nil {
		return exitUsage, err
	}
	defer key.Wipe()
	return e.writeKey(*out, key, password, *iterations)
}

// newPassword reads a password that a container will be protected with.
func (e *env) newPassword(file string) ([]byte, error) {
	password, err := e.password(file, "new password")
	if err == nil && len(password) == 0 {
		return nil, errors.New("a container without a password is not written")
	}
	return password, err
}

// writeKey writes a container to a file that must not exist yet and answers with its key.
func (e *env) writeKey(out string, key *bign.PrivateKey, password []byte, iterations int) (int, error) {
	sealed, err := container.Seal(key, password, iterations)
	if err != nil {
		return exitUsage, err
	}
	if err := e.create(out, sealed, 0o600); err != nil {
		return exitUsage, err
	}
	answer := describe(container.FormatContainer, key)
	return exitYes, e.answer(answer, answer.text())
}

func keyPasswd(e *env, args []string) (int, error) {
	o := newOptions(e)
	out := o.String("out", "", "")
	passwordFile := o.String("password-file", "", "")
	newFile := o.String("new-password-file", "", "")
	iterations := o.Int("iterations", keyIterations, "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	if *out == "" {
		return wrongUsage("--out is missing")
	}
	key, err := e.openKey(rest[0], *passwordFile)
	if err != nil {
		return e.keyFault(err)
	}
	defer key.Wipe()
	password, err := e.newPassword(*newFile)
	if err != nil {
		return exitUsage, err
	}
	defer clear(password)
	return e.writeKey(*out, key, password, *iterations)
}
