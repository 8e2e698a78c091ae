package areas_test

import (
	"slices"
	"testing"

	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/scenarios"
	"hvcheck/scenarios/scenariostest"
)

// TestToday: in the design that is today's code, only what its rules are said to
// break is violated, those that are open questions and the variants that it has, and
// each of these rules' first is.
func TestToday(t *testing.T) {
	today, _ := scenarios.ColumnByName(scenarios.Today)
	for _, area := range model.Areas {
		questions := slices.DeleteFunc(slices.Clone(area.Switches), func(sw design.Switch) bool {
			chosen := slices.ContainsFunc(today.Design, func(c model.Choice) bool { return c.Name == sw.ID || c.Value == sw.ID })
			return !chosen || len(sw.Breaks) == 0
		})
		var breaks []string
		for _, sw := range questions {
			breaks = append(breaks, sw.Breaks...)
			r := scenariostest.Explore(t, scenariostest.Must(t, sw.Scenario), sw.Breaks[:1], today.Design...)
			if r.Fault == nil || r.Fault.Property != sw.Breaks[0] {
				t.Errorf("%s: %s is not violated in %s", sw.ID, sw.Breaks[0], sw.Scenario)
			}
		}
		for i := range scenarios.All {
			s := &scenarios.All[i]
			if s.Hidden || len(questions) == 0 || !s.Config.About(area) {
				continue
			}
			others := slices.DeleteFunc(slices.Clone(s.Asked()), func(id string) bool { return slices.Contains(breaks, id) })
			if r := scenariostest.Explore(t, s, others, today.Design...); r.Fault != nil || !s.Through(&r) {
				t.Errorf("%s: searched through: %v, fault: %+v", s.Name, s.Through(&r), r.Fault)
			}
		}
	}
}
