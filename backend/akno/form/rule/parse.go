package rule

// node is a parsed expression. Names and types are not looked at yet.
type node struct {
	kind nodeKind
	at   int
	text string // operator, name, digits or text
	args []*node
}

type nodeKind uint8

const (
	nNull nodeKind = iota
	nBool
	nNumber
	nText
	nName
	nUnary  // text args[0]
	nBinary // args[0] text args[1]
	nLogic  // args joined by text
	nCond   // args[0] ? args[1] : args[2]
	nCall   // text(args…)
	nMethod // args[0].text(args[1:]…)
	nMember // args[0].text
	nIndex  // args[0][args[1]]
	nList   // [args…]
)

type parser struct {
	tokens []token
	i      int
	depth  int
}

func parse(src string) (*node, error) {
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	n, err := p.expr()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tEnd {
		return nil, wrong(t.at, "%q is left over", t.text)
	}
	return n, nil
}

func (p *parser) peek() token { return p.tokens[p.i] }

// take steps over an operator if it is one of ops, and returns it or "".
func (p *parser) take(ops ...string) string {
	if t := p.peek(); t.kind == tOp {
		for _, op := range ops {
			if t.text == op {
				p.i++
				return op
			}
		}
	}
	return ""
}

func (p *parser) want(op string) error {
	if p.take(op) == "" {
		return wrong(p.peek().at, "%q is missing", op)
	}
	return nil
}

func (p *parser) expr() (*node, error) {
	if p.depth++; p.depth > MaxDepth {
		return nil, wrong(p.peek().at, "nested more than %d deep", MaxDepth)
	}
	defer func() { p.depth-- }()
	at := p.peek().at
	cond, err := p.or()
	if err != nil || p.take("?") == "" {
		return cond, err
	}
	yes, err := p.expr()
	if err == nil {
		err = p.want(":")
	}
	if err != nil {
		return nil, err
	}
	no, err := p.expr()
	return &node{kind: nCond, at: at, args: []*node{cond, yes, no}}, err
}

func (p *parser) or() (*node, error)  { return p.logic("||", p.and) }
func (p *parser) and() (*node, error) { return p.logic("&&", p.rel) }

// logic joins a chain of one operator in one node.
func (p *parser) logic(op string, part func() (*node, error)) (*node, error) {
	first, err := part()
	if err != nil {
		return nil, err
	}
	n := &node{kind: nLogic, at: first.at, text: op, args: []*node{first}}
	for p.take(op) != "" {
		next, err := part()
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, next)
	}
	if len(n.args) == 1 {
		return first, nil
	}
	return n, nil
}

func (p *parser) rel() (*node, error) {
	l, err := p.add()
	if err != nil {
		return nil, err
	}
	op := p.take("==", "!=", "<", "<=", ">", ">=")
	if t := p.peek(); op == "" && t.kind == tName && t.text == "in" {
		op = "in"
		p.i++
	}
	if op == "" {
		return l, nil
	}
	r, err := p.add()
	return &node{kind: nBinary, at: l.at, text: op, args: []*node{l, r}}, err
}

func (p *parser) add() (*node, error) { return p.chain([]string{"+", "-"}, p.mul) }
func (p *parser) mul() (*node, error) { return p.chain([]string{"*", "/"}, p.unary) }

func (p *parser) chain(ops []string, part func() (*node, error)) (*node, error) {
	l, err := part()
	for err == nil {
		op := p.take(ops...)
		if op == "" {
			break
		}
		var r *node
		r, err = part()
		l = &node{kind: nBinary, at: l.at, text: op, args: []*node{l, r}}
	}
	return l, err
}

func (p *parser) unary() (*node, error) {
	at := p.peek().at
	op := p.take("!", "-")
	n, err := p.member()
	if op == "" || err != nil {
		return n, err
	}
	return &node{kind: nUnary, at: at, text: op, args: []*node{n}}, nil
}

func (p *parser) member() (*node, error) {
	n, err := p.primary()
	for err == nil {
		switch p.take(".", "[") {
		case ".":
			n, err = p.dotted(n)
		case "[":
			var i *node
			if i, err = p.expr(); err == nil {
				err = p.want("]")
			}
			n = &node{kind: nIndex, at: n.at, args: []*node{n, i}}
		default:
			return n, nil
		}
	}
	return nil, err
}

func (p *parser) dotted(of *node) (*node, error) {
	t := p.peek()
	if t.kind != tName || constants[t.text] {
		return nil, wrong(t.at, "a name is missing")
	}
	p.i++
	n := &node{kind: nMember, at: t.at, text: t.text, args: []*node{of}}
	if p.take("(") == "" {
		return n, nil
	}
	n.kind = nMethod
	args, err := p.list(")")
	n.args = append(n.args, args...)
	return n, err
}

// list reads expressions between commas up to the closing operator.
func (p *parser) list(closing string) ([]*node, error) {
	var out []*node
	if p.take(closing) != "" {
		return out, nil
	}
	for {
		n, err := p.expr()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if p.take(closing) != "" {
			return out, nil
		}
		if err := p.want(","); err != nil {
			return nil, err
		}
	}
}

// constants are the words that are no names.
var constants = map[string]bool{"true": true, "false": true, "null": true, "in": true}

func (p *parser) primary() (*node, error) {
	t := p.peek()
	n := &node{at: t.at, text: t.text}
	p.i++
	switch {
	case t.kind == tNumber:
		n.kind = nNumber
		return n, nil
	case t.kind == tText:
		n.kind = nText
		return n, nil
	case t.kind == tName && t.text == "null":
		return n, nil
	case t.kind == tName && t.text != "in":
		return p.named(n)
	case t.kind == tOp && t.text == "(":
		inner, err := p.expr()
		if err == nil {
			err = p.want(")")
		}
		return inner, err
	case t.kind == tOp && t.text == "[":
		n.kind = nList
		var err error
		n.args, err = p.list("]")
		return n, err
	}
	p.i-- // so that the end is not passed
	if t.kind == tEnd {
		return nil, wrong(t.at, "something is missing")
	}
	return nil, wrong(t.at, "%q is out of place", t.text)
}

func (p *parser) named(n *node) (*node, error) {
	switch {
	case constants[n.text]:
		n.kind = nBool
		return n, nil
	case p.take("(") != "":
		n.kind = nCall
		var err error
		n.args, err = p.list(")")
		return n, err
	}
	n.kind = nName
	return n, nil
}
