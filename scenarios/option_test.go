package scenarios_test

import (
	"slices"
	"testing"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// A scenario's name with options behind it is that scenario with these on.
func TestOptions(t *testing.T) {
	for i := range scenarios.All {
		s := &scenarios.All[i]
		for k, o := range s.Options {
			if o.Name == "" || o.Doc == "" {
				t.Errorf("%s: option %d has no name or no text", s.Name, k)
			}
			on, ok := scenarios.ByName(s.Name + "+" + o.Name)
			if !ok || on.Name != s.Name+"+"+o.Name || len(on.Options) > 0 {
				t.Fatalf("%s+%s: %v", s.Name, o.Name, ok)
			}
			if on.Config == s.Config && slices.Equal(on.OpNames(&on.Config), s.OpNames(&s.Config)) {
				t.Errorf("%s: option %s changes nothing", s.Name, o.Name)
			}
			if err := on.Check(&on.Config); err != nil {
				t.Error(err)
			}
			for id := range o.Except {
				if slices.Contains(on.Asked(), id) {
					t.Errorf("%s asks %s", on.Name, id)
				}
			}
		}
	}
}

func TestOptionNames(t *testing.T) {
	for name, want := range map[string]bool{
		"mmu.all": true, "mmu.all+race": true, "mmu.all+race+tlb": true,
		"mmu.all+tlb+race": false, "mmu.all+race+race": false, "mmu.all+": false, "mmu.all+fast": false, "mmu.pin-first+race": false, "mmu.al+race": false,
	} {
		if _, ok := scenarios.ByName(name); ok != want {
			t.Errorf("%s: found: %v", name, ok)
		}
	}
}

// What an option takes away is not there, and what it adds is; the scenario
// itself stays as it is.
func TestOptionAlphabet(t *testing.T) {
	one, two := model.Specs[0], model.Specs[1]
	pattern := func(s *model.Spec) scenarios.Pattern {
		return scenarios.Pattern{Spec: s, Args: make([][]uint8, len(s.Args))}
	}
	s := scenarios.Scenario{
		Name:     "a",
		Alphabet: func(*model.Config) []scenarios.Pattern { return []scenarios.Pattern{pattern(one)} },
		Options: []scenarios.Option{{
			Name: "b", Less: []*model.Spec{one},
			More: func(*model.Config) []scenarios.Pattern { return []scenarios.Pattern{pattern(two)} },
		}},
	}
	var c model.Config
	on, _ := s.Chosen(c, []bool{true})
	off, _ := s.Chosen(c, []bool{false})
	for _, tc := range []struct {
		s    *scenarios.Scenario
		want string
	}{{on, two.Name}, {off, one.Name}, {&s, one.Name}} {
		if got := tc.s.OpNames(&c); !slices.Equal(got, []string{tc.want}) {
			t.Errorf("%s: %v, want %s", tc.s.Name, got, tc.want)
		}
	}
}
