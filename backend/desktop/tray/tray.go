// Package tray keeps the pictures that a person prepares for a place where files
// are attached: photos that are too large, lie on their side or are the pages of
// one paper. It makes of them what is attached, and keeps the originals until
// what they were attached to is sent, so that a cut or a turn can be taken back.
// Nothing is attached here without an act of the person.
package tray

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/picture"
	"akno/backend/desktop/store"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/print"
)

// MaxPages is how many pictures one document is made of at most.
const MaxPages = 50

// A Host is what files are attached to: the drafts, or the registrations of One
// Window. It knows who may see a place and what it takes; C is what it tells of a
// change.
type Host[C any] interface {
	// At returns what a place takes and the files that are attached there.
	At(ctx context.Context, p attach.Place) (form.Field, []form.File, error)
	// Attach puts stored files into a place, in the place of the file whose id is
	// replaced unless that is "", and does also in the same transaction.
	Attach(ctx context.Context, p attach.Place, files []form.File, replaced string, also func(dbx.Tx) error) (C, error)
	// Begun is when the draft or the registration was begun.
	Begun(ctx context.Context, id string) (time.Time, error)
}

// Service is the tray at the places of a host.
type Service[C any] struct {
	db    *store.DB
	host  Host[C]
	shop  *picture.Workshop
	taker attach.Taker
	now   clock.Clock
}

// New returns the tray of a profile at the places of a host.
func New[C any](db *store.DB, host Host[C], now clock.Clock) *Service[C] {
	return &Service[C]{db, host, picture.New(), attach.Taker{Blobs: db.Blobs(), Now: now}, now}
}

// A Picture is one that is prepared, or that an attached file was made of.
type Picture struct {
	ID       string
	Original form.File
	Edit     picture.Edit
	View     picture.View // of the original
}

// A Page is a picture with what is to be done to it.
type Page struct {
	ID   string
	Edit picture.Edit
}

// An Offer is a file that is offered to a place. It is opened twice at most.
type Offer struct {
	Name string
	take func(attach.Taker, attach.Limits) (form.File, error)
	head func() []byte // its first octets, none if they cannot be read
}

// FromPath offers a file of this computer, under its own name.
func FromPath(path string) Offer {
	take := func(t attach.Taker, l attach.Limits) (form.File, error) { return t.Take(path, l) }
	return Offer{attach.Name(path), take, func() []byte { return headOf(path) }}
}

// FromOctets offers what was pasted, photographed or scanned.
func FromOctets(name string, octets []byte) Offer {
	take := func(t attach.Taker, l attach.Limits) (form.File, error) {
		return t.Read(name, bytes.NewReader(octets), l)
	}
	return Offer{name, take, func() []byte { return octets }}
}

// headOf reads the first octets of a file.
func headOf(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	head := make([]byte, 8)
	n, err := io.ReadFull(f, head)
	if errors.Join(err, f.Close()) != nil {
		return nil
	}
	return head[:n]
}

// A Count is how many pictures wait at a place.
type Count struct {
	attach.Place
	Count int
}

// Waiting returns the places of a draft or a registration at which pictures wait.
// Who may see it is the caller's to know.
func (s *Service[C]) Waiting(ctx context.Context, id string) ([]Count, error) {
	var out []Count
	err := s.db.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			c := Count{Place: attach.Place{Of: id}}
			err := scan(&c.Field, &c.Row, &c.Column, &c.Count)
			out = append(out, c)
			return err
		}, `SELECT field, row_id, column_id, count(*) FROM picture WHERE of_id=? AND file='' GROUP BY field, row_id, column_id`, id)
	})
	return out, err
}

// Offer attaches what may be attached as it is. Pictures that may not (too many
// octets, another type, several for one file) wait to be prepared; what else
// cannot be taken is told with the reason.
func (s *Service[C]) Offer(ctx context.Context, at attach.Place, offers []Offer) (out C, refused []attach.Refused, err error) {
	def, had, err := s.host.At(ctx, at)
	if err != nil {
		return out, nil, err
	}
	fits, waiting, refused, err := s.sort(ctx, def, offers)
	if err != nil {
		return out, nil, err
	}
	fits, late := divide(def, len(had), fits, len(waiting))
	for _, f := range late {
		if isPicture(f) && prepares(def) {
			waiting = append(waiting, f)
		} else {
			refused = append(refused, attach.Refused{Name: f.Name, Code: akno.TooLarge})
		}
	}
	out, err = s.host.Attach(ctx, at, fits, "", func(tx dbx.Tx) error { return s.lay(ctx, tx, at, "", waiting) })
	return out, refused, err
}

// sort takes what is offered: what the place takes as it is, and pictures that
// can be made so.
func (s *Service[C]) sort(ctx context.Context, def form.Field, offers []Offer) (fits, waiting []form.File, refused []attach.Refused, err error) {
	limits := attach.LimitsOf(def)
	refused = []attach.Refused{}
	for _, o := range offers {
		f, err := o.take(s.taker, limits)
		if err == nil {
			fits = append(fits, f)
			continue
		}
		if ctx.Err() != nil {
			return nil, nil, nil, ctx.Err()
		}
		code := akno.CodeOf(err)
		// Looked at before it is copied again: a large document is refused at once.
		if prepares(def) && (code == akno.TooLarge || code == akno.BadFileType) && attach.IsPicture(o.head()) {
			if f, err = o.take(s.taker, attach.Limits{Types: []string{attach.JPEG, attach.PNG}}); err == nil {
				waiting = append(waiting, f)
				continue
			}
		}
		refused = append(refused, attach.Refused{Name: o.Name, Code: code})
	}
	return fits, waiting, refused, nil
}

// divide parts what may be attached now from what has no room: pages of a paper
// that is one file are put together first.
func divide(def form.Field, had int, fits []form.File, waiting int) (now, late []form.File) {
	if def.Type == form.TypeFile {
		if len(fits)+waiting > 1 && Takes(def, attach.PDF) && !slices.ContainsFunc(fits, func(f form.File) bool { return !isPicture(f) }) {
			return nil, fits
		}
		return fits[:min(1, len(fits))], fits[min(1, len(fits)):]
	}
	room := len(fits)
	if most := def.Rules.MaxFiles; most > 0 {
		room = max(0, min(room, most-had))
	}
	return fits[:room], fits[room:]
}

func isPicture(f form.File) bool { return f.MIME == attach.JPEG || f.MIME == attach.PNG }

// Takes says whether a place takes a media type.
func Takes(def form.Field, mediaType string) bool {
	return len(def.Rules.MIME) == 0 || slices.Contains(def.Rules.MIME, mediaType)
}

// prepares says whether something that a place takes can be made of a picture.
func prepares(def form.Field) bool {
	return Takes(def, attach.PDF) || Takes(def, attach.JPEG) || Takes(def, attach.PNG)
}

// Lay puts pictures to those that wait at a place, or to those that an attached
// file was made of. Nothing that is attached changes until they are attached.
func (s *Service[C]) Lay(ctx context.Context, at attach.Place, file string, offers []Offer) (out C, refused []attach.Refused, err error) {
	had, err := s.Pictures(ctx, at, file)
	if err != nil {
		return out, nil, err
	}
	refused = []attach.Refused{}
	var files []form.File
	if len(had) == 1 && file != "" && had[0].ID == file {
		files = append(files, had[0].Original) // it was attached as it is: now it is the first of several
	}
	for _, o := range offers {
		f, err := o.take(s.taker, attach.Limits{Types: []string{attach.JPEG, attach.PNG}})
		switch {
		case err == nil && len(had)+len(files) < MaxPages:
			files = append(files, f)
		case err == nil:
			refused = append(refused, attach.Refused{Name: f.Name, Code: akno.TooLarge})
		case ctx.Err() != nil:
			return out, nil, ctx.Err()
		default:
			refused = append(refused, attach.Refused{Name: o.Name, Code: akno.CodeOf(err)})
		}
	}
	out, err = s.host.Attach(ctx, at, nil, "", func(tx dbx.Tx) error { return s.lay(ctx, tx, at, file, files) })
	return out, refused, err
}

// lay puts pictures into the tray, behind those that are there.
func (s *Service[C]) lay(ctx context.Context, tx dbx.Tx, at attach.Place, file string, files []form.File) error {
	for _, f := range files {
		if !s.db.Blobs().Has(f.SHA256) { // given back meanwhile
			return &akno.Error{Code: akno.NotFound, Op: "tray.lay"}
		}
		original, err := json.Marshal(f.Value())
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO picture(id, of_id, field, row_id, column_id, file, position, original)
			SELECT ?, ?, ?, ?, ?, ?, coalesce(max(position), 0)+1, ? FROM picture WHERE of_id=? AND field=? AND row_id=? AND column_id=? AND file=?`,
			ids.New(s.now()), at.Of, at.Field, at.Row, at.Column, file, string(original), at.Of, at.Field, at.Row, at.Column, file)
		if err != nil {
			return err
		}
	}
	return nil
}

// Editable says whether an attached file is a picture, or was made of pictures that
// are still here.
func (s *Service[C]) Editable(ctx context.Context, f form.File) bool {
	if isPicture(f) {
		return true
	}
	found := false
	err := s.db.Read(ctx, func(tx dbx.Tx) (err error) {
		var one int
		found, err = dbx.Found(ctx, tx, `SELECT 1 FROM picture WHERE file=? LIMIT 1`, []any{f.ID}, &one)
		return err
	})
	return found && err == nil
}

// Pictures returns the pictures that wait at a place, or, where file is the id of
// an attached one, those that it was made of: a picture that was attached as it
// is was made of itself.
func (s *Service[C]) Pictures(ctx context.Context, at attach.Place, file string) ([]Picture, error) {
	_, had, err := s.host.At(ctx, at)
	if err != nil {
		return nil, err
	}
	var out []Picture
	err = s.db.Read(ctx, func(tx dbx.Tx) (err error) {
		out, err = s.load(ctx, tx, at, file)
		return err
	})
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(had, func(f form.File) bool { return file != "" && f.ID == file && isPicture(f) }); i >= 0 && len(out) == 0 {
		out = []Picture{{ID: file, Original: had[i]}}
	}
	for i := range out {
		if out[i].View, err = s.look(out[i].Original); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service[C]) look(f form.File) (picture.View, error) {
	r, err := s.db.Blobs().Open(f.SHA256)
	if err != nil {
		return picture.View{}, err
	}
	v, err := picture.Look(r)
	return v, errors.Join(err, r.Close())
}

func (s *Service[C]) load(ctx context.Context, tx dbx.Tx, at attach.Place, file string) ([]Picture, error) {
	out := []Picture{}
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var p Picture
		var original, edit string
		if err := scan(&p.ID, &original, &edit); err != nil {
			return err
		}
		var v form.Value
		if err := errors.Join(json.Unmarshal([]byte(original), &v), json.Unmarshal([]byte(edit), &p.Edit)); err != nil {
			return err
		}
		p.Original, _ = form.FileOf(v)
		out = append(out, p)
		return nil
	}, `SELECT id, original, edit FROM picture WHERE of_id=? AND field=? AND row_id=? AND column_id=? AND file=? ORDER BY position, id`,
		at.Of, at.Field, at.Row, at.Column, file)
	return out, err
}

// Show makes a picture of the place as it would be read: within the size that
// the place takes. file is as in Pictures.
func (s *Service[C]) Show(ctx context.Context, at attach.Place, file string, p Page) (picture.Made, error) {
	def, _, err := s.host.At(ctx, at)
	if err != nil {
		return picture.Made{}, err
	}
	chosen, err := s.chosen(ctx, at, file, []Page{p})
	if err != nil {
		return picture.Made{}, err
	}
	return s.create(ctx, chosen[0].Original, p.Edit, picture.Goal{Type: picture.JPEG, Bytes: limitOf(def)})
}

func (s *Service[C]) create(ctx context.Context, f form.File, e picture.Edit, g picture.Goal) (picture.Made, error) {
	r, err := s.db.Blobs().Open(f.SHA256)
	if err != nil {
		return picture.Made{}, err
	}
	m, err := s.shop.Make(ctx, r, e, g)
	return m, errors.Join(err, r.Close())
}

// limitOf is how many octets a place takes.
func limitOf(def form.Field) int64 {
	n := attach.LimitsOf(def).Bytes
	if n <= 0 || n > attach.MaxBytes {
		return attach.MaxBytes
	}
	return n
}

// chosen returns the pictures of pages, in their order.
func (s *Service[C]) chosen(ctx context.Context, at attach.Place, file string, pages []Page) ([]Picture, error) {
	const op = "tray.pages"
	if len(pages) == 0 || len(pages) > MaxPages {
		return nil, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"pages": "word"}}
	}
	all, err := s.Pictures(ctx, at, file)
	if err != nil {
		return nil, err
	}
	out := make([]Picture, len(pages))
	for i, p := range pages {
		k := slices.IndexFunc(all, func(x Picture) bool { return x.ID == p.ID })
		if k < 0 || slices.ContainsFunc(pages[:i], func(q Page) bool { return q.ID == p.ID }) {
			return nil, &akno.Error{Code: akno.NotFound, Op: op}
		}
		if err := p.Edit.Check(); err != nil {
			return nil, err
		}
		out[i] = all[k]
		out[i].Edit = p.Edit
	}
	return out, nil
}

// Attach makes the pages into one document, or each into a picture of its own,
// and attaches the result: in the place of file if it was made of them. Pictures
// of the tray that are not among the pages are given up. The codes: too_large if
// the result does not fit the place at any quality that can be read,
// bad_file_type if the place takes no such file.
func (s *Service[C]) Attach(ctx context.Context, at attach.Place, file string, pages []Page, together bool) (out C, err error) {
	def, _, err := s.host.At(ctx, at)
	if err != nil {
		return out, err
	}
	chosen, err := s.chosen(ctx, at, file, pages)
	if err != nil {
		return out, err
	}
	made := make([]form.File, 0, len(chosen))
	if together {
		// Dated by what it is for, so that the same pages make the same octets.
		begun, err := s.host.Begun(ctx, at.Of)
		if err != nil {
			return out, err
		}
		f, err := s.document(ctx, def, chosen, begun)
		if err != nil {
			return out, err
		}
		made = append(made, f)
	} else {
		for _, p := range chosen {
			f, err := s.single(ctx, def, p)
			if err != nil {
				return out, err
			}
			made = append(made, f)
		}
	}
	return s.host.Attach(ctx, at, made, file, func(tx dbx.Tx) error { return s.keep(ctx, tx, at, file, chosen, made) })
}

// document puts pictures together. Each gets its share of the size.
func (s *Service[C]) document(ctx context.Context, def form.Field, chosen []Picture, at time.Time) (form.File, error) {
	if !Takes(def, attach.PDF) {
		return form.File{}, &akno.Error{Code: akno.BadFileType, Op: "tray.document"}
	}
	const frame = 4 << 10 // octets of a page beside its picture
	share := limitOf(def)/int64(len(chosen)) - frame
	sheets := make([]print.Page, len(chosen))
	for i, p := range chosen {
		m, err := s.create(ctx, p.Original, p.Edit, picture.Goal{Type: picture.JPEG, Bytes: share})
		if err != nil {
			return form.File{}, err
		}
		sheets[i] = print.Page{JPEG: m.Octets, Width: m.Width, Height: m.Height}
	}
	name := renamed(chosen[0].Original.Name, ".pdf")
	pdf, err := print.Pictures(strings.TrimSuffix(name, ".pdf"), sheets, at)
	if err != nil {
		return form.File{}, err
	}
	return s.taker.Read(name, bytes.NewReader(pdf), attach.LimitsOf(def))
}

// single makes one picture. One that needs nothing stays as it is, octet for
// octet.
func (s *Service[C]) single(ctx context.Context, def form.Field, p Picture) (form.File, error) {
	if p.Edit == (picture.Edit{}) && Takes(def, p.Original.MIME) && p.Original.Size <= limitOf(def) {
		return p.Original, nil
	}
	kind, ext := picture.JPEG, ".jpg"
	switch {
	case Takes(def, attach.JPEG):
	case Takes(def, attach.PNG):
		kind, ext = picture.PNG, ".png"
	default:
		return form.File{}, &akno.Error{Code: akno.BadFileType, Op: "tray.single"}
	}
	m, err := s.create(ctx, p.Original, p.Edit, picture.Goal{Type: kind, Bytes: limitOf(def)})
	if err != nil {
		return form.File{}, err
	}
	return s.taker.Read(renamed(p.Original.Name, ext), bytes.NewReader(m.Octets), attach.LimitsOf(def))
}

// renamed is a name with another ending.
func renamed(name, ext string) string {
	return cmp.Or(strings.TrimSuffix(name, filepath.Ext(name)), "file") + ext
}

// keep remembers what the attached files were made of.
func (s *Service[C]) keep(ctx context.Context, tx dbx.Tx, at attach.Place, file string, chosen []Picture, made []form.File) error {
	// What waited and was given up, what the file was made of before: both go, and
	// what is kept comes back below.
	_, err := tx.Exec(ctx, `DELETE FROM picture WHERE of_id=? AND field=? AND row_id=? AND column_id=? AND file=?`,
		at.Of, at.Field, at.Row, at.Column, file)
	if err != nil {
		return err
	}
	for i, p := range chosen {
		of := made[min(i, len(made)-1)]
		if of.SHA256 == p.Original.SHA256 {
			continue // it is its own original
		}
		original, err1 := json.Marshal(p.Original.Value())
		edit, err2 := json.Marshal(p.Edit)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO picture(id, of_id, field, row_id, column_id, file, position, original, edit) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			ids.New(s.now()), at.Of, at.Field, at.Row, at.Column, of.ID, i+1, string(original), string(edit))
		if err != nil {
			return err
		}
	}
	return nil
}

// Discard gives up a picture that waits.
func (s *Service[C]) Discard(ctx context.Context, at attach.Place, id string) error {
	if _, _, err := s.host.At(ctx, at); err != nil { // another's draft is not found
		return err
	}
	return s.db.Write(ctx, func(tx dbx.Tx) error {
		n, err := dbx.Changed(ctx, tx, `DELETE FROM picture WHERE id=? AND of_id=? AND file=''`, id, at.Of)
		if err == nil && n == 0 {
			err = &akno.Error{Code: akno.NotFound, Op: "tray.Discard"}
		}
		return err
	})
}

// Release forgets the originals of applications that the portal has, and gives
// the room of those back that nothing else names. It returns how many files
// went.
func (s *Service[C]) Release(ctx context.Context) (int, error) {
	type row struct{ id, draft, original string }
	var rows []row
	err := s.db.Write(ctx, func(tx dbx.Tx) error {
		err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var r row
			err := scan(&r.id, &r.draft, &r.original)
			rows = append(rows, r)
			return err
		}, `SELECT p.id, p.of_id, p.original FROM picture p JOIN draft d ON d.id=p.of_id
			WHERE d.state='signed' AND EXISTS (SELECT 1 FROM inbox i WHERE i.kind='application' AND i.id=p.of_id)`)
		for _, r := range rows {
			if err == nil {
				_, err = tx.Exec(ctx, `DELETE FROM picture WHERE id=?`, r.id)
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	gone := 0
	for _, r := range rows {
		var v form.Value
		if err := json.Unmarshal([]byte(r.original), &v); err != nil {
			return gone, err
		}
		f, _ := form.FileOf(v)
		n, err := s.db.Release(ctx, r.draft, f.SHA256)
		if gone += n; err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// Originals returns the hashes of the pictures that are prepared at a place, or
// that what is attached there was made of; of every place of a draft or a
// registration where the place has no field.
func Originals(ctx context.Context, tx dbx.Tx, at attach.Place) ([]string, error) {
	var sums []string
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var original string
		if err := scan(&original); err != nil {
			return err
		}
		var v form.Value
		if err := json.Unmarshal([]byte(original), &v); err != nil {
			return err
		}
		f, _ := form.FileOf(v)
		sums = append(sums, f.SHA256)
		return nil
	}, `SELECT original FROM picture WHERE of_id=? AND (?='' OR field=? AND row_id=? AND column_id=?)`, at.Of, at.Field, at.Field, at.Row, at.Column)
	return sums, err
}

// Forget forgets the pictures that a file was made of; all of a draft or a
// registration where file is "". The octets stay until nothing names them
// (store.Blobs.Release).
func Forget(ctx context.Context, tx dbx.Tx, of, file string) error {
	_, err := tx.Exec(ctx, `DELETE FROM picture WHERE of_id=? AND (?='' OR file=?)`, of, file, file)
	return err
}
