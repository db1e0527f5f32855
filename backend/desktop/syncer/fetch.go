package syncer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// want notes the files of a decision that are not here, so that the person can
// read it without a network.
func (s *Syncer) want(e Entity) {
	if !bytes.Contains(e.Body, []byte(`"decision"`)) { // as of nearly all while a queue leaves
		return
	}
	var a struct { // of a portalapi.Application
		Decision *portalapi.Decision `json:"decision"`
	}
	if json.Unmarshal(e.Body, &a) != nil || a.Decision == nil {
		return
	}
	for _, f := range []portalapi.FileRef{a.Decision.Document, a.Decision.Signature} {
		if !s.o.DB.Blobs().Has(f.Sha256) {
			s.stateMu.Lock()
			s.wanted[f.Sha256] = portalFile{e.ID, f.Size}
			s.stateMu.Unlock()
		}
	}
}

// wantAll notes them for every copy that was pulled before.
func (s *Syncer) wantAll(ctx context.Context) error {
	account := s.Account()
	var all []Entity
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		all, err = Entities(ctx, tx, account, KindApplication)
		return err
	})
	for _, e := range all {
		s.want(e)
	}
	return err
}

func (s *Syncer) fetchWanted(ctx context.Context) error {
	s.stateMu.Lock()
	wanted := make(map[string]portalFile, len(s.wanted))
	for sum, f := range s.wanted {
		wanted[sum] = f
	}
	s.stateMu.Unlock()
	for sum, f := range wanted {
		err := s.Fetch(ctx, sum, f.size)
		switch {
		case err == nil:
			s.happened()
			s.o.Tell(Event{Kind: "application", ID: f.application})
		case judge(err) == halt || ctx.Err() != nil:
			return err
		}
	}
	return nil
}

// Fetch brings the portal's file with that SHA-256 and size in octets to this
// computer, if it is not here yet.
func (s *Syncer) Fetch(ctx context.Context, sum string, size int64) (err error) {
	defer func() {
		if err == nil {
			s.stateMu.Lock()
			delete(s.wanted, sum)
			s.stateMu.Unlock()
		}
	}()
	if s.o.DB.Blobs().Has(sum) {
		return nil
	}
	r, w := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		err := s.o.Portal.Download(ctx, sum, size, w)
		failed <- errors.Join(err, w.CloseWithError(err))
	}()
	got, _, err := s.o.DB.Blobs().PutIf(r, size, nil)
	_ = r.Close() // ends the download, if storing failed first
	if dlErr := <-failed; dlErr != nil && (err == nil || akno.CodeOf(dlErr) != akno.Internal) {
		return dlErr
	}
	if err == nil && got != sum {
		err = &akno.Error{Code: akno.BadFile, Op: "syncer.Fetch"}
	}
	return err
}
