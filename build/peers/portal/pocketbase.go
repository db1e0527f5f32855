package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
)

// pocketbase is a stock PocketBase with two collections: the applications that are
// pushed, and the records that are pulled, which are those of the portal's stream.
// Owner rules and unique keys are on; it checks no answer and no signature, keeps no
// journal, and commits with synchronous=NORMAL. Many records are sent by its batch
// API, which stores a batch by one transaction. The cursor of a pull is in the list
// rule, since searches by filter that find nothing are slowed down on purpose.
type pocketbase struct {
	server
	load   *load
	ids    []string // of the people's accounts, and of the person with many records
	tokens []string
	ready  [][]byte
}

const (
	superuser  = "root@peers.example"
	password   = "Peers-Password-1"
	peerPage   = 500
	pastAllSeq = 1 << 40
)

// prepare makes the accounts and gives them the records that the portal's people
// have.
func (p *pocketbase) prepare(ctx context.Context, l *load) error {
	p.load, p.health = l, "/api/health"
	p.args = func(addr, data string) []string { return []string{"serve", "--http", addr, "--dir", data} }
	out, err := exec.CommandContext(ctx, p.program, "superuser", "upsert", superuser, password, "--dir", p.data()).CombinedOutput()
	if err != nil {
		return fmt.Errorf("superuser: %w: %s", err, out)
	}
	if err := p.start(ctx); err != nil {
		return err
	}
	defer p.stop()
	root, err := p.signIn(ctx, "_superusers", superuser)
	if err != nil {
		return err
	}
	if err := p.schema(ctx, root); err != nil {
		return err
	}
	for n := range len(l.people) + 1 {
		id, err := p.account(ctx, root, n)
		if err != nil {
			return err
		}
		p.ids = append(p.ids, id)
	}
	for n, id := range p.ids {
		list := l.records[len(l.records)-page:]
		if n == len(l.people) {
			list = l.records
		}
		if err := p.give(ctx, root, id, list); err != nil {
			return err
		}
	}
	for n, batch := range l.batches {
		p.ready = append(p.ready, p.batch(p.ids[n%len(l.people)], batch))
	}
	return p.settle()
}

// schema makes the collections and opens the batch API.
func (p *pocketbase) schema(ctx context.Context, root string) error {
	raw, err := p.call(ctx, "GET", "/api/collections/users", root, "", nil)
	if err != nil {
		return err
	}
	var users struct{ ID string }
	if err := json.Unmarshal(raw, &users); err != nil {
		return err
	}
	own := "account = @request.auth.id"
	account := map[string]any{"name": "account", "type": "relation", "collectionId": users.ID, "maxSelect": 1, "required": true}
	text := func(name string) map[string]any {
		return map[string]any{"name": name, "type": "text", "required": true, "max": 100000}
	}
	object := func(name string) map[string]any {
		return map[string]any{"name": name, "type": "json", "maxSize": 1 << 20}
	}
	for path, v := range map[string]any{
		"PATCH /api/settings": map[string]any{"batch": map[string]any{"enabled": true, "maxRequests": 1000, "timeout": 60}},
		"POST /api/collections": map[string]any{
			"name": "applications", "type": "base", "listRule": own, "viewRule": own, "createRule": own,
			"fields":  []any{account, text("application"), text("op"), text("procedure"), object("submission"), text("signature"), text("status")},
			"indexes": []string{"CREATE UNIQUE INDEX by_op ON applications (account, op)", "CREATE UNIQUE INDEX by_application ON applications (account, application)"},
		},
		"POST /api/collections ": map[string]any{
			"name": "records", "type": "base", "listRule": own + " && seq > @request.query.after", "viewRule": own,
			"fields":  []any{account, map[string]any{"name": "seq", "type": "number"}, text("kind"), text("entity"), map[string]any{"name": "version", "type": "number"}, object("body")},
			"indexes": []string{"CREATE UNIQUE INDEX by_seq ON records (account, seq)", "CREATE UNIQUE INDEX by_entity ON records (account, kind, entity)"},
		},
	} {
		method, to, _ := bytes.Cut([]byte(path), []byte(" "))
		if _, err := p.call(ctx, string(method), string(bytes.TrimSpace(to)), root, jsonType, encoded(v)); err != nil {
			return err
		}
	}
	return nil
}

func (p *pocketbase) account(ctx context.Context, root string, n int) (string, error) {
	raw, err := p.call(ctx, "POST", "/api/collections/users/records", root, jsonType, encoded(map[string]any{
		"email": email(n), "password": password, "passwordConfirm": password, "verified": true,
	}))
	if err != nil {
		return "", err
	}
	var made struct{ ID string }
	return made.ID, json.Unmarshal(raw, &struct{ ID *string }{&made.ID})
}

func email(n int) string { return fmt.Sprintf("citizen%d@peers.example", n) }

// give stores records of the portal's stream.
func (p *pocketbase) give(ctx context.Context, root, account string, list any) error {
	raw := encoded(list)
	var records []struct {
		Kind, ID string
		Version  int64
		Body     json.RawMessage
	}
	if err := json.Unmarshal(raw, &records); err != nil {
		return err
	}
	for from := 0; from < len(records); from += peerPage {
		var all []any
		for i, r := range records[from:min(from+peerPage, len(records))] {
			all = append(all, create("records", map[string]any{
				"account": account, "seq": from + i + 1, "kind": r.Kind, "entity": r.ID, "version": r.Version, "body": r.Body,
			}))
		}
		if _, err := p.call(ctx, "POST", "/api/batch", root, jsonType, encoded(map[string]any{"requests": all})); err != nil {
			return err
		}
	}
	return nil
}

// create is one request of a batch.
func create(collection string, record map[string]any) any {
	return map[string]any{"method": "POST", "url": "/api/collections/" + collection + "/records", "body": record}
}

// batch is a push of applications.
func (p *pocketbase) batch(account string, list []application) []byte {
	var all []any
	for _, a := range list {
		all = append(all, create("applications", map[string]any{
			"account": account, "application": a.id, "op": a.op, "procedure": procedure, "status": "submitted",
			"submission": json.RawMessage(a.octets), "signature": a.signature,
		}))
	}
	return encoded(map[string]any{"requests": all})
}

func (p *pocketbase) signIn(ctx context.Context, collection, login string) (string, error) {
	raw, err := p.call(ctx, "POST", "/api/collections/"+collection+"/auth-with-password", "", jsonType,
		encoded(map[string]string{"identity": login, "password": password}))
	if err != nil {
		return "", err
	}
	var in struct{ Token string }
	return in.Token, json.Unmarshal(raw, &struct{ Token *string }{&in.Token})
}

func (p *pocketbase) enter(ctx context.Context) error {
	p.tokens = nil
	for n := range p.ids {
		token, err := p.signIn(ctx, "users", email(n))
		if err != nil {
			return err
		}
		p.tokens = append(p.tokens, token)
	}
	return nil
}

func (p *pocketbase) push(ctx context.Context, n int) error {
	raw, err := p.call(ctx, "POST", "/api/batch", p.tokens[n%len(p.load.people)], jsonType, p.ready[n])
	if err == nil && bytes.Count(raw, []byte(`"status":200`)) != perBatch {
		err = fmt.Errorf("not everything was stored: %.500s", raw)
	}
	return err
}

func (p *pocketbase) list(ctx context.Context, token string, after int64, limit int) ([]byte, error) {
	return p.call(ctx, "GET", fmt.Sprintf("/api/collections/records/records?perPage=%d&skipTotal=1&sort=seq&after=%d", limit, after), token, "", nil)
}

func (p *pocketbase) pull(ctx context.Context, n int, news bool) (int, error) {
	after := int64(0)
	if news {
		after = pastAllSeq
	}
	raw, err := p.list(ctx, p.tokens[n], after, page)
	return bytes.Count(raw, []byte(`"seq":`)), err
}

func (p *pocketbase) full(ctx context.Context) (n int, err error) {
	for {
		raw, err := p.list(ctx, p.tokens[len(p.load.people)], int64(n), peerPage)
		if err != nil {
			return n, err
		}
		got := bytes.Count(raw, []byte(`"seq":`))
		if n += got; got < peerPage {
			return n, nil
		}
	}
}

// encoded is v as JSON; what is given to it always has one.
func encoded(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("portal: " + err.Error()) // unreachable
	}
	return raw
}
