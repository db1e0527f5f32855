package rule

import "akno/backend/akno/decimal"

// binary compiles comparisons and arithmetic.
func (c *compiler) binary(n *node) (code, Type, error) {
	l, lt, err := c.compile(n.args[0])
	if err != nil {
		return nil, lt, err
	}
	r, rt, err := c.compile(n.args[1])
	if err != nil {
		return nil, rt, err
	}
	switch n.text {
	case "==", "!=":
		return equality(n, l, r, lt, rt)
	case "in":
		return membership(n, l, r, lt, rt)
	case "<", "<=", ">", ">=":
		return order(n, l, r, lt, rt)
	}
	return arithmetic(n, l, r, lt, rt)
}

// equality is total: no answer equals no answer and nothing else.
func equality(n *node, l, r code, lt, rt Type) (code, Type, error) {
	if _, ok := unify(lt, rt); !ok {
		return nil, lt, wrong(n.at, "%s is never equal to %s", lt, rt)
	}
	want := n.text == "=="
	return func(m *machine) Value {
		a, b := l(m), r(m)
		m.step(1 + len(a.list))
		return FlagValue(a.Equal(b) == want)
	}, Of(Bool), nil
}

func membership(n *node, l, r code, lt, rt Type) (code, Type, error) {
	if rt.Kind != List {
		return nil, rt, wrong(n.args[1].at, "this is %s, and a list is wanted", rt)
	}
	if _, ok := unify(lt, *rt.Elem); !ok {
		return nil, lt, wrong(n.at, "%s is never in a %s", lt, rt)
	}
	return func(m *machine) Value {
		a, list := l(m), r(m).Items()
		if !m.step(1+len(list)) || a.IsNull() {
			return FlagValue(false)
		}
		for _, b := range list {
			if a.Equal(b) {
				return FlagValue(true)
			}
		}
		return FlagValue(false)
	}, Of(Bool), nil
}

func order(n *node, l, r code, lt, rt Type) (code, Type, error) {
	t, ok := unify(lt, rt)
	if !ok || !t.ordered() || lt.Kind == Null || rt.Kind == Null {
		return nil, lt, wrong(n.at, "%s and %s have no order", lt, rt)
	}
	op := n.text
	return func(m *machine) Value {
		a, b := l(m), r(m)
		if m.step(1); a.IsNull() || b.IsNull() {
			return Value{}
		}
		x := a.compare(b)
		switch op {
		case "<":
			return FlagValue(x < 0)
		case "<=":
			return FlagValue(x <= 0)
		case ">":
			return FlagValue(x > 0)
		}
		return FlagValue(x >= 0)
	}, Of(Bool), nil
}

// maxText bounds a text that a rule makes, in octets.
const maxText = 10_000

func arithmetic(n *node, l, r code, lt, rt Type) (code, Type, error) {
	if n.text == "+" && lt.Kind == Text && rt.Kind == Text {
		return func(m *machine) Value {
			a, b := l(m), r(m)
			size := len(a.text) + len(b.text)
			if !m.step(1+size/64) || a.IsNull() || b.IsNull() {
				return Value{}
			}
			if size > maxText {
				return m.fault(OutOfRange)
			}
			return TextValue(a.text + b.text)
		}, lt, nil
	}
	t, ok := unify(lt, rt)
	if !ok || !lt.number() || !rt.number() {
		return nil, lt, wrong(n.at, "there is no %s %s %s", lt, n.text, rt)
	}
	op := n.text
	if op == "/" {
		t = Of(Decimal)
	}
	return func(m *machine) Value {
		a, b := l(m), r(m)
		if !m.step(1) || a.IsNull() || b.IsNull() {
			return Value{}
		}
		return m.calculate(op, a.num, b.num)
	}, t, nil
}

func (m *machine) calculate(op string, a, b decimal.Decimal) Value {
	switch op {
	case "+":
		return m.number(a.Add(b))
	case "-":
		return m.number(a.Sub(b))
	case "*":
		return m.number(a.Mul(b))
	}
	q, ok := a.Quo(b)
	if !ok {
		return m.fault(DividedByZero)
	}
	return m.number(q)
}
