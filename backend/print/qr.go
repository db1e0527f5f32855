package print

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/boombuler/barcode/qr"

	"akno/backend/akno"
)

// quiet is the width of the empty margin of a QR code, in modules (ISO/IEC
// 18004 asks for four).
const quiet = 4

// ErrQR is returned for a text that fits no QR code, or a picture too small for
// it.
var ErrQR = errors.New("print: the text fits no QR code of this size")

// QR returns a PNG of about size pixels a side with a QR code of text. With a
// sample language the word «ОБРАЗЕЦ» stands across it in that language: the
// reference portal's payments must not be taken for real ones. The word changes
// colours and leaves dark dark and light light, so the code can still be read.
func QR(text string, size int, sample akno.Lang) ([]byte, error) {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrQR, err)
	}
	modules := code.Bounds().Dx() + 2*quiet
	scale := size / modules
	if scale < 1 || size > 4096 {
		return nil, ErrQR
	}
	side := modules * scale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{
		color.Gray{Y: 255}, color.Gray{Y: 0}, lightRed, darkRed,
	})
	for y := range side {
		for x := range side {
			mx, my := x/scale-quiet, y/scale-quiet
			if image.Pt(mx, my).In(code.Bounds()) && dark(code.At(mx, my)) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	if sample != "" {
		mark(img, words[wordSample].In(sample))
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return b.Bytes(), nil
}

var (
	lightRed = color.RGBA{R: 255, G: 170, B: 160, A: 255}
	darkRed  = color.RGBA{R: 150, G: 0, B: 0, A: 255}
)

func dark(c color.Color) bool {
	return color.GrayModel.Convert(c).(color.Gray).Y < 128
}

// glyphs are the letters of the sample words, five by seven dots, from the top.
var glyphs = map[rune][7]byte{
	'О': {0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110},
	'Б': {0b11111, 0b10000, 0b10000, 0b11110, 0b10001, 0b10001, 0b11110},
	'Р': {0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000},
	'А': {0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001},
	'З': {0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110},
	'Е': {0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111},
	'Ц': {0b10010, 0b10010, 0b10010, 0b10010, 0b10010, 0b11111, 0b00001},
	'У': {0b10001, 0b10001, 0b10001, 0b01111, 0b00001, 0b10001, 0b01110},
	'S': {0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110},
	'A': {0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001},
	'M': {0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001},
	'P': {0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000},
	'L': {0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111},
	'E': {0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111},
}

// mark writes a word along the rising diagonal of a square picture.
func mark(img *image.Paletted, word string) {
	runes := []rune(word)
	side := float64(img.Bounds().Dx())
	columns := float64(len(runes)*6 - 1)
	dot := side * 1.05 / columns
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			// Turn by 45° about the middle.
			dx, dy := float64(x)-side/2, float64(y)-side/2
			u, v := (dx-dy)/math.Sqrt2/dot+columns/2, (dx+dy)/math.Sqrt2/dot+3.5
			if u < 0 || v < 0 || v >= 7 || u >= columns {
				continue
			}
			rows, column := glyphs[runes[int(u)/6]], int(u)%6
			if column < 5 && rows[int(v)]>>(4-column)&1 == 1 {
				img.SetColorIndex(x, y, img.ColorIndexAt(x, y)%2+2)
			}
		}
	}
}
