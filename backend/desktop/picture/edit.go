package picture

import (
	"image"

	"akno/backend/akno"
)

// whole is what the parts of a cut are counted in.
const whole = 10_000

// An Edit is what is done to a picture that stands upright, in the order of its
// members. The zero Edit changes nothing.
type Edit struct {
	Turns    int `json:"turns,omitempty"`    // quarter turns clockwise, 0–3
	Cut      Cut `json:"cut,omitzero"`       // after the turns
	LongEdge int `json:"longEdge,omitempty"` // pixels of the longer side at most; 0 as it is
}

// A Cut is what is cut off at each side, in ten-thousandths of the picture's
// width or height: the same on a small view and on the picture itself.
type Cut struct {
	Left   int `json:"left,omitempty"`
	Top    int `json:"top,omitempty"`
	Right  int `json:"right,omitempty"`
	Bottom int `json:"bottom,omitempty"`
}

// Check returns an *akno.Error with code invalid for an edit that leaves
// nothing.
func (e Edit) Check() error {
	fields := map[string]string{}
	if e.Turns < 0 || e.Turns > 3 {
		fields["turns"] = "word"
	}
	c := e.Cut
	if min(c.Left, c.Top, c.Right, c.Bottom) < 0 || max(c.Left, c.Top, c.Right, c.Bottom) > whole || c.Left+c.Right >= whole || c.Top+c.Bottom >= whole {
		fields["cut"] = "word"
	}
	if e.LongEdge < 0 || e.LongEdge > MaxEdge {
		fields["longEdge"] = "word"
	}
	if len(fields) > 0 {
		return &akno.Error{Code: akno.Invalid, Op: "picture.Edit", Fields: fields}
	}
	return nil
}

// A way is how the pixels of a picture move to another: by a turn over its
// diagonal first, then over the vertical and the horizontal middle.
type way struct{ swap, flipX, flipY bool }

// upright are the ways of the eight orientations (Exif 2.32, 4.6.4 A): where
// the first row and the first column of the stored picture belong.
var upright = [9]way{
	1: {},
	2: {flipX: true},
	3: {flipX: true, flipY: true},
	4: {flipY: true},
	5: {swap: true},
	6: {swap: true, flipX: true},
	7: {swap: true, flipX: true, flipY: true},
	8: {swap: true, flipY: true},
}

// turned is the way w followed by quarter turns clockwise.
func (w way) turned(turns int) way {
	for range turns {
		// Clockwise: what stood at (x, y) of h rows comes to (h-1-y, x).
		w = way{swap: !w.swap, flipX: !w.flipY, flipY: w.flipX}
	}
	return w
}

// size is that of a picture of w by h pixels after the way.
func (w way) size(width, height int) (int, int) {
	if w.swap {
		return height, width
	}
	return width, height
}

// to is where the pixel at (x, y) of a picture of width by height pixels goes.
func (w way) to(x, y, width, height int) (int, int) {
	width, height = w.size(width, height)
	if w.swap {
		x, y = y, x
	}
	if w.flipX {
		x = width - 1 - x
	}
	if w.flipY {
		y = height - 1 - y
	}
	return x, y
}

// from is the part of a picture of width by height pixels that goes to r.
func (w way) from(r image.Rectangle, width, height int) image.Rectangle {
	tw, th := w.size(width, height)
	if w.flipX {
		r.Min.X, r.Max.X = tw-r.Max.X, tw-r.Min.X
	}
	if w.flipY {
		r.Min.Y, r.Max.Y = th-r.Max.Y, th-r.Min.Y
	}
	if w.swap {
		r = image.Rect(r.Min.Y, r.Min.X, r.Max.Y, r.Max.X)
	}
	return r
}

// kept is what a cut leaves of a picture, one pixel at least.
func (c Cut) kept(width, height int) image.Rectangle {
	r := image.Rect(width*c.Left/whole, height*c.Top/whole, width-width*c.Right/whole, height-height*c.Bottom/whole)
	r.Max.X, r.Max.Y = max(r.Max.X, r.Min.X+1), max(r.Max.Y, r.Min.Y+1)
	return r
}

// fitted is the size of a picture whose longer side has edge pixels at most.
func fitted(width, height, edge int) (int, int) {
	long := max(width, height)
	if edge <= 0 || long <= edge {
		return width, height
	}
	return max(1, (width*edge+long/2)/long), max(1, (height*edge+long/2)/long)
}
