//go:build !linux

package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// notifier shows notifications by what Wails offers.
type notifier struct {
	notifierMu sync.Mutex // guards the rest
	ready      bool
	clicks     map[string]func()
}

func newNotifier() *notifier { return &notifier{clicks: map[string]func(){}} }

func (t *notifier) show(ctx context.Context, n Notification) error {
	t.notifierMu.Lock()
	defer t.notifierMu.Unlock()
	if !t.ready {
		if err := runtime.InitializeNotifications(ctx); err != nil {
			return fmt.Errorf("notify: %w", err)
		}
		runtime.OnNotificationResponse(ctx, t.answered)
		t.ready = true
	}
	id := rand.Text()
	t.clicks[id] = n.Click
	err := runtime.SendNotification(ctx, runtime.NotificationOptions{ID: id, Title: n.Title, Body: n.Body})
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

func (t *notifier) answered(r runtime.NotificationResult) {
	t.notifierMu.Lock()
	click := t.clicks[r.Response.ID]
	delete(t.clicks, r.Response.ID)
	t.notifierMu.Unlock()
	if r.Error == nil && click != nil {
		click()
	}
}
