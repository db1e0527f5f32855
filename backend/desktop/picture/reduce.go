package picture

import (
	"context"
	"image"
	"image/color"
	"image/draw"
)

// reduce draws the part of src by w into a new picture of width by height
// pixels, each the mean of what it covers: letters of a document stay even, with
// no halo. What is transparent becomes white paper. The memory is that of the
// result and a few rows.
func reduce(ctx context.Context, src image.Image, part image.Rectangle, w way, width, height int) (*image.RGBA, error) {
	dw, dh := w.size(width, height) // swapping twice is nothing: these are along the axes of src
	sw, sh := part.Dx(), part.Dy()
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	row := image.NewRGBA(image.Rect(0, 0, sw, 1))
	paper := image.NewUniform(color.White)
	sums := make([]uint64, 3*dw)
	area := uint64(sw) * uint64(sh)
	for dy := range dh {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(sums)
		// In units of 1/dh of a source row: this row of the result covers sh of them.
		from, to := dy*sh, (dy+1)*sh
		for y := from / dh; y*dh < to; y++ {
			draw.Draw(row, row.Rect, paper, image.Point{}, draw.Src)
			draw.Draw(row, row.Rect, src, image.Pt(part.Min.X, part.Min.Y+y), draw.Over)
			weigh(sums, row.Pix, sw, dw, uint64(min(to, (y+1)*dh)-max(from, y*dh)))
		}
		for dx := range dw {
			x, y := w.to(dx, dy, dw, dh)
			p := out.Pix[out.PixOffset(x, y):]
			for c := range 3 {
				p[c] = uint8((sums[3*dx+c] + area/2) / area)
			}
			p[3] = 0xff
		}
	}
	return out, nil
}

// weigh adds a row of sw pixels to the sums of dw pixels, by what of it each
// covers.
func weigh(sums []uint64, pix []uint8, sw, dw int, weight uint64) {
	dx := 0
	for x := range sw {
		from, to := x*dw, (x+1)*dw // in units of 1/dw of a pixel of the row
		for at := from; at < to; {
			end := (dx + 1) * sw
			part := weight * uint64(min(to, end)-at)
			for c := range 3 {
				sums[3*dx+c] += part * uint64(pix[4*x+c])
			}
			if at = min(to, end); at == end {
				dx++
			}
		}
	}
}
