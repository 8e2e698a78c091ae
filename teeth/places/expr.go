package places

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A role is where an expression stands.
type role int

const (
	plain     role = iota
	condition      // whose opposite is a mutant already
	compared       // next to a constant, another one would do the same
	result         // of a function
	argument       // of a call
)

func (f *finder) constant(e ast.Expr) bool { return f.pack.info.Types[e].Value != nil }

// isRule tells a question about a switchable rule. Those are mutants of their
// own.
func (f *finder) isRule(e ast.Expr) (found bool) {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.NOT {
		return f.isRule(u.X)
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return slices.ContainsFunc(e.Args, f.namesRule)
	case *ast.BinaryExpr:
		return f.namesRule(e.X) || f.namesRule(e.Y)
	}
	return false
}

func (f *finder) namesRule(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return f.rules[f.pack.info.Uses[e]]
	case *ast.SelectorExpr:
		return f.rules[f.pack.info.Uses[e.Sel]]
	}
	return false
}

// expr looks into an expression.
func (f *finder) expr(e ast.Expr, as role) {
	if f.pack.info.Types[e].IsType() {
		return
	}
	if f.constant(e) {
		f.constantValue(e, as)
		return
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		f.expr(e.X, as)
	case *ast.UnaryExpr:
		if e.Op != token.NOT || as != condition {
			as = plain
		}
		f.expr(e.X, as)
	case *ast.BinaryExpr:
		f.binary(e, as)
	case *ast.CallExpr:
		f.call(e)
	case *ast.CompositeLit:
		for _, elt := range e.Elts {
			if kv, ok := elt.(*ast.KeyValueExpr); ok {
				elt = kv.Value
			}
			f.expr(elt, plain)
		}
	case *ast.FuncLit:
		f.block(e.Body.List)
	default:
		f.parts(e)
	}
}

// parts looks into what names something.
func (f *finder) parts(e ast.Expr) {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		f.expr(e.X, plain)
	case *ast.StarExpr:
		f.expr(e.X, plain)
	case *ast.TypeAssertExpr:
		f.expr(e.X, plain)
	case *ast.IndexExpr:
		f.expr(e.X, plain)
		f.expr(e.Index, plain)
	case *ast.SliceExpr:
		for _, x := range []ast.Expr{e.X, e.Low, e.High, e.Max} {
			if x != nil {
				f.expr(x, plain)
			}
		}
	}
}

func (f *finder) call(e *ast.CallExpr) {
	if f.isPanic(e) {
		return
	}
	f.parts(e.Fun)
	if lit, ok := e.Fun.(*ast.FuncLit); ok {
		f.block(lit.Body.List)
	}
	for _, a := range e.Args {
		f.expr(a, argument)
	}
}

// words are how an operator is called where | would be taken for the border of
// a table.
var words = map[token.Token]string{
	token.LAND: "and", token.LOR: "or", token.AND: "bits and", token.OR: "bits or", token.QUO: "div",
}

func word(op token.Token) string { return cmp.Or(words[op], op.String()) }

func (f *finder) binary(e *ast.BinaryExpr, as role) {
	switch e.Op {
	case token.LAND, token.LOR:
		f.logic(e)
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		f.comparison(e, as)
	default:
		f.arithmetic(e)
	}
}

// swap is how a place reads with another operator.
func (f *finder) swap(e *ast.BinaryExpr, op token.Token) []way {
	return []way{{word(e.Op) + " to " + word(op), f.text(e.X) + " " + op.String() + " " + f.text(e.Y)}}
}

// logic has the operators exchanged by negating both operands and the whole:
// what stands to the right is still not looked at where the left one decides.
// Neutral is what both are where the other operator makes no difference.
func (f *finder) logic(e *ast.BinaryExpr) {
	other, neutral := token.LOR, "true"
	if e.Op == token.LOR {
		other, neutral = token.LAND, "false"
	}
	if !f.isRule(e.X) && !f.isRule(e.Y) {
		f.add("logic", e, f.swap(e, other), func(number string) []edit {
			whole := mutateName + ".Whole(" + number + ", " + neutral + ", "
			if !f.pure(e.Y) { // the other one may not come to it
				whole = mutateName + ".Not(" + number + ", 0, "
			}
			flip := mutateName + ".Flip(" + number + ", "
			return slices.Concat(around(e, whole, ")"), around(e.X, flip, ")"), around(e.Y, flip, ")"))
		})
	}
	for i, x := range []ast.Expr{e.X, e.Y} {
		inner, same := x.(*ast.BinaryExpr)
		same = same && inner.Op == e.Op // its operands are those of the whole
		if !same && !f.isRule(x) && !f.constant(x) {
			rest := []ast.Expr{e.Y, e.X}[i]
			f.operand(e, x, f.text(rest), neutral)
		}
		f.expr(x, condition)
	}
}

// operand can be dropped, so that nobody looks at it, or negated.
func (f *finder) operand(whole *ast.BinaryExpr, x ast.Expr, rest, neutral string) {
	text := f.text(x)
	opposite := f.text(whole)
	if x == whole.X {
		opposite = negated(x, text) + opposite[len(text):]
	} else {
		opposite = opposite[:len(opposite)-len(text)] + negated(x, text)
	}
	f.add("operand", x, []way{{"dropped", rest}, {"negated", opposite}}, func(number string) []edit {
		if f.pure(x) {
			return around(x, mutateName+".Term("+number+", "+neutral+", ", ")")
		}
		skip := mutateName + ".Is(" + number + ", 0) || "
		if neutral == "false" {
			skip = "!" + mutateName + ".Is(" + number + ", 0) && "
		}
		return around(x, "("+skip+mutateName+".Not("+number+", 1, ", "))")
	})
	f.list[len(f.list)-1].shown = whole
}

// comparison: in a condition, == and != are exchanged by its negation.
func (f *finder) comparison(e *ast.BinaryExpr, as role) {
	if f.isRule(e) {
		return
	}
	calls := map[token.Token]string{token.LSS: "Less", token.LEQ: "Most", token.GTR: "More", token.GEQ: "Least"}
	others := map[token.Token]token.Token{
		token.EQL: token.NEQ, token.NEQ: token.EQL,
		token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	}
	switch call := calls[e.Op]; {
	case call != "":
		f.between("compare", e, f.swap(e, others[e.Op]), call, "")
	case as != condition:
		f.add("compare", e, f.swap(e, others[e.Op]), func(number string) []edit {
			return around(e, mutateName+".Not("+number+", 0, ", ")")
		})
	}
	f.expr(e.X, compared)
	f.expr(e.Y, compared)
}

// between makes a place of which the operator is a function of package mutate.
func (f *finder) between(kind string, e *ast.BinaryExpr, ways []way, call, t string) {
	f.add(kind, e, ways, func(number string) []edit {
		all := around(e, mutateName+"."+call+t+"("+number+", ", ")")
		return append(all, edit{e.OpPos, e.OpPos + token.Pos(len(e.Op.String())), ",", true})
	})
}

// operators are what there is to do with integers, each with what to do instead.
var operators = map[token.Token]struct {
	call  string
	other token.Token
}{
	token.ADD: {"Add", token.SUB}, token.SUB: {"Sub", token.ADD}, token.MUL: {"Mul", token.ADD}, token.QUO: {"Div", token.MUL},
	token.AND: {"And", token.OR}, token.OR: {"Or", token.AND}, token.XOR: {"Xor", token.AND}, token.AND_NOT: {"Clear", token.AND},
	token.SHL: {"Left", token.SHR}, token.SHR: {"Right", token.SHL}, token.REM: {"Rem", token.ILLEGAL},
}

func (f *finder) arithmetic(e *ast.BinaryExpr) {
	op := operators[e.Op]
	if t, ok := f.typeName(e); ok && is(f.pack.info.TypeOf(e), types.IsInteger) {
		ways := f.swap(e, op.other)
		if op.other == token.ILLEGAL {
			ways = []way{{word(e.Op) + " dropped", f.text(e.X)}}
		}
		f.between("arithmetic", e, ways, op.call, "["+t+"]")
	}
	f.expr(e.X, plain)
	f.expr(e.Y, plain)
}

// typeName is an expression's type as the file can write it.
func (f *finder) typeName(e ast.Expr) (string, bool) {
	ok := true
	name := types.TypeString(types.Default(f.pack.info.TypeOf(e)), func(p *types.Package) string {
		if p == f.pack.types {
			return ""
		}
		local, imported := f.imports[p.Path()]
		ok = ok && imported
		return local
	})
	return name, ok
}

// constantValue is a constant: a number becomes one more, a name another one of
// its type, and a result success too.
func (f *finder) constantValue(e ast.Expr, as role) {
	t := f.pack.info.TypeOf(e)
	switch {
	case f.namesRule(e) || as == compared:
	case types.Identical(types.Default(t), types.Typ[types.Bool]):
		text := f.text(e)
		f.add("constant", e, []way{{text + " to " + opposite(text), opposite(text)}}, func(number string) []edit {
			return around(e, mutateName+".Not("+number+", 0, ", ")")
		})
	case !is(t, types.IsInteger):
	case f.enumerated(e, as):
	default:
		f.number(e)
	}
}

func opposite(truth string) string {
	if truth == "true" {
		return "false"
	}
	return "true"
}

func (f *finder) number(e ast.Expr) {
	t, ok := f.typeName(e)
	if !ok {
		return
	}
	text := f.text(e)
	more := text + " + 1"
	after := "(" + more + ")"
	if v, exact := constant.Int64Val(f.pack.info.Types[e].Value); exact && isLiteral(e) {
		more = fmt.Sprint(v + 1)
		after = more
	}
	f.wrap("constant", e, []way{{short(text) + " to " + short(more), after}}, "Plus["+t+"]", "")
}

func isLiteral(e ast.Expr) bool {
	_, ok := e.(*ast.BasicLit)
	return ok
}

// enumerated makes a place of a name of a type that has several.
func (f *finder) enumerated(e ast.Expr, as role) bool {
	id, qualifier := nameOf(e)
	if id == nil {
		return false
	}
	c, ok := f.pack.info.Uses[id].(*types.Const)
	if !ok {
		return false
	}
	t, ok := c.Type().(*types.Named)
	if !ok || t.Obj().Pkg() != c.Pkg() {
		return false
	}
	names := constantsOf(t, c.Pkg() == f.pack.types)
	i := slices.IndexFunc(names, func(o *types.Const) bool { return o.Name() == c.Name() })
	if i < 0 || len(names) < 2 {
		return false
	}
	others := []*types.Const{names[(i+1)%len(names)]}
	if zero := names[0]; (as == result || as == argument) && constant.Sign(zero.Val()) == 0 && zero != c && zero != others[0] {
		others = append(others, zero)
	}
	f.pick(e, c, others, qualifier)
	return true
}

// nameOf is the name of a constant, with its package in front.
func nameOf(e ast.Expr) (id *ast.Ident, qualifier string) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e, ""
	case *ast.SelectorExpr:
		if p, ok := e.X.(*ast.Ident); ok {
			return e.Sel, p.Name + "."
		}
	}
	return nil, ""
}

func (f *finder) pick(e ast.Expr, c *types.Const, others []*types.Const, qualifier string) {
	var ways []way
	more := ""
	for _, o := range others {
		ways = append(ways, way{c.Name() + " to " + o.Name(), qualifier + o.Name()})
		more += ", " + qualifier + o.Name()
	}
	call := "Pick"
	if len(others) > 1 {
		call = "Pick3"
	}
	f.wrap("constant", e, ways, call, more)
}

// constantsOf lists the constants of a type, each value once, the smallest first.
func constantsOf(t *types.Named, own bool) (list []*types.Const) {
	scope := t.Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if ok && types.Identical(c.Type(), t) && (own || c.Exported()) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b *types.Const) int {
		x, y := magnitude(a), magnitude(b)
		switch {
		case constant.Compare(x, token.LSS, y):
			return -1
		case constant.Compare(x, token.GTR, y):
			return 1
		}
		return strings.Compare(a.Name(), b.Name())
	})
	return list
}

func magnitude(c *types.Const) constant.Value {
	if constant.Sign(c.Val()) < 0 {
		return constant.UnaryOp(token.SUB, c.Val(), 0)
	}
	return c.Val()
}
