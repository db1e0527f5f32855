package picture

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"akno/backend/akno"
)

// The media types that a picture is made of and into.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
)

const (
	// MaxEdge is the longest side of a result, in pixels: a sheet of A4 at 400 dots
	// an inch has 4677.
	MaxEdge = 5000
	// memoryMost is what a decoded picture may take, in octets: 64 million pixels
	// of a photograph take 96 MB, a PNG of as many 256 MB.
	memoryMost = 320 << 20
)

// qualities of JPEG that are tried until the result fits. Below the last one
// thin letters get frayed.
var qualities = []int{85, 75, 65}

// A Workshop makes pictures, one at a time.
type Workshop struct{ bench chan struct{} }

// New returns a workshop.
func New() *Workshop { return &Workshop{make(chan struct{}, 1)} }

// A Goal is what a picture is made into.
type Goal struct {
	Type  string // JPEG or PNG
	Bytes int64  // octets at most; 0 any
}

// Made is a finished picture.
type Made struct {
	Octets        []byte
	Width, Height int
}

// A View is what is known of a picture without making anything.
type View struct {
	Width, Height int  // pixels, upright
	Place         bool // where it was taken is written in it
}

// Look tells the size of a picture as it stands upright.
func Look(r io.ReadSeeker) (View, error) {
	cfg, f, err := head(r)
	if err != nil {
		return View{}, err
	}
	w, h := upright[f.orientation].size(cfg.Width, cfg.Height)
	return View{w, h, f.place}, nil
}

// Make turns, cuts and reduces the picture that r holds, and writes it as the
// goal says. Nothing of its own words (Exif, comments, colour profiles) is
// carried over. The codes of its errors: bad_file for a picture that cannot be
// decoded, too_large for one that no memory holds or whose result does not fit
// the goal, invalid for an edit that leaves nothing. It ends soon after ctx.
func (s *Workshop) Make(ctx context.Context, r io.ReadSeeker, e Edit, g Goal) (Made, error) {
	img, err := s.draw(ctx, r, e)
	if err != nil {
		return Made{}, err
	}
	octets, err := encode(ctx, img, g)
	return Made{octets, img.Rect.Dx(), img.Rect.Dy()}, err
}

// draw is Make up to the pixels. The decoded picture is let go when it returns.
func (s *Workshop) draw(ctx context.Context, r io.ReadSeeker, e Edit) (*image.RGBA, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	cfg, f, err := head(r)
	if err != nil {
		return nil, err
	}
	if need := int64(cfg.Width) * int64(cfg.Height) / 100 * int64(f.bytesPixel); need > memoryMost {
		return nil, &akno.Error{Code: akno.TooLarge, Op: "picture.Make", Err: fmt.Errorf("decoding takes %d MB", need>>20)}
	}
	select {
	case s.bench <- struct{}{}:
		defer func() { <-s.bench }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	src, _, err := image.Decode(bufio.NewReader(&stopping{ctx, r}))
	if err != nil {
		return nil, errors.Join(ctx.Err(), &akno.Error{Code: akno.BadFile, Op: "picture.Make", Err: err})
	}
	b := src.Bounds()
	w := upright[f.orientation].turned(e.Turns)
	tw, th := w.size(b.Dx(), b.Dy())
	kept := e.Cut.kept(tw, th)
	edge := e.LongEdge
	if edge == 0 {
		edge = MaxEdge
	}
	width, height := fitted(kept.Dx(), kept.Dy(), edge)
	return reduce(ctx, src, w.from(kept, b.Dx(), b.Dy()).Add(b.Min), w, width, height)
}

// head reads what can be known before decoding; r may stand anywhere after.
func head(r io.ReadSeeker) (image.Config, facts, error) {
	bad := func(err error) error { return &akno.Error{Code: akno.BadFile, Op: "picture.head", Err: err} }
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return image.Config{}, facts{}, fmt.Errorf("picture: %w", err)
	}
	cfg, kind, err := image.DecodeConfig(bufio.NewReader(r))
	if err != nil {
		return cfg, facts{}, bad(err)
	}
	if cfg.Width <= 0 || cfg.Height <= 0 {
		return cfg, facts{}, bad(errHead)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return cfg, facts{}, fmt.Errorf("picture: %w", err)
	}
	read := pngFacts
	if kind == "jpeg" {
		read = jpegFacts
	}
	f, err := read(r)
	if err != nil {
		return cfg, f, bad(err)
	}
	if f.bytesPixel == 0 {
		f.bytesPixel = 800
	}
	return cfg, f, nil
}

func encode(ctx context.Context, img *image.RGBA, g Goal) ([]byte, error) {
	var b bytes.Buffer
	fits := func() bool { return g.Bytes == 0 || int64(b.Len()) <= g.Bytes }
	if g.Type == PNG {
		if err := png.Encode(&b, img); err != nil {
			return nil, fmt.Errorf("picture: %w", err)
		}
		if fits() {
			return b.Bytes(), ctx.Err()
		}
		return nil, &akno.Error{Code: akno.TooLarge, Op: "picture.encode"}
	}
	for _, q := range qualities {
		b.Reset()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: q}); err != nil {
			return nil, fmt.Errorf("picture: %w", err)
		}
		if fits() {
			return b.Bytes(), ctx.Err()
		}
	}
	return nil, &akno.Error{Code: akno.TooLarge, Op: "picture.encode"}
}

// stopping ends a decoder that knows no context.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s *stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
