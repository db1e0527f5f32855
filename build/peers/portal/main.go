// Command portal measures portald beside PocketBase, one Go program with the same
// SQLite: the same applications are pushed in batches and the same records are
// pulled, by the same clients over loopback, in turns. Here every application is
// signed, its session, its answers and its signature are checked and the journal
// is written; there a record is stored under an owner rule. See build/peers.sh and
// docs/speed.md.
//
//	portal -portald PROGRAM -pocketbase PROGRAM [-rounds 5] [-dir FOLDER]
//
// With -only one work is measured and nothing is judged, and -cpu-profile has the
// portal write where its processor time went meanwhile.
//
// The figures come from /proc, so that it runs on Linux only.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
)

// options are what the operator chooses.
type options struct {
	portald, pocketbase, dir string
	only                     string
	profile, cpuProfile      string
	rounds, batches, clients int
	entities                 int
}

func main() {
	log.SetFlags(log.Ltime)
	var o options
	flag.StringVar(&o.portald, "portald", "", "`program` of the portal")
	flag.StringVar(&o.pocketbase, "pocketbase", "", "`program` of the peer; without one only the portal is measured")
	flag.StringVar(&o.dir, "dir", "", "`folder` for the data, on the disk that is to be measured; a temporary one by default")
	flag.StringVar(&o.profile, "profile", "", "`file` for the CPU profile of the desktop while its queue leaves, of the last round")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds; odd, so that the median was measured")
	flag.IntVar(&o.batches, "batches", 40, "batches of 100 applications in a round")
	flag.IntVar(&o.clients, "clients", 4, "clients at once")
	flag.IntVar(&o.entities, "entities", 10000, "records of the full pull")
	flag.StringVar(&o.only, "only", "", "the one `work` to measure, as the table names it; nothing is judged then")
	flag.StringVar(&o.cpuProfile, "cpu-profile", "", "`file` for a profile of the portal's processor time in the last round")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal("portal: ", err)
	}
}

// errBar is returned when a bar does not hold.
var errBar = errors.New("a bar does not hold")

func run(ctx context.Context, o options) (err error) {
	if o.portald == "" || o.rounds < 1 || o.batches < o.clients || o.clients < 1 {
		return errors.New("-portald names the program; there are as many batches as clients")
	}
	if o.dir, err = os.MkdirTemp(o.dir, "peers-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
	own := &portal{server: server{name: "portald", program: o.portald, dir: filepath.Join(o.dir, "portald")}, profile: o.profile, cpuProfile: o.cpuProfile}
	log.Print("signing applications and making the accounts")
	load, err := own.prepare(ctx, o)
	if err != nil {
		return fmt.Errorf("portald: %w\n%s", err, own.tail())
	}
	sides := []side{own}
	if o.pocketbase != "" {
		peer := &pocketbase{server: server{name: "pocketbase", program: o.pocketbase, dir: filepath.Join(o.dir, "pocketbase")}}
		if err := peer.prepare(ctx, load); err != nil {
			return fmt.Errorf("pocketbase: %w\n%s", err, peer.tail())
		}
		sides = append(sides, peer)
	}
	var rounds []map[string]figures
	for n := range o.rounds {
		round := map[string]figures{}
		for _, s := range sides {
			f, err := measure(ctx, s, load, o)
			if err != nil {
				return fmt.Errorf("%s: %w\n%s", s.base().name, err, s.base().tail())
			}
			round[s.base().name] = f
		}
		log.Printf("round %d of %d", n+1, o.rounds)
		rounds = append(rounds, round)
		slices.Reverse(sides) // who was second is first in the next one
	}
	if o.only != "" {
		return list(os.Stdout, rounds, o.only)
	}
	return report(os.Stdout, rounds)
}

// A side is a server under measurement with its data.
type side interface {
	base() *server
	// enter signs the people in after a start.
	enter(ctx context.Context) error
	// push sends batch number n of the load.
	push(ctx context.Context, n int) error
	// pull returns how many records a page of at most 50 of person n brings, from
	// the beginning or from where nothing is new.
	pull(ctx context.Context, n int, news bool) (int, error)
	// full pulls everything of the person with many records.
	full(ctx context.Context) (int, error)
}

// fullPulls is how often everything is pulled in a round: once is too short for a
// clock of 10 ms.
const fullPulls = 5

// measure starts a side over its prepared data and does all work once.
func measure(ctx context.Context, s side, l *load, o options) (figures, error) {
	b := s.base()
	if err := b.start(ctx); err != nil {
		return nil, err
	}
	defer b.stop()
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	out := figures{}
	take := func(name string, clients, calls int, work func(n int) (int, error)) error {
		if o.only != "" && o.only != name {
			return nil
		}
		return out.take(b, name, clients, calls, work)
	}
	if err := take("full pull", 1, fullPulls, func(int) (int, error) { return s.full(ctx) }); err != nil {
		return nil, err
	}
	if err := take("pull 50", o.clients, 300*o.clients, func(n int) (int, error) {
		got, err := s.pull(ctx, n%len(l.people), false)
		if err == nil && got != page {
			err = fmt.Errorf("%d records on a page", got)
		}
		return 1, err
	}); err != nil {
		return nil, err
	}
	if err := take("pull, nothing new", o.clients, 2000*o.clients, func(n int) (int, error) {
		got, err := s.pull(ctx, n%len(l.people), true)
		if err == nil && got != 0 {
			err = fmt.Errorf("%d records where nothing is new", got)
		}
		return 1, err
	}); err != nil {
		return nil, err
	}
	if own, ok := s.(*portal); ok && (o.only == "" || o.only == alone || o.only == queue || o.only == readBack) {
		if err := own.alone(ctx, l, out); err != nil {
			return nil, err
		}
	}
	return out, take("push 100", o.clients, o.batches, func(n int) (int, error) {
		return perBatch, s.push(ctx, n)
	})
}
