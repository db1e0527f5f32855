package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
)

// errInvalid is the answer of a computation whose inputs are refused; errUnsupported that of an
// algorithm, or of a set of inputs, that is not known.
var (
	errInvalid     = errors.New("invalid")
	errUnsupported = errors.New("unsupported")
)

// outputs are what a computation gives: octets as upper-case hexadecimal, numbers and texts.
type outputs map[string]any

// inputs are what a computation takes, by name.
type inputs map[string]any

// has returns whether an input is given.
func (in inputs) has(name string) bool { _, ok := in[name]; return ok }

// octets returns the octets of an input in hexadecimal; it panics with errUnsupported, which compute
// catches, when there are none.
func (in inputs) octets(name string) []byte {
	s, ok := in[name].(string)
	if !ok {
		panic(errUnsupported)
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(errUnsupported)
	}
	return b
}

// optional is octets that are empty where the input is absent.
func (in inputs) optional(name string) []byte {
	if !in.has(name) {
		return []byte{}
	}
	return in.octets(name)
}

// any is octets that are empty where the input is absent or not in hexadecimal: a verification
// answers that such a value is invalid.
func (in inputs) any(name string) []byte {
	s, _ := in[name].(string)
	b, err := hex.DecodeString(s)
	if err != nil {
		return []byte{}
	}
	return b
}

// text returns a text.
func (in inputs) text(name string) string {
	s, ok := in[name].(string)
	if !ok {
		panic(errUnsupported)
	}
	return s
}

// number returns a whole number that is not negative.
func (in inputs) number(name string) int {
	n, ok := in[name].(json.Number)
	if !ok {
		panic(errUnsupported)
	}
	v, err := n.Int64()
	if err != nil || v < 0 || v > 1<<40 {
		panic(errUnsupported)
	}
	return int(v)
}

// maxIterations is the most iterations that are run for one entry, so that no file can keep the
// command busy for ever.
const maxIterations = 100_000_000

// iterations returns how often a function is to be repeated.
func (in inputs) iterations() int {
	n := in.number("iterations")
	if n > maxIterations {
		panic(errUnsupported)
	}
	return n
}

// upper is octets as the vectors write them.
func upper(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// computation makes outputs of inputs.
type computation func(in inputs) (outputs, error)

// computations returns all that are known, by the name of the algorithm.
func computations() map[string]computation {
	all := map[string]computation{}
	for _, some := range []map[string]computation{beltVectors(), bashVectors(), brngVectors(), bignVectors(), belsVectors()} {
		maps.Copy(all, some)
	}
	return all
}

// testVector is one entry of a file. Its outputs, if it has any, are not read.
type testVector struct {
	Algorithm string `json:"algorithm"`
	Inputs    inputs `json:"inputs"`
}

// result is one line of answer.
type result struct {
	I           int     `json:"i"`
	Algorithm   string  `json:"algorithm,omitempty"`
	Outputs     outputs `json:"outputs,omitempty"`
	Result      string  `json:"result,omitempty"`
	Unsupported bool    `json:"unsupported,omitempty"`
}

func vectors(e *env, args []string) (int, error) {
	o := newOptions(e)
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	raw, err := e.read(rest[0])
	if err != nil {
		return exitUsage, err
	}
	var file struct{ Vectors, Tests []json.RawMessage }
	if err := json.Unmarshal(raw, &file); err != nil {
		return exitUsage, fmt.Errorf("%s: %w", rest[0], err)
	}
	w := bufio.NewWriter(e.out)
	known, encoder := computations(), json.NewEncoder(w)
	for i, entry := range append(file.Vectors, file.Tests...) {
		r, why := compute(known, i, entry)
		if err := encoder.Encode(r); err != nil {
			return exitUsage, err
		}
		if r.Unsupported {
			fmt.Fprintf(e.err, "aknoctl vectors: entry %d is not computed: %s\n", i, why)
		}
	}
	return exitYes, w.Flush()
}

// compute answers one entry; why says why there is no answer to it.
func compute(known map[string]computation, i int, raw json.RawMessage) (r result, why string) {
	r.I = i
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var v testVector
	if err := decoder.Decode(&v); err != nil {
		r.Unsupported = true
		return r, "it is not an entry: " + err.Error()
	}
	f, ok := known[v.Algorithm]
	switch {
	case len(v.Inputs) == 0:
		why = fmt.Sprintf("%q has no inputs", v.Algorithm)
	case !ok:
		why = fmt.Sprintf("%q is not known", v.Algorithm)
	}
	if why != "" {
		r.Unsupported = true
		return r, why
	}
	out, err := f.safely(v.Inputs)
	switch verdict, isVerdict := out["verdict"].(bool); {
	case errors.Is(err, errUnsupported):
		r.Unsupported, why = true, fmt.Sprintf("the inputs are not those of %q", v.Algorithm)
	case err != nil || isVerdict && !verdict:
		r.Result = "invalid"
	case isVerdict:
		r.Result = "valid"
	default:
		r.Algorithm, r.Outputs = v.Algorithm, out
	}
	return r, why
}

// safely runs a computation and turns the panic of a missing input into an error.
func (f computation) safely(in inputs) (out outputs, err error) {
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(error)
			if !ok || !errors.Is(e, errUnsupported) {
				panic(p)
			}
			err = e
		}
	}()
	return f(in)
}

// verdict is the answer of a verification.
func verdict(ok bool) outputs { return outputs{"verdict": ok} }

// size panics with errUnsupported unless a value is one of those wanted.
func size(n int, want ...int) int {
	for _, w := range want {
		if n == w {
			return n
		}
	}
	panic(errUnsupported)
}
