package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"akno/backend/stb/bash"
	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/oid"
)

const (
	// speedBatch is the least time of one measurement.
	speedBatch = 40 * time.Millisecond
	// speedText is the number of octets the fast primitives work on at once.
	speedText = 16 << 10
)

// task is something to measure. Against names another task whose time it is compared with.
type task struct {
	name    string
	octets  int // worked on in one run; 0 where throughput means nothing
	against string
	run     func()
}

// measured is the answer about one task.
type measured struct {
	Name    string  `json:"name"`
	Nanos   float64 `json:"ns"`
	MBs     float64 `json:"mbPerSecond,omitempty"`
	Against string  `json:"against,omitempty"`
	Ratio   float64 `json:"ratio,omitempty"` // of the times; below 1 is faster
}

// report is the answer of the command.
type report struct {
	Platform string     `json:"platform"`
	Clock    string     `json:"clock"`
	Rounds   int        `json:"rounds"`
	Results  []measured `json:"results"`
}

func speed(e *env, args []string) (int, error) {
	o := newOptions(e)
	rounds := o.Int("rounds", 5, "")
	names, err := o.parse(args, 0, 100)
	if err != nil {
		return exitUsage, err
	}
	if *rounds < 1 || *rounds > 1000 {
		return wrongUsage("--rounds %d is not between 1 and 1000", *rounds)
	}
	tasks, err := chosen(names)
	if err != nil {
		return exitUsage, err
	}
	r := e.measure(tasks, *rounds)
	if e.json {
		return exitYes, e.answer(r, "")
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "primitive\tns\tMB/s\tratio\t  to (%s, %s, median of %d)\n", r.Platform, r.Clock, r.Rounds)
	for _, m := range r.Results {
		rate, ratio := "", ""
		if m.MBs > 0 {
			rate = fmt.Sprintf("%.1f", m.MBs)
		}
		if m.Ratio > 0 {
			ratio = fmt.Sprintf("%.2f", m.Ratio)
		}
		fmt.Fprintf(w, "%s\t%.0f\t%s\t%s\t  %s\n", m.Name, m.Nanos, rate, ratio, m.Against)
	}
	return exitYes, w.Flush()
}

// chosen returns the tasks whose names contain one of the texts, with those they are compared to,
// or all.
func chosen(names []string) ([]task, error) {
	all, err := speedTasks()
	if err != nil || len(names) == 0 {
		return all, err
	}
	want := map[string]bool{}
	for _, t := range all {
		if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(t.name, n) }) {
			want[t.name], want[t.against] = true, true
		}
	}
	all = slices.DeleteFunc(all, func(t task) bool { return !want[t.name] })
	if len(all) == 0 {
		return nil, usageError(fmt.Sprintf("nothing is called %s", strings.Join(names, " or ")))
	}
	return all, nil
}

// measure runs every task once in every round, so that what disturbs the machine for a while
// disturbs all of them, and takes medians.
func (e *env) measure(tasks []task, rounds int) report {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	times := make([][]float64, len(tasks))
	runs := make([]int, len(tasks))
	for i, t := range tasks {
		runs[i] = e.calibrate(t.run)
	}
	for range rounds {
		for i, t := range tasks {
			times[i] = append(times[i], float64(e.time(t.run, runs[i]))/float64(runs[i]))
		}
	}
	r := report{Platform: runtime.GOOS + "/" + runtime.GOARCH, Clock: "time of day", Rounds: rounds}
	if _, ok := e.cpuTime(); ok {
		r.Clock = "thread processor time"
	}
	median := map[string]float64{}
	for i, t := range tasks {
		slices.Sort(times[i])
		median[t.name] = times[i][rounds/2]
	}
	for _, t := range tasks {
		m := measured{Name: t.name, Nanos: median[t.name]}
		if t.octets > 0 {
			m.MBs = float64(t.octets) * 1e3 / m.Nanos
		}
		if base := median[t.against]; base > 0 {
			m.Against, m.Ratio = t.against, m.Nanos/base
		}
		r.Results = append(r.Results, m)
	}
	return r
}

// time returns how long n runs take.
func (e *env) time(run func(), n int) time.Duration {
	start, _ := e.cpuTime()
	for range n {
		run()
	}
	end, _ := e.cpuTime()
	return end - start
}

// calibrate returns how many runs fill a batch.
func (e *env) calibrate(run func()) int {
	run() // tables are made at the first use
	for n := 1; ; n *= 2 {
		if d := e.time(run, n); d >= speedBatch/8 || n >= 1<<24 {
			return max(1, int(float64(n)*float64(speedBatch)/float64(max(d, 1))))
		}
	}
}

// speedTasks returns everything that can be measured: Go's own primitives first, for comparison.
func speedTasks() ([]task, error) {
	tasks, err := goTasks()
	if err != nil {
		return nil, err
	}
	symmetric, err := beltTasks()
	if err != nil {
		return nil, err
	}
	tasks = append(tasks, symmetric...)
	text := make([]byte, speedText)
	tasks = append(tasks,
		task{"bash256", speedText, "go sha256", func() { bash.Sum256(text) }},
		task{"bash384", speedText, "go sha256", func() { bash.Sum384(text) }},
		task{"bash512", speedText, "go sha256", func() { bash.Sum512(text) }},
	)
	for _, c := range bign.Curves() {
		more, err := bignTasks(c)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, more...)
	}
	return tasks, nil
}

func goTasks() ([]task, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	hash := make([]byte, 32)
	sig, err := ecdsa.SignASN1(rand.Reader, key, hash)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		return nil, err
	}
	text, iv := make([]byte, speedText), make([]byte, aes.BlockSize)
	return []task{
		{"go p256 sign", 0, "", func() { _, _ = ecdsa.SignASN1(rand.Reader, key, hash) }},
		{"go p256 verify", 0, "", func() { ecdsa.VerifyASN1(&key.PublicKey, hash, sig) }},
		{"go sha256", speedText, "", func() { sha256.Sum256(text) }},
		{"go aes256-ctr", speedText, "", func() { cipher.NewCTR(block, iv).XORKeyStream(text, text) }},
	}, nil
}

func beltTasks() ([]task, error) {
	key := make([]byte, 32)
	c, err := belt.NewCipher(key)
	if err != nil {
		return nil, err
	}
	mac, err := belt.NewMAC(key)
	if err != nil {
		return nil, err
	}
	dwp, err := belt.NewDWP(key)
	if err != nil {
		return nil, err
	}
	che, err := belt.NewCHE(key)
	if err != nil {
		return nil, err
	}
	text, iv := make([]byte, speedText), make([]byte, belt.BlockSize)
	sealed := make([]byte, 0, speedText+belt.MACSize)
	short, wide := text[:32], make([]byte, 64)
	aesCTR, sha := "go aes256-ctr", "go sha256"
	return []task{
		{"belt-hash", speedText, sha, func() { belt.Sum256(text) }},
		{"belt-hash 32 octets", 0, "", func() { belt.Sum256(short) }},
		{"belt-ecb", speedText, aesCTR, func() { _ = c.EncryptECB(text, text) }},
		{"belt-cbc encrypt", speedText, aesCTR, func() { _ = c.EncryptCBC(text, text, iv) }},
		{"belt-cbc decrypt", speedText, aesCTR, func() { _ = c.DecryptCBC(text, text, iv) }},
		{"belt-cfb", speedText, aesCTR, func() { c.NewCFBEncrypter(iv).XORKeyStream(text, text) }},
		{"belt-ctr", speedText, aesCTR, func() { c.NewCTR(iv).XORKeyStream(text, text) }},
		{"belt-mac", speedText, aesCTR, func() { mac.Reset(); mac.Write(text) }},
		{"belt-dwp", speedText, aesCTR, func() { dwp.Seal(sealed, iv, text, nil) }},
		{"belt-che", speedText, aesCTR, func() { che.Seal(sealed, iv, text, nil) }},
		{"belt-kwp 64 octets", 0, "", func() { _, _ = c.WrapKey(wide, nil) }},
		{"hmac-hbelt 32 octets", 0, "", func() { belt.SumHMAC(key, short) }},
		{"belt-pbkdf2 10000", 0, "", func() { belt.PBKDF2(key, iv, 10000) }},
	}, nil
}

func bignTasks(c *bign.Curve) ([]task, error) {
	key, err := bign.GenerateKey(c)
	if err != nil {
		return nil, err
	}
	id, hash := oid.BeltHashDER, make([]byte, c.Size())
	sig, err := key.SignHash(id, hash)
	if err != nil {
		return nil, err
	}
	q := key.PublicKey()
	content := make([]byte, 32)
	token, err := q.WrapKey(content, nil)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(c.Name(), "bign-curve")
	return []task{
		{"bign " + name + " keypair", 0, "go p256 sign", func() { _, _ = bign.GenerateKey(c) }},
		{"bign " + name + " sign", 0, "go p256 sign", func() { _, _ = key.SignHash(id, hash) }},
		{"bign " + name + " sign deterministic", 0, "go p256 sign", func() { _, _ = key.SignHashDeterministic(id, hash, content) }},
		{"bign " + name + " verify", 0, "go p256 verify", func() { q.Verify(id, hash, sig) }},
		{"bign " + name + " wrap", 0, "go p256 verify", func() { _, _ = q.WrapKey(content, nil) }},
		{"bign " + name + " unwrap", 0, "go p256 verify", func() { _, _ = key.UnwrapKey(token, nil) }},
	}, nil
}
