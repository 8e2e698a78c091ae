package iommu

import (
	"slices"
	"strings"

	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page/pool"
	"hvcheck/scenarios"
)

// inDesign is a scenario of the core's in a design that does not wait for flushes, under a
// name of its own.
func inDesign(base string, f iommu.Flushing, promises ...string) scenarios.Scenario {
	s := coreScenarios[slices.IndexFunc(coreScenarios, func(s scenarios.Scenario) bool { return s.Name == base })]
	word := map[iommu.Flushing]string{iommu.V4: "paused", iommu.V5: "counted", iommu.V6: "held"}[f]
	what := map[iommu.Flushing]string{iommu.V4: "and the domain is paused", iommu.V5: "and tables hold references", iommu.V6: "and freed pages are held"}[f]
	s.Name, s.Title = base+"-"+word, s.Title+", "+what
	s.Doc = "As " + base + ", in the design of iommu." + word + "."
	s.Goals, s.Spec, s.Differs, s.Promises = nil, 0, "", promises
	options := *iomops.Conf(&s.Config)
	options.Flushing = f
	c := s.Config
	*iomops.Conf(&c) = options
	s.Config = c
	return s
}

// designScenarios are those of the core that tell designs apart.
var designScenarios = []scenarios.Scenario{
	inDesign("iommu.two-iommus", iommu.V4, "FL-L1"),
	inDesign("iommu.two-iommus", iommu.V5, "FL-L1"),
	inDesign("iommu.two-iommus", iommu.V6, "FL-L1"),
	inDesign("iommu.replace", iommu.V4),
	inDesign("iommu.replace", iommu.V5),
	inDesign("iommu.move", iommu.V6),
	inDesign("iommu.in-flight", iommu.V5),
	inDesign("iommu.in-flight", iommu.V6),
	inDesign("iommu.in-flight-plain", iommu.V6),
	inDesign("iommu.superpage", iommu.V5),
	inDesign("iommu.two-cpus", iommu.V6),
}

// goals of theirs: a completion releases something, and where there are two IOMMUs another
// one is still to come.
func designGoals() (list []scenarios.Goal) {
	for _, s := range designScenarios {
		if strings.Contains(s.Name, "plain") {
			continue
		}
		list = append(list, scenarios.Goal{
			ID: s.Name + "/waits", Doc: "an interrupt comes, and something waits for another flush",
			Met: ends(iomops.Completion, func(_, after *iommu.State) bool { return after.Held[0].Left != [iommu.MaxIOMMUs]uint8{} }),
		})
	}
	return list
}

// larger are the bounds of --full: frames, and gfns.
var larger = map[string][2]uint8{
	"iommu.core": {4, 4}, "iommu.move": {3, 3}, "iommu.range": {3, 3}, "iommu.in-flight": {3, 3}, "iommu.replace": {3, 3}, "iommu.populate": {3, 3},
	"iommu.coherence": {3, 3}, "iommu.one-by-one": {3, 3}, "iommu.late-alone": {3, 3},
	"iommu.paused": {3, 3}, "iommu.counted": {3, 3}, "iommu.held": {3, 3}, "iommu.move-held": {3, 2}, "iommu.meanwhile-held": {3, 1},
}

// withFull gives scenarios these.
func withFull(list []scenarios.Scenario) []scenarios.Scenario {
	for i := range list {
		if n, is := larger[list[i].Name]; is {
			c := list[i].Config
			pool.Conf(&c).Frames, iomops.Conf(&c).Gfns = n[0], n[1]
			list[i].Full = &c
		}
	}
	return list
}
