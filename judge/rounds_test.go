package judge

import (
	"testing"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// The options of a round are a matter of the seed, each is on in about a third
// of the rounds, and a scenario in a round is one that has a name.
func TestRounds(t *testing.T) {
	set := func(n uint8) func(c *model.Config) { return func(c *model.Config) { c.Preempt += n } }
	s := &scenarios.Scenario{
		Name: "a", Alphabet: func(*model.Config) []scenarios.Pattern { return nil },
		Options: []scenarios.Option{
			{Name: "one", Set: set(1)},
			{Name: "two", Set: set(2), Except: map[string]string{"X-I1": "no"}},
			{Name: "four", Set: set(4)},
		},
	}
	search := &Search{Scenario: s, ids: []string{"X-I1", "X-I2"}}
	on := [3]int{}
	const rounds = 300
	for seed := range uint64(rounds) {
		r := search.round(seed)
		if again := search.round(seed); again.Scenario.Name != r.Scenario.Name || again.Config != r.Config {
			t.Errorf("seed %d: %s, and then %s", seed, r.Scenario.Name, again.Scenario.Name)
		}
		for i := range on {
			on[i] += int(r.Config.Preempt >> i & 1)
		}
		if asked := len(r.ids) == 2; asked == (r.Config.Preempt&2 != 0) {
			t.Errorf("%s asks %v", r.Scenario.Name, r.ids)
		}
	}
	for i, n := range on {
		if n < rounds/4 || n > rounds/2 {
			t.Errorf("option %d is on in %d of %d rounds", i, n, rounds)
		}
	}
}

// Objects decide whether operations meet, whatever the operands' types.
func TestSameObject(t *testing.T) {
	for _, tc := range []struct {
		thing string
		a, b  []object
		want  bool
	}{
		{"frame", []object{{"frame", 1}}, []object{{"frame", 2}, {"frame", 1}}, true},
		{"frame", []object{{"frame", 1}}, []object{{"vcpu", 1}}, false},
		{"vcpu", []object{{"vcpu", 1}, {"frame", 2}}, []object{{"vcpu", 2}, {"frame", 2}}, false},
		{"vcpu", nil, []object{{"vcpu", 2}}, false},
	} {
		if got := sameObject(tc.thing, tc.a, tc.b); got != tc.want {
			t.Errorf("%s: %v and %v: %v", tc.thing, tc.a, tc.b, got)
		}
	}
}
