package grant

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/scenarios"
)

// kexec is a hand-over with contents of pages, revocation section by section.
func kexec(refs, frames, slots uint8, option ...func(c *grant.Config)) model.Config {
	o := grant.Config{Steps: grant.StepRevoke, Tags: true, Handover: grant.V11}
	for _, f := range option {
		f(&o)
	}
	return gntops.Scope{Refs: refs, Frames: frames, Slots: slots, Handles: slots, Fronts: 1, Backs: 1}.Config(o)
}

// cached has CPUs cache translations.
func cached(c *grant.Config) { c.TLB = true }

// give is a translated domain with so many pages that it grants, for writing or not, and
// one that it does not.
func give(name string, ro ...uint8) model.Start {
	st := gntops.Begin(name, grant.Start{F: grant.Made{HVM: true, Own: uint8(len(ro)) + 1, Spare: 4}, B: grant.Made{Own: 2}, C: grant.Made{Absent: true}})
	for i, r := range ro {
		st.Do = append(st.Do, gntops.GuestGrant.Of(grant.Front0, uint8(i)+1, grant.DomB, uint8(i), r))
	}
	return st
}

var yes = only(1)

// leaving is how K1 gives way to K2.
func leaving(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(gntops.KexecLoad, f0),
		each(gntops.KexecExec, f0),
		each(gntops.SoftReset),
		each(gntops.Revoke),
		each(gntops.XenStep, only(grant.Tool), never),
		each(gntops.KernelBoot, no),
	}
}

// serving is what B's driver does with its grants.
func serving(persistent, ro []uint8) func(c *model.Config) []scenarios.Pattern {
	return func(c *model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(gntops.DriverConnect, b0, refs(c), slots(c), ro, persistent),
			each(gntops.DriverRequest, b0, refs(c)),
			each(gntops.DriverAccess, b0, refs(c), only(0, 1), only(0, 1)),
			each(gntops.DriverFinish, b0, refs(c)),
			each(gntops.DriverDisconnect, b0, refs(c)),
		}
	}
}

// bothKinds is serving with grants that stay mapped, and, where there is a third slot, with
// others too.
func bothKinds(c *model.Config) []scenarios.Pattern {
	if len(slots(c)) > 2 {
		return serving(only(0, 1), no)(c)
	}
	return serving(yes, no)(c)
}

// afterwards is what K2 does with its memory, and K1 with its grants.
func afterwards(c *model.Config) []scenarios.Pattern {
	list := []scenarios.Pattern{
		each(gntops.KernelUse, f0, only(0)),
		each(gntops.GuestEnd, f0, refs(c)),
	}
	for _, r := range refs(c) {
		list = append(list, each(gntops.GuestGrant, f0, only(r), toB, only(r-1), no))
	}
	return list
}

// another has a kernel grant another page with the first reference.
func another(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{each(gntops.GuestGrant, f0, only(1), toB, only(1), no)}
}

var handoverScenarios = []scenarios.Scenario{
	{
		Name:     "grant.kexec",
		Title:    "K2 follows K1 while a backend has K1's grants mapped",
		Doc:      "A ring and a data grant of a translated F, which a PV backend maps and uses at any time; K1 gives way to K2, which uses its memory and grants again.",
		Config:   kexec(2, 8, 2),
		Full:     full(kexec(2, 8, 3)),
		Starts:   []model.Start{give("two grants", 0, 0)},
		Alphabet: with(with(leaving, bothKinds), afterwards),
	},
	{
		Name:     "grant.kexec-one",
		Title:    "the same, with one grant and cached translations",
		Doc:      "One grant, for writing or for reading, mapped once or twice; CPUs cache what they use.",
		Config:   kexec(1, 7, 2, cached),
		Starts:   []model.Start{give("for writing", 0), give("for reading", 1)},
		Alphabet: with(with(with(leaving, serving(only(0, 1), only(0, 1))), afterwards), another),
	},
	{
		Name:   "grant.kexec-again",
		Title:  "K2 uses a reference again, for another page",
		Doc:    "A backend that has K1's page mapped by a reference maps that reference again, before and after K2 has granted another page with it; translations are not cached.",
		Config: kexec(1, 7, 2),
		Starts: []model.Start{give("for writing", 0)},
		Alphabet: with(with(leaving, another), func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(gntops.Map, b0, toF, refs(c), only(grant.HostMap), slots(c), no, never),
				each(gntops.Unmap, b0, handles(c), slots(c), no, no, never),
			}
		}),
	},
	{
		Name:     "grant.kexec-wait",
		Title:    "K1 waits for the end of its grants",
		Doc:      "As grant.kexec-one, with a persistent grant: is the wait ever over?",
		Config:   kexec(1, 5, 1, func(c *grant.Config) { c.Handover = grant.V2 }),
		Starts:   []model.Start{give("for writing", 0)},
		Promises: []string{"GR-L1"},
		Alphabet: with(with(leaving, serving(yes, no)), endings),
	},
	{
		Name:     "grant.kexec-short",
		Title:    "K1 waits for the end of its grants, none of which is persistent",
		Doc:      "As grant.kexec-wait, with requests that map and unmap.",
		Config:   kexec(1, 5, 1, func(c *grant.Config) { c.Handover = grant.V2 }),
		Starts:   []model.Start{give("for writing", 0)},
		Promises: []string{"GR-L1"},
		Alphabet: with(with(leaving, serving(no, no)), endings),
	},
	{
		Name:   "grant.kexec-crash",
		Title:  "K1 crashes, and K2 takes a dump",
		Doc:    "K2 lives in a page that was reserved for it and never granted; the backend goes on with what it has mapped.",
		Config: kexec(1, 6, 1),
		Starts: []model.Start{kept(give("for writing", 0))},
		Except: map[string]string{"GR-I5": "K2 takes no account of what K1 has granted, and uses none of that memory"},
		Alphabet: with(serving(yes, no), func(*model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(gntops.KexecLoad, f0), each(gntops.KernelCrash, f0), each(gntops.KernelBoot, no), each(gntops.KernelUse, f0, only(1)),
			}
		}),
	},
	{
		Name:   "grant.kexec-version",
		Title:  "K1 uses version 2, and K2 wants version 1",
		Doc:    "As grant.kexec-one; K2 asks for the one version or the other.",
		Config: kexec(1, 6, 1),
		Starts: []model.Start{second(give("version 2", 0))},
		Alphabet: with(with(leaving, serving(only(0, 1), no)), func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{each(gntops.KernelBoot, yes), each(gntops.GuestEnd, f0, refs(c))}
		}),
	},
	{
		Name:     "grant.kexec-leftovers",
		Title:    "K1 has mapped others' grants, and has given pages back",
		Doc:      "A translated F maps a grant of B's, may unmap it, gives a page back, loads and leaves; K2 uses its memory, after GNTTABOP_reset where there is one.",
		Config:   kexec(1, 6, 1),
		Starts:   []model.Start{owing("B grants", grant.Made{HVM: true})},
		Alphabet: with(with(leaving, leftovers), crashes),
	},
	{
		Name:   "grant.kexec-shinfo",
		Title:  "shared_info and PIRQs outlive a kernel",
		Doc:    "K1 has mapped shared_info at a page of its memory, and bound a PIRQ; K2 uses its memory, maps shared_info elsewhere, and binds PIRQs of its own.",
		Config: kexec(1, 6, 1),
		Starts: []model.Start{give("for writing", 0)},
		Alphabet: with(leaving, func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				each(gntops.MapShinfo, f0, only(1, 2)), each(gntops.UpdateShinfo), each(gntops.KernelUse, f0, only(1)),
				each(gntops.MapPIRQ, f0, only(0), only(0, 1)), each(gntops.GuestEnd, f0, refs(c)),
			}
		}),
	},
}

// kept is a start where gfn 1 is reserved for the kernel of a crash.
func kept(st model.Start) model.Start {
	s := st.Areas[0].(gntops.Start)
	s.Kept = 1 + 1
	st.Areas = []model.Setup{s}
	return st
}

// second is a start in version 2.
func second(st model.Start) model.Start {
	s := st.Areas[0].(gntops.Start)
	s.F.Ver = 2
	st.Areas = []model.Setup{s}
	return st
}
