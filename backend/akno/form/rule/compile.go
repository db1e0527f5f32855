package rule

import (
	"akno/backend/akno/decimal"
)

type compiler struct {
	names  Names
	locals []local // of the macros around
	most   int
	slots  []int
}

// local is the variable of a macro.
type local struct {
	name string
	typ  Type
}

func constant(v Value) code {
	return func(m *machine) Value {
		m.step(1)
		return v
	}
}

func (c *compiler) compile(n *node) (code, Type, error) {
	switch n.kind {
	case nNull:
		return constant(Value{}), Type{}, nil
	case nBool:
		return constant(FlagValue(n.text == "true")), Of(Bool), nil
	case nText:
		return constant(TextValue(n.text)), Of(Text), nil
	case nNumber:
		return c.number(n)
	case nName:
		return c.name(n)
	case nUnary:
		return c.unary(n)
	case nBinary:
		return c.binary(n)
	case nLogic:
		return c.logic(n)
	case nCond:
		return c.cond(n)
	case nCall:
		return c.call(n)
	case nMethod:
		return c.method(n)
	case nMember:
		return c.member(n)
	case nIndex:
		return c.index(n)
	}
	return c.list(n)
}

// as compiles n and refuses every type but one of the kinds.
func (c *compiler) as(n *node, kinds ...Kind) (code, Type, error) {
	f, t, err := c.compile(n)
	if err != nil {
		return nil, t, err
	}
	for _, k := range kinds {
		if t.Kind == k {
			return f, t, nil
		}
	}
	return nil, t, wrong(n.at, "this is %s, and %s is wanted", t, Of(kinds[0]))
}

func (c *compiler) number(n *node) (code, Type, error) {
	d, err := decimal.Parse(n.text)
	if err != nil {
		return nil, Type{}, wrong(n.at, "the number has too many digits")
	}
	t := Of(Int)
	for i := range len(n.text) {
		if n.text[i] == '.' {
			t = Of(Decimal)
		}
	}
	return constant(NumberValue(d)), t, nil
}

func (c *compiler) name(n *node) (code, Type, error) {
	for i := len(c.locals) - 1; i >= 0; i-- {
		if c.locals[i].name == n.text {
			return func(m *machine) Value {
				m.step(1)
				return m.locals[i]
			}, c.locals[i].typ, nil
		}
	}
	name, ok := c.names[n.text]
	if !ok {
		return nil, Type{}, wrong(n.at, "there is no field %q", n.text)
	}
	c.slots = append(c.slots, name.Slot)
	return func(m *machine) Value {
		m.step(1)
		return m.scope.Slot(name.Slot)
	}, name.Type, nil
}

func (c *compiler) unary(n *node) (code, Type, error) {
	if n.text == "!" {
		f, t, err := c.as(n.args[0], Bool)
		return func(m *machine) Value {
			v := f(m)
			if m.step(1); v.IsNull() {
				return v
			}
			return FlagValue(!v.flag)
		}, t, err
	}
	f, t, err := c.as(n.args[0], Int, Decimal)
	return func(m *machine) Value {
		v := f(m)
		if m.step(1); v.IsNull() {
			return v
		}
		return m.number(decimal.Decimal{}.Sub(v.num))
	}, t, err
}

// number returns an outcome of arithmetic: 34 significant digits, and null where
// it would not fit.
func (m *machine) number(d decimal.Decimal) Value {
	d, ok := d.Limit()
	if !ok {
		return m.fault(OutOfRange)
	}
	return NumberValue(d)
}

// logic joins conditions with three values: false decides a conjunction and true
// a disjunction, whatever else is unknown.
func (c *compiler) logic(n *node) (code, Type, error) {
	parts := make([]code, len(n.args))
	for i, a := range n.args {
		var err error
		if parts[i], _, err = c.as(a, Bool); err != nil {
			return nil, Type{}, err
		}
	}
	decides := n.text == "||"
	return func(m *machine) Value {
		out := FlagValue(!decides)
		for _, f := range parts {
			v := f(m)
			switch m.step(1); {
			case v.IsNull():
				out = v
			case v.flag == decides:
				return v
			}
		}
		return out
	}, Of(Bool), nil
}

func (c *compiler) cond(n *node) (code, Type, error) {
	cond, _, err := c.as(n.args[0], Bool)
	if err != nil {
		return nil, Type{}, err
	}
	yes, t1, err := c.compile(n.args[1])
	if err != nil {
		return nil, Type{}, err
	}
	no, t2, err := c.compile(n.args[2])
	if err != nil {
		return nil, Type{}, err
	}
	t, ok := unify(t1, t2)
	if !ok {
		return nil, t, wrong(n.args[2].at, "one outcome is %s and the other %s", t1, t2)
	}
	return func(m *machine) Value {
		v := cond(m)
		switch m.step(1); {
		case v.IsNull():
			return v
		case v.flag:
			return yes(m)
		}
		return no(m)
	}, t, nil
}

func (c *compiler) list(n *node) (code, Type, error) {
	parts, elem := make([]code, len(n.args)), Type{}
	for i, a := range n.args {
		f, t, err := c.compile(a)
		if err != nil {
			return nil, Type{}, err
		}
		u, ok := unify(elem, t)
		if !ok {
			return nil, Type{}, wrong(a.at, "this is %s in a list of %s", t, elem)
		}
		parts[i], elem = f, u
	}
	return func(m *machine) Value {
		m.step(1)
		out := make([]Value, len(parts))
		for i, f := range parts {
			out[i] = f(m)
		}
		return ListValue(out)
	}, ListOf(elem), nil
}

// member reads a cell of a row, or a column of a table: the list of its cells.
func (c *compiler) member(n *node) (code, Type, error) {
	f, t, err := c.compile(n.args[0])
	if err != nil {
		return nil, t, err
	}
	row, table := t, t.Kind == List
	if table {
		row = *t.Elem
	}
	cell, ok := row.Members[n.text]
	if !ok {
		return nil, t, wrong(n.at, "%s has no column %q", t, n.text)
	}
	if !table {
		return func(m *machine) Value {
			m.step(1)
			return f(m).Member(n.text)
		}, cell, nil
	}
	return func(m *machine) Value {
		rows := f(m).Items()
		if !m.step(1 + len(rows)) {
			return Value{}
		}
		out := make([]Value, len(rows))
		for i, r := range rows {
			out[i] = r.Member(n.text)
		}
		return ListValue(out)
	}, ListOf(cell), nil
}

func (c *compiler) index(n *node) (code, Type, error) {
	f, t, err := c.as(n.args[0], List)
	if err != nil {
		return nil, t, err
	}
	at, _, err := c.as(n.args[1], Int)
	return func(m *machine) Value {
		list, i := f(m), at(m)
		if m.step(1); i.IsNull() || list.IsNull() {
			return Value{}
		}
		k, ok := i.num.Int64()
		if !ok || k < 0 || k >= int64(len(list.list)) {
			return m.fault(OutOfRange)
		}
		return list.list[k]
	}, *t.Elem, err
}
