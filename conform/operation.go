package conform

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model"
)

// open stands for an operand that a recording does not know.
const open = "?"

// readOp reads an operation as stories have it: a name, then operand=value. An
// operand that is open gives one operation for each of its values.
func readOp(text string, c *model.Config) ([]model.Op, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil, fmt.Errorf("the operation is missing")
	}
	spec, ok := model.SpecNamed(words[0])
	if !ok {
		return nil, fmt.Errorf("operation %q is unknown%s", words[0], model.DidYouMean(words[0], specNames(c)))
	}
	if !c.About(spec.Area()) {
		return nil, fmt.Errorf("operation %q is of area %s, which the scene is not about", spec.Name, spec.Area().Name)
	}
	given, err := operands(spec, words[1:])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Name, err)
	}
	ops := []model.Op{{Kind: spec.Kind()}}
	for i, a := range spec.Args {
		values, err := operand(a, given[a.Name], c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", spec.Name, err)
		}
		ops = with(ops, i, values)
	}
	return ops, nil
}

// operands are the words name=value by name.
func operands(spec *model.Spec, words []string) (map[string]string, error) {
	var names []string
	for _, a := range spec.Args {
		names = append(names, a.Name)
	}
	given := map[string]string{}
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		_, twice := given[name]
		switch {
		case !ok:
			return nil, fmt.Errorf("%q stands alone; want operand=value", word)
		case twice:
			return nil, fmt.Errorf("operand %s comes twice", name)
		case !slices.Contains(names, name):
			return nil, fmt.Errorf("operand %q is unknown%s", name, model.DidYouMean(name, names))
		}
		given[name] = value
	}
	return given, nil
}

// operand lists the values that an operand can have had. A preemption operand
// that is left out is 0, as in stories.
func operand(a model.Arg, text string, c *model.Config) (values []uint8, err error) {
	switch {
	case text == open:
		for v := range a.Type.Count(c) {
			if a.Type.Exists(v, c) {
				values = append(values, v)
			}
		}
		return values, nil
	case text == "" && a.Type == model.Preempt:
		return []uint8{0}, nil
	case text == "":
		return nil, fmt.Errorf("operand %s is missing", a.Name)
	}
	v, err := a.Type.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Name, err)
	}
	return []uint8{v}, nil
}

// with gives operand i of each operation each of the values.
func with(ops []model.Op, i int, values []uint8) (all []model.Op) {
	for _, op := range ops {
		for _, v := range values {
			op.Arg[i] = v
			all = append(all, op)
		}
	}
	return all
}

// ReadOp reads an operation that leaves nothing open.
func ReadOp(text string, c *model.Config) (model.Op, error) {
	ops, err := readOp(text, c)
	switch {
	case err != nil:
		return model.Op{}, err
	case len(ops) != 1:
		return model.Op{}, fmt.Errorf("%s: leaves an operand open", text)
	}
	return ops[0], nil
}

func readOps(list []string, c *model.Config) (ops []model.Op, err error) {
	for _, text := range list {
		op, err := ReadOp(text, c)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// specNames lists the operations of a configuration's areas.
func specNames(c *model.Config) (names []string) {
	for _, s := range model.Specs {
		if c.About(s.Area()) {
			names = append(names, s.Name)
		}
	}
	return names
}
