package counterexamples

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"hvcheck/invariants"
)

// resultColumn is the furthest column at which results are lined up.
const resultColumn = 72

// EncodeText writes the story for people: the form that can be pasted into a
// mail and back. Like EncodeJSON it is canonical.
func EncodeText(s *Story) string {
	var b strings.Builder
	if inv, ok := invariants.ByID(s.Fault.Invariant); ok {
		fmt.Fprintf(&b, "# %s: %s\n", inv.ID, inv.Title)
	}
	if p, ok := invariants.PromiseByID(s.Fault.Invariant); ok {
		fmt.Fprintf(&b, "# %s: %s\n", p.ID, p.Title)
	}
	for _, h := range headers(s) {
		fmt.Fprintf(&b, "%s: %s\n", h[0], h[1])
	}
	width := min(max(widest(s.Ops), widest(s.Drain), widest(s.Loop)), resultColumn)
	b.WriteString("\n")
	writeCalls(&b, s.Ops, width)
	writePart(&b, "drain", s.Drain, width)
	writePart(&b, "loop", s.Loop, width)
	if end := s.End(); end != "" {
		fmt.Fprintf(&b, "# %s\n", end)
	}
	return b.String()
}

// End says how a lasso goes on; empty for a story that ends.
func (s *Story) End() string {
	switch {
	case !s.Fault.Forever:
		return ""
	case len(s.Loop) == 0:
		return "nothing that must happen can happen any more"
	}
	return "and so on for ever"
}

// writePart writes the operations below a heading, if there are any.
func writePart(b *strings.Builder, name string, calls []Call, width int) {
	if len(calls) > 0 {
		b.WriteString(name + ":\n")
		writeCalls(b, calls, width)
	}
}

// headers lists the story's header lines, name and value.
func headers(s *Story) [][2]string {
	list := [][2]string{{"format", Format}, {"scenario", s.Scenario.Name}, {"start", s.StartName()}}
	if c := choices(&s.Scenario.Config, &s.Config); len(c) > 0 {
		list = append(list, [2]string{"design", joined(c)})
	}
	if c := bounds(&s.Scenario.Config, &s.Config); len(c) > 0 {
		list = append(list, [2]string{"bounds", joined(c)})
	}
	if f := s.Fault; f.Invariant != "" {
		forever := map[bool]string{true: " forever=true"}[f.Forever]
		list = append(list, [2]string{"fault", fmt.Sprintf("%s step=%d drained=%t%s", f.Invariant, f.Step, f.Drained, forever)})
	}
	if f := s.Found; f.By != "" {
		text := fmt.Sprintf("%s seed=%d", f.By, f.Seed)
		if f.Version != "" {
			text += " version=" + f.Version
		}
		list = append(list, [2]string{"found", text})
	}
	return list
}

func widest(calls []Call) (n int) {
	for _, c := range calls {
		n = max(n, utf8.RuneCountInString(c.Op.String()))
	}
	return n
}

func writeCalls(b *strings.Builder, calls []Call, width int) {
	for _, c := range calls {
		if c.Recorded {
			fmt.Fprintf(b, "%-*s  # %v\n", width, c.Op, c.Result)
		} else {
			fmt.Fprintln(b, c.Op)
		}
	}
}
