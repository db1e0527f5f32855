package stb_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/stb/bash"
	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/brng"
	"akno/backend/stb/container"
)

// Secrets go through these folders. What is compared, searched and divided there would take a
// time that depends on it.
var secretFolders = []string{"belt", "bash", "brng", "bign", "bels", "internal/mp", "internal/curve", "internal/scrub"}

func TestNothingOfVariableTimeIsUsedWhereSecretsGo(t *testing.T) {
	forbidden := []string{"math/big", "bytes", "reflect", "encoding/hex", "encoding/base64"}
	looked := 0
	for _, dir := range secretFolders {
		code, _ := sources(t, token.NewFileSet(), dir)
		for _, f := range code {
			if f.Name.Name == "main" {
				continue // a generator
			}
			looked++
			for _, i := range f.Imports {
				for _, path := range forbidden {
					// The parameters of the curves are written in hexadecimal.
					if i.Path.Value == `"`+path+`"` && dir != "internal/curve" {
						t.Errorf("%s imports %s", dir, path)
					}
				}
			}
		}
	}
	if looked < 30 {
		t.Errorf("only %d files were looked at", looked)
	}
}

// Whatever can be wiped holds a secret, and is not printed by mistake.
func TestWhatCanBeWipedIsNotPrinted(t *testing.T) {
	found := 0
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || d.Name() == "testdata" {
			return err
		}
		code, _ := sources(t, token.NewFileSet(), dir)
		structs, wiped := map[string]*ast.StructType{}, map[string]bool{}
		for _, f := range code {
			ast.Inspect(f, func(n ast.Node) bool {
				switch x := n.(type) {
				case *ast.TypeSpec:
					if s, ok := x.Type.(*ast.StructType); ok {
						structs[x.Name.Name] = s
					}
				case *ast.FuncDecl:
					if x.Name.Name == "Wipe" && x.Recv != nil {
						of := x.Recv.List[0].Type
						if p, ok := of.(*ast.StarExpr); ok {
							of = p.X
						}
						wiped[of.(*ast.Ident).Name] = true
					}
				}
				return true
			})
		}
		for name := range wiped {
			found++
			if s := structs[name]; s == nil || !embedsOpaque(s) {
				t.Errorf("%s.%s has a method Wipe and can be printed", dir, name)
			}
		}
		return nil
	})
	if err != nil || found < 10 {
		t.Errorf("%d types were found, %v", found, err)
	}
}

func embedsOpaque(s *ast.StructType) bool {
	for _, f := range s.Fields.List {
		if id, ok := f.Type.(*ast.Ident); ok && len(f.Names) == 0 && id.Name == "opaque" {
			return true
		}
	}
	return false
}

func TestNoVerbPrintsASecret(t *testing.T) {
	secret := bytes.Repeat([]byte{0x5b, 0xa7, 0x13, 0x44}, 8)
	key, err := bign.NewPrivateKey(bign.Curve256v1(), secret)
	if err != nil {
		t.Fatal(err)
	}
	cipher, err := belt.NewCipher(secret)
	if err != nil {
		t.Fatal(err)
	}
	generator, err := brng.NewCTR(secret, secret)
	if err != nil {
		t.Fatal(err)
	}
	automaton, err := bash.NewAutomaton(256, 1, nil, secret)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := belt.NewMAC(secret)
	if err != nil {
		t.Fatal(err)
	}
	share := container.Share{Level: 256, Octets: append([]byte{1}, secret...)}
	held := []any{
		key, *key, cipher, *cipher, generator, *generator, automaton, mac, share, &share, belt.NewHMAC(secret),
		cipher.DWP(), cipher.NewCTR(secret[:16]), cipher.NewCFBDecrypter(secret[:16]), brng.NewHMAC(secret, nil),
		struct{ Key *bign.PrivateKey }{key},
		[]container.Share{share},
	}
	for _, x := range held {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%08b"} {
			if text := fmt.Sprintf(verb, x); !strings.Contains(text, "secret") && !strings.HasPrefix(text, "{0x") ||
				strings.Contains(strings.ToLower(text), hex.EncodeToString(secret[:4])) || strings.Contains(text, "91 167") {
				t.Errorf("%s of %T: %s", verb, x, text)
			}
		}
	}
}
