package app

import (
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"akno/app/bindcheck"
	"akno/backend/akno"
)

func TestBoundTypesTravelSafely(t *testing.T) {
	if bad := bindcheck.Check(newBench(t).Bind()...); len(bad) > 0 {
		t.Error(strings.Join(bad, "\n"))
	}
}

// TestEveryBoundMethodIsGuarded reads the source: the first statement of each
// exported method of a bound type is the deferred guard that names its error.
func TestEveryBoundMethodIsGuarded(t *testing.T) {
	bound := map[string]bool{}
	for _, b := range newBench(t).Bind() {
		bound[reflect.TypeOf(b).Elem().Name()] = true
	}
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	checked := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			m, ok := d.(*ast.FuncDecl)
			if !ok || m.Recv == nil || !m.Name.IsExported() || !bound[receiver(m)] {
				continue
			}
			checked++
			if !guarded(m) {
				t.Errorf("%s: %s.%s does not begin with its guard", name, receiver(m), m.Name.Name)
			}
		}
	}
	if checked < 5 {
		t.Errorf("only %d methods were looked at", checked)
	}
}

func receiver(m *ast.FuncDecl) string {
	if star, ok := m.Recv.List[0].Type.(*ast.StarExpr); ok {
		if id, ok := star.X.(*ast.Ident); ok {
			return id.Name
		}
	}
	return ""
}

// guarded says whether m defers a guard over its named error before it does
// anything but name constants.
func guarded(m *ast.FuncDecl) bool {
	for _, s := range m.Body.List {
		if d, ok := s.(*ast.DeclStmt); ok && d.Decl.(*ast.GenDecl).Tok == token.CONST {
			continue
		}
		d, ok := s.(*ast.DeferStmt)
		if !ok || len(d.Call.Args) != 2 {
			return false
		}
		fn, ok := d.Call.Fun.(*ast.SelectorExpr)
		addr, named := d.Call.Args[1].(*ast.UnaryExpr)
		return ok && fn.Sel.Name == "guard" && named && addr.Op == token.AND && addr.X.(*ast.Ident).Name == "err"
	}
	return false
}

func TestAPanicIsAnsweredAndRedacted(t *testing.T) {
	b := newBench(t)
	call := func() (err error) {
		defer b.guard("drafts.Save", &err)
		panic("Ковалёва MP1234567")
	}
	var p problem
	if err := json.Unmarshal([]byte(b.FormatError(call()).(string)), &p); err != nil || p.Code != akno.Internal || len(p.Ref) != 6 {
		t.Error(p, err)
	}
	log := b.out.String()
	if strings.Contains(log, "Ковал") || strings.Contains(log, "1234567") {
		t.Error("the log quotes the panic:", log)
	}
	if !strings.Contains(log, "drafts.Save") || strings.Count(log, p.Ref) != 2 {
		t.Errorf("the log does not lead from %s to the place: %s", p.Ref, log)
	}
}

func TestAPanicOfTheRuntimeIsNamed(t *testing.T) {
	b := newBench(t)
	var nothing []int
	err := b.guarded("x", func() error { _ = nothing[len(nothing)]; return nil })
	if akno.CodeOf(err) != akno.Internal || !strings.Contains(b.out.String(), "index out of range") {
		t.Error(err, b.out)
	}
}

func TestAFailureArrivesAsText(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		err  error
		want problem
	}{
		{&akno.Error{Code: akno.Invalid, Op: "x", Fields: map[string]string{"title": "required"}}, problem{Code: akno.Invalid, Fields: map[string]string{"title": "required"}}},
		{&fs.PathError{Op: "open", Path: "/home/anna/drafts.db", Err: fs.ErrPermission}, problem{Code: akno.Internal}},
		{errors.Join(errors.New("a"), &akno.Error{Code: akno.DiskFull}), problem{Code: akno.DiskFull}},
	} {
		text, ok := b.FormatError(c.err).(string)
		var got problem
		if err := json.Unmarshal([]byte(text), &got); !ok || err != nil {
			t.Fatal(text, err)
		}
		if !strings.Contains(b.out.String(), got.Ref) || got.Ref == "" {
			t.Errorf("%q is not in the log", got.Ref)
		}
		got.Ref = ""
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: got %+v, want %+v", c.err, got, c.want)
		}
	}
	if strings.Contains(b.out.String(), "anna") {
		t.Error("the log names a folder:", b.out)
	}
}

func TestLinksWaitForThePage(t *testing.T) {
	b := newBench(t)
	b.Opened([]string{"akno://activate?code=Abc123", "akno://nonsense"}, "/")
	links, err := b.system.Ready()
	if err != nil || len(links) != 1 || links[0].ID != "Abc123" || b.desk.seen("link") != 0 {
		t.Error(links, err, b.desk.events)
	}
	b.Opened([]string{"akno://activate?code=Abc124"}, "/")
	if b.desk.seen("link") != 1 || b.desk.shown != 2 {
		t.Error(b.desk.events, b.desk.shown)
	}
	if links, err := b.system.Ready(); err != nil || links == nil || len(links) != 0 {
		t.Error("a page that was loaded again was given old links or null:", links, err)
	}
}

func TestTheWindowWaitsForThePageToHandOver(t *testing.T) {
	b := newBench(t)
	if b.BeforeClose(t.Context()) {
		t.Error("a window without a page was kept open")
	}
	if _, err := b.system.Ready(); err != nil {
		t.Fatal(err)
	}
	if !b.BeforeClose(t.Context()) || b.desk.seen("leaving") != 1 {
		t.Error("the page was not asked", b.desk.events)
	}
	for range 2 { // a second answer does no harm
		if err := b.system.Left(); err != nil {
			t.Fatal(err)
		}
	}
	<-b.desk.quit
	if b.BeforeClose(t.Context()) {
		t.Error("the second time must close")
	}
}

func TestAPageThatCouldNotSaveKeepsTheWindow(t *testing.T) {
	b := newBench(t)
	if _, err := b.system.Ready(); err != nil {
		t.Fatal(err)
	}
	for time := range 2 { // however often the person tries
		if !b.BeforeClose(t.Context()) || b.desk.seen("leaving") != time+1 {
			t.Fatal("the page was not asked", b.desk.events)
		}
		if stays, err := b.system.Stay(); err != nil || !stays {
			t.Fatal(stays, err)
		}
	}
	select {
	case <-b.desk.quit:
		t.Fatal("it was closed over what was not saved")
	default:
	}
	if err := b.system.Leave(); err != nil {
		t.Fatal(err)
	}
	<-b.desk.quit
	if b.BeforeClose(t.Context()) {
		t.Error("the person has said that it may close, and is asked again")
	}
}

func TestAProgramInABrowserEndsWhenTheSystemSaysSo(t *testing.T) {
	b := newBench(t)
	b.desk.browser = true
	if _, err := b.system.Ready(); err != nil {
		t.Fatal(err)
	}
	if !b.BeforeClose(t.Context()) {
		t.Fatal("the page was not asked")
	}
	if stays, err := b.system.Stay(); err != nil || stays {
		t.Error(stays, err)
	}
	<-b.desk.quit
}

func TestASilentPageDoesNotKeepTheWindow(t *testing.T) {
	b := newBench(t)
	if _, err := b.system.Ready(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	b.BeforeClose(t.Context())
	<-b.desk.quit
	if d := time.Since(began); d < leaveLimit {
		t.Errorf("closed after %v", d)
	}
}

// piece is a part that remembers what was done to it.
type piece struct {
	name string
	did  *[]string
	fail error
}

func (p *piece) open(context.Context) error { *p.did = append(*p.did, "open "+p.name); return p.fail }
func (p *piece) close() error               { *p.did = append(*p.did, "close "+p.name); return nil }

// worker is a part that works until the program ends.
type worker struct{ started, ended chan struct{} }

func (w *worker) run(ctx context.Context) error {
	close(w.started)
	<-ctx.Done()
	close(w.ended)
	return ctx.Err()
}

func TestPartsAreOpenedInOrderAndClosedInReverse(t *testing.T) {
	b := newBench(t)
	var did []string
	w := &worker{make(chan struct{}), make(chan struct{})}
	full := &akno.Error{Code: akno.DiskFull, Op: "store.Open"}
	b.parts = []part{&piece{"a", &did, nil}, w, &piece{"b", &did, full}, &piece{"c", &did, nil}}
	b.Startup(t.Context())
	<-w.started
	if err := b.errLocked("x"); akno.CodeOf(err) != akno.DiskFull || !strings.Contains(b.out.String(), `disk_full`) {
		t.Errorf("a call is refused with %v, the log says:\n%s", err, b.out)
	}
	b.Shutdown(t.Context())
	<-w.ended
	if got := strings.Join(did, ", "); got != "open a, open b, open c, close c, close b, close a" {
		t.Error(got)
	}
}

func TestPreferencesAreKeptAndChecked(t *testing.T) {
	b := newBench(t)
	got, err := b.system.Preferences()
	if err != nil || got != defaultPreferences {
		t.Error(got, err)
	}
	want := Preferences{Language: "be", Theme: "contrast", TextSize: 130, PortalURL: "https://portal.gov.by", FirstRunDone: true}
	if err := b.system.SetPreferences(want); err != nil {
		t.Fatal(err)
	}
	if got := newPreferences(b.cfg.ProfileDir).get(); got != want || b.PortalURL() != want.PortalURL {
		t.Error(got)
	}
	err = b.system.SetPreferences(Preferences{Language: "de", Theme: "dark", TextSize: 90, PortalURL: "http://portal.gov.by"})
	if f := akno.FieldsOf(err); len(f) != 3 || f["language"] == "" || f["textSize"] == "" || f["portalURL"] == "" {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(b.cfg.ProfileDir, "preferences.json"), []byte("{damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := b.preferences.get(); got != defaultPreferences {
		t.Error(got)
	}
}

func TestAnAddressIsCheckedBeforeItIsOpened(t *testing.T) {
	b := newBench(t)
	if err := b.system.OpenURL("https://portal.gov.by/"); err != nil || len(b.desk.opened) != 1 {
		t.Error(err)
	}
	if err := b.system.OpenURL("file:///etc/passwd"); akno.CodeOf(err) != akno.Invalid || len(b.desk.opened) != 1 {
		t.Error(err)
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "решение.pdf")
	write := func(text string, fail error) error {
		return WriteWhole(path, func(w io.Writer) error { _, _ = io.WriteString(w, text); return fail })
	}
	if err := write("old", nil); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space")
	if err := write("new and long", full); !errors.Is(err, full) {
		t.Error(err)
	}
	got, err := os.ReadFile(path)
	left, _ := os.ReadDir(dir)
	if err != nil || string(got) != "old" || len(left) != 1 {
		t.Errorf("%q %v, %d files", got, err, len(left))
	}
}

func TestMarksCountFromTheLaunch(t *testing.T) {
	b := newBench(t)
	var out strings.Builder
	b.cfg.Marks = &out
	b.tick.pass(250 * time.Millisecond)
	if err := b.system.Painted(); err != nil || out.String() != "MARK paint 250\n" {
		t.Errorf("%q %v", &out, err)
	}
}

func TestAPanicInTheBackgroundDoesNotEndTheProgram(t *testing.T) {
	b := newBench(t)
	done := make(chan struct{})
	b.Go("syncer.push", func() {
		defer close(done)
		panic("Ковалёва")
	})
	<-done
	for !strings.Contains(b.out.String(), "syncer.push") { // written just after done; the test's own limit is the wait
		runtime.Gosched()
	}
	if strings.Contains(b.out.String(), "Ковал") {
		t.Error(b.out)
	}
}
