package grant

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/scenarios"
)

// gives is a translated F with one page that it grants for writing and one that it does
// not, and a B that is made so.
func gives(name string, b grant.Made) model.Start {
	return gntops.Begin(name, grant.Start{F: grant.Made{HVM: true, Own: 2, Spare: 4}, B: b, C: grant.Made{Absent: true}},
		grantedAt(1, 0))
}

// grantedAt is a grant for writing that F has made.
func grantedAt(ref, gfn uint8) model.Op {
	return gntops.GuestGrant.Of(grant.Front0, ref, grant.DomB, gfn, 0)
}

// endings is K1 that tries to end its grants.
func endings(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{each(gntops.GuestEnd, f0, refs(c))}
}

// waits is a scenario in which a hand-over has to end.
func waits(name, title, doc string, frames uint8, persistent []uint8, b grant.Made) scenarios.Scenario {
	return scenarios.Scenario{
		Name: name, Title: title, Doc: doc, Hidden: true,
		Config:   kexec(1, frames, 1),
		Starts:   []model.Start{gives("for writing", b)},
		Promises: []string{"GR-L1"},
		Alphabet: with(with(leaving, serving(persistent, no)), endings),
	}
}

// leftovers is K1 that maps a page of B's, and gives one of its own back; and what B does
// with its page.
func leftovers(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.Map, f0, toB, refs(c), only(grant.HostMap), only(1, 2), no, never),
		each(gntops.Unmap, f0, only(0), only(1, 2), no, no, never),
		each(gntops.Decrease, f0, only(0)),
		each(gntops.KernelUse, f0, only(0, 1)),
		each(gntops.GnttabReset, f0),
		each(gntops.GuestEnd, b0, refs(c)),
		each(gntops.Decrease, b0, only(2)),
		each(gntops.Take, only(2)),
	}
}

// crashes is K1 that crashes.
func crashes(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{each(gntops.KernelCrash, f0)}
}

// owing is a translated F that B has granted a page to.
func owing(name string, f grant.Made) model.Start {
	f.Own, f.Spare = 2, 4
	return gntops.Begin(name, grant.Start{F: f, B: grant.Made{Own: 2}, C: grant.Made{Absent: true}},
		gntops.GuestGrant.Of(grant.Back0, 1, grant.DomF, 2, 0))
}

// transferring is B that transfers its page to F at any time.
func transferring(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.Transfer, b0, only(2), toF, refs(c), no, never),
		each(gntops.GuestEnd, f0, refs(c)),
	}
}

// receiving is a translated F, which may accept a page of B's from the start.
func receiving(name string, do ...model.Op) model.Start {
	return gntops.Begin(name, grant.Start{F: grant.Made{HVM: true, Own: 2, Spare: 4}, B: grant.Made{Own: 2}, C: grant.Made{Absent: true}}, do...)
}

// unhelped is everything that a kernel of F can do by itself.
func unhelped(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.GuestEnd, f0, refs(c)),
		each(gntops.GuestGrant, f0, refs(c), toB, only(0), no),
		each(gntops.Decrease, f0, only(0)),
		each(gntops.SetVersion, f0, only(1, 2)),
		each(gntops.Swap, f0, refs(c), only(0), no, never),
		each(gntops.MapShinfo, f0, only(0)),
		each(gntops.Transfer, f0, only(0), toB, refs(c), no, never),
		each(gntops.KernelUse, f0, only(0)),
		each(gntops.DriverConnect, b0, refs(c), slots(c), no, yes),
	}
}

// questionScenarios serve claims and the table of hand-overs.
var questionScenarios = []scenarios.Scenario{
	waits("grant.kexec-unaided", "a backend supplies no page", "As grant.kexec-wait, with a backend that owns no page which could take the place of another one; Xen has some.", 4, yes, grant.Made{}),
	{
		Name: "grant.kexec-alone", Hidden: true,
		Title:  "whatever a kernel does alone",
		Doc:    "A backend maps, and never unmaps; the kernels of F, translated or not, do everything that a kernel can do by itself, and give way in order.",
		Config: kexec(1, 7, 1),
		Starts: []model.Start{
			gives("translated", grant.Made{Own: 2}),
			gntops.Begin("PV", grant.Start{F: grant.Made{Own: 2, Spare: 4}, B: grant.Made{Own: 2, Spare: 2}, C: grant.Made{Absent: true}}, grantedAt(1, 0)),
		},
		Alphabet: with(leaving, unhelped),
	},
	{
		Name: "grant.kexec-three", Hidden: true,
		Title:    "three writable mappings of two grants",
		Doc:      "As grant.kexec with a third slot, so that one of two grants can be mapped twice; no requests, and K2 does nothing.",
		Config:   kexec(2, 8, 3),
		Starts:   []model.Start{gntops.Begin("two grants", grant.Start{F: grant.Made{HVM: true, Own: 2}, B: grant.Made{Own: 3}, C: grant.Made{Absent: true}}, grantedAt(1, 0), grantedAt(2, 1))},
		Alphabet: with(leaving, accessing(no)),
	},
	{
		Name: "grant.kexec-readonly", Hidden: true,
		Title:    "two grants for reading",
		Doc:      "As grant.kexec, with grants for reading only, mapped so; K2 uses its memory.",
		Config:   kexec(2, 8, 3),
		Starts:   []model.Start{give("two grants for reading", 1, 1)},
		Alphabet: with(with(leaving, accessing(yes)), afterwards),
	},
	{
		Name: "grant.kexec-places", Hidden: true,
		Title:    "a translated backend maps",
		Doc:      "As grant.kexec-one, with a translated backend and one grant for writing; translations are not cached.",
		Config:   kexec(1, 7, 2),
		Starts:   []model.Start{gives("for writing", grant.Made{HVM: true, Own: 2})},
		Alphabet: with(with(leaving, serving(only(0, 1), no)), afterwards),
	},
	{
		Name: "grant.kexec-keeps", Hidden: true,
		Title:    "K2 keeps the version",
		Doc:      "As grant.kexec-version, with a K2 that asks for the version that is in force.",
		Config:   kexec(1, 6, 1),
		Starts:   []model.Start{second(give("version 2", 0))},
		Alphabet: with(with(giving(yes), serving(only(0, 1), no)), endings),
	},
	{
		Name: "grant.kexec-orderly", Hidden: true,
		Title:    "K1 has mapped others' grants, and gives way in order",
		Doc:      "As grant.kexec-leftovers, without a crash.",
		Config:   kexec(1, 6, 1),
		Starts:   []model.Start{owing("B grants", grant.Made{HVM: true})},
		Alphabet: with(leaving, leftovers),
	},
	{
		Name: "grant.kexec-two", Hidden: true,
		Title:  "another vCPU maps during a reset",
		Doc:    "A translated F with two vCPUs, either of which maps B's page, unmaps it, or has GNTTABOP_reset done, handle by handle.",
		Config: twoFronts(kexec(1, 6, 2)),
		Starts: []model.Start{owing("B grants", grant.Made{HVM: true})},
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			both := only(grant.Front0, grant.Front1)
			return []scenarios.Pattern{
				each(gntops.Map, both, toB, refs(c), only(grant.HostMap), only(1, 2), no, never),
				each(gntops.Unmap, both, handles(c), only(1, 2), no, no, never),
				each(gntops.GnttabReset, both),
				each(gntops.XenStep, both, never),
			}
		},
	},
	{
		Name: "grant.kexec-accepts", Hidden: true,
		Title:    "K1 has an entry that accepts a page",
		Doc:      "A translated K1 accepts a page from B, which transfers one at any time; K2 accepts none.",
		Config:   kexec(1, 6, 1),
		Starts:   []model.Start{receiving("an entry accepts", gntops.GuestAccept.Of(grant.Front0, 1, grant.DomB, 2))},
		Alphabet: with(leaving, transferring),
	},
	{
		Name: "grant.kexec-no-accepts", Hidden: true,
		Title:    "no entry accepts a page",
		Doc:      "As grant.kexec-accepts, where K1 has left no such entry.",
		Config:   kexec(1, 6, 1),
		Starts:   []model.Start{receiving("none accepts")},
		Alphabet: with(leaving, transferring),
	},
}

// accessing is serving without requests.
func accessing(ro []uint8) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern {
		return slices.DeleteFunc(serving(yes, ro)(c), func(p scenarios.Pattern) bool {
			return p.Spec == gntops.DriverRequest || p.Spec == gntops.DriverFinish
		})
	}
}

// giving is leaving with a K2 that asks for one version.
func giving(version []uint8) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern {
		list := slices.DeleteFunc(leaving(c), func(p scenarios.Pattern) bool { return p.Spec == gntops.KernelBoot })
		return append(list, each(gntops.KernelBoot, version))
	}
}

func twoFronts(c model.Config) model.Config {
	gntops.Conf(&c).Fronts = 2
	return c
}
