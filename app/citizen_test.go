package app

import (
	"archive/zip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/session"
)

// cabinet is the program with an open profile and no portal.
type cabinetBench struct {
	*bench
	*Drafts
	apps *Applications
	cat  *Catalogue
}

func newCabinet(t *testing.T) *cabinetBench {
	t.Helper()
	b := newBench(t)
	b.cfg.PortalURL = "http://127.0.0.1:1" // nobody listens there
	if err := b.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	})
	c := &cabinetBench{bench: b}
	for _, p := range b.parts {
		switch p := p.(type) {
		case *Drafts:
			c.Drafts = p
		case *Applications:
			c.apps = p
		case *Catalogue:
			c.cat = p
		}
	}
	return c
}

// text is an answer as the page sends it.
func text(field, s string) Patch { return Patch{Field: field, Value: Value{Kind: "text", Text: s}} }

// field finds a field of a change or a draft.
func fieldIn(t *testing.T, fields []FieldView, id string) FieldView {
	t.Helper()
	i := slices.IndexFunc(fields, func(f FieldView) bool { return f.ID == id })
	if i < 0 {
		t.Fatalf("no field %s", id)
	}
	return fields[i]
}

// typeExample types the example of a form in, as the page would.
func (c *cabinetBench) typeExample(t *testing.T, v DraftView) DraftChange {
	t.Helper()
	raw, err := os.ReadFile("../backend/akno/form/testdata/examples/" + v.Card.FormID + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var ex struct {
		Values form.Answers `json:"values"`
	}
	if err := json.Unmarshal(raw, &ex); err != nil {
		t.Fatal(err)
	}
	var patches []Patch
	for id, a := range ex.Values {
		patches = append(patches, Patch{Field: id, Value: valueOf(a)})
	}
	change, err := c.Apply(v.Draft.ID, patches)
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func TestTheCatalogueIsSearchedByStemsAndSaysWhatIsClosed(t *testing.T) {
	c := newCabinet(t)
	all, err := c.cat.List(CatalogueQuery{})
	if err != nil || all.Total != len(all.Items) || all.Total < 70 {
		t.Fatal(all.Total, err)
	}
	sum := 0
	for _, k := range all.Categories {
		sum += k.Count
	}
	if sum != all.Total {
		t.Errorf("%d in the situations, %d in all", sum, all.Total)
	}
	for _, words := range []string{"справку о месте жительства", "даведкі месцы жыхарства", "1.3.4"} {
		found, err := c.cat.List(CatalogueQuery{Search: words})
		if err != nil || !slices.ContainsFunc(found.Items, func(p ProcedureCard) bool { return p.Code == "200.1.3.4" }) || len(found.Items) > 25 {
			t.Errorf("%q: %d, %v", words, len(found.Items), err)
		}
	}
	v, err := c.cat.Get("200.1.1.5")
	if err != nil || v.Card.Allowed || v.Card.ClosedReason != "level_strict" || len(v.Documents) == 0 {
		t.Errorf("%+v %v", v.Card, err)
	}
	open, err := c.cat.List(CatalogueQuery{OnlyOpen: true})
	if err != nil || slices.ContainsFunc(open.Items, func(p ProcedureCard) bool { return !p.Allowed }) {
		t.Error("a closed procedure is among the open ones", err)
	}
	free, err := c.cat.List(CatalogueQuery{OnlyFree: true, Category: all.Categories[0].Category})
	if err != nil || len(free.Items) == 0 || len(free.Items) == all.Total || free.Total != all.Total {
		t.Errorf("%d of %d in %d, %v", len(free.Items), all.Total, free.Total, err)
	}
	if _, err := c.cat.Get("nothing"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestADraftIsMadeTypedAndReadWithoutANetwork(t *testing.T) {
	c := newCabinet(t)
	v, err := c.Create("200.1.3.4")
	if err != nil || v.Draft.State != "draft" || len(v.Steps) == 0 || len(v.Fields) == 0 || v.Signature == "" || v.NeedLevel == "" {
		t.Fatalf("%+v %v", v.Draft, err)
	}
	check, err := c.Check(v.Draft.ID)
	if err != nil || check.Ready || len(check.Errors) == 0 || check.Errors[0].Label.Ru == "" || check.Errors[0].Step == "" {
		t.Errorf("%+v %v", check, err)
	}
	change, err := c.Apply(v.Draft.ID, []Patch{text("personal_number", "3110575а001рв7")})
	if err != nil {
		t.Fatal(err)
	}
	if f := fieldIn(t, change.Fields, "personal_number"); f.Value.Text != "3110575A001PB7" || !f.Repaired || change.SavedAt == "" {
		t.Errorf("%+v", f)
	}
	change = c.typeExample(t, v)
	if change.Ready != change.Total || change.Total == 0 {
		t.Errorf("%d of %d", change.Ready, change.Total)
	}
	p, err := c.Preview(v.Draft.ID, "be")
	if err != nil || len(p.SHA256) != 64 || p.NeedPay || len(p.Groups) == 0 || p.Recipient.Ru == "" || p.Portal.Ru != "127.0.0.1:1" {
		t.Fatalf("%+v %v", p, err)
	}
	w := c.ask("GET", p.Document.URL, nil)
	if w.Code != 200 || !strings.HasPrefix(w.Body.String(), "%PDF") || w.Header().Get("Content-Type") != "application/pdf" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if again, err := c.Preview(v.Draft.ID, "be"); err != nil || again.Document.URL != p.Document.URL {
		t.Errorf("the preview would be opened anew: %q, %q, %v", p.Document.URL, again.Document.URL, err)
	}
	for range maxFiles { // so many that the first is not readable any more
		c.App.files.path("/nowhere", "text/plain", "")
	}
	if again, err := c.Preview(v.Draft.ID, "be"); err != nil || c.ask("GET", again.Document.URL, nil).Code != 200 {
		t.Errorf("an address that is gone was given: %v", err)
	}
	if _, err := c.Preview(v.Draft.ID, "en"); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("got %v", err)
	}
	page, err := c.Drafts.Page(DraftQuery{Box: "ready"})
	if err != nil || len(page.Items) != 1 || page.Items[0].ID != v.Draft.ID || page.Items[0].Title.Ru == "" || page.Ready != 1 {
		t.Errorf("%+v %v", page, err)
	}
	home, err := c.Home()
	if err != nil || len(home.Tasks) != 1 || home.Tasks[0].Kind != "finish" || len(home.Drafts) != 1 || len(home.Frequent) == 0 {
		t.Errorf("%+v %v", home.Tasks, err)
	}
}

// unsigned is a procedure whose example is filed without a signature.
func (c *cabinetBench) unsigned(t *testing.T) string {
	t.Helper()
	code := ""
	for _, p := range c.Drafts.w.c.catalogue.Procedures() {
		f, err := c.Drafts.w.c.catalogue.Form(p.Form)
		if err != nil {
			t.Fatal(err)
		}
		_, err = os.Stat("../backend/akno/form/testdata/examples/" + p.Form + ".json")
		if err == nil && p.Level < akno.Strict && !f.Definition().RequiresSignature && p.Fee.Kind == akno.FeeFree && code == "" && p.Accepts(akno.Citizen) {
			code = p.Code
		}
	}
	if code == "" {
		t.Fatal("no procedure is filed without a signature")
	}
	return code
}

func TestAnApplicationWaitsForTheNetworkAndCanBeTakenBack(t *testing.T) {
	c := newCabinet(t)
	code := c.unsigned(t)
	v, err := c.Create(code)
	if err != nil {
		t.Fatal(err)
	}
	c.typeExample(t, v)
	p, err := c.Preview(v.Draft.ID, "ru")
	if err != nil {
		t.Fatal(code, err)
	}
	if _, err := c.Submit(v.Draft.ID, "ru", strings.Repeat("0", 64)); akno.CodeOf(err) != akno.Conflict {
		t.Errorf("got %v", err)
	}
	r, err := c.Submit(v.Draft.ID, "ru", p.SHA256)
	if err != nil || !r.Queued || r.ApplicationID != v.Draft.ID {
		t.Fatalf("%+v %v", r, err)
	}
	list, err := c.apps.List()
	if err != nil || len(list) != 1 || list[0].Status != "queued" {
		t.Fatalf("%+v %v", list, err)
	}
	card, err := c.apps.Get(v.Draft.ID)
	if err != nil || !card.Unqueue || card.Withdraw || card.Document.URL == "" || card.Decision.Outcome != "" {
		t.Errorf("%+v %v", card.Summary, err)
	}
	st, err := c.apps.Sync()
	if err != nil || len(st.Pending) != 1 || st.Pending[0].Title.Ru == "" || !st.NeedsSignIn || st.Online {
		t.Errorf("%+v %v", st, err)
	}
	c.desk.saveAs = filepath.Join(t.TempDir(), "пакет.zip")
	if place, err := c.apps.SavePackage(v.Draft.ID); err != nil || place != c.desk.saveAs {
		t.Errorf("%q %v", place, err)
	}
	if names := zipped(t, c.desk.saveAs); !slices.Contains(names, "application.json") {
		t.Errorf("%q", names)
	}
	if _, err := c.apps.SaveDecision(v.Draft.ID); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
	back, err := c.apps.Unqueue(v.Draft.ID)
	if err != nil || back.Draft.State != "draft" {
		t.Errorf("%+v %v", back.Draft, err)
	}
	if c.desk.seen("sync") == 0 {
		t.Error("the page was not told of the queue")
	}
}

func zipped(t *testing.T, path string) []string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	return names
}

func TestFilesComeByTheDialogOrByDropping(t *testing.T) {
	c := newCabinet(t)
	v, err := c.Create("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Apply(v.Draft.ID, []Patch{text("acts_as", "representative")}); err != nil {
		t.Fatal(err)
	}
	if p, err := c.attachments().PickFiles(FilePlace{Draft: v.Draft.ID, Field: "rep_file"}); err != nil || len(p.Draft.Fields) != 0 || len(p.Problems) != 0 {
		t.Errorf("a cancelled dialog: %+v %v", p, err)
	}
	bad := filepath.Join(t.TempDir(), "план.docx")
	if err := os.WriteFile(bad, []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	ch, err := c.attachments().AddFiles(FilePlace{Draft: v.Draft.ID, Field: "rep_file"}, []string{bad})
	if err != nil || len(ch.Problems) != 1 || ch.Problems[0] != (FileProblem{"план.docx", string(akno.BadFileType)}) {
		t.Errorf("%+v %v", ch.Problems, err)
	}
	slip := filepath.Join(t.TempDir(), "скан.pdf")
	if err := os.WriteFile(slip, c.pdf(t), 0o600); err != nil {
		t.Fatal(err)
	}
	c.desk.files = []string{slip}
	if ch, err = c.attachments().PickFiles(FilePlace{Draft: v.Draft.ID, Field: "rep_file"}); err != nil {
		t.Fatal(err)
	}
	if want := []string{bad, slip}; !slices.Equal(c.desk.taken, want) {
		t.Errorf("the desk was told that %v were taken, want %v", c.desk.taken, want)
	}
	f := fieldIn(t, ch.Draft.Fields, "rep_file")
	if len(f.Files) != 1 || f.Files[0].Name != "скан.pdf" || f.MaxFiles != 1 || f.MaxBytes == 0 || len(f.FileTypes) == 0 || f.Value.Kind != "none" {
		t.Errorf("%+v", f)
	}
	if ch, err = c.attachments().RemoveFile(FilePlace{Draft: v.Draft.ID, Field: "rep_file", File: f.Files[0].ID}); err != nil || len(fieldIn(t, ch.Draft.Fields, "rep_file").Files) != 0 {
		t.Errorf("%+v %v", ch, err)
	}
}

// pdf is a real document.
func (c *cabinetBench) pdf(t *testing.T) []byte {
	t.Helper()
	v, err := c.Create("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	c.typeExample(t, v)
	p, err := c.Preview(v.Draft.ID, "ru")
	if err != nil {
		t.Fatal(err)
	}
	return c.ask("GET", p.Document.URL, nil).Body.Bytes()
}

func TestThePortalIsNeededForAnOrderOnly(t *testing.T) {
	c := newCabinet(t)
	v, err := c.Create("200.5.13")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateOrder(v.Draft.ID); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("an order for an empty form: %v", err)
	}
	for name, err := range map[string]error{
		"slip":      second(c.SaveSlip(v.Draft.ID)),
		"receipt":   second(c.attachments().AddFiles(FilePlace{Draft: v.Draft.ID, Field: draft.ReceiptField}, []string{"x"})),
		"operation": second(c.StateTransaction(v.Draft.ID, "123456")),
		"cancel":    c.CancelOrder(v.Draft.ID),
		"refresh":   second(c.RefreshOrder(v.Draft.ID)),
	} {
		if code := akno.CodeOf(err); code != akno.WrongState && code != akno.NotFound {
			t.Errorf("%s without an order: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestThePauseIsRememberedAndSaysSo(t *testing.T) {
	c := newCabinet(t)
	st, err := c.apps.SetPaused(true)
	if err != nil || !st.Paused || st.Online {
		t.Fatalf("%+v %v", st, err)
	}
	if st, err = c.apps.SyncNow(); err != nil || !st.Paused {
		t.Errorf("%+v %v", st, err)
	}
	c.Drafts.w.c.portal.SetOffline(false)
	if err := c.Drafts.w.sync.Recall(context.Background()); err != nil || !c.Drafts.w.c.portal.Offline() {
		t.Errorf("the next start is not cut: %v", err)
	}
}

func TestAFormIsNotFilledFromAnotherPersonsKey(t *testing.T) {
	anna, ivan := session.Person{PersonalNumber: "1"}, session.Person{PersonalNumber: "2"}
	body := session.Person{Surname: "Исполком"}
	for name, c := range map[string]struct {
		keys   []session.Person
		number string
		want   session.Person
		ok     bool
	}{
		"no key":                  {nil, "", session.Person{}, false},
		"one person's":            {[]session.Person{anna, anna}, "", anna, true},
		"an organisation's":       {[]session.Person{body}, "", session.Person{}, false},
		"and an organisation's":   {[]session.Person{body, anna}, "", anna, true},
		"two people's":            {[]session.Person{anna, ivan}, "", session.Person{}, false},
		"two, and one signed in":  {[]session.Person{anna, ivan}, "2", ivan, true},
		"another one's signed in": {[]session.Person{anna}, "2", session.Person{}, false},
	} {
		if got, ok := oneHolder(c.keys, c.number); got != c.want || ok != c.ok {
			t.Errorf("%s: %+v %v", name, got, ok)
		}
	}
}

func TestTheMostUrgentTaskComesFirst(t *testing.T) {
	tasks := []HomeTask{
		{Kind: "finish", ID: "1"},
		{Kind: "answer", ID: "2"},
		{Kind: "answer", ID: "3", Due: "2026-12-02"},
		{Kind: "pay", ID: "4", Due: "2026-11-30"},
		{Kind: "answer", ID: "5", Due: "2026-12-01"},
		{Kind: "fix", ID: "6"},
		{Kind: "change_password", ID: "7"},
	}
	sortTasks(tasks)
	var got []string
	for _, task := range tasks {
		got = append(got, task.ID)
	}
	if want := []string{"7", "6", "5", "3", "2", "4", "1"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestAClosedProfileIsSaidAndNothingPanics(t *testing.T) {
	b := newBench(t)
	for _, p := range b.parts {
		switch p := p.(type) {
		case *Drafts:
			for _, err := range []error{second(p.Page(DraftQuery{Box: "drafts"})), second(p.Home()), second(p.Create("x")), second(p.Undo("x")), second(p.BeginSign("a", "b", "ru", "c")), p.Delete("x")} {
				if akno.CodeOf(err) != akno.Unavailable {
					t.Errorf("got %v", err)
				}
			}
		case *Applications:
			for _, err := range []error{second(p.List()), second(p.Get("x")), second(p.Unqueue("x")), second(p.SaveDecision("x")), second(p.SetPaused(true))} {
				if akno.CodeOf(err) != akno.Unavailable {
					t.Errorf("got %v", err)
				}
			}
			if st, err := p.Sync(); err != nil || st.Pending == nil {
				t.Errorf("%+v %v", st, err)
			}
		case *Catalogue:
			if _, err := p.List(CatalogueQuery{}); akno.CodeOf(err) != akno.Unavailable {
				t.Errorf("got %v", err)
			}
		}
	}
}

// A nil list arrives in the page as null, which no page expects.
func TestNoListIsNil(t *testing.T) {
	c := newCabinet(t)
	v, err := c.Create("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	ch := c.typeExample(t, v)
	p, err := c.Preview(v.Draft.ID, "ru")
	if err != nil {
		t.Fatal(err)
	}
	page, err := c.cat.Get("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	home, err := c.Home()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []any{v, ch, p, page, home} {
		noNil(t, reflect.TypeOf(x).Name(), reflect.ValueOf(x))
	}
}

func noNil(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			noNil(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		if v.IsNil() {
			t.Errorf("%s is nil", path)
		}
		for i := range min(v.Len(), 3) {
			noNil(t, path+"[]", v.Index(i))
		}
	}
}

func TestHowFormsAreLaidOutBelongsToThePerson(t *testing.T) {
	c := newCabinet(t)
	layout := func() string {
		t.Helper()
		v, err := c.Create("200.1.3.4")
		if err != nil {
			t.Fatal(err)
		}
		return v.Layout
	}
	if got := layout(); got != "steps" {
		t.Errorf("nobody chose, yet forms are laid out as %q", got)
	}
	if err := c.SetLayout("page"); err != nil {
		t.Fatal(err)
	}
	if got := layout(); got != "page" {
		t.Errorf("after the choice forms are laid out as %q", got)
	}
	if err := c.SetLayout("cards"); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("an unknown layout gives %v", err)
	}
}

func TestAQuestionExplainsItsWordsAndShowsWhereItsNumberStands(t *testing.T) {
	c := newCabinet(t)
	v, err := c.Create("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(v.Marks, func(m MarkView) bool { return m.Field == "personal_number" })
	if i < 0 || v.Marks[i].Words.Ru != "Идентификационный номер" || !strings.Contains(v.Marks[i].Means.Be, "14 знакаў") {
		t.Errorf("%+v", v.Marks)
	}
	for field, want := range map[string]string{"personal_number": "identity", "id_doc_series": "series", "id_doc_number": "number", "surname": ""} {
		if got := fieldIn(t, v.Fields, field).Where; got != want {
			t.Errorf("%s is shown by %q", field, got)
		}
	}
}
