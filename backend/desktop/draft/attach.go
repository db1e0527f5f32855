package draft

import (
	"context"
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/internal/dbx"
)

// At returns the definition of a place and the files that are attached there.
// The code invalid is for a place that takes none.
func (s *Service) At(ctx context.Context, p attach.Place) (form.Field, []form.File, error) {
	v, err := s.Open(ctx, p.Of)
	if err != nil {
		return form.Field{}, nil, err
	}
	if p.Field == ReceiptField {
		return receiptAt(v)
	}
	e := &editing{op: "draft.At", view: v, row: v.Row}
	def, err := e.target(p.Field, p.Row, p.Column)
	if err != nil {
		return def, nil, err
	}
	if def.Type != form.TypeFile && def.Type != form.TypeFileList {
		return def, nil, e.wrong(p.Field)
	}
	return def, filesOf(e.value(p.Field, p.Row, p.Column)), nil
}

// filesOf are the files of an answer.
func filesOf(v form.Value) []form.File {
	out := []form.File{}
	for _, item := range append([]form.Value{v}, v.Items()...) {
		if f, ok := form.FileOf(item); ok {
			out = append(out, f)
		}
	}
	return out
}

// Attach puts files, which are stored already, into a place: in the place of the
// file whose id is replaced, or as if they had been added. also, which may be
// nil, is done in the same transaction. The code not_found is for a file whose
// octets are not there, wrong_state for a list that has no room.
func (s *Service) Attach(ctx context.Context, p attach.Place, files []form.File, replaced string, also func(dbx.Tx) error) (Change, error) {
	const op = "draft.Attach"
	if p.Field == ReceiptField {
		return s.attachReceipt(ctx, p.Of, files, replaced, also)
	}
	return s.edit(ctx, op, p.Of, func(e *editing) error {
		for _, f := range files {
			// Looked at inside of the transaction: what is given back to the disk is
			// given back in one, too.
			if !s.o.DB.Blobs().Has(f.SHA256) {
				return &akno.Error{Code: akno.NotFound, Op: op}
			}
		}
		var err error
		if replaced == "" {
			err = e.attachAll(p, files)
		} else {
			err = e.replace(p, files, replaced)
		}
		if err != nil || also == nil {
			return err
		}
		return also(e.tx)
	})
}

func (e *editing) attachAll(p attach.Place, files []form.File) error {
	for _, f := range files {
		ok, err := e.attach(p.Field, p.Row, p.Column, f)
		if err != nil {
			return err
		}
		if !ok {
			return &akno.Error{Code: akno.WrongState, Op: e.op, Fields: map[string]string{p.Field: string(form.TooManyFiles)}}
		}
	}
	return nil
}

// replace puts files where one was.
func (e *editing) replace(p attach.Place, files []form.File, replaced string) error {
	def, err := e.target(p.Field, p.Row, p.Column)
	if err != nil {
		return err
	}
	list := filesOf(e.value(p.Field, p.Row, p.Column))
	i := slices.IndexFunc(list, func(f form.File) bool { return f.ID == replaced })
	if i < 0 {
		return &akno.Error{Code: akno.NotFound, Op: e.op}
	}
	list = slices.Replace(list, i, i+1, files...)
	switch {
	case def.Type == form.TypeFile && len(list) == 1:
		return e.set(Patch{p.Field, p.Row, p.Column, list[0].Value()})
	case def.Type == form.TypeFileList && (def.Rules.MaxFiles == 0 || len(list) <= def.Rules.MaxFiles):
		values := make([]form.Value, len(list))
		for i, f := range list {
			values[i] = f.Value()
		}
		return e.set(Patch{p.Field, p.Row, p.Column, form.ListOf(values...)})
	}
	return &akno.Error{Code: akno.WrongState, Op: e.op, Fields: map[string]string{p.Field: string(form.TooManyFiles)}}
}
