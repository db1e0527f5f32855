package rule

// macro compiles list.exists(x, e), all, filter and map: x stands for each item
// in turn.
func (c *compiler) macro(n *node) (code, Type, error) {
	list, t, err := c.as(n.args[0], List)
	if err != nil {
		return nil, t, err
	}
	if len(n.args) != 3 || n.args[1].kind != nName {
		return nil, t, wrong(n.at, "%s takes a name and an expression", n.text)
	}
	place := len(c.locals)
	c.locals = append(c.locals, local{n.args[1].text, *t.Elem})
	c.most = max(c.most, len(c.locals))
	body, bt, err := c.compile(n.args[2])
	c.locals = c.locals[:place]
	if err != nil {
		return nil, bt, err
	}
	if n.text != "map" && bt.Kind != Bool {
		return nil, bt, wrong(n.args[2].at, "this is %s, and bool is wanted", bt)
	}
	run := loop{list: list, body: body, place: place}
	switch n.text {
	case "exists":
		return run.decide(true), Of(Bool), nil
	case "all":
		return run.decide(false), Of(Bool), nil
	case "filter":
		return run.filter, t, nil
	}
	return run.apply, ListOf(bt), nil
}

type loop struct {
	list, body code
	place      int // of the variable
}

// each calls back with every item and what the body says of it, until fn is
// false or the steps are spent.
func (l loop) each(m *machine, fn func(item, said Value) bool) {
	for _, item := range l.list(m).Items() {
		if !m.step(1) {
			return
		}
		m.locals[l.place] = item
		if !fn(item, l.body(m)) {
			return
		}
	}
}

// decide is a disjunction over the items, or a conjunction, with three values.
func (l loop) decide(decides bool) code {
	return func(m *machine) Value {
		out := FlagValue(!decides)
		l.each(m, func(_, said Value) bool {
			if said.IsNull() {
				out = said
				return true
			}
			if said.flag == decides {
				out = said
				return false
			}
			return true
		})
		return out
	}
}

func (l loop) filter(m *machine) Value {
	out := []Value{}
	l.each(m, func(item, said Value) bool {
		if said.True() {
			out = append(out, item)
		}
		return true
	})
	return ListValue(out)
}

func (l loop) apply(m *machine) Value {
	out := []Value{}
	l.each(m, func(_, said Value) bool {
		out = append(out, said)
		return true
	})
	return ListValue(out)
}
