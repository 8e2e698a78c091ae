package scenarios_test

import (
	"slices"
	"testing"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/scenarios"
)

// Every promise can be broken: by a switch, or by a claim that fails.
func TestPromisesCanBeBroken(t *testing.T) {
	for _, p := range invariants.Promises {
		bySwitch := slices.ContainsFunc(model.Switches, func(sw design.Switch) bool { return slices.Contains(sw.Breaks, p.ID) })
		byClaim := slices.ContainsFunc(scenarios.Claims, func(c scenarios.Claim) bool {
			return slices.ContainsFunc(c.Verdicts, func(v scenarios.Verdict) bool { return v.Want.Violates() && slices.Contains(c.PropertiesOf(&v), p.ID) })
		})
		if !bySwitch && !byClaim {
			t.Errorf("%s: nothing shows that it can be broken", p.ID)
		}
	}
}
