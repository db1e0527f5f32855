package form

import (
	"slices"
	"strconv"
	"strings"
)

const octetsInMB = 1 << 20

// files checks what an answer says about its attachments. The octets themselves
// are checked by whoever holds them.
func (c *checker) files(v Value) {
	list := []Value{v}
	if c.f.Type == TypeFileList {
		list = v.list
		if most := c.f.Rules.MaxFiles; most > 0 && len(list) > most {
			c.fail(TooManyFiles, "max", strconv.Itoa(most))
		}
	}
	for _, item := range list {
		f, ok := FileOf(item)
		if !ok {
			c.fail(BadFile)
			return
		}
		c.file(f)
		if len(c.fs.Errors) > 0 {
			return
		}
	}
}

func (c *checker) file(f File) {
	rules := c.f.Rules
	if len(rules.MIME) > 0 && !slices.Contains(rules.MIME, f.MIME) {
		c.fail(BadMIME, "name", f.Name, "allowed", strings.Join(rules.MIME, ", "))
		return
	}
	switch {
	case f.Size == 0:
		c.fail(EmptyFile, "name", f.Name)
	case rules.MaxMB > 0 && f.Size > int64(rules.MaxMB)*octetsInMB:
		c.fail(FileTooLarge, "name", f.Name, "max", strconv.Itoa(rules.MaxMB))
	}
	if len(rules.Ext) > 0 && !slices.ContainsFunc(rules.Ext, func(ext string) bool {
		return strings.HasSuffix(strings.ToLower(f.Name), ext)
	}) {
		c.doubt(OddExtension, "name", f.Name, "allowed", strings.Join(rules.Ext, ", "))
	}
	c.image(f, rules.Image)
}

// image checks the size of a picture where it is known. Its sides may differ
// from the wanted proportion by five per cent.
func (c *checker) image(f File, r *ImageRule) {
	if r == nil || f.Width == 0 || f.Height == 0 {
		return
	}
	if f.Width < r.MinPx[0] || f.Height < r.MinPx[1] {
		c.fail(ImageSmall, "min", strconv.Itoa(r.MinPx[0])+" × "+strconv.Itoa(r.MinPx[1]))
		return
	}
	w, h, ok := r.aspect()
	if !ok {
		return
	}
	got, want := int64(f.Width)*int64(h), int64(f.Height)*int64(w)
	if diff := max(got-want, want-got); diff*20 > want {
		c.fail(ImageAspect, "aspect", r.Aspect)
	}
}
