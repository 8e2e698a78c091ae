package counterexamples

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"hvcheck/model"
)

// textReader reads the text form line by line.
type textReader struct {
	*draft
	line int
	into *[]callDraft // the list that operations go to
	body bool         // an operation has been read, so headers are over
	seen map[string]bool
}

// readText fills the draft from the text form.
func (d *draft) readText(text string) {
	r := textReader{draft: d, into: &d.ops, seen: map[string]bool{}}
	for line := range strings.Lines(text) {
		r.line++
		r.read(strings.TrimSpace(line))
	}
}

func (r *textReader) read(line string) {
	body, comment, _ := strings.Cut(line, "#")
	words := strings.Fields(body)
	switch {
	case len(words) == 0:
	case strings.HasSuffix(words[0], ":"):
		r.header(strings.TrimSuffix(words[0], ":"), words[1:])
	default:
		r.body = true
		*r.into = append(*r.into, r.call(words, strings.Fields(comment)))
	}
}

// call reads an operation, with or without the number of its step. The first
// word of its comment is its result.
func (r *textReader) call(words, comment []string) callDraft {
	if n := len(r.ops) + len(r.drain) + len(r.loop) + 1; model.IsNumber(words[0]) {
		if words[0] != strconv.Itoa(n) || len(words) == 1 {
			r.fail(r.line, "step %s stands where step %d is wanted", words[0], n)
			return callDraft{}
		}
		words = words[1:]
	}
	c := callDraft{line: r.line, name: r.word(words[0]), operands: r.pairs(words[1:])}
	if len(comment) > 0 {
		c.result = r.word(comment[0])
	}
	return c
}

func (r *textReader) word(s string) word { return word{line: r.line, text: s} }

// pairs reads name=value.
func (r *textReader) pairs(words []string) (list []pair) {
	for _, w := range words {
		name, value, ok := strings.Cut(w, "=")
		if !ok {
			r.fail(r.line, "%q stands alone; want name=value", w)
		}
		list = append(list, pair{r.word(name), r.word(value)})
	}
	return list
}

func (r *textReader) header(name string, words []string) {
	known := map[string]func([]string){
		"format":   r.single(&r.format),
		"scenario": r.single(&r.name),
		"start":    func(w []string) { r.start = r.word(strings.Join(w, " ")) },
		"design":   func(w []string) { r.design = r.pairs(w) },
		"bounds":   func(w []string) { r.bounds = r.pairs(w) },
		"fault":    r.readFault,
		"found":    r.readFound,
		"drain":    r.part("drain", &r.drain),
		"loop":     r.part("loop", &r.loop),
	}
	read, ok := known[name]
	switch {
	case !ok:
		r.fail(r.line, "header %q is unknown%s", name, model.DidYouMean(name, slices.Sorted(maps.Keys(known))))
		return
	case r.seen[name]:
		r.fail(r.line, "header %s comes twice", name)
	case r.body && name != "drain" && name != "loop":
		r.fail(r.line, "header %s comes after the first operation; want it before", name)
	}
	r.seen[name] = true
	read(words)
}

// single reads a header with one word.
func (r *textReader) single(at *word) func([]string) {
	return func(words []string) {
		if len(words) != 1 {
			r.fail(r.line, "this header wants one word, not %d", len(words))
			return
		}
		*at = r.word(words[0])
	}
}

func (r *textReader) readFault(words []string) {
	f := &r.fault
	f.line = r.line
	if len(words) > 0 {
		f.invariant = r.word(words[0])
		r.named(words[1:], map[string]*word{"step": &f.step, "drained": &f.drained, "forever": &f.forever})
	}
}

func (r *textReader) readFound(words []string) {
	r.found.line = r.line
	if len(words) > 0 {
		r.found.by = r.word(words[0])
		r.named(words[1:], map[string]*word{"seed": &r.found.seed, "version": &r.found.version})
	}
}

// named reads name=value with known names.
func (r *textReader) named(words []string, known map[string]*word) {
	list := r.pairs(words)
	r.once(list, "field")
	for _, p := range list {
		at, ok := known[p.name.text]
		if !ok {
			r.fail(r.line, "field %q is unknown here%s", p.name.text, model.DidYouMean(p.name.text, slices.Sorted(maps.Keys(known))))
			return
		}
		*at = p.value
	}
}

// part begins the operations of the drain or of the loop.
func (r *textReader) part(name string, list *[]callDraft) func([]string) {
	return func(words []string) {
		if len(words) > 0 {
			r.fail(r.line, "nothing may follow %s: on its line", name)
		}
		r.into, r.body = list, true
	}
}
