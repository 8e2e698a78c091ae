package counterexamples

import (
	"slices"
	"strconv"
	"strings"

	"hvcheck/model"
)

// operation looks up an operation and its operands.
func (d *draft) operation(cd *callDraft, c *model.Config) model.Op {
	spec, ok := model.SpecNamed(cd.name.text)
	switch {
	case cd.name.line == 0:
		d.fail(cd.line, "the operation's name is missing")
		return model.Op{}
	case !ok:
		d.fail(cd.name.line, "operation %q is unknown%s", cd.name.text, model.DidYouMean(cd.name.text, specNames()))
		return model.Op{}
	}
	d.once(cd.operands, spec.Name+": operand")
	for _, p := range cd.operands {
		if names := operandNames(spec); !slices.Contains(names, p.name.text) {
			d.fail(p.name.line, "%s has no operand %q%s", spec.Name, p.name.text, model.DidYouMean(p.name.text, names))
		}
	}
	op := model.Op{Kind: spec.Kind()}
	for i, a := range spec.Args {
		op.Arg[i] = d.operand(cd, a)
	}
	if d.err == nil {
		d.inRange(cd, op, c)
	}
	return op
}

// inRange refuses operands that do not exist within the bounds, unless the
// scenario itself has such an operation: some call with a frame that is not
// there.
func (d *draft) inRange(cd *callDraft, op model.Op, c *model.Config) {
	for i, a := range op.Spec().Args {
		if v := op.Arg[i]; !a.Type.Exists(v, c) && !d.inAlphabet(op) {
			d.fail(cd.operandLine(a.Name), "%s: %s=%s is out of range; the bounds are %s", cd.name.text, a.Name, a.Type.Format(v), describe(c))
		}
	}
}

// operandLine is where an operand stands.
func (cd *callDraft) operandLine(name string) int {
	for _, p := range cd.operands {
		if p.name.text == name {
			return p.value.line
		}
	}
	return cd.line
}

// operand finds and reads one operand. The preemption point may be absent.
func (d *draft) operand(cd *callDraft, a model.Arg) uint8 {
	i := slices.IndexFunc(cd.operands, func(p pair) bool { return p.name.text == a.Name })
	if i < 0 {
		if a.Type != model.Preempt {
			d.fail(cd.line, "%s: operand %q is missing; want %s", cd.name.text, a.Name, a.Type.Doc)
		}
		return 0
	}
	w := cd.operands[i].value
	v, err := a.Type.Parse(w.text)
	if err != nil {
		d.fail(w.line, "%s: %s: %v", cd.name.text, a.Name, err)
		return 0
	}
	d.spelling(cd, a, w, a.Type.Format(v))
	return v
}

// spelling refuses another spelling of a value than the one that is written.
func (d *draft) spelling(cd *callDraft, a model.Arg, w word, want string) {
	switch plain := model.IsNumber(want); {
	case w.text != want:
		d.fail(w.line, "%s: %s: %q; want %s", cd.name.text, a.Name, w.text, want)
	case plain && w.form == quoted:
		d.fail(w.line, "%s: %s: %q; want the number %s without quotes", cd.name.text, a.Name, w.text, want)
	case !plain && (w.form == number || w.form == boolean):
		d.fail(w.line, "%s: %s: %s; want %q in quotes", cd.name.text, a.Name, w.text, want)
	}
}

// describe lists bounds as name=value.
func describe(c *model.Config) string {
	var list []model.Choice
	for _, b := range BoundsOf(c) {
		if v := *b.Of(c); v != 0 {
			list = append(list, model.Choice{Name: b.Name, Value: strconv.Itoa(int(v))})
		}
	}
	return joined(list)
}

// joined writes choices side by side.
func joined(list []model.Choice) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.String()
	}
	return strings.Join(words, " ")
}

func specNames() []string {
	names := make([]string, len(model.Specs))
	for i, s := range model.Specs {
		names[i] = s.Name
	}
	return names
}

func operandNames(s *model.Spec) []string {
	names := make([]string, len(s.Args))
	for i, a := range s.Args {
		names[i] = a.Name
	}
	return names
}
