package scenarios_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"hvcheck/model"
	"hvcheck/scenarios"
)

var update = flag.Bool("update", false, "write testdata/bounds.txt anew")

// TestEveryBound raises each bound of each scenario by one: either there are
// more runs, or it is refused and says why. testdata/bounds.txt has the whole
// list; a scenario whose alphabet changes shows there.
func TestEveryBound(t *testing.T) {
	const file = "testdata/bounds.txt"
	var b strings.Builder
	for i := range scenarios.All {
		s := &scenarios.All[i]
		effects := scenarios.NewEffects(s, 2)
		for _, bound := range s.Config.Bounds() {
			fmt.Fprintf(&b, "%s --%s: %s\n", s.Name, bound.Name, raised(t, s, effects, bound))
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(b.String(), "\n"); b.String() != string(want) {
		for i, line := range strings.Split(string(want), "\n") {
			if i >= len(got) || got[i] != line {
				t.Fatalf("line %d of %s is %q, found %q; go test ./scenarios -run TestEveryBound -update writes it anew", i+1, file, line, got[min(i, len(got)-1)])
			}
		}
		t.Fatalf("%s lacks %d lines", file, len(got))
	}
}

// raised is what becomes of a scenario with one bound raised by one.
func raised(t *testing.T, s *scenarios.Scenario, effects *scenarios.Effects, b *model.Bound) string {
	c := s.Config
	v := b.Of(&c)
	if *v >= b.Max-1 && b.Endless || *v >= b.Max {
		return "has its largest value"
	}
	*v++
	if err := s.Check(&c); err != nil {
		return err.Error()
	}
	if err := effects.Of(t.Context(), c, b); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d instead of %d has an effect", *v, *b.Of(&s.Config))
}
