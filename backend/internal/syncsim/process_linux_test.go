package syncsim

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"akno/backend/internal/dbx"
)

// Here the portal and the program are processes of their own, which are killed:
// each at a commit or a statement that is drawn, or at any moment. They are this
// test's binary under another name.

const (
	roleVar    = "AKNO_SYNCSIM_ROLE"
	dirVar     = "AKNO_SYNCSIM_DIR"
	portalVar  = "AKNO_SYNCSIM_PORTAL" // address
	accountVar = "AKNO_SYNCSIM_ACCOUNT"
	beganVar   = "AKNO_SYNCSIM_BEGAN" // Unix milliseconds
	killVar    = "AKNO_SYNCSIM_KILL"  // the statement of the profile at which the program dies; 0 for none
)

// ownTime is the time of a process: that of the simulation, which runs.
func ownTime() time.Time {
	ms, _ := strconv.ParseInt(os.Getenv(beganVar), 10, 64)
	return monday.Add(time.Since(time.UnixMilli(ms))).Truncate(time.Millisecond)
}

func suicide() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // nothing happens any more
}

// role runs this process as a part of the simulation, and says whether it is one.
func role(ctx context.Context) (bool, error) {
	switch os.Getenv(roleVar) {
	case "portal":
		return true, bePortal(ctx)
	case "program":
		return true, beProgram(ctx)
	}
	return false, nil
}

// bePortal serves on a port that it tells on its output. A line of its input is a
// number of commits and whether they are struck after: then it dies.
func bePortal(ctx context.Context) error {
	cat, err := bundle()
	if err != nil {
		return err
	}
	dir := os.Getenv(dirVar)
	p := &portal{clock: ownTime, root: dir, home: inFile(filepath.Join(dir, "portal"))}
	if err := p.open(ctx, cat); err != nil {
		return err
	}
	p.fuse.kill = suicide
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() {
		in := bufio.NewScanner(os.Stdin)
		for in.Scan() {
			n, after, _ := strings.Cut(in.Text(), " ")
			commits, _ := strconv.Atoi(n)
			p.fuse.arm(commits, after == "after")
		}
	}()
	return http.Serve(l, p.handler)
}

// redirected sends everything to the portal's process.
type redirected struct{ to string }

func (t redirected) RoundTrip(r *http.Request) (*http.Response, error) {
	c := r.Clone(r.Context())
	c.URL.Scheme, c.URL.Host = "http", t.to
	return http.DefaultTransport.RoundTrip(c)
}

// beProgram opens the profile, hands an application over unless one waits, and
// exchanges until nothing does.
func beProgram(ctx context.Context) error {
	t, err := examples()
	if err != nil {
		return err
	}
	w := &world{clock: ownTime, account: os.Getenv(accountVar), answers: t, met: map[fault]int{}}
	if w.cat, err = bundle(); err != nil {
		return err
	}
	left, _ := strconv.Atoi(os.Getenv(killVar))
	d := &device{w: w, dir: filepath.Join(os.Getenv(dirVar), "profile")}
	d.step = func() {
		if left--; left == 0 {
			suicide()
		}
	}
	if err := d.start(ctx); err != nil {
		return err
	}
	d.client.R.SetTransport(redirected{os.Getenv(portalVar)})
	waiting, err := d.outbox(ctx)
	if err != nil {
		return err
	}
	if len(waiting) == 0 {
		id, err := d.write(ctx, procedure)
		if err != nil {
			return err
		}
		if err := d.finalise(ctx, id); err != nil {
			return err
		}
	}
	for tries := 0; ; tries++ {
		if d.who() == "" {
			err = d.signIn(ctx)
		}
		if err == nil {
			err = d.sync.Now(ctx)
		}
		if waiting, outErr := d.outbox(ctx); outErr != nil || len(waiting) == 0 && err == nil {
			return errors.Join(outErr, d.db.Close())
		}
		if tries == 3 { // the portal is dead: the next start goes on
			return d.db.Close()
		}
	}
}

// A theatre is a folder with a portal and a profile, and the processes over them.
type theatre struct {
	t       *testing.T
	dir     string
	account string
	began   string
	rng     *rand.Rand

	portal *exec.Cmd
	orders io.WriteCloser
	at     string
	deaths map[string]int
}

func (th *theatre) process(name string, env ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], "-test.run=^$")
	c.Env = append(os.Environ(), append(env, roleVar+"="+name, dirVar+"="+th.dir, accountVar+"="+th.account, beganVar+"="+th.began)...)
	c.Stderr = os.Stderr
	return c
}

// open starts the portal, if it is dead.
func (th *theatre) open() {
	th.t.Helper()
	if th.portal != nil {
		return
	}
	c := th.process("portal")
	out, err := c.StdoutPipe()
	if err == nil {
		th.orders, err = c.StdinPipe()
	}
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		th.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		th.t.Fatalf("the portal does not start: %v, %v", err, c.Wait())
	}
	th.portal, th.at = c, strings.TrimSpace(line)
}

// bury waits for the portal's end.
func (th *theatre) bury() {
	if th.portal != nil {
		_ = th.portal.Process.Kill()
		_ = th.portal.Wait() // killed
		th.portal = nil
	}
}

// round runs the program once, and lets somebody die over it.
func (th *theatre) round() {
	th.t.Helper()
	th.open()
	kill := 0
	who := []string{"program at a statement", "portal at a commit", "program at any moment", "portal at any moment"}[th.rng.IntN(4)]
	switch who {
	case "program at a statement":
		kill = 1 + th.rng.IntN(120)
	case "portal at a commit":
		fmt.Fprintln(th.orders, 1+th.rng.IntN(6), []string{"before", "after"}[th.rng.IntN(2)])
	}
	c := th.process("program", portalVar+"="+th.at, killVar+"="+strconv.Itoa(kill))
	if err := c.Start(); err != nil {
		th.t.Fatal(err)
	}
	var axe *time.Timer
	moment := time.Duration(th.rng.IntN(120)) * time.Millisecond
	switch who {
	case "program at any moment":
		axe = time.AfterFunc(moment, func() { _ = c.Process.Kill() })
	case "portal at any moment":
		p := th.portal.Process
		axe = time.AfterFunc(moment, func() { _ = p.Kill() })
	}
	err := c.Wait()
	if axe != nil && axe.Stop() {
		who = "nobody in time"
	}
	if err != nil && c.ProcessState.ExitCode() != -1 { // not by a signal
		th.t.Fatalf("the program ended: %v", err)
	}
	if err == nil && who == "program at a statement" {
		who = "nobody in time"
	}
	th.deaths[who]++
	if strings.HasPrefix(who, "portal") {
		th.bury() // it is dead or goes now
	}
}

// reckon lets everything be sent, and compares what the program handed over with
// what the portal has.
func (th *theatre) reckon() {
	th.t.Helper()
	ctx := th.t.Context()
	handed := map[string]bool{}
	for tries := 0; ; tries++ {
		th.open()
		if err := th.process("program", portalVar+"="+th.at, killVar+"=0").Run(); err != nil {
			th.t.Fatalf("the program ended: %v", err)
		}
		d := &device{w: &world{clock: ownTime, account: th.account, met: map[fault]int{}}, dir: filepath.Join(th.dir, "profile")}
		var err error
		if d.w.cat, err = bundle(); err == nil {
			err = d.start(ctx)
		}
		if err != nil {
			th.t.Fatal(err)
		}
		waiting, err := d.outbox(ctx)
		if err == nil {
			err = d.read(ctx, func(tx dbx.Tx) error {
				return dbx.Each(ctx, tx, func(scan func(...any) error) error {
					var id string
					err := scan(&id)
					handed[id] = true
					return err
				}, `SELECT id FROM draft WHERE state='signed'`)
			})
		}
		if err := errors.Join(err, d.db.Close()); err != nil {
			th.t.Fatal(err)
		}
		if len(waiting) == 0 {
			break
		}
		if tries == 5 {
			th.t.Fatalf("L2: %d commands still wait", len(waiting))
		}
	}
	th.bury()
	p := &portal{clock: ownTime, root: th.dir, home: inFile(filepath.Join(th.dir, "portal"))}
	cat, err := bundle()
	if err == nil {
		err = p.open(ctx, cat)
	}
	if err != nil {
		th.t.Fatal(err)
	}
	defer func() {
		if err := p.db.Close(); err != nil {
			th.t.Error(err)
		}
	}()
	th.compare(ctx, p, handed)
}

// compare: everything was filed once (L1, I1), with its files (I9), and nothing
// else was.
func (th *theatre) compare(ctx context.Context, p *portal, handed map[string]bool) {
	th.t.Helper()
	apps, err := p.apps(ctx, th.account)
	if err != nil {
		th.t.Fatal(err)
	}
	if err := (&world{portal: p, account: th.account}).checkEffects(ctx); err != nil {
		th.t.Error(err)
	}
	for id := range handed {
		if apps[id] == nil {
			th.t.Errorf("L1: application %s was handed over and is lost", id)
		}
	}
	files := 0
	for id, r := range apps {
		if !handed[id] {
			th.t.Errorf("L1: application %s was filed by nobody", id)
		}
		for _, f := range r.Files() {
			in, _, err := p.blobs.Open(ctx, th.account, f.Sha256)
			if err != nil {
				th.t.Errorf("I9: a file of %s: %v", id, err)
				continue
			}
			h := sha256.New()
			_, err = io.Copy(h, in)
			if err := errors.Join(err, in.Close()); err != nil || hex.EncodeToString(h.Sum(nil)) != f.Sha256 {
				th.t.Errorf("I9: a file of %s is not what it was: %v", id, err)
			}
			files++
		}
	}
	if files < len(apps) {
		th.t.Errorf("%d applications have %d files", len(apps), files)
	}
	th.t.Logf("%d applications with %d files, each once; dead: %v", len(apps), files, th.deaths)
}

// TestKilledProcessesLoseNothing kills the portal and the program with SIGKILL, in
// ten rounds, and in AKNO_KILLS of the long run.
func TestKilledProcessesLoseNothing(t *testing.T) {
	rounds := 10
	if n, err := strconv.Atoi(os.Getenv("AKNO_KILLS")); err == nil {
		rounds = n
	}
	beginning, err := first()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := scratch("syncsim-killed-")
	if err != nil {
		t.Fatal(err)
	}
	th := &theatre{
		t: t, dir: dir, account: beginning.account, began: strconv.FormatInt(time.Now().UnixMilli(), 10),
		rng: rand.New(rand.NewPCG(uint64(rounds), 1)), deaths: map[string]int{},
	}
	t.Setenv(beganVar, th.began)
	t.Cleanup(func() {
		th.bury()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	err = errors.Join(
		copyDatabase(filepath.Join(beginning.dir, "portal.db"), filepath.Join(dir, "portal", "portal.db")),
		copyClosed(filepath.Join(beginning.dir, "profile", "profile.db"), filepath.Join(dir, "profile", "profile.db")),
	)
	if err != nil {
		t.Fatal(err)
	}
	for n := range rounds {
		th.round()
		if n%100 == 99 {
			th.reckon()
		}
	}
	th.reckon()
}
