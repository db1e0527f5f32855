// Package rule is the rule language of forms: when a field is shown, when it is
// required, how a value is computed, which answers contradict one another. Its
// text is a subset of the Common Expression Language; what a rule means where
// nothing is answered is its own and is said below.
//
// A rule is compiled against typed names and refused there if a name, a type or
// a pattern is wrong. What compiles always ends: a rule reads no clock, file or
// network, its text, its depth and its steps are bounded, and it never fails.
//
//	expr    = or [ "?" expr ":" expr ]
//	or      = and { "||" and }          and  = rel { "&&" rel }
//	rel     = add [ ("=="|"!="|"<"|"<="|">"|">="|"in") add ]
//	add     = mul { ("+"|"-") mul }     mul  = unary { ("*"|"/") unary }
//	unary   = [ "!" | "-" ] member
//	member  = primary { "." ident | "." ident "(" args ")" | "[" expr "]" }
//	primary = literal | ident | ident "(" args ")" | "(" expr ")" | "[" [ expr { "," expr } ] "]"
//	literal = decimal | 'text' | "text" | true | false | null
//
// No answer is null. Equality is total: null equals null and nothing else. The
// other comparisons, arithmetic and the functions of single values give null
// for null; && || ! have three values; null is in no list. A list without an
// answer is empty, and sum, min and max pass over nulls. Numbers are decimal: a
// quotient of whole numbers is exact or has 34 digits, never cut off.
package rule
