package counterexamples

import (
	"maps"
	"slices"

	"hvcheck/model"
)

// readers maps the fields of an object to what reads them.
type readers map[string]func(node)

// readJSON fills the draft from JSON.
func (d *draft) readJSON(data []byte) {
	r := newJSONReader(d, data)
	root := r.node(r.token(), maxDepth)
	if d.err == nil {
		r.end()
	}
	if d.err != nil {
		return
	}
	d.line = root.line
	if d.formatFirst(root); d.err != nil {
		return
	}
	d.object(root, "the story", readers{
		"format":   d.word(&d.format),
		"scenario": d.word(&d.name),
		"start":    d.word(&d.start),
		"config":   d.readConfig,
		"fault":    d.readFault,
		"found":    d.readFound,
		"ops":      func(n node) { d.ops = d.readCalls(n, "ops") },
		"drain":    func(n node) { d.drain = d.readCalls(n, "drain") },
		"loop":     func(n node) { d.loop = d.readCalls(n, "loop") },
	})
	if !slices.ContainsFunc(root.fields, func(m member) bool { return m.name.text == "ops" }) {
		d.fail(root.line, "ops is missing; want the list of operations")
	}
}

// formatFirst refuses another version before anything that it may bring.
func (d *draft) formatFirst(root node) {
	for _, m := range root.fields {
		if m.name.text == "format" && m.value.kind == 0 {
			d.format = m.value.word
			d.version(nil)
			return
		}
	}
}

// object hands each field to its reader.
func (d *draft) object(n node, what string, known readers) {
	if n.kind != '{' {
		d.fail(n.line, "%s is no object; want {…}", what)
		return
	}
	seen := map[string]bool{}
	for _, m := range n.fields {
		read, ok := known[m.name.text]
		switch {
		case !ok:
			d.fail(m.name.line, "field %q is unknown in %s%s", m.name.text, what, model.DidYouMean(m.name.text, slices.Sorted(maps.Keys(known))))
			return
		case seen[m.name.text]:
			d.fail(m.name.line, "field %q comes twice in %s", m.name.text, what)
			return
		}
		seen[m.name.text] = true
		read(m.value)
	}
}

// word reads a plain value.
func (d *draft) word(at *word) func(node) {
	return func(n node) {
		if n.kind != 0 {
			d.fail(n.line, "a plain value is wanted here, not %c", n.kind)
		}
		*at = n.word
	}
}

func (d *draft) readConfig(n node) {
	d.object(n, "config", readers{
		"design": func(n node) { d.design = d.pairs(n, "design") },
		"bounds": func(n node) { d.bounds = d.pairs(n, "bounds") },
	})
}

// pairs reads an object of plain values under names that are looked up later.
func (d *draft) pairs(n node, what string) (list []pair) {
	if n.kind != '{' {
		d.fail(n.line, "%s is no object; want {…}", what)
	}
	for _, m := range n.fields {
		list = append(list, d.pair(m))
	}
	return list
}

func (d *draft) pair(m member) pair {
	p := pair{name: m.name}
	d.word(&p.value)(m.value)
	return p
}

func (d *draft) readFault(n node) {
	f := &d.fault
	f.line = n.line
	d.object(n, "fault", readers{
		"invariant": d.word(&f.invariant), "step": d.word(&f.step),
		"drained": d.word(&f.drained), "forever": d.word(&f.forever),
	})
}

func (d *draft) readFound(n node) {
	d.found.line = n.line
	d.object(n, "found", readers{"by": d.word(&d.found.by), "seed": d.word(&d.found.seed), "version": d.word(&d.found.version)})
}

func (d *draft) readCalls(n node, what string) (list []callDraft) {
	if n.kind != '[' {
		d.fail(n.line, "%s is no list; want [{\"op\": …}, …]", what)
	}
	for _, item := range n.items {
		list = append(list, d.readCall(item))
	}
	return list
}

// readCall takes op and result out of an operation; the rest is operands.
func (d *draft) readCall(n node) callDraft {
	c := callDraft{line: n.line}
	if n.kind != '{' {
		d.fail(n.line, "this is no operation; want {\"op\": …}")
	}
	for _, m := range n.fields {
		switch m.name.text {
		case "op":
			d.first(&c.name, m)
		case "result":
			d.first(&c.result, m)
		default:
			c.operands = append(c.operands, d.pair(m))
		}
	}
	return c
}

// first reads a field that may come once.
func (d *draft) first(at *word, m member) {
	if at.line != 0 {
		d.fail(m.name.line, "field %q comes twice in an operation", m.name.text)
	}
	d.word(at)(m.value)
}
