package places

import (
	"go/ast"
	"go/token"
	"go/types"
)

// pure tells an expression that changes nothing, as far as it can be seen: one
// that only reads, and calls what only reads.
func (f *finder) pure(e ast.Node) bool {
	pure := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			pure = pure && f.pureCall(n)
		case *ast.FuncLit, *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt:
			pure = false
		case *ast.IncDecStmt:
			pure = pure && f.local(n.X)
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				pure = pure && (n.Tok == token.DEFINE || f.local(x))
			}
		}
		return pure
	})
	return pure
}

// local tells a variable of the function itself, or a part of one that is no
// pointer.
func (f *finder) local(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, ok := f.pack.info.ObjectOf(e).(*types.Var)
		return e.Name == "_" || ok && v.Parent() != f.pack.types.Scope()
	case *ast.SelectorExpr:
		return f.local(e.X) && flat(f.pack.info.TypeOf(e.X))
	case *ast.IndexExpr:
		return f.local(e.X) && flat(f.pack.info.TypeOf(e.X))
	}
	return false
}

// pureCall tells a call of something that only reads.
func (f *finder) pureCall(call *ast.CallExpr) bool {
	if f.pack.info.Types[call.Fun].IsType() {
		return true
	}
	var id *ast.Ident
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = fun
	case *ast.SelectorExpr:
		id = fun.Sel
	default:
		return false
	}
	switch o := f.pack.info.Uses[id].(type) {
	case *types.Builtin:
		return o.Name() == "len" || o.Name() == "cap" || o.Name() == "min" || o.Name() == "max"
	case *types.Func:
		return f.pureFunc(o)
	}
	return false
}

// pureFunc tells a function that only reads: one of the package by what stands
// in it, and one of another package if all that it gets are values.
func (f *finder) pureFunc(o *types.Func) bool {
	if known, ok := f.known[o]; ok {
		return known
	}
	f.known[o] = true // one that calls itself does no more by that
	body, ours := f.bodies[o]
	if ours {
		f.known[o] = f.pure(body)
		return f.known[o]
	}
	sig := o.Signature()
	pure := o.Pkg() != f.pack.types && (sig.Recv() == nil || flat(sig.Recv().Type()))
	for p := range sig.Params().Variables() {
		pure = pure && flat(p.Type())
	}
	f.known[o] = pure
	return pure
}

// bodies are those of the package's functions.
func bodies(p *pack) map[*types.Func]ast.Node {
	all := map[*types.Func]ast.Node{}
	for _, f := range p.files {
		for _, d := range f.ast.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Body == nil {
				continue
			}
			if o, ok := p.info.Defs[d.Name].(*types.Func); ok {
				all[o] = d.Body
			}
		}
	}
	return all
}

// flat tells a type that leads to nothing else.
func flat(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return true
	case *types.Array:
		return flat(t.Elem())
	case *types.Struct:
		for v := range t.Fields() {
			if !flat(v.Type()) {
				return false
			}
		}
		return true
	}
	return false
}
