package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/desktop/notify"
)

// A Notification is what the system shows outside of the window. Click is called
// when the person chose it; closing it is no choice.
type Notification struct {
	Title string
	Body  string
	Click func()
}

// Notifications is the bound type of what is told outside of the window.
type Notifications struct {
	a *App
	w *work
}

var _ notificationsSurface = (*Notifications)(nil)

// How much a notification says. Others may see the screen, and a locked one shows
// it too, so names of procedures are told only to who asked for them.
const (
	notifyOff     = "off"
	notifyPlain   = "plain"
	notifyDetails = "details"

	notifySetting = "notify.mode"
	// notifyEvery is how often terms are looked at while nothing comes.
	notifyEvery = 30 * time.Minute
)

// State returns how much notifications say.
func (n *Notifications) State() (out NotificationView, err error) {
	defer n.a.guard("notifications.State", &err)
	ctx, cancel, err := n.w.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	out.Mode, err = n.w.notifyMode(ctx)
	return out, err
}

// Set changes how much notifications say.
func (n *Notifications) Set(mode string) (out NotificationView, err error) {
	defer n.a.guard("notifications.Set", &err)
	if !slices.Contains([]string{notifyOff, notifyPlain, notifyDetails}, mode) {
		return out, &akno.Error{Code: akno.Invalid, Op: "notifications.Set", Fields: map[string]string{"mode": "unknown"}}
	}
	ctx, cancel, err := n.w.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	if err := n.w.c.store.SetSetting(ctx, notifySetting, mode); err != nil {
		return out, err
	}
	return NotificationView{Mode: mode}, nil
}

func (w *work) notifyMode(ctx context.Context) (string, error) {
	mode := notifyPlain
	err := w.c.store.Setting(ctx, notifySetting, &mode)
	return mode, err
}

// watchNews tells what came, until ctx ends.
func (w *work) watchNews(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.news:
		case <-timer.C:
		}
		timer.Reset(notifyEvery)
		if err := w.tellNews(ctx); err != nil && ctx.Err() == nil {
			w.a.log.WithField("cause", err).Warn("the person was not told of news")
		}
	}
}

// tellNews shows what was not told yet. What comes while notifications are off is
// passed over, so that turning them on does not bring old news.
func (w *work) tellNews(ctx context.Context) error {
	events, err := w.notify.Take(ctx)
	if err != nil || len(events) == 0 {
		return err
	}
	mode, err := w.notifyMode(ctx)
	if err != nil || mode == notifyOff {
		return err
	}
	lang := akno.Lang(w.a.preferences.get().Language)
	for _, n := range w.notifications(events, mode, lang) {
		if err := w.a.platform.Notify(n); err != nil { // a desktop without them
			w.a.log.WithField("cause", err).Info("the system shows no notifications")
			return nil
		}
	}
	return nil
}

// newsWords are what a notification of one event says, and of several.
var newsWords = map[notify.Kind]struct{ one, many akno.Text }{
	notify.Decision: {
		akno.Text{RU: "Есть решение по заявлению", BE: "Ёсць рашэнне па заяве", EN: "There is a decision on an application"},
		akno.Text{RU: "Есть решения по заявлениям: %d", BE: "Ёсць рашэнні па заявах: %d", EN: "Decisions on applications: %d"},
	},
	notify.Question: {
		akno.Text{RU: "Орган задал вопрос по заявлению", BE: "Орган задаў пытанне па заяве", EN: "A body asks about an application"},
		akno.Text{RU: "Вопросы органов по заявлениям: %d", BE: "Пытанні органаў па заявах: %d", EN: "Questions about applications: %d"},
	},
	notify.Answer: {
		akno.Text{RU: "Подходит последний день ответа органу", BE: "Набліжаецца апошні дзень адказу органу", EN: "The last day of an answer is near"},
		akno.Text{RU: "Подходят сроки ответов: %d", BE: "Набліжаюцца тэрміны адказаў: %d", EN: "Last days of answers are near: %d"},
	},
	notify.Payment: {
		akno.Text{RU: "Подходит срок оплаты", BE: "Набліжаецца тэрмін аплаты", EN: "The end of an order is near"},
		akno.Text{RU: "Подходят сроки оплаты: %d", BE: "Набліжаюцца тэрміны аплаты: %d", EN: "Ends of orders are near: %d"},
	},
}

// notifications puts events into words, those of one kind in one notification.
func (w *work) notifications(events []notify.Event, mode string, l akno.Lang) []Notification {
	var out []Notification
	for _, kind := range []notify.Kind{notify.Decision, notify.Question, notify.Answer, notify.Payment} {
		all := slices.DeleteFunc(slices.Clone(events), func(e notify.Event) bool { return e.Kind != kind })
		if len(all) == 0 {
			continue
		}
		words := newsWords[kind]
		n := Notification{Title: "Акно", Body: words.one.In(l), Click: func() { w.a.openApplication(all[0].Application) }}
		switch {
		case len(all) > 1:
			n.Body = fmt.Sprintf(words.many.In(l), len(all))
			n.Click = w.a.platform.Show
		case mode == notifyDetails:
			n.Title, n.Body = n.Body, w.newsDetails(all[0], l)
		}
		out = append(out, n)
	}
	return out
}

// newsDetails is the procedure of an event and the last day.
func (w *work) newsDetails(e notify.Event, l akno.Lang) string {
	text := e.Procedure
	if p, ok := w.c.catalogue.Procedure(e.Procedure); ok {
		text = p.Title.In(l)
	}
	if due, err := workdays.Parse(e.Due); err == nil {
		text += ", " + due.Print()
	}
	return text
}

// openApplication brings the window to the front with an application.
func (a *App) openApplication(id string) {
	l := Link{Kind: "application", ID: id}
	a.stateMu.Lock()
	ready := a.ready
	if !ready {
		a.waiting = append(a.waiting, l)
	}
	a.stateMu.Unlock()
	if ready {
		a.platform.Emit("link", l)
	}
	a.platform.Show()
}
