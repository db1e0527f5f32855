package akno

import "slices"

// A Status is where an application (заявление) stands, from the draft on the
// device to the archive of the portal. The words are stored and sent as they
// are written here.
type Status string

// The statuses of an application.
const (
	Draft                  Status = "draft"                    // черновик, on the device
	Ready                  Status = "ready"                    // проверен, готов к подписи и отправке
	Signed                 Status = "signed"                   // подписан ЭЦП
	Queued                 Status = "queued"                   // в очереди на отправку
	FormatRejected         Status = "format_rejected"          // отклонен порталом: формат, подпись или версия формы
	AwaitingPayment        Status = "awaiting_payment"         // номер заказа сформирован, ожидает оплаты
	PaymentSubmitted       Status = "payment_submitted"        // квитанция приложена или указан номер операции
	PaymentRejected        Status = "payment_rejected"         // оплата не подтверждена
	Submitted              Status = "submitted"                // подано в орган: the legal clock starts
	RegisteredStatus       Status = "registered"               // зарегистрировано органом
	InReview               Status = "in_review"                // на рассмотрении
	AgencyRequest          Status = "agency_request"           // запрос в другой орган
	Clarification          Status = "clarification"            // запрошено уточнение у заявителя
	Granted                Status = "granted"                  // решение об осуществлении процедуры
	Refused                Status = "refused"                  // отказано в осуществлении
	AcceptanceRefused      Status = "acceptance_refused"       // отказано в принятии заявления
	Delivered              Status = "delivered"                // решение получено
	AcceptanceRefusedFinal Status = "acceptance_refused_final" // отказ в принятии получен
	Withdrawn              Status = "withdrawn"                // отозвано
	Cancelled              Status = "cancelled"                // аннулировано: не оплачено
	Archived               Status = "closed"                   // завершено, в архиве
)

// An Event is what happens to an application, an account or a session.
type Event string

// An Actor is who may cause an event.
type Actor string

// The actors.
const (
	ByGuest    Actor = "guest"
	ByCitizen  Actor = "citizen"
	ByClerk    Actor = "clerk"
	ByReviewer Actor = "officer" // исполнитель и руководитель уполномоченного органа
	ByAdmin    Actor = "admin"
	BySystem   Actor = "system"
)

// A Move is one line of a table of states: in state From the event, caused by
// the actor, leads to state To. Anything that is not in the table is a bug.
type Move[S ~string] struct {
	From  S
	Event Event
	To    S
	Actor Actor
	Why   string // for a move that the collected machine lacks: why it is needed
}

// The events of an application.
const (
	EventValidate             Event = "validate"
	EventEdit                 Event = "edit"
	EventSign                 Event = "sign"
	EventSendOffline          Event = "send_offline"
	EventOrder                Event = "order"
	EventSubmit               Event = "submit"
	EventSync                 Event = "sync"
	EventUnqueue              Event = "unqueue"
	EventAttachReceipt        Event = "attach_receipt"
	EventEripConfirm          Event = "erip_confirm"
	EventOrderExpired         Event = "order_expired"
	EventCancelOrder          Event = "cancel_order"
	EventRequote              Event = "requote"
	EventForward              Event = "forward"
	EventRegister             Event = "register"
	EventRefuseAcceptance     Event = "refuse_acceptance"
	EventRejectPayment        Event = "reject_payment"
	EventWithdraw             Event = "withdraw"
	EventTake                 Event = "take"
	EventRequestAgency        Event = "request_agency"
	EventAgencyAnswer         Event = "agency_answer"
	EventAskApplicant         Event = "ask_applicant"
	EventAnswer               Event = "answer"
	EventClarificationTimeout Event = "clarification_timeout"
	EventDecideGrant          Event = "decide_grant"
	EventDecideRefuse         Event = "decide_refuse"
	EventOpenDecision         Event = "open_decision"
	EventArchive              Event = "archive"
	EventHandOver             Event = "hand_over"
	EventPost                 Event = "posted"
)

const (
	whyPaper   = "the form offers a decision on paper or by post, which no one opens on a screen"
	whyArchive = "a decision that nobody opens would otherwise stay open for ever"
)

// applicationMoves lists every move an application can make.
var applicationMoves = []Move[Status]{
	{Draft, EventValidate, Ready, ByCitizen, ""},
	{Ready, EventEdit, Draft, ByCitizen, ""},
	{Ready, EventSign, Signed, ByCitizen, ""},
	{Signed, EventEdit, Draft, ByCitizen, ""}, // the signature is dropped
	{Ready, EventSendOffline, Queued, ByCitizen, ""},
	{Signed, EventSendOffline, Queued, ByCitizen, ""},
	{Ready, EventOrder, AwaitingPayment, ByCitizen, ""},
	{Signed, EventOrder, AwaitingPayment, ByCitizen, ""},
	{Ready, EventSubmit, Submitted, ByCitizen, ""},
	{Signed, EventSubmit, Submitted, ByCitizen, ""},
	// The three ways out of the queue are told apart by the portal's answer.
	{Queued, EventSync, AwaitingPayment, BySystem, ""},
	{Queued, EventSync, Submitted, BySystem, ""},
	{Queued, EventSync, FormatRejected, BySystem, ""},
	{Queued, EventUnqueue, Draft, ByCitizen, ""},
	{FormatRejected, EventEdit, Draft, ByCitizen, ""},
	{AwaitingPayment, EventAttachReceipt, PaymentSubmitted, ByCitizen, ""},
	{AwaitingPayment, EventEripConfirm, Submitted, BySystem, ""},
	{AwaitingPayment, EventOrderExpired, Cancelled, BySystem, ""},
	{AwaitingPayment, EventCancelOrder, Draft, ByCitizen, ""},
	{AwaitingPayment, EventRequote, AwaitingPayment, BySystem, ""},
	{PaymentSubmitted, EventForward, Submitted, BySystem, ""},
	{Submitted, EventRegister, RegisteredStatus, ByReviewer, ""},
	{Submitted, EventRefuseAcceptance, AcceptanceRefused, ByReviewer, ""},
	{RegisteredStatus, EventRejectPayment, PaymentRejected, ByReviewer, ""},
	{PaymentRejected, EventAttachReceipt, PaymentSubmitted, ByCitizen, ""},
	{PaymentRejected, EventRefuseAcceptance, AcceptanceRefused, ByReviewer, ""},
	{PaymentRejected, EventWithdraw, Withdrawn, ByCitizen, ""},
	{RegisteredStatus, EventTake, InReview, ByReviewer, ""},
	{RegisteredStatus, EventRefuseAcceptance, AcceptanceRefused, ByReviewer, ""},
	{InReview, EventRequestAgency, AgencyRequest, ByReviewer, ""},
	{AgencyRequest, EventAgencyAnswer, InReview, ByReviewer, ""},
	{InReview, EventAskApplicant, Clarification, ByReviewer, ""},
	{Clarification, EventAnswer, InReview, ByCitizen, ""},
	{Clarification, EventClarificationTimeout, InReview, BySystem, ""},
	{InReview, EventDecideGrant, Granted, ByReviewer, ""},
	{InReview, EventDecideRefuse, Refused, ByReviewer, ""},
	{AgencyRequest, EventDecideRefuse, Refused, ByReviewer, ""},
	{Granted, EventOpenDecision, Delivered, ByCitizen, ""},
	{Refused, EventOpenDecision, Delivered, ByCitizen, ""},
	{AcceptanceRefused, EventOpenDecision, AcceptanceRefusedFinal, ByCitizen, ""},
	{Delivered, EventArchive, Archived, BySystem, ""},
	{Submitted, EventWithdraw, Withdrawn, ByCitizen, ""},
	{RegisteredStatus, EventWithdraw, Withdrawn, ByCitizen, ""},
	{InReview, EventWithdraw, Withdrawn, ByCitizen, ""},
	{AgencyRequest, EventWithdraw, Withdrawn, ByCitizen, ""},
	{Clarification, EventWithdraw, Withdrawn, ByCitizen, ""},
	{PaymentSubmitted, EventWithdraw, Withdrawn, ByCitizen, ""},

	{Granted, EventHandOver, Delivered, ByReviewer, whyPaper},
	{Refused, EventHandOver, Delivered, ByReviewer, whyPaper},
	{AcceptanceRefused, EventHandOver, AcceptanceRefusedFinal, ByReviewer, whyPaper},
	{Granted, EventPost, Delivered, ByReviewer, whyPaper},
	{Refused, EventPost, Delivered, ByReviewer, whyPaper},
	{AcceptanceRefused, EventPost, AcceptanceRefusedFinal, ByReviewer, whyPaper},
	{Granted, EventArchive, Archived, BySystem, whyArchive},
	{Refused, EventArchive, Archived, BySystem, whyArchive},
}

// Statuses lists every status of an application in the order of its life.
func Statuses() []Status {
	return []Status{
		Draft, Ready, Signed, Queued, FormatRejected, AwaitingPayment, PaymentSubmitted, PaymentRejected,
		Submitted, RegisteredStatus, InReview, AgencyRequest, Clarification, Granted, Refused, AcceptanceRefused,
		Delivered, AcceptanceRefusedFinal, Withdrawn, Cancelled, Archived,
	}
}

// Moves returns a copy of the table of an application's moves.
func Moves() []Move[Status] { return slices.Clone(applicationMoves) }

// CanBecome says whether an application in status s may move to t by any event.
func (s Status) CanBecome(t Status) bool {
	return slices.ContainsFunc(applicationMoves, func(m Move[Status]) bool { return m.From == s && m.To == t })
}

// Allows says whether actor a may cause event e in status s.
func (s Status) Allows(e Event, a Actor) bool {
	return slices.ContainsFunc(applicationMoves, func(m Move[Status]) bool {
		return m.From == s && m.Event == e && m.Actor == a
	})
}

// After returns where event e, caused by a, leads from status s. It is false
// when the table has no such move, and for a queued application, whose next
// status is the portal's answer (see To).
func (s Status) After(e Event, a Actor) (Status, bool) {
	return after(applicationMoves, s, e, a)
}

// To checks that event e, caused by a, may lead from s to t and returns t, or
// an *Error with code WrongState.
func (s Status) To(t Status, e Event, a Actor) (Status, error) {
	for _, m := range applicationMoves {
		if m.From == s && m.To == t && m.Event == e && m.Actor == a {
			return t, nil
		}
	}
	return s, &Error{Code: WrongState, Op: "status." + string(e)}
}

// Events lists what actor a may do with an application in status s.
func (s Status) Events(a Actor) []Event {
	var out []Event
	for _, m := range applicationMoves {
		if m.From == s && m.Actor == a && !slices.Contains(out, m.Event) {
			out = append(out, m.Event)
		}
	}
	return out
}

// Final says whether nothing more happens to an application in status s.
func (s Status) Final() bool {
	return s.Valid() && !slices.ContainsFunc(applicationMoves, func(m Move[Status]) bool { return m.From == s })
}

// Valid says whether s is a status.
func (s Status) Valid() bool { return slices.Contains(Statuses(), s) }

// OnDevice says whether an application in status s exists on the device only.
func (s Status) OnDevice() bool {
	switch s {
	case Draft, Ready, Signed, Queued, FormatRejected:
		return true
	}
	return false
}

// Decided says whether the procedure ended with an administrative decision of
// one of the three kinds.
func (s Status) Decided() bool {
	switch s {
	case Granted, Refused, AcceptanceRefused, Delivered, AcceptanceRefusedFinal, Archived:
		return true
	}
	return false
}

func after[S ~string](moves []Move[S], s S, e Event, a Actor) (S, bool) {
	var to S
	found := 0
	for _, m := range moves {
		if m.From == s && m.Event == e && m.Actor == a {
			to = m.To
			found++
		}
	}
	return to, found == 1
}
