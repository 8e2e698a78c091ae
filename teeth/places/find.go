package places

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
)

// A finder walks through the functions of a package.
type finder struct {
	*Source
	pack    *pack
	prefix  string
	next    uint32
	list    []*place
	rules   map[types.Object]bool // constants that name switchable rules
	bodies  map[*types.Func]ast.Node
	known   map[*types.Func]bool // functions that only read
	file    *file
	imports map[string]string // local names by path
	fn      string
	counts  map[string]int // of each kind of place in the function
}

func newFinder(s *Source, p *pack, prefix string, next int) *finder {
	return &finder{Source: s, pack: p, prefix: prefix, next: uint32(next), rules: s.rulesOf(p), bodies: bodies(p), known: map[*types.Func]bool{}}
}

// all finds all places.
func (f *finder) all() []*place {
	for _, f.file = range f.pack.files {
		f.imports = named(f.file.ast, f.pack.types)
		for _, d := range f.file.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Body != nil && !f.tellsText(d) {
					f.function(functionName(d))
					f.block(d.Body.List)
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					f.vars(d)
				}
			}
		}
	}
	return f.list
}

func (f *finder) function(name string) { f.fn, f.counts = name, map[string]int{} }

// vars looks into the functions that are values of variables.
func (f *finder) vars(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		f.function(v.Names[0].Name)
		for _, value := range v.Values {
			ast.Inspect(value, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit:
					return !f.asks(n)
				case *ast.FuncLit:
					if !f.givesText(n.Type) {
						f.block(n.Body.List)
					}
					return false
				}
				return true
			})
		}
	}
}

// asks tells what is no rule: what is asked of rules, and where.
func (f *finder) asks(lit *ast.CompositeLit) bool {
	named, ok := f.pack.info.TypeOf(lit).(*types.Named)
	return ok && named.Obj().Pkg() != nil && slices.Contains([]string{"invariants", "scenarios"}, named.Obj().Pkg().Name())
}

// functionName has the type in front that the function is a method of.
func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

// tellsText tells a function that says something instead of doing it.
func (f *finder) tellsText(d *ast.FuncDecl) bool { return d.Name.Name == "init" || f.givesText(d.Type) }

func (f *finder) givesText(t *ast.FuncType) bool {
	if t.Results == nil {
		return false
	}
	for _, r := range t.Results.List {
		if is(f.pack.info.TypeOf(r.Type), types.IsString) {
			return true
		}
	}
	return false
}

// is tells a basic type, by what go/types says of it.
func is(t types.Type, what types.BasicInfo) bool {
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&what != 0
}

// rulesOf lists the constants of a package that are the keys of design switches,
// there or in a package that describes it.
func (s *Source) rulesOf(p *pack) map[types.Object]bool {
	rules := map[types.Object]bool{}
	for _, listed := range s.packages {
		if listed.Standard {
			continue
		}
		for _, name := range listed.GoFiles {
			text, err := os.ReadFile(filepath.Join(listed.Dir, name))
			if err != nil || !bytes.Contains(text, []byte("design.Switch{")) {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
			if err == nil {
				keysOf(parsed, listed.ImportPath == p.path, p.types, rules)
			}
		}
	}
	return rules
}

// keysOf adds the keys of a file's lists of design switches that are constants of
// a package, which is the file's own or not.
func keysOf(f *ast.File, own bool, p *types.Package, rules map[types.Object]bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok || !ofSwitches(lit.Type) {
			return true
		}
		for _, e := range lit.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			id, qualifier := nameOf(kv.Key)
			if id == nil || !(own && qualifier == "" || qualifier == p.Name()+".") {
				continue
			}
			if c := p.Scope().Lookup(id.Name); c != nil {
				rules[c] = true
			}
		}
		return false
	})
}

// ofSwitches tells a list of design switches.
func ofSwitches(e ast.Expr) bool {
	list, ok := e.(*ast.ArrayType)
	if !ok {
		return false
	}
	of, ok := list.Elt.(*ast.SelectorExpr)
	return ok && of.Sel.Name == "Switch"
}

// add makes a place. Its edits are made when its number is known.
func (f *finder) add(kind string, n ast.Node, ways []way, edits func(number string) []edit) {
	f.counts[kind]++
	pl := &place{
		number: f.next, file: f.file, fileName: f.prefix + baseName(f.file), function: f.fn,
		kind: fmt.Sprintf("%s %d", kind, f.counts[kind]), node: n, ways: ways,
	}
	pl.edits = edits(fmt.Sprint(pl.number))
	f.next++
	f.list = append(f.list, pl)
}

// wrap makes a place that a function of package mutate stands around.
func (f *finder) wrap(kind string, n ast.Node, ways []way, call, more string) {
	f.add(kind, n, ways, func(number string) []edit {
		return around(n, mutateName+"."+call+"("+number+", ", more+")")
	})
}

func (f *finder) text(n ast.Node) string { return f.file.source(f.set, n) }

// block looks at statements, which can be dropped.
func (f *finder) block(list []ast.Stmt) {
	for _, s := range list {
		if kind := f.droppable(s); kind != "" {
			f.add(kind, s, []way{{"dropped", ""}}, func(number string) []edit {
				return around(s, "if !"+mutateName+".Is("+number+", 0) { ", " }")
			})
		}
		f.stmt(s)
	}
}

// droppable is the kind of a statement that can be dropped, or empty.
func (f *finder) droppable(s ast.Stmt) string {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			return "assign"
		}
	case *ast.IncDecStmt:
		return "count"
	case *ast.ExprStmt:
		if call, ok := s.X.(*ast.CallExpr); ok && !f.isPanic(call) {
			return "call"
		}
	}
	return ""
}

func (f *finder) isPanic(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "panic"
}

// stmt looks into a statement.
func (f *finder) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.BlockStmt:
		f.block(s.List)
	case *ast.LabeledStmt:
		f.stmt(s.Stmt)
	case *ast.IfStmt:
		f.ifStmt(s)
	case *ast.ForStmt:
		f.forStmt(s)
	case *ast.RangeStmt:
		f.expr(s.X, plain)
		f.block(s.Body.List)
	case *ast.SwitchStmt:
		f.switchStmt(s)
	case *ast.TypeSwitchStmt:
		for _, c := range s.Body.List {
			f.block(c.(*ast.CaseClause).Body)
		}
	default:
		f.simple(s)
	}
}

// simple looks into a statement that has no others in it.
func (f *finder) simple(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		f.assign(s)
	case *ast.ExprStmt:
		f.expr(s.X, plain)
	case *ast.IncDecStmt:
		f.expr(s.X, plain)
	case *ast.ReturnStmt:
		for _, r := range s.Results {
			f.returned(r)
		}
	case *ast.DeferStmt:
		f.expr(s.Call, plain)
	case *ast.DeclStmt:
		d := s.Decl.(*ast.GenDecl)
		if d.Tok != token.VAR {
			return
		}
		for _, spec := range d.Specs {
			for _, v := range spec.(*ast.ValueSpec).Values {
				f.expr(v, plain)
			}
		}
	}
}

func (f *finder) ifStmt(s *ast.IfStmt) {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	f.condition("if", s.Cond)
	f.block(s.Body.List)
	if s.Else != nil {
		f.stmt(s.Else)
	}
}

// condition is something on which it depends what is done.
func (f *finder) condition(kind string, e ast.Expr) {
	if f.isRule(e) || f.constant(e) {
		return
	}
	text := f.text(e)
	f.wrap(kind, e, []way{{"negated", negated(e, text)}, {"always", "true"}, {"never", "false"}}, "Cond", "")
	f.expr(e, condition)
}

// negated is how the opposite reads.
func negated(e ast.Expr, text string) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return "!(" + text + ")"
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return text[1:]
		}
	}
	return "!" + text
}

func (f *finder) forStmt(s *ast.ForStmt) {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	if s.Cond != nil && !f.constant(s.Cond) {
		f.add("for", s.Cond, []way{{"never", "false"}}, func(number string) []edit {
			return around(s.Cond, "!"+mutateName+".Is("+number+", 0) && (", ")")
		})
		f.expr(s.Cond, condition)
	}
	f.block(s.Body.List)
}

// switchStmt leaves the labels of a switch over a value alone: they are
// constants, and have to differ.
func (f *finder) switchStmt(s *ast.SwitchStmt) {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	if s.Tag != nil {
		f.expr(s.Tag, plain)
	}
	for _, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		for _, e := range c.List {
			if s.Tag == nil {
				f.condition("case", e)
			}
		}
		f.block(c.Body)
	}
}

func (f *finder) assign(s *ast.AssignStmt) {
	for _, e := range s.Lhs {
		f.expr(e, plain)
	}
	call, after := "", map[token.Token]string{token.ADD_ASSIGN: "-=", token.SUB_ASSIGN: "+=", token.AND_ASSIGN: "&^=", token.AND_NOT_ASSIGN: "&="}[s.Tok]
	switch s.Tok {
	case token.ADD_ASSIGN, token.SUB_ASSIGN:
		call = "Neg"
	case token.AND_ASSIGN, token.AND_NOT_ASSIGN:
		call = "Inv"
	}
	if t, ok := f.typeName(s.Lhs[0]); call != "" && ok && is(f.pack.info.TypeOf(s.Lhs[0]), types.IsInteger) {
		text := f.text(s.Lhs[0]) + " " + after + " " + f.text(s.Rhs[0])
		f.add("swap", s, []way{{s.Tok.String() + " to " + after, text}}, func(number string) []edit {
			return around(s.Rhs[0], fmt.Sprintf("%s.%s[%s](%s, ", mutateName, call, t, number), ")")
		})
	}
	for _, e := range s.Rhs {
		f.expr(e, plain)
	}
}

// returned is a result.
func (f *finder) returned(e ast.Expr) {
	switch x := ast.Unparen(e).(type) {
	case *ast.CallExpr, *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		if types.Identical(f.pack.info.TypeOf(x), types.Typ[types.Bool]) && !f.isRule(e) && !f.constant(e) {
			f.add("return", e, []way{{"negated", negated(e, f.text(e))}}, func(number string) []edit {
				return around(e, mutateName+".Not("+number+", 0, ", ")")
			})
		}
	}
	f.expr(e, result)
}
