package rule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"
)

// The oracle is another implementation of the language, written by its inventors.
// It is asked where both have a meaning: everything is answered, numbers are
// whole, divisions leave no rest, and the functions are those of the standard.

// world is what the generated expressions may read.
type world struct {
	ints  map[string]int64
	texts map[string]string
	flags map[string]bool
	list  []int64
	words []string
	rows  []map[string]any
}

func newWorld(r *rand.Rand) world {
	w := world{ints: map[string]int64{}, texts: map[string]string{}, flags: map[string]bool{}}
	for _, name := range []string{"i", "j", "k"} {
		w.ints[name] = int64(r.IntN(41) - 20)
	}
	for _, name := range []string{"s", "t"} {
		w.texts[name] = someText(r)
	}
	for _, name := range []string{"p", "q"} {
		w.flags[name] = r.IntN(2) == 0
	}
	for range r.IntN(5) {
		w.list = append(w.list, int64(r.IntN(9)-4))
		w.words = append(w.words, someText(r))
		w.rows = append(w.rows, map[string]any{"n": int64(r.IntN(9) - 4), "s": someText(r), "b": r.IntN(2) == 0})
	}
	return w
}

func someText(r *rand.Rand) string {
	letters := []string{"a", "b", "ў", "Я", " ", "'", `"`, `\`, "\n", "1", "€", "𐍈"}
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteString(letters[r.IntN(len(letters))])
	}
	return b.String()
}

// names returns the types for our compiler and the values for our evaluator.
func (w world) names() (Names, Slots) {
	names, slots := Names{}, Slots{}
	add := func(name string, t Type, v Value) {
		names[name] = Name{len(slots), t}
		slots = append(slots, v)
	}
	for name, n := range w.ints {
		add(name, Of(Int), IntValue(n))
	}
	for name, s := range w.texts {
		add(name, Of(Text), TextValue(s))
	}
	for name, b := range w.flags {
		add(name, Of(Bool), FlagValue(b))
	}
	var list, words, rows []Value
	for i := range w.list {
		list, words = append(list, IntValue(w.list[i])), append(words, TextValue(w.words[i]))
		rows = append(rows, RecordValue(map[string]Value{
			"n": IntValue(w.rows[i]["n"].(int64)), "s": TextValue(w.rows[i]["s"].(string)), "b": FlagValue(w.rows[i]["b"].(bool)),
		}))
	}
	add("list", ListOf(Of(Int)), ListValue(list))
	add("words", ListOf(Of(Text)), ListValue(words))
	add("rows", ListOf(RecordOf(map[string]Type{"n": Of(Int), "s": Of(Text), "b": Of(Bool)})), ListValue(rows))
	return names, slots
}

// input returns the values for the oracle.
func (w world) input() map[string]any {
	in := map[string]any{"list": w.list, "words": w.words, "rows": w.rows}
	for name, n := range w.ints {
		in[name] = n
	}
	for name, s := range w.texts {
		in[name] = s
	}
	for name, b := range w.flags {
		in[name] = b
	}
	return in
}

func oracle(t testing.TB) *cel.Env {
	t.Helper()
	env, err := cel.NewEnv(
		cel.Variable("i", cel.IntType), cel.Variable("j", cel.IntType), cel.Variable("k", cel.IntType),
		cel.Variable("s", cel.StringType), cel.Variable("t", cel.StringType),
		cel.Variable("p", cel.BoolType), cel.Variable("q", cel.BoolType),
		cel.Variable("list", cel.ListType(cel.IntType)), cel.Variable("words", cel.ListType(cel.StringType)),
		cel.Variable("rows", cel.ListType(cel.MapType(cel.StringType, cel.DynType))),
	)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// gen writes expressions of a wanted type. vars are the variables of the macros
// around, by type.
type gen struct {
	*rand.Rand
	w    world
	vars map[Kind][]string
	next int
}

func (g *gen) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g *gen) quote(s string) string {
	q := g.pick("'", `"`)
	return q + strings.NewReplacer(`\`, `\\`, q, `\`+q, "\n", `\n`, "€", `\u20ac`).Replace(s) + q
}

func (g *gen) expr(k Kind, depth int) string {
	if depth <= 0 || g.IntN(6) == 0 {
		return g.leaf(k)
	}
	if g.IntN(10) == 0 {
		return fmt.Sprintf("(%s ? %s : %s)", g.expr(Bool, depth-1), g.expr(k, depth-1), g.expr(k, depth-1))
	}
	switch k {
	case Bool:
		return g.boolean(depth - 1)
	case Int:
		return g.whole(depth - 1)
	case Text:
		return g.pick(g.leaf(Text), "("+g.expr(Text, depth-1)+" + "+g.expr(Text, depth-1)+")", "str("+g.expr(Int, depth-1)+")")
	}
	return g.items(depth - 1)
}

func (g *gen) leaf(k Kind) string {
	if v := g.vars[k]; len(v) > 0 && g.IntN(2) == 0 {
		return g.pick(v...)
	}
	rows := g.vars[Record]
	switch k {
	case Bool:
		if len(rows) > 0 && g.IntN(2) == 0 {
			return g.pick(rows...) + ".b"
		}
		return g.pick("p", "q", "true", "false")
	case Int:
		if len(rows) > 0 && g.IntN(2) == 0 {
			return g.pick(rows...) + ".n"
		}
		return g.pick("i", "j", "k", strconv.Itoa(g.IntN(21)))
	case Text:
		if len(rows) > 0 && g.IntN(2) == 0 {
			return g.pick(rows...) + ".s"
		}
		return g.pick("s", "t", g.quote(someText(g.Rand)))
	}
	return g.pick("list", "[1, 2, 3]", "[i, j]")
}

func (g *gen) boolean(d int) string {
	op := g.pick("==", "!=", "<", "<=", ">", ">=")
	switch g.IntN(13) {
	case 0:
		return "!(" + g.expr(Bool, d) + ")"
	case 1:
		return "(" + g.expr(Bool, d) + " && " + g.expr(Bool, d) + ")"
	case 2:
		return "(" + g.expr(Bool, d) + " || " + g.expr(Bool, d) + ")"
	case 3:
		return "(" + g.expr(Int, d) + " " + op + " " + g.expr(Int, d) + ")"
	case 4:
		return "(" + g.expr(Text, d) + " " + op + " " + g.expr(Text, d) + ")"
	case 5:
		return "(" + g.expr(Bool, d) + " " + g.pick("==", "!=") + " " + g.expr(Bool, d) + ")"
	case 6:
		return "(" + g.expr(Int, d) + " in " + g.expr(List, d) + ")"
	case 7:
		return "(" + g.expr(Text, d) + " in words)"
	case 8:
		return g.expr(Text, d) + "." + g.pick("startsWith", "endsWith", "contains") + "(" + g.expr(Text, d) + ")"
	case 9:
		return g.expr(Text, d) + `.matches('` + g.pick("^a", "ў+$", "[ab]{2}", "^.?$", `\\p{Cyrillic}`) + `')`
	case 10:
		return g.macro("words", Text, g.pick("exists", "all"), Bool, d)
	case 11:
		return g.macro("rows", Record, g.pick("exists", "all"), Bool, d)
	}
	return "(" + g.expr(List, d) + " " + g.pick("==", "!=") + " " + g.expr(List, d) + ")"
}

func (g *gen) whole(d int) string {
	switch g.IntN(7) {
	case 0:
		return "-(" + g.expr(Int, d) + ")"
	case 1:
		return "size(" + g.expr(Text, d) + ")"
	case 2:
		return "size(" + g.expr(List, d) + ")"
	case 3:
		n := strconv.Itoa(1 + g.IntN(9))
		return "int((" + g.leaf(Int) + " * " + n + ") / " + n + ")"
	case 4:
		return "(" + g.leaf(Int) + " * " + g.leaf(Int) + ")"
	case 5:
		return "[" + g.expr(Int, d) + ", " + g.expr(Int, d) + "][" + g.pick("0", "1") + "]"
	}
	return "(" + g.expr(Int, d) + " " + g.pick("+", "-") + " " + g.expr(Int, d) + ")"
}

func (g *gen) items(d int) string {
	switch g.IntN(4) {
	case 0:
		return g.macro("list", Int, "filter", Bool, d)
	case 1:
		return g.macro("list", Int, "map", Int, d)
	case 2:
		return g.macro("rows", Record, "map", Int, d)
	}
	return "[" + g.expr(Int, d) + ", " + g.expr(Int, d) + "]"
}

func (g *gen) macro(list string, elem Kind, name string, body Kind, d int) string {
	v := "x" + strconv.Itoa(g.next)
	g.next++
	g.vars[elem] = append(g.vars[elem], v)
	out := list + "." + name + "(" + v + ", " + g.expr(body, d) + ")"
	g.vars[elem] = slices.DeleteFunc(g.vars[elem], func(s string) bool { return s == v })
	return out
}

// theirs writes one of our expressions in the words of the standard.
func theirs(src string) string { return strings.ReplaceAll(src, "str(", "string(") }

// said brings an outcome of the oracle to ours.
func said(v ref.Val) Value {
	switch x := v.Value().(type) {
	case bool:
		return FlagValue(x)
	case int64:
		return IntValue(x)
	case string:
		return TextValue(x)
	case []ref.Val:
		items := make([]Value, len(x))
		for i, item := range x {
			items[i] = said(item)
		}
		return ListValue(items)
	case []int64:
		items := make([]Value, len(x))
		for i, n := range x {
			items[i] = IntValue(n)
		}
		return ListValue(items)
	}
	return TextValue(fmt.Sprintf("of type %T", v.Value()))
}

func TestRulesAgreeWithTheOracleOnWholeInputs(t *testing.T) {
	const expressions = 4000
	env := oracle(t)
	outcomes := map[string]int{}
	for seed := range uint64(expressions) {
		r := rand.New(rand.NewPCG(seed, 20261121))
		w := newWorld(r)
		g := &gen{Rand: r, w: w, vars: map[Kind][]string{}}
		kind := []Kind{Bool, Bool, Int, Text, List}[seed%5]
		src := g.expr(kind, 4)
		if len([]rune(src)) > MaxLen {
			continue
		}
		names, slots := w.names()
		want := Of(kind)
		if kind == List {
			want = ListOf(Of(Int))
		}
		p, err := Compile(src, names, want)
		if err != nil {
			t.Fatalf("seed %d: %s\n%v", seed, src, err)
		}
		ast, issues := env.Compile(theirs(src))
		if issues.Err() != nil {
			t.Fatalf("seed %d: the oracle refuses %s\n%v", seed, src, issues.Err())
		}
		program, err := env.Program(ast)
		if err != nil {
			t.Fatal(err)
		}
		theirs, _, err := program.Eval(w.input())
		if err != nil {
			t.Fatalf("seed %d: the oracle fails on %s\n%v", seed, src, err)
		}
		m := NewMeter(day)
		ours := p.Eval(m, slots)
		if m.Spent() {
			outcomes["spent"]++
			continue
		}
		if !ours.Equal(said(theirs)) {
			t.Errorf("seed %d: %s\nwith %v\nis %v here and %v there", seed, src, w.input(), ours, theirs)
		}
		outcomes[ours.String()]++
	}
	if outcomes["true"] < 300 || outcomes["false"] < 300 || outcomes["spent"] > 40 || len(outcomes) < 60 {
		t.Errorf("the expressions are dull: %d outcomes, %d true, %d false, %d spent", len(outcomes), outcomes["true"], outcomes["false"], outcomes["spent"])
	}
}
