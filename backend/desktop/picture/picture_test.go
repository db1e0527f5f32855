package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
)

// inks are the colours of the letters that pictures are written with.
var inks = map[rune]color.NRGBA{
	'a': {200, 30, 30, 255}, 'b': {30, 200, 30, 255}, 'c': {30, 30, 200, 255},
	'd': {200, 200, 30, 255}, 'e': {30, 200, 200, 255}, 'f': {200, 30, 200, 255},
	'.': {0, 0, 0, 0}, 'w': {255, 255, 255, 255}, 'k': {0, 0, 0, 255},
}

// drawn is a picture written as rows of letters, each a square of side pixels.
func drawn(rows string, side int) *image.NRGBA {
	lines := strings.Split(rows, "/")
	m := image.NewNRGBA(image.Rect(0, 0, len(lines[0])*side, len(lines)*side))
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			m.SetNRGBA(x, y, inks[rune(lines[y/side][x/side])])
		}
	}
	return m
}

// read writes a picture back as rows of letters.
func read(t *testing.T, octets []byte, side int) string {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(octets))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for y := side / 2; y < m.Bounds().Dy(); y += side {
		if y > side/2 {
			b.WriteByte('/')
		}
		for x := side / 2; x < m.Bounds().Dx(); x += side {
			b.WriteRune(letter(m.At(x, y)))
		}
	}
	return b.String()
}

func letter(c color.Color) rune {
	got := color.NRGBAModel.Convert(c).(color.NRGBA)
	best, found := 1<<30, '?'
	for r, ink := range inks {
		d := 0
		for _, v := range []int{int(got.R) - int(ink.R), int(got.G) - int(ink.G), int(got.B) - int(ink.B)} {
			d += v * v
		}
		if d < best && ink.A > 0 {
			best, found = d, r
		}
	}
	if best > 3*30*30 {
		return '?'
	}
	return found
}

// exif is a block with an orientation and, if wanted, a place.
func exif(order binary.AppendByteOrder, orientation int, place bool) []byte {
	b := []byte("II")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM")
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	n := uint16(1)
	if place {
		n++
	}
	b = order.AppendUint16(b, n)
	b = order.AppendUint16(b, tagOrientation)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, uint16(orientation))
	b = order.AppendUint16(b, 0)
	if place {
		b = order.AppendUint16(b, tagPlace)
		b = order.AppendUint16(b, 4)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint32(b, 26)
	}
	return append(b, "Secret place 53.9N 27.5E"...)
}

func asPNG(t testing.TB, m image.Image, block []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if block == nil {
		return b.Bytes()
	}
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(block)))
	chunk = append(append(chunk, "eXIf"...), block...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	const afterHead = 8 + 25
	return append(append(bytes.Clone(b.Bytes()[:afterHead]), chunk...), b.Bytes()[afterHead:]...)
}

func asJPEG(t testing.TB, m image.Image, block []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	if block == nil {
		return b.Bytes()
	}
	block = append([]byte("Exif\x00\x00"), block...)
	segment := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(block)+2)), block...)
	return append(append(bytes.Clone(b.Bytes()[:2]), segment...), b.Bytes()[2:]...)
}

func create(t *testing.T, octets []byte, e Edit, g Goal) Made {
	t.Helper()
	m, err := New().Make(t.Context(), bytes.NewReader(octets), e, g)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The stored rows are abc and def; by Exif 2.32, 4.6.4, the picture is looked at
// like this.
var orientations = [9]string{
	1: "abc/def", 2: "cba/fed", 3: "fed/cba", 4: "def/abc",
	5: "ad/be/cf", 6: "da/eb/fc", 7: "fc/eb/da", 8: "cf/be/ad",
}

func TestAPictureIsTurnedUprightByItsMark(t *testing.T) {
	for o := 1; o <= 8; o++ {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			block := exif(order, o, false)
			if got := read(t, create(t, asPNG(t, drawn("abc/def", 1), block), Edit{}, Goal{Type: PNG}).Octets, 1); got != orientations[o] {
				t.Errorf("%d in %v: %s, want %s", o, order, got, orientations[o])
			}
			photo := asJPEG(t, drawn("abc/def", 16), block)
			if got := read(t, create(t, photo, Edit{}, Goal{Type: JPEG}).Octets, 16); got != orientations[o] {
				t.Errorf("a photo, %d in %v: %s, want %s", o, order, got, orientations[o])
			}
			v, err := Look(bytes.NewReader(photo))
			if wide := o < 5; err != nil || wide && (v.Width != 48 || v.Height != 32) || !wide && (v.Width != 32 || v.Height != 48) {
				t.Errorf("%d: %+v %v", o, v, err)
			}
		}
	}
}

func TestAPictureIsTurnedByHand(t *testing.T) {
	for turns, want := range []string{"abc/def", "da/eb/fc", "fed/cba", "cf/be/ad"} {
		if got := read(t, create(t, asPNG(t, drawn("abc/def", 1), nil), Edit{Turns: turns}, Goal{Type: PNG}).Octets, 1); got != want {
			t.Errorf("%d turns: %s, want %s", turns, got, want)
		}
	}
	// A picture that its mark turns, turned on by hand.
	if got := read(t, create(t, asPNG(t, drawn("abc/def", 1), exif(binary.BigEndian, 6, false)), Edit{Turns: 3}, Goal{Type: PNG}).Octets, 1); got != "abc/def" {
		t.Errorf("turned back: %s", got)
	}
}

func TestACutIsMadeOnWhatIsSeen(t *testing.T) {
	src := asPNG(t, drawn("abc/def", 1), nil)
	for name, c := range map[string]struct {
		edit Edit
		want string
	}{
		"a third from the left":        {Edit{Cut: Cut{Left: 3334}}, "bc/ef"},
		"the upper half":               {Edit{Cut: Cut{Top: 5000}}, "def"},
		"a third from the right":       {Edit{Cut: Cut{Right: 3334}}, "ab/de"},
		"after a turn":                 {Edit{Turns: 1, Cut: Cut{Bottom: 3334}}, "da/eb"},
		"after two turns":              {Edit{Turns: 2, Cut: Cut{Left: 3334, Bottom: 5000}}, "ed"},
		"after three turns":            {Edit{Turns: 3, Cut: Cut{Top: 3334, Right: 5000}}, "b/a"},
		"one pixel is left at least":   {Edit{Cut: Cut{Left: 9000, Top: 9000, Right: 900, Bottom: 900}}, "f"},
		"almost everything, but a dot": {Edit{Cut: Cut{Right: 9999, Bottom: 9999}}, "a"},
	} {
		if got := read(t, create(t, src, c.edit, Goal{Type: PNG}).Octets, 1); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for _, e := range []Edit{
		{Turns: 4},
		{Turns: -1},
		{Cut: Cut{Left: 5000, Right: 5000}},
		{Cut: Cut{Top: -1}},
		{LongEdge: MaxEdge + 1},
		{Cut: Cut{Bottom: 10_001}},
	} {
		if _, err := New().Make(t.Context(), bytes.NewReader(src), e, Goal{Type: PNG}); akno.CodeOf(err) != akno.Invalid {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

func TestASmallerPictureIsTheMeanOfTheLarge(t *testing.T) {
	board := image.NewGray(image.Rect(0, 0, 40, 20))
	for i := range board.Pix {
		board.Pix[i] = uint8((i%40 + i/40) % 2 * 255)
	}
	m := create(t, asPNG(t, board, nil), Edit{LongEdge: 20}, Goal{Type: PNG})
	if m.Width != 20 || m.Height != 10 {
		t.Fatalf("%d by %d", m.Width, m.Height)
	}
	img, err := png.Decode(bytes.NewReader(m.Octets))
	if err != nil {
		t.Fatal(err)
	}
	for y := range 10 {
		for x := range 20 {
			if g := color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y; g != 128 {
				t.Fatalf("at %d, %d: %d", x, y, g)
			}
		}
	}
	// Sides that do not divide: the sum of the light stays.
	m = create(t, asPNG(t, drawn("wwk", 1), nil), Edit{LongEdge: 2}, Goal{Type: PNG})
	if img, err = png.Decode(bytes.NewReader(m.Octets)); err != nil {
		t.Fatal(err)
	}
	if a, b := color.GrayModel.Convert(img.At(0, 0)).(color.Gray).Y, color.GrayModel.Convert(img.At(1, 0)).(color.Gray).Y; a != 255 || b != 85 {
		t.Errorf("%d and %d", a, b)
	}
	if m := create(t, asPNG(t, drawn("ab", 10), nil), Edit{LongEdge: 500}, Goal{Type: PNG}); m.Width != 20 {
		t.Errorf("a small picture was blown up to %d", m.Width)
	}
}

func TestWhatIsTransparentIsPaper(t *testing.T) {
	if got := read(t, create(t, asPNG(t, drawn("a.", 1), nil), Edit{}, Goal{Type: PNG}).Octets, 1); got != "aw" {
		t.Errorf("got %s", got)
	}
}

func TestNothingButThePictureIsCarriedOver(t *testing.T) {
	photo := asJPEG(t, drawn("abc/def", 16), exif(binary.BigEndian, 6, true))
	if v, err := Look(bytes.NewReader(photo)); err != nil || !v.Place {
		t.Fatalf("the place is not seen: %v", err)
	}
	for _, g := range []Goal{{Type: JPEG}, {Type: PNG}} {
		m := create(t, photo, Edit{}, g)
		for _, word := range []string{"Exif", "Secret", "53.9N", "MM\x00*"} {
			if bytes.Contains(m.Octets, []byte(word)) {
				t.Errorf("%s: %q is still there", g.Type, word)
			}
		}
		if v, err := Look(bytes.NewReader(m.Octets)); err != nil || v.Place || v.Width != 32 {
			t.Errorf("%s: %+v %v", g.Type, v, err)
		}
	}
}

func TestTheSameEditGivesTheSameOctets(t *testing.T) {
	photo := asJPEG(t, drawn("abc/def", 40), nil)
	e := Edit{Turns: 1, Cut: Cut{Left: 700}, LongEdge: 60}
	if !bytes.Equal(create(t, photo, e, Goal{Type: JPEG}).Octets, create(t, photo, e, Goal{Type: JPEG}).Octets) {
		t.Error("they differ")
	}
}

func TestAResultThatDoesNotFitIsSaid(t *testing.T) {
	noise := image.NewGray(image.Rect(0, 0, 200, 200))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(i * i * 7 >> 3)
	}
	src := asPNG(t, noise, nil)
	full := len(create(t, src, Edit{}, Goal{Type: JPEG}).Octets)
	if m := create(t, src, Edit{}, Goal{Type: JPEG, Bytes: int64(full) - 1}); len(m.Octets) >= full {
		t.Errorf("%d octets", len(m.Octets))
	}
	if _, err := New().Make(t.Context(), bytes.NewReader(src), Edit{}, Goal{Type: JPEG, Bytes: 500}); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("got %v", err)
	}
}

// claim is a picture of few octets that says it is of w by h.
func claim(w, h uint32, depth byte) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	b = binary.BigEndian.AppendUint32(b, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, depth, 6, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
	b = append(b, "\x00\x00\x00\x01IDATx"...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[len(b)-5:]))
}

func TestAPictureThatNoMemoryHoldsIsNotDecoded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, src := range [][]byte{claim(50_000, 50_000, 8), claim(8000, 8000, 16), claim(30_000, 30_000, 8)} {
		if _, err := New().Make(t.Context(), bytes.NewReader(src), Edit{}, Goal{Type: JPEG}); akno.CodeOf(err) != akno.TooLarge {
			t.Errorf("got %v", err)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d KB were allocated", grown>>10)
	}
}

func TestADamagedPictureIsNamedSo(t *testing.T) {
	photo := asJPEG(t, drawn("abc/def", 16), nil)
	for name, src := range map[string][]byte{
		"nothing": nil, "half": photo[:len(photo)/2], "text": []byte("text"), "a head only": photo[:30], "no chunk": claim(8, 8, 8)[:40],
	} {
		if _, err := New().Make(t.Context(), bytes.NewReader(src), Edit{}, Goal{Type: JPEG}); akno.CodeOf(err) != akno.BadFile {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// slow cancels the work after some octets.
type slow struct {
	*bytes.Reader
	left   int
	cancel context.CancelFunc
}

func (s *slow) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p[:min(len(p), 512)])
	if s.left -= n; s.left < 0 {
		s.cancel()
	}
	return n, err
}

func TestWorkEndsWithItsContext(t *testing.T) {
	noise := image.NewGray(image.Rect(0, 0, 600, 600))
	for i, x := 0, uint32(1); i < len(noise.Pix); i++ {
		x = x*1664525 + 1013904223
		noise.Pix[i] = uint8(x >> 24)
	}
	ctx, cancel := context.WithCancel(t.Context())
	src := &slow{bytes.NewReader(asPNG(t, noise, nil)), 20_000, cancel}
	if _, err := New().Make(ctx, src, Edit{}, Goal{Type: JPEG}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if src.Len() == 0 {
		t.Error("it was read to the end all the same")
	}
	// A picture that waits for the bench is let go too.
	s := New()
	s.bench <- struct{}{}
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.Make(ctx, bytes.NewReader(asPNG(t, noise, nil)), Edit{}, Goal{Type: JPEG}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestAPhotoOfATelephoneIsMadeInBoundedMemory(t *testing.T) {
	m := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		m.Y[i] = uint8(i >> 4)
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = 128, 128
	}
	src := asJPEG(t, m, exif(binary.BigEndian, 6, true))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	made := create(t, src, Edit{LongEdge: 2000, Cut: Cut{Left: 500}}, Goal{Type: JPEG})
	runtime.ReadMemStats(&after)
	if made.Height != 2000 || made.Width != 1425 {
		t.Errorf("%d by %d", made.Width, made.Height)
	}
	// 18 MB decoded, 11 MB of the result, its octets.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 48<<20 {
		t.Errorf("%d MB were allocated", grown>>20)
	}
}

func FuzzLook(f *testing.F) {
	f.Add(asJPEG(f, drawn("ab", 8), exif(binary.BigEndian, 6, true)))
	f.Add(asPNG(f, drawn("ab", 1), exif(binary.LittleEndian, 3, false)))
	f.Add(claim(9, 9, 8))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Look(bytes.NewReader(data))
		if err != nil {
			return
		}
		if v.Width <= 0 || v.Height <= 0 {
			t.Errorf("%+v", v)
		}
		if v.Width*v.Height > 1<<20 {
			return // made in other tests; this one is to be fast
		}
		m, err := New().Make(t.Context(), bytes.NewReader(data), Edit{Turns: 1, LongEdge: 40}, Goal{Type: JPEG})
		if err == nil && (m.Width > 40 || m.Height > 40) {
			t.Errorf("%d by %d", m.Width, m.Height)
		}
		if err != nil && akno.CodeOf(err) != akno.BadFile && akno.CodeOf(err) != akno.TooLarge {
			t.Error(err)
		}
	})
}
