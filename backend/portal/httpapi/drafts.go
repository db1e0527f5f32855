package httpapi

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"akno/backend/akno"
	"akno/backend/portal/draftbackup"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// Drafts keeps the sealed copies of drafts (portal/draftbackup). A version that
// was not seen is akno.Conflict with the present one in Fields.
type Drafts interface {
	List(ctx context.Context, s session.Session) (portalapi.DraftBackupList, error)
	Get(ctx context.Context, s session.Session, id portalapi.Id) (portalapi.DraftBackup, []byte, error)
	Put(ctx context.Context, s session.Session, id portalapi.Id, p portalapi.PutDraftParams, body io.Reader) (portalapi.DraftBackup, error)
	Take(ctx context.Context, s session.Session, id portalapi.Id, cmd portalapi.DraftOwner) (portalapi.DraftBackup, error)
	Delete(ctx context.Context, s session.Session, id portalapi.Id, ifMatch string) error
}

// stale is the answer to who has not seen the present version, and whether err
// is one.
func stale(err error) (out StaleApplicationProblemPlusJSONResponse, is bool) {
	if akno.CodeOf(err) != akno.Conflict {
		return out, false
	}
	p := problemFrom(err)
	p.Status = http.StatusPreconditionFailed
	return StaleApplicationProblemPlusJSONResponse(p), true
}

// ListDrafts lists the copies of the account.
func (s *server) ListDrafts(ctx context.Context, _ ListDraftsRequestObject) (ListDraftsResponseObject, error) {
	out, err := s.Drafts.List(ctx, visitOf(ctx).session)
	return ListDrafts200JSONResponse(out), err
}

// GetDraft returns the octets of a copy.
func (s *server) GetDraft(ctx context.Context, r GetDraftRequestObject) (GetDraftResponseObject, error) {
	d, octets, err := s.Drafts.Get(ctx, visitOf(ctx).session, r.DraftId)
	if err != nil {
		return nil, err
	}
	return GetDraft200ApplicationoctetStreamResponse{
		Body: bytes.NewReader(octets), ContentLength: int64(len(octets)),
		Headers: GetDraft200ResponseHeaders{
			ETag: draftbackup.ETag(d.Version), XDraftRev: d.Rev, XOwnerDevice: d.OwnerDevice, XOwnerEpoch: d.OwnerEpoch, XPortalEpoch: d.Epoch,
		},
	}, nil
}

// PutDraft keeps a copy.
func (s *server) PutDraft(ctx context.Context, r PutDraftRequestObject) (PutDraftResponseObject, error) {
	out, err := s.Drafts.Put(ctx, visitOf(ctx).session, r.DraftId, r.Params, r.Body)
	if p, is := stale(err); is {
		return PutDraft412ApplicationProblemPlusJSONResponse{p}, nil
	}
	return PutDraft200JSONResponse(out), err
}

// TakeDraft makes a device the owner of a copy.
func (s *server) TakeDraft(ctx context.Context, r TakeDraftRequestObject) (TakeDraftResponseObject, error) {
	out, err := s.Drafts.Take(ctx, visitOf(ctx).session, r.DraftId, *r.Body)
	if p, is := stale(err); is {
		return TakeDraft412ApplicationProblemPlusJSONResponse{p}, nil
	}
	return TakeDraft200JSONResponse(out), err
}

// DeleteDraft removes a copy.
func (s *server) DeleteDraft(ctx context.Context, r DeleteDraftRequestObject) (DeleteDraftResponseObject, error) {
	seen := ""
	if r.Params.IfMatch != nil {
		seen = *r.Params.IfMatch
	}
	err := s.Drafts.Delete(ctx, visitOf(ctx).session, r.DraftId, seen)
	if p, is := stale(err); is {
		return DeleteDraft412ApplicationProblemPlusJSONResponse{p}, nil
	}
	return DeleteDraft204Response{}, err
}
