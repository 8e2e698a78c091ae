package iomops

import (
	"hvcheck/model"
	"hvcheck/model/iommu"
)

// traits are what operations are to be tried with: the options, and the kinds of domains
// and devices.
var traits = []model.Trait{
	steps("remove-steps", "removals go phase by phase", iommu.StepRemove),
	steps("populate-steps", "a page is owned before it is mapped", iommu.StepPopulate),
	steps("move-steps", "moves go phase by phase", iommu.StepMove),
	steps("type-steps", "changes of page types go phase by phase", iommu.StepType),
	steps("device-steps", "devices change hands phase by phase", iommu.StepDevice),
	steps("destroy-steps", "destruction goes phase by phase", iommu.StepDestroy),
	option("together", "a flush is submitted at once", func(c *iommu.Config) bool { return c.Together }),
	option("in-flight", "an access is translated first", func(c *iommu.Config) bool { return c.InFlight }),
	option("non-coherent", "IOMMUs do not see CPU caches", func(c *iommu.Config) bool { return c.NonCoherent }),
	inState("translated", "D1 is translated", func(s *iommu.State) bool { return s.Dom[iommu.D1].HVM }),
	inState("pv", "D1 is PV", func(s *iommu.State) bool { return !s.Dom[iommu.D1].HVM }),
	inState("ats", "device 0 has a Device-TLB", func(s *iommu.State) bool { return s.Dev[0].ATS }),
	inState("stale", "device 0 has something cached", func(s *iommu.State) bool {
		return s.DevTLB[0] != [iommu.MaxGfns]iommu.Entry{}
	}),
	inState("busy", "a CPU is in the middle of something", func(s *iommu.State) bool { _, busy := s.NextTask(); return busy }),
	inState("queued", "an invalidation is queued", func(s *iommu.State) bool { return s.Queue[0].N > 0 }),
}

func option(name, doc string, on func(c *iommu.Config) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(c *model.Config, _ *model.World) bool { return on(Conf(c)) }}
}

func steps(name, doc string, k iommu.Steps) model.Trait {
	return option(name, doc, func(c *iommu.Config) bool { return c.Steps&k != 0 })
}

func inState(name, doc string, is func(s *iommu.State) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(_ *model.Config, w *model.World) bool { return is(Of(w)) }}
}
