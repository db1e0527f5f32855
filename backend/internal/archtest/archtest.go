// Package archtest holds the drawing of the program as data, and the tests that
// keep the code true to it: which part may import which, by which door a
// library comes in, where the time of day is read.
//
// The files are parsed here rather than listed by the go command: a test that
// runs another program is served stale results by Go's test cache, while files
// that the test opens itself are tracked.
package archtest

import (
	"slices"
	"strings"
)

const module = "akno"

// floors says which parts of the module each part may import, besides itself.
// The longest part that holds a package wins.
var floors = []struct {
	part    string
	may     []string
	stdOnly bool     // no library at all,
	except  []string // but for these
}{
	{part: ".", may: []string{"app", "backend/akno", "backend/desktop", "backend/logx"}},
	{part: "app", may: []string{"backend/akno", "backend/desktop", "backend/print", "backend/logx"}},
	{part: "backend/cmd/portald", may: []string{"backend/portal", "backend/gossuok", "backend/akno", "backend/portalapi", "backend/stb", "backend/print", "backend/internal", "backend/logx"}},
	{part: "backend/cmd/pkid", may: []string{"backend/gossuok", "backend/stb", "backend/internal", "backend/logx"}},
	{part: "backend/cmd/aknoctl", may: []string{"backend/desktop", "backend/akno", "backend/portalapi", "backend/print", "backend/stb", "backend/internal", "backend/logx"}},
	{part: "backend/desktop", may: []string{"backend/akno", "backend/portalapi", "backend/print", "backend/stb", "backend/internal", "backend/logx"}},
	{part: "backend/portal", may: []string{"backend/akno", "backend/portalapi", "backend/print", "backend/stb", "backend/internal", "backend/logx"}},
	{part: "backend/portal/demo", may: []string{"backend/portal", "backend/gossuok", "backend/akno", "backend/portalapi", "backend/print", "backend/stb", "backend/internal", "backend/logx"}},
	{part: "backend/portalapi", may: []string{"backend/akno"}, stdOnly: true},
	{part: "backend/print", may: []string{"backend/akno"}},
	{part: "backend/gossuok", may: []string{"backend/stb", "backend/internal", "backend/logx"}},
	{part: "backend/internal"},
	{part: "backend/internal/judge", may: []string{"backend/akno", "backend/stb"}},
	{part: "backend/internal/packsrc", may: []string{"backend/akno"}},
	{part: "backend/internal/publisher", may: []string{"backend/akno", "backend/stb"}},
	{part: "backend/internal/testkit", may: []string{"backend"}},
	{part: "backend/logx"},
	{part: "backend/e2e", may: []string{"backend"}},
	{part: "backend/akno", stdOnly: true},
	{part: "backend/stb", stdOnly: true, except: []string{"golang.org/x/crypto/cryptobyte"}},
}

// doors says which packages may import a library, or a part of the standard
// library that is a door to the outside. A library that is not here may not be
// imported at all. The longest door that holds an import wins.
var doors = map[string][]string{
	"github.com/sirupsen/logrus":               {"backend/logx"},
	"github.com/go-resty/resty/v2":             {"backend/desktop/portalclient"},
	"github.com/wailsapp/wails/v2":             {".", "app", "backend/logx"},
	"github.com/godbus/dbus/v5":                {"app", "backend/desktop/sysproxy"},
	"github.com/mattn/go-ieproxy":              {"backend/desktop/sysproxy"},
	"github.com/zalando/go-keyring":            {"backend/desktop/keystore"},
	"modernc.org/sqlite":                       {"backend/internal/dbx", "backend/desktop/store", "backend/portal/store"},
	"modernc.org/libc":                         {"backend/desktop/store/cryptvfs"},
	"github.com/jackc/pgx/v5":                  {"backend/portal/store", "backend/internal/testkit/testdb"},
	"database/sql":                             {"backend/internal/dbx", "backend/desktop/store", "backend/portal/store"},
	"github.com/pressly/goose/v3":              {"backend/internal/dbx", "backend/desktop/store", "backend/portal/store"},
	"github.com/oapi-codegen/runtime":          {"backend/portal/httpapi", "backend/desktop/portalclient"},
	"golang.org/x/time":                        {"backend/portal/httpapi"},
	"golang.org/x/crypto/argon2":               {"backend/portal/account"},
	"golang.org/x/crypto/cryptobyte":           {"backend/stb"},
	"github.com/wneessen/go-mail":              {"backend/portal/mail"},
	"github.com/emersion/go-smtp":              {"backend/portal/demo"},
	"codeberg.org/go-pdf/fpdf":                 {"backend/print"},
	"github.com/boombuler/barcode":             {"backend/print"},
	"github.com/kljensen/snowball":             {"backend/portal/catalogue", "backend/desktop/words"},
	"github.com/rogpeppe/go-internal":          {"backend/cmd"},
	"go.yaml.in/yaml/v3":                       {"backend/internal/packsrc"},
	"golang.org/x/sys":                         {"backend/cmd/aknoctl", "backend/desktop/keyring", "backend/desktop/netwatch", "backend/desktop/single", "backend/portal/blob"},
	"golang.org/x/sync":                        {"backend"},
	"golang.org/x/text/unicode/norm":           {"backend"},
	"net/http":                                 {".", "app", "backend/desktop/portalclient", "backend/portal/httpapi", "backend/gossuok", "backend/portal/demo", "backend/cmd", "backend/e2e", "backend/internal/testkit"},
	"log":                                      {},
	"math/big":                                 {"backend/akno/decimal", "backend/desktop/syncer", "backend/stb/pki"}, // its time depends on the numbers
	"math/rand":                                {"backend/stb/internal/dudect"},
	"unsafe":                                   {"backend/desktop/keyring", "backend/desktop/secmem", "backend/desktop/store/cryptvfs", "backend/stb/internal/dudect"},
	"C":                                        {"."},
	"github.com/santhosh-tekuri/jsonschema/v6": {"backend/internal/testkit"},
	"github.com/getkin/kin-openapi":            {"backend/internal/testkit"},
}

// refuse returns why a file of the folder dir may not import imp, or "".
func refuse(dir, imp string) string {
	floor := floors[0]
	for _, f := range floors {
		if within(dir, f.part) && (floor.part == "." || len(f.part) > len(floor.part)) {
			floor = f
		}
	}
	if rel, ours := strings.CutPrefix(imp, module+"/"); ours {
		if floor.part != "." && within(rel, floor.part) || slices.ContainsFunc(floor.may, func(p string) bool { return within(rel, p) }) {
			return ""
		}
		return floor.part + " stands below or beside it"
	}
	first, _, _ := strings.Cut(imp, "/")
	library := strings.Contains(first, ".")
	if library && floor.stdOnly && !slices.ContainsFunc(floor.except, func(p string) bool { return within(imp, p) }) {
		return floor.part + " is standard library only"
	}
	door := ""
	for d := range doors {
		if within(imp, d) && len(d) > len(door) {
			door = d
		}
	}
	switch {
	case door == "" && library:
		return "it has no door"
	case door != "" && !slices.ContainsFunc(doors[door], func(p string) bool { return p == "." && dir == "." || p != "." && within(dir, p) }):
		return "it may come in by another door only"
	}
	return ""
}

func within(dir, part string) bool {
	return dir == part || strings.HasPrefix(dir, part+"/")
}
