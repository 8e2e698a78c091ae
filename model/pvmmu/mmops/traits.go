package mmops

import (
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
)

// traits are what operations are to be tried with: the options, and what
// decides which of the rules' ways a call goes.
var traits = []model.Trait{
	option("race", "a preemptible type change may lose its compare-exchange", func(c *pvmmu.Config) bool { return c.Race }),
	option("l1tf", "the audit of an L1 may be interrupted", func(c *pvmmu.Config) bool { return c.L1TF }),
	option("tlb", "stale translations are part of the state", func(c *pvmmu.Config) bool { return c.TLB }),
	option("no-linear", "pv-linear-pt=0", func(c *pvmmu.Config) bool { return c.NoLinear }),
	option("memory-steps", "other CPUs run within a memory operation", func(c *pvmmu.Config) bool { return c.Steps }),
	option("two-guests", "the guest has several vCPUs", func(c *pvmmu.Config) bool { return c.Guests > 1 }),
	option("two-tools", "the toolstack has several vCPUs", func(c *pvmmu.Config) bool { return c.Tools > 1 }),
	inState("strict", "m2p-strict mode", func(s *pvmmu.State) bool { return s.Strict() }),
	inState("relaxed", "without m2p-strict mode", func(s *pvmmu.State) bool { return !s.Strict() }),
	inState("pending", "a vCPU has an old_guest_table", waits),
	aPage("partial", "an audit or un-audit has stopped midway", func(p *page.Page) bool { return p.Partial }),
	aPage("linear", "a table has linear entries", func(p *page.Page) bool { return p.Type >= page.L2 && p.Type <= page.L4 && p.LinearEntries() > 0 }),
	aPage("pinned", "a table is pinned", func(p *page.Page) bool { return p.Pinned }),
}

func option(name, doc string, on func(c *pvmmu.Config) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(c *model.Config, _ *model.World) bool { return on(Conf(c)) }}
}

func inState(name, doc string, is func(s *pvmmu.State) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(_ *model.Config, w *model.World) bool { return is(Of(w)) }}
}

func aPage(name, doc string, is func(p *page.Page) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(c *model.Config, w *model.World) bool {
		for f := range pool.Conf(c).Frames {
			if is(&pool.Of(w).Pages[f]) {
				return true
			}
		}
		return false
	}}
}

func waits(s *pvmmu.State) bool {
	for i := range s.CPU {
		if s.CPU[i].Ogt != 0 {
			return true
		}
	}
	return false
}
