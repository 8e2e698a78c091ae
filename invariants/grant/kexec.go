package grant

import (
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page/pool"
)

// handovers lists what must hold when one kernel of F follows another, and when a
// domain dies.
var handovers = []invariants.Invariant{
	harmless(ledger.StrayStore, "a backend stores to a page that K2 uses and has not granted", invariants.Invariant{
		ID:    "GR-I8",
		Title: "a backend does not write the next kernel's memory",
		Doc:   `After K2 has started, no store of a backend's CPU or device changes a page that K2 uses, unless K2 has granted it. K2 knows nothing of the grants that K1 gave: it takes all of its memory to be its own.`,
		Refs:  []string{"Vrabel, 2014-08-01, xen-devel", "Linux 0b34a166f291"},
	}),
	harmless(ledger.StrayLoad, "a backend loads what K2 keeps to itself", invariants.Invariant{
		ID:    "GR-I9",
		Title: "a backend does not read the next kernel's memory",
		Doc:   `After K2 has started, no load of a backend's returns what K2 has put into a page that it has not granted.`,
		Refs:  []string{"Vrabel, 2014-08-01, xen-devel"},
	}),
	harmless(ledger.Faulted, "a driver faults on a mapping whose handle is live", invariants.Invariant{
		ID:    "GR-I10",
		Title: "a backend does not fault on what it has mapped",
		Doc:   `As long as the driver has not unmapped a grant, its loads work, and its stores where it was mapped for writing. A fault there ends the backend, and all other guests' devices with it.`,
		Refs:  []string{"Vrabel, 2014-08-01, xen-devel: the force unmap would cause the backend to fault"},
	}),
	harmless(ledger.Flow, "a load through a grant returns what was put elsewhere", invariants.Invariant{
		ID:    "GR-I11",
		Title: "nothing flows from one grant's page to another's",
		Doc:   `A load through a grant returns what its granter has put there for this grant, what the backend itself has stored through this grant, or nothing. Not what belongs to another grant, nor what was in the page before it was granted.`,
		Refs:  []string{"Vrabel, 2014-08-01, xen-devel: to prevent information leaking between different granted pages", "XSA-403"},
	}),
	harmless(ledger.Torn, "a request in flight finds something else than it was made with", invariants.Invariant{
		ID:    "GR-I12",
		Title: "a request in flight finds its data",
		Doc:   `A load for a request that has begun before a revocation returns what was in the page when the request was made, or what the backend has stored since for it. Otherwise something else goes to the disk.`,
		Refs:  []string{"a consequence of replacing pages under I/O"},
	}),
	behaving(harmless(ledger.Stale, "a map yields a page that the kernel in charge has not granted", invariants.Invariant{
		ID:    "GR-I19",
		Title: "a reference means what the kernel in charge has put there",
		Doc:   `A map of a reference of F's yields the page that the kernel which runs there now has granted with it, and has not ended. While an entry is pinned Xen looks at the active one: what a former kernel has granted. Asked of kernels that behave.`,
		Refs:  []string{"xen/common/grant_table.c map_grant_ref()"},
	})),
	{
		ID:    "GR-I20",
		Title: "the next kernel uses the layout that is in force",
		Doc:   `Once K2 runs, it reads and writes entries in the layout of the version that Xen has for the domain. set_version fails with -EBUSY while references that are not reserved are pinned, and Linux goes on with the layout of version 1.`,
		Refs:  []string{"Linux drivers/xen/grant-table.c gnttab_request_version()", "xen/common/grant_table.c gnttab_set_version()"},
		State: of(func(v *view) error {
			if k := &v.s.Kernel; k.Stage == grant.K2 && k.Layout != v.s.Dom[grant.DomF].Table.Ver {
				return fmt.Errorf("K2 uses the layout of version %d, and version %d is in force", k.Layout, v.s.Dom[grant.DomF].Table.Ver)
			}
			return nil
		}),
	},
	harmless(ledger.NotUnmapped, "a driver cannot unmap what it has mapped", invariants.Invariant{
		ID:    "GR-I22",
		Title: "a backend can unmap what it has mapped",
		Doc:   `The driver's unmap of a handle that it was given succeeds, also after Xen has revoked it, and whatever has become of the domain that had granted it.`,
		Refs:  []string{"xen/include/public/grant_table.h"},
	}),
	{
		ID:    "GR-I23",
		Title: "the release of handles is preemptible",
		Doc:   `Between two looks whether it is to be preempted, the destruction of a domain releases no more than a page of handles.`,
		Refs:  []string{"XSA-380", "b1ee10be56"},
		Step:  boundedRelease,
	},
	{
		ID:      "GR-L3",
		Title:   "when all domains are gone, nothing is left",
		Doc:     `After all domains were destroyed, no reference is pinned, and every page is free and without references, but for those that Xen keeps.`,
		Refs:    []string{"xen/common/domain.c domain_kill()"},
		Drained: nothingLeft,
	},
}

// questions are what the thread claims beyond these.
var questions = []invariants.Invariant{
	claim(harmless(ledger.NotReadBack, "a driver does not read back what it has stored", invariants.Invariant{
		ID:    "GR-P11",
		Title: "a backend reads back what it has written",
		Doc:   `Until K2 runs, a load of the driver's returns what it has stored through the same grant, by whichever of its mappings.`,
		Refs:  []string{"what a process and its kernel, which both have a page mapped, rely on"},
	})),
	claim(harmless(ledger.Foreign, "K2 stores to a page of another domain", invariants.Invariant{
		ID:    "GR-P21",
		Title: "the next kernel writes nobody else's page",
		Doc:   `K2, which uses what it takes to be its memory, stores to no page of another domain: K1's mappings are not there any more.`,
		Refs:  []string{"Vrabel, 2014-08-01, xen-devel: you can ignore this for now", "Kuznetsov, 2014-08-01, xen-devel: GNTTABOP_reset"},
	})),
	claim(harmless(ledger.Hole, "K2 finds no page where it takes memory to be", invariants.Invariant{
		ID:    "GR-P25",
		Title: "the next kernel finds its memory whole",
		Doc:   `Where K2 takes memory to be there is some, although K1 may have ballooned out.`,
		Refs:  []string{"Kuznetsov, 2014-08-01, xen-devel: ballooned out pages"},
	})),
	claim(harmless(ledger.Shinfo, "Xen stores to a page that K2 takes to be memory", invariants.Invariant{
		ID:    "GR-P26",
		Title: "Xen does not write the next kernel's memory",
		Doc:   `Xen stores to shared_info where K2 has mapped it, and not where K1 had.`,
		Refs:  []string{"3235cbfe80", "Kuznetsov, 2014-07-15, xen-devel: shared_info"},
	})),
	claim(harmless(ledger.Dump, "what a crashed kernel has left is stored to", invariants.Invariant{
		ID:    "GR-P18",
		Title: "a dump does not change while it is taken",
		Doc:   `After K1 has crashed no store of a backend's changes what K1 has left.`,
		Refs:  []string{"kdump"},
	})),
	claim(invariants.Invariant{
		ID:    "GR-P27",
		Title: "a PIRQ is bound as the kernel has asked",
		Doc:   `What K2 was told to be bound is: map_pirq has not answered 0 without doing anything.`,
		Refs:  []string{"xen/arch/x86/irq.c map_domain_emuirq_pirq()", "Kuznetsov, 2014-07-15, xen-devel: GSI and MSI PIRQs"},
		State: of(func(v *view) error {
			for p, want := range v.s.Kernel.Believes {
				if want != 0 && v.s.Kernel.PIRQ[p] != want && v.s.Kernel.Stage == grant.K2 {
					return fmt.Errorf("the kernel has bound PIRQ %d, and Xen knows nothing of it", p)
				}
			}
			return nil
		}),
	}),
	claim(invariants.Invariant{
		ID:    "GR-P16",
		Title: "the flag refuses unsafe kexecs only",
		Doc:   `A kernel is loaded, unless F has something of other domains mapped, or a hole in its memory.`,
		Refs:  []string{"Vrabel, 2014-08-01, xen-devel: kexec_is_safe"},
		Step: func(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, _ *model.World) error {
			if op.Spec() == gntops.KexecLoad && a.Code == errno.EPERM && gntops.Book(before).Told[grant.DomF] == [grant.MaxHandles]ledger.Part{} && gntops.Of(before).Kernel.Hole == 0 {
				return fmt.Errorf("refused, and F has nothing mapped, and no hole")
			}
			return nil
		},
	}),
	claim(invariants.Invariant{
		ID:    "GR-P17",
		Title: "a crash with a kernel loaded leads to a dump",
		Doc:   `A kernel that was loaded for a crash starts when there is one.`,
		Refs:  []string{"Vrabel, 2014-08-01, xen-devel: load and exec can then be made to fail"},
		Step: func(_ *invariants.Probe, _ *model.World, op model.Op, a model.Answer, _ *model.World) error {
			if op.Spec() == gntops.KernelCrash && a.Code == errno.EPERM {
				return fmt.Errorf("the loaded kernel does not start")
			}
			return nil
		},
	}),
}

func claim(inv invariants.Invariant) invariants.Invariant {
	inv.Claim = true
	return inv
}

// behaving is an invariant that is asked of kernels that behave.
func behaving(inv invariants.Invariant) invariants.Invariant {
	ask := inv.State
	inv.State = func(c *model.Config, w *model.World) error {
		if gntops.Conf(c).Untrusted {
			return nil
		}
		return ask(c, w)
	}
	return inv
}

// harmless is an invariant that no operation does a harm.
func harmless(h ledger.Harm, what string, inv invariants.Invariant) invariants.Invariant {
	inv.WhileDraining = true
	inv.State = of(func(v *view) error {
		if v.b.Harm&h != 0 {
			return fmt.Errorf("%s", what)
		}
		return nil
	})
	return inv
}

func boundedRelease(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if a.Refused || a.Code == errno.HostCrash {
		return nil
	}
	released := 0
	for d := range uint8(grant.NumDomains) {
		if gntops.Of(before).Dom[d].Life == grant.Alive && op.Spec() != gntops.Destroy {
			continue
		}
		for h := range uint8(grant.MaxHandles) {
			if gntops.Book(before).Told[d][h].Some() && !gntops.Book(after).Told[d][h].Some() && gntops.Of(after).Dom[d].Life >= grant.Dying {
				released++
			}
		}
	}
	if per := int(max(gntops.Conf(p.Config()).PerPage, 1)); released > per*(int(a.Checks)+1) {
		return fmt.Errorf("%d handles are released, and Xen has looked %d times whether work is pending", released, a.Checks)
	}
	return nil
}

func nothingLeft(c *model.Config, w *model.World) error {
	s := gntops.Of(w)
	if s.Stopped() || gntops.Conf(c).Steps&grant.StepDestroy == 0 {
		return nil
	}
	for d := range uint8(grant.NumDomains) {
		for r := range uint8(grant.MaxRefs) {
			if !gntview.There(s, d) {
				break // and its table with it: the pins of a PV mapper that has overwritten its entry too
			}
			if pin := s.Dom[d].Table.Act[r].Pin; pin != [grant.NumPins]uint8{} {
				return fmt.Errorf("reference %d of %s is pinned: %v", r, domNames[d], pin)
			}
		}
	}
	for m := range pool.Conf(c).Frames {
		if p := &pool.Of(w).Pages[m]; s.Owner[m] < grant.NumDomains || s.Owner[m] == grant.NoDomain && p.Count != 0 {
			return fmt.Errorf("frame %d: count %d, of %s", m, p.Count, domNames[s.Owner[m]])
		}
	}
	return nil
}

// Promises lists what grant tables promise about runs without an end.
var Promises = []invariants.Response{
	{
		ID:    "GR-L1",
		Title: "a hand-over ends",
		Doc:   `A kernel that gives way to the next one has one: if it waits, and tries again to end each grant, if Xen and the toolstack do their part, and the backend finishes requests and unmaps what it does not keep: what is not persistent, and everything when it is told to close.`,
		Refs:  []string{"Kuznetsov, 2014-08-01, xen-devel: try waiting for them to finish", "Vrabel, 2014-08-01, xen-devel: just waiting won't work"},
		From:  between, To: stage(grant.K2),
		Fair: slices.Concat(ownPart, perRef(gntops.GuestEnd, gntops.DriverFinish, gntops.DriverDisconnect)),
	},
	{
		ID:    "GR-L4",
		Title: "a hand-over ends, whatever the backend does",
		Doc:   `As GR-L1, and nothing is assumed of the backend: it may keep what it has mapped.`,
		Refs:  []string{"502a592704: active grants usually mean misbehaving backends"},
		From:  between, To: stage(grant.K2),
		Fair: slices.Concat(ownPart, perRef(gntops.GuestEnd)),
	},
	{
		ID:    "GR-L2",
		Title: "a destruction ends",
		Doc:   `The destruction of a domain ends with its death, if it is continued after each preemption and not preempted for ever.`,
		Refs:  []string{"XSA-380", "xen/common/domain.c domain_kill()"},
		From:  life(grant.Dying), To: life(grant.Dead),
		Fair: []invariants.Fair{{ID: "toolstack", Doc: "Xen's own work goes on, and what was preempted is continued", Of: func(op model.Op) bool {
			return op.Spec() == gntops.Destroy || op.Spec() == gntops.XenStep && op.Arg[0] == grant.Tool
		}}},
	},
}

// between tells whether K1 has given way and K2 does not run yet.
func between(_ *model.Config, w *model.World) bool {
	s := gntops.Of(w).Kernel.Stage
	return s > grant.Primed && s < grant.K2
}

// ownPart is what Xen, the toolstack and the kernels do.
var ownPart = []invariants.Fair{
	fair("K2 starts when it can", gntops.KernelBoot), fair("the toolstack does its soft reset", gntops.SoftReset), fair("Xen revokes", gntops.Revoke),
	{ID: "xen", Doc: "Xen goes on with what it has begun", Of: func(op model.Op) bool { return op.Spec() == gntops.XenStep && op.Arg[0] == grant.Tool }},
}

func stage(is grant.Stage) func(*model.Config, *model.World) bool {
	return func(_ *model.Config, w *model.World) bool { return gntops.Of(w).Kernel.Stage == is }
}

func life(is grant.Life) func(*model.Config, *model.World) bool {
	return func(_ *model.Config, w *model.World) bool { return gntops.Of(w).Dom[grant.DomB].Life == is }
}

func fair(doc string, spec *model.Spec) invariants.Fair {
	return invariants.Fair{ID: spec.Name, Doc: doc, Of: func(op model.Op) bool { return op.Spec() == spec }}
}

// perRef: for each reference, the kernel tries to end it, and the driver goes on, as far
// as that is assumed.
func perRef(which ...*model.Spec) (list []invariants.Fair) {
	for r := range uint8(grant.MaxRefs) {
		for _, do := range []struct {
			spec *model.Spec
			doc  string
		}{
			{gntops.GuestEnd, "K1 tries to end reference %d"},
			{gntops.DriverFinish, "the driver finishes its request of reference %d"},
			{gntops.DriverDisconnect, "the driver unmaps reference %d, if it may"},
		} {
			if !slices.Contains(which, do.spec) {
				continue
			}
			list = append(list, invariants.Fair{
				ID: fmt.Sprintf("%s %d", do.spec.Name, r), Doc: fmt.Sprintf(do.doc, r),
				Of: func(op model.Op) bool { return op.Spec() == do.spec && op.Arg[1] == r },
			})
		}
	}
	return list
}
