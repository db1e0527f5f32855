package form

import (
	"fmt"
	"strings"

	"akno/backend/akno/decimal"
)

// expr is a compiled computed value. Null goes in, null comes out: the result
// is false where it does not exist.
type expr interface {
	value(scope) (decimal.Decimal, bool)
	each(func(field int))
}

// maxExpr bounds the text of an expression, in octets.
const maxExpr = 2000

type (
	constant decimal.Decimal
	operand  int // a field
	binary   struct {
		op   byte
		l, r expr
	}
	// fold is sum or count over a column of a table.
	fold struct {
		count  bool
		table  int
		column string
	}
)

// compileExpr reads + - * / with the usual precedence, brackets, decimal
// numbers, fields, sum(table.column) and count(table).
func compileExpr(src string, s *Schema) (expr, error) {
	if len(src) > maxExpr {
		return nil, fmt.Errorf("the expression is too long")
	}
	p := &parser{src: src, schema: s}
	e, err := p.sum(0)
	if err != nil {
		return nil, fmt.Errorf("expression: %w", err)
	}
	if p.blank(); p.at < len(src) {
		return nil, fmt.Errorf("expression: %q is left over", src[p.at:])
	}
	return e, nil
}

type parser struct {
	src    string
	at     int
	schema *Schema
}

func (p *parser) blank() {
	for p.at < len(p.src) && p.src[p.at] == ' ' {
		p.at++
	}
}

// take skips blanks and then one of the octets of set, and returns it, or 0.
func (p *parser) take(set string) byte {
	p.blank()
	if p.at < len(p.src) && strings.IndexByte(set, p.src[p.at]) >= 0 {
		p.at++
		return p.src[p.at-1]
	}
	return 0
}

func (p *parser) sum(depth int) (expr, error) {
	return p.chain("+-", depth, p.product)
}

func (p *parser) product(depth int) (expr, error) {
	return p.chain("*/", depth, p.primary)
}

func (p *parser) chain(ops string, depth int, next func(int) (expr, error)) (expr, error) {
	if depth > 32 {
		return nil, fmt.Errorf("brackets are nested too deeply")
	}
	l, err := next(depth)
	if err != nil {
		return nil, err
	}
	for {
		op := p.take(ops)
		if op == 0 {
			return l, nil
		}
		r, err := next(depth)
		if err != nil {
			return nil, err
		}
		l = binary{op, l, r}
	}
}

func (p *parser) primary(depth int) (expr, error) {
	if p.take("(") != 0 {
		e, err := p.sum(depth + 1)
		if err == nil && p.take(")") == 0 {
			err = fmt.Errorf("a bracket is not closed")
		}
		return e, err
	}
	word := p.word()
	switch {
	case word == "":
		return nil, fmt.Errorf("something is missing at %d", p.at)
	case word[0] >= '0' && word[0] <= '9':
		d, err := decimal.Parse(word)
		return constant(d), err
	case p.take("(") != 0:
		return p.call(word)
	}
	i, ok := p.schema.byID[word]
	if !ok {
		return nil, fmt.Errorf("there is no field %q", word)
	}
	switch p.schema.fields[i].Type {
	case TypeNumber, TypeMoney, TypeComputed:
		return operand(i), nil
	}
	return nil, fmt.Errorf("%q is no number", word)
}

func (p *parser) call(name string) (expr, error) {
	table, column, _ := strings.Cut(p.word(), ".")
	if p.take(")") == 0 {
		return nil, fmt.Errorf("%s: a bracket is not closed", name)
	}
	i, ok := p.schema.byID[table]
	if !ok || p.schema.fields[i].Type != TypeTable {
		return nil, fmt.Errorf("%s: %q is no table", name, table)
	}
	f := fold{table: i, column: column}
	switch {
	case name == "count" && column == "":
		f.count = true
		return f, nil
	case name == "sum":
		for _, c := range p.schema.fields[i].Columns {
			if c.ID == column && (c.Type == TypeNumber || c.Type == TypeMoney) {
				return f, nil
			}
		}
		return nil, fmt.Errorf("sum: %q is no column of numbers", column)
	}
	return nil, fmt.Errorf("there is no function %q", name)
}

func (p *parser) word() string {
	p.blank()
	from := p.at
	for p.at < len(p.src) {
		c := p.src[p.at]
		if c != '.' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			break
		}
		p.at++
	}
	return p.src[from:p.at]
}

func (c constant) value(scope) (decimal.Decimal, bool) { return decimal.Decimal(c), true }
func (c constant) each(func(int))                      {}

func (o operand) value(s scope) (decimal.Decimal, bool) { return numberIn(s.at(int(o))) }
func (o operand) each(fn func(int))                     { fn(int(o)) }

func (b binary) value(s scope) (decimal.Decimal, bool) {
	l, ok := b.l.value(s)
	if !ok {
		return decimal.Decimal{}, false
	}
	r, ok := b.r.value(s)
	if !ok {
		return decimal.Decimal{}, false
	}
	switch b.op {
	case '+':
		return l.Add(r), true
	case '-':
		return l.Sub(r), true
	case '*':
		return l.Mul(r), true
	}
	return l.Quo(r)
}

func (b binary) each(fn func(int)) {
	b.l.each(fn)
	b.r.each(fn)
}

func (f fold) value(s scope) (decimal.Decimal, bool) {
	rows := s.at(f.table).Items()
	if f.count {
		return decimal.Int(int64(len(rows))), true
	}
	var total decimal.Decimal
	for _, row := range rows {
		if d, ok := numberIn(row.Get(f.column)); ok {
			total = total.Add(d)
		}
	}
	return total, true
}

func (f fold) each(fn func(int)) { fn(f.table) }

// numberIn reads an answer as a decimal number.
func numberIn(v Value) (decimal.Decimal, bool) {
	d, err := decimal.Parse(v.Text())
	return d, err == nil
}
