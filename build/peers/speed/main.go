// Command speed compares what `aknoctl speed --json` and the peer's program measured in turns, prints
// one table, and judges the bars of docs/speed.md. See build/speed.sh.
//
//	speed FOLDER	reads own-*.json, peer-*.json and vector-*.json, those of one turn, in FOLDER
//
// The vector ones are of the peer built for the instructions of this processor; there may be none, and
// there may be nothing of the peer at all.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
)

// bar is a ratio that has to hold.
type bar struct {
	name string
	// ofGo is the greatest ratio of the time to that of Go's own primitive, 0 where there is none.
	ofGo float64
	// timesPeer is how many times faster than the peer, at least; 0 where there is none.
	timesPeer float64
}

// bars are all of them.
func bars() []bar {
	return []bar{
		{"belt-hash", 0, 1.0},
		{"belt-ecb", 0, 1.5},
		{"belt-ctr", 0, 1.5},
		{"belt-pbkdf2 10000", 0, 1.0},
		{"bash256", 0, 1.0},
		{"bign 256v1 sign", 0.80, 1.9},
		{"bign 256v1 verify", 0.70, 4.8},
		{"bign 384v1 sign", 0, 2.5},
		{"bign 384v1 verify", 0, 3.5},
		{"bign 512v1 sign", 0, 1.8},
		{"bign 512v1 verify", 0, 2.8},
	}
}

// vectorBars are those against the peer's vector build.
func vectorBars() []bar {
	return []bar{{"bash256", 0, 1.0}, {"bash384", 0, 1.0}, {"bash512", 0, 1.0}}
}

// figure is one line of either program's answer.
type figure struct {
	Name    string  `json:"name"`
	Nanos   float64 `json:"ns"`
	Against string  `json:"against"`
	Ratio   float64 `json:"ratio"`
}

// turn is what one run of each program measured, in the order of the own one.
type turn struct{ own, peer, vector []figure }

var errBar = errors.New("a bar does not hold")

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: speed FOLDER")
		os.Exit(2)
	}
	if err := run(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

// run prints the table to w. It returns errBar when a bar does not hold.
func run(w io.Writer, folder string) error {
	turns, err := readTurns(folder)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "primitive\tns\tpeer ns\tfaster than peer\tbar\tof Go's\tbar\t\n")
	failed := false
	for _, f := range turns[0].own {
		b := bar{name: f.Name}
		if i := slices.IndexFunc(bars(), func(b bar) bool { return b.name == f.Name }); i >= 0 {
			b = bars()[i]
		}
		ok := b.line(t, f.Name, turns, func(t turn) []figure { return t.peer })
		failed = failed || !ok
	}
	for _, b := range vectorBars() {
		if turns[0].vector != nil {
			ok := b.line(t, b.name+", vector build", turns, func(t turn) []figure { return t.vector })
			failed = failed || !ok
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if failed {
		return errBar
	}
	return nil
}

// line prints one primitive beside what peer takes of a turn, and returns whether its bars hold.
func (b bar) line(w io.Writer, title string, turns []turn, peerOf func(turn) []figure) bool {
	var own, peer, faster, ofGo []float64
	for _, t := range turns {
		o, p := find(t.own, b.name), find(peerOf(t), b.name)
		own, ofGo = append(own, o.Nanos), append(ofGo, o.Ratio)
		if p.Nanos > 0 {
			peer, faster = append(peer, p.Nanos), append(faster, p.Nanos/o.Nanos)
		}
	}
	ok, verdict := true, ""
	times, limit := median(faster), median(ofGo)
	if b.timesPeer > 0 && times > 0 && times < b.timesPeer || b.ofGo > 0 && limit > b.ofGo {
		ok, verdict = false, "FAILS"
	}
	fmt.Fprintf(w, "%s\t%.0f\t%s\t%s\t%s\t%s\t%s\t%s\n", title, median(own), number("%.0f", median(peer)),
		number("%.2f", times), number("%.1f", b.timesPeer), number("%.2f", limit), number("%.2f", b.ofGo), verdict)
	return ok
}

// number formats v, and 0 as nothing.
func number(format string, v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf(format, v)
}

// find returns the figure of a name, or none.
func find(list []figure, name string) (f figure) {
	if i := slices.IndexFunc(list, func(f figure) bool { return f.Name == name }); i >= 0 {
		f = list[i]
	}
	return f
}

// median returns the middle one, or 0 of none.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

// readTurns reads the answers of all turns.
func readTurns(folder string) ([]turn, error) {
	own, err := readAll(folder, "own")
	if err != nil {
		return nil, err
	}
	peer, err := readAll(folder, "peer")
	if err != nil {
		return nil, err
	}
	vector, err := readAll(folder, "vector")
	if err != nil {
		return nil, err
	}
	n := len(own)
	if n == 0 || len(peer) != 0 && len(peer) != n || len(vector) != 0 && len(vector) != n {
		return nil, fmt.Errorf("%d own, %d peer and %d vector measurements in %q", n, len(peer), len(vector), folder)
	}
	turns := make([]turn, n)
	for i := range turns {
		turns[i].own = own[i]
		if len(peer) > 0 {
			turns[i].peer = peer[i]
		}
		if len(vector) > 0 {
			turns[i].vector = vector[i]
		}
		if err := turns[i].complete(); err != nil {
			return nil, err
		}
	}
	return turns, nil
}

// complete returns an error when a bar has nothing to be judged by: a primitive that was renamed
// must not pass.
func (t turn) complete() error {
	for _, b := range bars() {
		if o := find(t.own, b.name); o.Nanos <= 0 || b.ofGo > 0 && o.Ratio <= 0 {
			return fmt.Errorf("%q was not measured", b.name)
		}
		if t.peer != nil && find(t.peer, b.name).Nanos <= 0 {
			return fmt.Errorf("%q was not measured with the peer", b.name)
		}
	}
	for _, b := range vectorBars() {
		if t.vector != nil && find(t.vector, b.name).Nanos <= 0 {
			return fmt.Errorf("%q was not measured with the peer's vector build", b.name)
		}
	}
	return nil
}

// readAll reads the answers of one program, in the order of the turns.
func readAll(folder, program string) (all [][]figure, err error) {
	files, err := filepath.Glob(filepath.Join(folder, program+"-*.json"))
	for _, f := range files {
		list, err := read(f)
		if err != nil {
			return nil, err
		}
		all = append(all, list)
	}
	return all, err
}

// read reads one answer.
func read(path string) ([]figure, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Results []figure `json:"results"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return answer.Results, nil
}
