package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"akno/backend/cmd/portald/server"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portalapi"
)

// childEnv makes the test binary portald itself.
const childEnv = "AKNO_PORTALD_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		main()
	}
	os.Exit(m.Run())
}

// child starts portald as a process and returns it with its address.
func child(t *testing.T, data string) (*exec.Cmd, string) {
	t.Helper()
	ready := filepath.Join(data, "ready.json")
	if err := os.RemoveAll(ready); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "serve", "-data", data, "-addr", "127.0.0.1:0", "-ready-file", ready, "-registrations", "100000", "-rate", "100000",
		"-operator", "Оператор", "-operator-address", "Минск", "-operator-email", "dpo@example.by")
	cmd.Env = append(os.Environ(), childEnv+"=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // already dead when the test passed
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 6000 {
		var told struct {
			Portal string `json:"portal"`
		}
		if raw, err := os.ReadFile(ready); err == nil && json.Unmarshal(raw, &told) == nil {
			return cmd, told.Portal
		}
		<-tick.C
	}
	t.Fatal("portald never took work")
	return nil, ""
}

func post(url string, v any) (status int, err error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return 0, err
	}
	res, err := http.Post(url, "application/json", bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// A load is the requests of many people and which of them were acknowledged.
type load struct {
	requestsMu sync.Mutex
	requests   map[string]portalapi.EmailRegistration
	acked      map[string]bool
}

// run registers people until the server dies, which it does by kill once enough
// were acknowledged.
func (l *load) run(base string, consent portalapi.Consent, round, enough int, kill func()) {
	var wg sync.WaitGroup
	var once sync.Once
	for g := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				email := fmt.Sprintf("p%d-%d-%d@example.by", round, g, i)
				req := portalapi.EmailRegistration{OpId: ids.New(clock.System()), Email: email, Language: portalapi.Ru, Consent: consent}
				l.requestsMu.Lock()
				l.requests[email] = req
				l.requestsMu.Unlock()
				req.Password = []byte("синий чайник на окне")
				status, err := post(base+"/v1/registrations/email", req)
				if err != nil {
					return
				}
				l.requestsMu.Lock()
				l.acked[email] = status == http.StatusAccepted
				n := len(l.acked)
				l.requestsMu.Unlock()
				if n >= enough {
					once.Do(kill)
				}
			}
		})
	}
	wg.Wait()
}

func TestAKilledServerLosesNothingItAcknowledgedAndDoublesNothing(t *testing.T) {
	data := t.TempDir()
	t.Setenv("PORTALD_DB", testdb.Beside(t, data)) // of the children too
	l := &load{requests: map[string]portalapi.EmailRegistration{}, acked: map[string]bool{}}
	var consent portalapi.Consent
	for round := range 3 {
		cmd, base := child(t, data)
		res, err := http.Get(base + "/v1/info")
		if err != nil {
			t.Fatal(err)
		}
		var info portalapi.PortalInfo
		if err := json.NewDecoder(res.Body).Decode(&info); err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		consent = portalapi.Consent{Version: info.ConsentVersion, Sha256: info.ConsentHash}
		l.run(base, consent, round, 20*(round+1), func() { _ = cmd.Process.Kill() })
		if err := cmd.Wait(); err == nil {
			t.Fatal("the server ended by itself")
		}
	}
	// Who got no answer asks again with the same id.
	cmd, base := child(t, data)
	for email, req := range l.requests {
		req.Password = []byte("синий чайник на окне")
		status, err := post(base+"/v1/registrations/email", req)
		if err != nil || status != http.StatusAccepted {
			t.Errorf("%s: %d %v", email, status, err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	count := addresses(t, data)
	for email, ok := range l.acked {
		if ok && count[email] == 0 {
			t.Errorf("%s was acknowledged and is lost", email)
		}
	}
	for email := range l.requests {
		if count[email] != 1 {
			t.Errorf("%s is there %d times", email, count[email])
		}
	}
}

// addresses counts the accounts of each address in a data folder.
func addresses(t *testing.T, data string) map[string]int {
	t.Helper()
	c := server.Defaults(data)
	c.DB = testdb.Beside(t, data)
	p, err := server.Open(t.Context(), c, clock.System)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	err = p.DB.Read(t.Context(), func(tx dbx.Tx) error {
		return dbx.Each(t.Context(), tx, func(scan func(...any) error) error {
			var email string
			err := scan(&email)
			count[email]++
			return err
		}, `SELECT email FROM account`)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.DB.Close(); err != nil {
		t.Fatal(err)
	}
	return count
}
