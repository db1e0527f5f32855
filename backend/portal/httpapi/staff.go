package httpapi

import "context"

// FindMatches looks for cabinets of a person.
func (s *server) FindMatches(ctx context.Context, r FindMatchesRequestObject) (FindMatchesResponseObject, error) {
	out, err := s.Counter.Matches(ctx, visitOf(ctx).session, *r.Body)
	return FindMatches200JSONResponse(out), err
}

// StartRegistration begins a registration in person.
func (s *server) StartRegistration(ctx context.Context, r StartRegistrationRequestObject) (StartRegistrationResponseObject, error) {
	out, err := s.Counter.Start(ctx, visitOf(ctx).session, *r.Body)
	return StartRegistration200JSONResponse(out), err
}

// GetRegistration returns a registration of the office.
func (s *server) GetRegistration(ctx context.Context, r GetRegistrationRequestObject) (GetRegistrationResponseObject, error) {
	out, err := s.Counter.Get(ctx, visitOf(ctx).session, r.RegistrationId)
	return GetRegistration200JSONResponse(out), err
}

// VerifyRegistration records the clerk's checks.
func (s *server) VerifyRegistration(ctx context.Context, r VerifyRegistrationRequestObject) (VerifyRegistrationResponseObject, error) {
	out, err := s.Counter.Verify(ctx, visitOf(ctx).session, r.RegistrationId, *r.Body)
	return VerifyRegistration200JSONResponse(out), err
}

// IssueIdentifier issues the identifier.
func (s *server) IssueIdentifier(ctx context.Context, r IssueIdentifierRequestObject) (IssueIdentifierResponseObject, error) {
	out, err := s.Counter.Issue(ctx, visitOf(ctx).session, r.RegistrationId, *r.Body)
	return IssueIdentifier200JSONResponse(out), err
}

// CancelRegistration gives up a registration.
func (s *server) CancelRegistration(ctx context.Context, r CancelRegistrationRequestObject) (CancelRegistrationResponseObject, error) {
	return CancelRegistration204Response{}, s.Counter.Cancel(ctx, visitOf(ctx).session, r.RegistrationId, r.Params.Reason)
}

// GetClerkDay returns the clerk's registrations of today.
func (s *server) GetClerkDay(ctx context.Context, _ GetClerkDayRequestObject) (GetClerkDayResponseObject, error) {
	out, err := s.Counter.Day(ctx, visitOf(ctx).session)
	return GetClerkDay200JSONResponse(out), err
}

// ListDesk returns a page of the body's applications.
func (s *server) ListDesk(ctx context.Context, r ListDeskRequestObject) (ListDeskResponseObject, error) {
	out, err := s.Desk.List(ctx, visitOf(ctx).session, r.Params)
	return ListDesk200JSONResponse(out), err
}

// GetDeskApplication returns an application of the body.
func (s *server) GetDeskApplication(ctx context.Context, r GetDeskApplicationRequestObject) (GetDeskApplicationResponseObject, error) {
	out, err := s.Desk.Get(ctx, visitOf(ctx).session, r.ApplicationId)
	return GetDeskApplication200JSONResponse(out), err
}

// ActOnApplication takes a step of the review.
func (s *server) ActOnApplication(ctx context.Context, r ActOnApplicationRequestObject) (ActOnApplicationResponseObject, error) {
	out, err := s.Desk.Act(ctx, visitOf(ctx).session, r.ApplicationId, *r.Body)
	return ActOnApplication200JSONResponse(out), err
}

// Decide takes the head's signature.
func (s *server) Decide(ctx context.Context, r DecideRequestObject) (DecideResponseObject, error) {
	out, err := s.Desk.Decide(ctx, visitOf(ctx).session, r.ApplicationId, *r.Body)
	return Decide200JSONResponse(out), err
}

// GetDeskBlob returns a file of an application.
func (s *server) GetDeskBlob(ctx context.Context, r GetDeskBlobRequestObject) (GetDeskBlobResponseObject, error) {
	f, err := s.Desk.OpenFile(ctx, visitOf(ctx).session, r.ApplicationId, r.Sha256)
	if err != nil {
		return nil, err
	}
	return GetDeskBlob200ApplicationoctetStreamResponse{Body: f, ContentLength: f.Size}, nil
}
