package gntops

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
)

// traits are what operations are to be tried with: the options, the kinds of domains and
// tables, and what decides which of the rules' ways a call goes.
var traits = slices.Concat(sectionTraits(), []model.Trait{
	option("tlb", "CPUs cache translations", func(c *grant.Config) bool { return c.TLB }),
	option("lists", "maptrack's free lists", func(c *grant.Config) bool { return c.Lists }),
	option("tags", "what is in pages, by who wrote it", func(c *grant.Config) bool { return c.Tags }),
	option("hostile", "the granting kernel does as it likes", func(c *grant.Config) bool { return c.Untrusted }),
	option("limit", "pins are counted to less than 128", func(c *grant.Config) bool { return c.PinLimit != 0 }),
	inState("translated", "F is translated", func(s *grant.State) bool { return s.Dom[grant.DomF].HVM }),
	inState("pv", "F is PV", func(s *grant.State) bool { return !s.Dom[grant.DomF].HVM }),
	inState("translated-mapper", "B is translated", func(s *grant.State) bool { return s.Dom[grant.DomB].HVM }),
	inState("device", "B has a device, behind an IOMMU", func(s *grant.State) bool { return s.Dom[grant.DomB].Sync && !s.Dom[grant.DomB].HVM }),
	inState("version-2", "F's table is in the layout of version 2", func(s *grant.State) bool { return s.Dom[grant.DomF].Table.Ver == 2 }),
	inState("mapped", "B has a page mapped", func(s *grant.State) bool { return s.Dom[grant.DomB].Track.Entry[0].Flags != 0 }),
	inState("in-use", "a reference of F is pinned", func(s *grant.State) bool { return s.Dom[grant.DomF].Table.Act[1].Pinned() }),
	inState("busy", "a CPU is in the middle of something", func(s *grant.State) bool { _, busy := gntview.NextTask(s); return busy }),
	inState("next-kernel", "K2 runs in F", func(s *grant.State) bool { return s.Kernel.Stage == grant.K2 }),
	inState("dying", "a domain is dying", func(s *grant.State) bool {
		return s.Dom[grant.DomF].Life == grant.Dying || s.Dom[grant.DomB].Life == grant.Dying || s.Dom[grant.DomC].Life == grant.Dying
	}),
	inState("third", "there is a third domain", func(s *grant.State) bool { return s.Dom[grant.DomC].Life == grant.Alive }),
})

func option(name, doc string, on func(c *grant.Config) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(c *model.Config, _ *model.World) bool { return on(Conf(c)) }}
}

// Sections is the work that can go section by section, each kind by an option.
var Sections = []struct {
	Name, Doc string
	Steps     grant.Steps
}{
	{"map-steps", "maps go section by section", grant.StepMap},
	{"unmap-steps", "unmaps go section by section", grant.StepUnmap},
	{"copy-steps", "copies go section by section", grant.StepCopy},
	{"transfer-steps", "transfers go section by section", grant.StepTransfer},
	{"version-steps", "changes of the version go section by section", grant.StepVersion},
	{"guest-steps", "kernels go store by store", grant.StepGuest},
	{"destroy-steps", "destruction goes section by section", grant.StepDestroy},
	{"revoke-steps", "revocation and resets go section by section", grant.StepRevoke},
}

func sectionTraits() (list []model.Trait) {
	for _, s := range Sections {
		list = append(list, option(s.Name, s.Doc, func(c *grant.Config) bool { return c.Steps&s.Steps != 0 }))
	}
	return list
}

func inState(name, doc string, is func(s *grant.State) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(_ *model.Config, w *model.World) bool { return is(Of(w)) }}
}
