// Package httpapi answers the contract over HTTP: it knows who calls, what he may
// do and how a failure is told, and hands everything else to the services. It is
// the only part of the server that knows net/http.
package httpapi

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"akno/backend/akno"
	"akno/backend/portal/blob"
	"akno/backend/portal/change"
	"akno/backend/portalapi"
)

// A server hands every operation to its service.
type server struct{ Behind }

// GetHealth says that the process lives.
func (s *server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth204Response{}, nil
}

// GetReady says whether the portal takes work.
func (s *server) GetReady(ctx context.Context, _ GetReadyRequestObject) (GetReadyResponseObject, error) {
	return GetReady204Response{}, s.Facts.Ready(ctx)
}

// GetContract returns the contract.
func (s *server) GetContract(context.Context, GetContractRequestObject) (GetContractResponseObject, error) {
	return GetContract200ApplicationyamlResponse{Body: bytes.NewReader(portalapi.Contract), ContentLength: int64(len(portalapi.Contract))}, nil
}

// GetInfo names the portal.
func (s *server) GetInfo(ctx context.Context, _ GetInfoRequestObject) (GetInfoResponseObject, error) {
	out, err := s.Facts.Info(ctx)
	return GetInfo200JSONResponse(out), err
}

// GetTrust returns certificates of authorities and revocation lists.
func (s *server) GetTrust(ctx context.Context, _ GetTrustRequestObject) (GetTrustResponseObject, error) {
	out, err := s.Facts.Trust(ctx)
	return GetTrust200JSONResponse(out), err
}

// GetCatalogue names the catalogue in force.
func (s *server) GetCatalogue(ctx context.Context, _ GetCatalogueRequestObject) (GetCatalogueResponseObject, error) {
	out, err := s.Facts.Catalogue(ctx)
	return GetCatalogue200JSONResponse(out), err
}

// GetPacks returns the manifest of the packs in force.
func (s *server) GetPacks(ctx context.Context, _ GetPacksRequestObject) (GetPacksResponseObject, error) {
	out, err := s.Facts.Packs(ctx)
	return GetPacks200JSONResponse(out), err
}

// GetPack returns an item of the packs in force.
func (s *server) GetPack(ctx context.Context, r GetPackRequestObject) (GetPackResponseObject, error) {
	octets, err := s.Facts.Pack(ctx, r.Sha256)
	if err != nil {
		return nil, err
	}
	return GetPack200ApplicationoctetStreamResponse{Body: bytes.NewReader(octets), ContentLength: int64(len(octets))}, nil
}

// RegisterByEmail asks for a cabinet by e-mail.
func (s *server) RegisterByEmail(ctx context.Context, r RegisterByEmailRequestObject) (RegisterByEmailResponseObject, error) {
	out, err := s.Access.RegisterByEmail(ctx, visitOf(ctx).from, *r.Body)
	return RegisterByEmail202JSONResponse(out), err
}

// ResendActivation sends the letter again.
func (s *server) ResendActivation(ctx context.Context, r ResendActivationRequestObject) (ResendActivationResponseObject, error) {
	out, err := s.Access.ResendActivation(ctx, visitOf(ctx).from, r.Body.Email)
	return ResendActivation202JSONResponse(out), err
}

// Activate opens the cabinet of a letter.
func (s *server) Activate(ctx context.Context, r ActivateRequestObject) (ActivateResponseObject, error) {
	out, err := s.Access.Activate(ctx, visitOf(ctx).from, r.Body.Code)
	return Activate200JSONResponse(out), err
}

// RequestPasswordReset sends a letter by which a password may be set anew.
func (s *server) RequestPasswordReset(ctx context.Context, r RequestPasswordResetRequestObject) (RequestPasswordResetResponseObject, error) {
	out, err := s.Access.RequestReset(ctx, visitOf(ctx).from, r.Body.Email)
	return RequestPasswordReset202JSONResponse(out), err
}

// ResetPassword sets a password anew by the code of a letter.
func (s *server) ResetPassword(ctx context.Context, r ResetPasswordRequestObject) (ResetPasswordResponseObject, error) {
	out, err := s.Access.ResetPassword(ctx, *r.Body)
	return ResetPassword200JSONResponse(out), err
}

// RegisterByEds opens or claims a cabinet by EDS.
func (s *server) RegisterByEds(ctx context.Context, r RegisterByEdsRequestObject) (RegisterByEdsResponseObject, error) {
	out, err := s.Access.RegisterByEDS(ctx, *r.Body)
	return RegisterByEds200JSONResponse(out), err
}

// CreateChallenge makes a document to sign.
func (s *server) CreateChallenge(ctx context.Context, r CreateChallengeRequestObject) (CreateChallengeResponseObject, error) {
	out, err := s.Access.Challenge(ctx, r.Body.Purpose)
	return CreateChallenge200JSONResponse(out), err
}

// SignInByPassword signs in by a password.
func (s *server) SignInByPassword(ctx context.Context, r SignInByPasswordRequestObject) (SignInByPasswordResponseObject, error) {
	out, err := s.Access.SignInByPassword(ctx, visitOf(ctx).from, *r.Body)
	return SignInByPassword200JSONResponse(out), err
}

// SignInByEds signs in by a signed challenge.
func (s *server) SignInByEds(ctx context.Context, r SignInByEdsRequestObject) (SignInByEdsResponseObject, error) {
	out, err := s.Access.SignInByEDS(ctx, *r.Body)
	return SignInByEds200JSONResponse(out), err
}

// ListSessions lists the open sessions of the account.
func (s *server) ListSessions(ctx context.Context, _ ListSessionsRequestObject) (ListSessionsResponseObject, error) {
	out, err := s.Access.Sessions(ctx, visitOf(ctx).session)
	return ListSessions200JSONResponse(out), err
}

// GetSession returns the caller's session.
func (s *server) GetSession(ctx context.Context, _ GetSessionRequestObject) (GetSessionResponseObject, error) {
	out, err := s.Access.Current(ctx, visitOf(ctx).session)
	return GetSession200JSONResponse(out), err
}

// SignOut ends the caller's session.
func (s *server) SignOut(ctx context.Context, _ SignOutRequestObject) (SignOutResponseObject, error) {
	return SignOut204Response{}, s.Access.SignOut(ctx, visitOf(ctx).session)
}

// EndSession ends another session of the account.
func (s *server) EndSession(ctx context.Context, r EndSessionRequestObject) (EndSessionResponseObject, error) {
	return EndSession204Response{}, s.Access.EndSession(ctx, visitOf(ctx).session, r.SessionId)
}

// StepUp raises the session.
func (s *server) StepUp(ctx context.Context, r StepUpRequestObject) (StepUpResponseObject, error) {
	out, err := s.Access.StepUp(ctx, visitOf(ctx).session, *r.Body)
	return StepUp200JSONResponse(out), err
}

// BindCertificate binds a certificate to the account.
func (s *server) BindCertificate(ctx context.Context, r BindCertificateRequestObject) (BindCertificateResponseObject, error) {
	out, err := s.Access.BindCertificate(ctx, visitOf(ctx).session, *r.Body)
	return BindCertificate200JSONResponse(out), err
}

// ChangePassword sets a new password.
func (s *server) ChangePassword(ctx context.Context, r ChangePasswordRequestObject) (ChangePasswordResponseObject, error) {
	out, err := s.Access.ChangePassword(ctx, visitOf(ctx).session, *r.Body)
	return ChangePassword200JSONResponse(out), err
}

// PutBlob stores a file.
func (s *server) PutBlob(ctx context.Context, r PutBlobRequestObject) (PutBlobResponseObject, error) {
	out, err := s.Blobs.Put(ctx, visitOf(ctx).session, r.Sha256, r.Body)
	return PutBlob201JSONResponse(out), err
}

// GetBlob returns a file of the account.
func (s *server) GetBlob(ctx context.Context, r GetBlobRequestObject) (GetBlobResponseObject, error) {
	f, err := s.Blobs.Open(ctx, visitOf(ctx).session, r.Sha256)
	if err != nil {
		return nil, err
	}
	return GetBlob200ApplicationoctetStreamResponse{Body: f, ContentLength: f.Size}, nil
}

// HeadBlob says how much of a file is stored.
func (s *server) HeadBlob(ctx context.Context, r HeadBlobRequestObject) (HeadBlobResponseObject, error) {
	n, whole, err := s.Blobs.Offset(ctx, visitOf(ctx).session, r.Sha256)
	if err != nil {
		return nil, err
	}
	if whole {
		return HeadBlob200Response{Headers: HeadBlob200ResponseHeaders{UploadOffset: n}}, nil
	}
	return HeadBlob404Response{Headers: HeadBlob404ResponseHeaders{UploadOffset: n}}, nil
}

// PatchBlob stores the next octets of a file.
func (s *server) PatchBlob(ctx context.Context, r PatchBlobRequestObject) (PatchBlobResponseObject, error) {
	if r.Params.UploadOffset == nil || r.Params.UploadLength == nil {
		return nil, &akno.Error{Code: akno.Invalid, Op: "httpapi.PatchBlob", Fields: map[string]string{"offset": "required"}}
	}
	n, err := s.Blobs.Append(ctx, visitOf(ctx).session, r.Sha256, *r.Params.UploadOffset, *r.Params.UploadLength, r.Body)
	if errors.Is(err, blob.ErrBusy) {
		return PatchBlob423ApplicationProblemPlusJSONResponse{Status: http.StatusLocked, Code: string(akno.SlowDown)}, nil
	}
	return PatchBlob204Response{Headers: PatchBlob204ResponseHeaders{UploadOffset: n}}, err
}

// CreateOrder makes an order.
func (s *server) CreateOrder(ctx context.Context, r CreateOrderRequestObject) (CreateOrderResponseObject, error) {
	out, err := s.Orders.Create(ctx, visitOf(ctx).session, *r.Body)
	return CreateOrder200JSONResponse(out), err
}

// GetOrder returns an order.
func (s *server) GetOrder(ctx context.Context, r GetOrderRequestObject) (GetOrderResponseObject, error) {
	out, err := s.Orders.Get(ctx, visitOf(ctx).session, r.OrderCode)
	return GetOrder200JSONResponse(out), err
}

// CancelOrder voids an order.
func (s *server) CancelOrder(ctx context.Context, r CancelOrderRequestObject) (CancelOrderResponseObject, error) {
	return CancelOrder204Response{}, s.Orders.Cancel(ctx, visitOf(ctx).session, r.OrderCode)
}

// NotifyPayment takes a confirmed payment.
func (s *server) NotifyPayment(ctx context.Context, r NotifyPaymentRequestObject) (NotifyPaymentResponseObject, error) {
	out, err := s.Payments.Notify(ctx, *r.Body)
	return NotifyPayment200JSONResponse(out), err
}

// SubmitApplication files an application.
func (s *server) SubmitApplication(ctx context.Context, r SubmitApplicationRequestObject) (SubmitApplicationResponseObject, error) {
	out, err := s.Intake.Submit(ctx, visitOf(ctx).session, *r.Body)
	return SubmitApplication200JSONResponse(out), err
}

// GetApplication returns an application of the account.
func (s *server) GetApplication(ctx context.Context, r GetApplicationRequestObject) (GetApplicationResponseObject, error) {
	out, err := s.Intake.Get(ctx, visitOf(ctx).session, r.ApplicationId)
	return GetApplication200JSONResponse(out), err
}

// WithdrawApplication withdraws an application.
func (s *server) WithdrawApplication(ctx context.Context, r WithdrawApplicationRequestObject) (WithdrawApplicationResponseObject, error) {
	out, err := s.Intake.Withdraw(ctx, visitOf(ctx).session, r.ApplicationId, *r.Body)
	return WithdrawApplication200JSONResponse(out), err
}

// AnswerQuestion answers the body's question.
func (s *server) AnswerQuestion(ctx context.Context, r AnswerQuestionRequestObject) (AnswerQuestionResponseObject, error) {
	out, err := s.Intake.Answer(ctx, visitOf(ctx).session, r.ApplicationId, *r.Body)
	return AnswerQuestion200JSONResponse(out), err
}

// OpenDecision notes that the decision was opened.
func (s *server) OpenDecision(ctx context.Context, r OpenDecisionRequestObject) (OpenDecisionResponseObject, error) {
	out, err := s.Intake.OpenDecision(ctx, visitOf(ctx).session, r.ApplicationId, *r.Body)
	return OpenDecision200JSONResponse(out), err
}

// defaultPage is the length of a page of changes when the caller names none.
const defaultPage = 50

// PullChanges returns what changed in the account.
func (s *server) PullChanges(ctx context.Context, r PullChangesRequestObject) (PullChangesResponseObject, error) {
	cursor, limit := "", defaultPage
	if r.Params.Cursor != nil {
		cursor = *r.Params.Cursor
	}
	if r.Params.Limit != nil {
		limit = min(max(*r.Params.Limit, 1), change.MaxPage)
	}
	out, err := s.Changes.Pull(ctx, visitOf(ctx).session, cursor, limit)
	return changePage(out), err
}
