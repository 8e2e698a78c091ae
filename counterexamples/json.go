package counterexamples

import (
	"bytes"
	"strconv"
	"strings"

	"hvcheck/model"
)

// EncodeJSON writes the story, one operation per line. It is canonical: the
// same story gives the same bytes, and what was decoded from them gives them
// again.
func EncodeJSON(s *Story) []byte {
	fields := []string{
		field("format", quote(Format)),
		field("scenario", quote(s.Scenario.Name)),
		field("start", quote(s.StartName())),
	}
	if config := configFields(s); len(config) > 0 {
		fields = append(fields, field("config", object(config)))
	}
	if f := s.Fault; f.Invariant != "" {
		fields = append(fields, field("fault", object(faultFields(f))))
	}
	if f := s.Found; f.By != "" {
		fields = append(fields, field("found", object(foundFields(f))))
	}
	fields = append(fields, field("ops", callsJSON(s.Ops)))
	if len(s.Drain) > 0 {
		fields = append(fields, field("drain", callsJSON(s.Drain)))
	}
	if len(s.Loop) > 0 {
		fields = append(fields, field("loop", callsJSON(s.Loop)))
	}
	var b bytes.Buffer
	b.WriteString("{\n  " + strings.Join(fields, ",\n  ") + "\n}\n")
	return b.Bytes()
}

// faultFields say nothing of what only a lasso has if it is none: files that
// are older than lassos stay as they are.
func faultFields(f Fault) []string {
	fields := []string{
		field("invariant", quote(f.Invariant)),
		field("step", strconv.Itoa(f.Step)),
		field("drained", strconv.FormatBool(f.Drained)),
	}
	if f.Forever {
		fields = append(fields, field("forever", "true"))
	}
	return fields
}

// foundFields say nothing of a version that is not known: older files have none.
func foundFields(f Found) []string {
	fields := []string{field("by", quote(f.By)), field("seed", strconv.FormatUint(f.Seed, 10))}
	if f.Version != "" {
		fields = append(fields, field("version", quote(f.Version)))
	}
	return fields
}

func configFields(s *Story) (fields []string) {
	if list := choices(&s.Scenario.Config, &s.Config); len(list) > 0 {
		fields = append(fields, field("design", object(choiceFields(list))))
	}
	if list := bounds(&s.Scenario.Config, &s.Config); len(list) > 0 {
		fields = append(fields, field("bounds", object(choiceFields(list))))
	}
	return fields
}

func choiceFields(list []model.Choice) []string {
	fields := make([]string, len(list))
	for i, c := range list {
		fields[i] = field(c.Name, value(c.Value))
	}
	return fields
}

func callsJSON(calls []Call) string {
	if len(calls) == 0 {
		return "[]"
	}
	lines := make([]string, len(calls))
	for i, c := range calls {
		lines[i] = "    " + callJSON(c)
	}
	return "[\n" + strings.Join(lines, ",\n") + "\n  ]"
}

func callJSON(c Call) string {
	spec := c.Op.Spec()
	fields := []string{field("op", quote(spec.Name))}
	for i, a := range spec.Args {
		if v := c.Op.Arg[i]; a.Type != model.Preempt || v != 0 {
			fields = append(fields, field(a.Name, value(a.Type.Format(v))))
		}
	}
	if c.Recorded {
		fields = append(fields, field("result", quote(c.Result.String())))
	}
	return object(fields)
}

func object(fields []string) string { return "{" + strings.Join(fields, ", ") + "}" }

func field(name, value string) string { return quote(name) + ": " + value }

// value writes plain numbers as numbers and everything else as a string.
func value(s string) string {
	if model.IsNumber(s) {
		return s
	}
	return quote(s)
}

// quote is enough of JSON's quoting: the names of this format need no escapes.
func quote(s string) string { return `"` + s + `"` }
