package evtchn

import (
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// claims are what the thread claims, or denies, beyond the invariants.
var claims = []invariants.Invariant{
	{
		ID:    "EV-P1",
		Title: "the running kernel's ports exist",
		Doc:   `Once a kernel uses an ABI, the port for xenstore that it uses, or that the toolstack told it to use, is connected, and the port of its timer is bound to VIRQ_TIMER, unless the kernel or its peer has closed it. Without them a kernel is deaf.`,
		Refs:  []string{"the table handover: a missing port"},
		State: portsExist,
	},
	claim(invariants.Invariant{
		ID:    "EV-P4",
		Title: "the ABI becomes FIFO only in a guest's init_control",
		Doc:   `evtchn_port_ops changes to FIFO in no operation but a successful init_control of the domain's own kernel.`,
		Refs:  []string{"Cooper, 2019-08-07, xen-devel: Xen does as it was instructed"},
		Step:  onlyByGuest,
	}),
	claim(invariants.Invariant{
		ID:    "EV-P6",
		Title: "a soft reset leaves the ABI as it is",
		Doc:   `What somebody found at a quick glance: after the hand-over with a soft reset a domain that was in the FIFO ABI is still there.`,
		Refs:  []string{"Woodhouse, 2019-08-07, xen-devel", "546d558a7a"},
		Step:  resetKeepsABI,
	}),
	claim(invariants.Invariant{
		ID:    "EV-P10",
		Title: "no kernel has to be changed",
		Doc:   `No kernel makes a call, or takes a parameter, for the sake of the hand-over that kernels of today do without.`,
		Refs:  []string{"Cooper, 2019-08-14, xen-devel: the only rational option is to modify Xen"},
		State: func(_ *model.Config, w *model.World) error {
			if evops.Book(w).Changed {
				return fmt.Errorf("a kernel did something for the hand-over")
			}
			return nil
		},
	}),
	{
		ID:    "EV-P14",
		Title: "a kernel whose init_control is refused goes on with 2L",
		Doc:   `When a kernel's start-up finds that the FIFO ABI is not offered, the kernel uses the 2-level ABI, and so does Xen.`,
		Refs:  []string{"Elnikety, 2019-08-07, xen-devel, the patch's text"},
		Step:  fallsBack,
	},
	claim(invariants.Invariant{
		ID:    "EV-P15",
		Title: "the error code makes no difference",
		Doc:   `Each step leads to the same state whether an ABI that is not offered is refused with -ENOSYS, -EOPNOTSUPP, -EPERM or -EACCES.`,
		Refs:  []string{"Beulich, 2019-08-07, xen-devel: not -ENOSYS"},
		Step:  same("refusal", "-ENOSYS", "-EOPNOTSUPP", "-EPERM", "-EACCES"),
	}),
	claim(invariants.Invariant{
		ID:    "EV-P16",
		Title: "if a kernel's init_control fails, Xen is in the 2-level ABI",
		Doc:   `The rule by which a kernel falls back: if its start-up's init_control fails, Xen is in the 2-level ABI.`,
		Refs:  []string{"Elnikety, 2019-08-07, xen-devel, the patch's text: the guest should continue to use the 2L event channel ABI"},
		Step:  refusedIn2L,
	}),
	claim(invariants.Invariant{
		ID:    "EV-P17",
		Title: "a disable bit and a permit bitmap are the same",
		Doc:   `Each step, the choice of an offer too, leads to the same state whether the configuration hides ABIs by a bit that disables FIFO or by a bitmap of what is permitted.`,
		Refs:  []string{"Cooper and Elnikety, 2019-08-07, xen-devel"},
		Step:  same("offer", "EV-V5", "EV-V6"),
	}),
	claim(invariants.Invariant{
		ID:    "EV-P18",
		Title: "the form can say what the toolstack wants",
		Doc:   `The set of ABIs that the domain is offered is the set that the toolstack wanted.`,
		Refs:  []string{"Cooper, 2019-08-07, xen-devel: a maximum", "Beulich, 2019-08-07, xen-devel: a bitmap"},
		State: stateOf(expressed),
	}),
	claim(invariants.Invariant{
		ID:    "EV-P20",
		Title: "a kernel that starts can run",
		Doc:   `Whatever is offered, the kernel comes up: with an ABI, or as an HVM guest with emulated devices alone.`,
		Refs:  []string{"Cooper, 2019-08-07, xen-devel: everything should be removable", "Beulich, 2019-08-07, xen-devel: for HVM perhaps"},
		State: stateOf(func(s *evtchn.State) error {
			if s.Crashed {
				return fmt.Errorf("the kernel has no way to get an event")
			}
			return nil
		}),
	}),
	claim(invariants.Invariant{
		ID:    "EV-P21",
		Title: "the offer can be learnt without changing the ABI",
		Doc:   `A kernel that finds out whether it may use the FIFO ABI leaves the ABI as it is.`,
		Refs:  []string{"Cooper, 2019-08-07, xen-devel: ABIs should be in CPUID leaves"},
		Step: func(_ *invariants.Probe, before *model.World, op model.Op, _ model.Answer, after *model.World) error {
			if op.Spec() == evops.QueryOffer && evops.Of(before).Ops != evops.Of(after).Ops {
				return fmt.Errorf("asking changed the ABI to %v", evops.Of(after).Ops)
			}
			return nil
		},
	}),
	claim(invariants.Invariant{
		ID:    "EV-P22",
		Title: "without the flag nothing changes",
		Doc:   `From the choice of an offer on that permits every ABI, each step answers the same and leads to the same state as where there is no control of the offer.`,
		Refs:  []string{"Elnikety, 2019-08-07, xen-devel, the patch's text: does not change the current default behaviour"},
		Step:  permitsAll,
	}),
	claim(invariants.Invariant{
		ID:    "EV-P24",
		Title: "the kernel uses the grant-table version that is in force",
		Doc:   `A running kernel that handles a port uses the version of the grant table that its domain has. set_version changes it, no reset of the event channels does, and nothing tells Xen that another kernel has taken over.`,
		Refs:  []string{"Cooper, 2019-08-07, xen-devel: there is almost certainly a related problem for grant tables"},
		State: grantsAgree,
	}),
}

func claim(inv invariants.Invariant) invariants.Invariant {
	inv.Claim = true
	return inv
}

func portsExist(_ *model.Config, w *model.World) error {
	s := evops.Of(w)
	k := s.Running()
	if k.Belief == evtchn.NoABI || s.Crashed || s.Shutdown || s.Paused || s.Dom[evtchn.Guest].Dying {
		return nil
	}
	store := k.Store
	if store == 0 {
		store = s.Param
	}
	letGo := evops.Book(w).LetGo || store == 0 // or there never was one
	if !letGo && s.Dom[evtchn.Guest].Port[store].State != evtchn.Interdomain {
		return fmt.Errorf("port %d, for xenstore, is not connected", store)
	}
	if p := &s.Dom[evtchn.Guest].Port[k.Timer]; k.Timer != 0 && !evops.Book(w).LetGo && (p.State != evtchn.VIRQ || p.Number != evtchn.VIRQTimer) {
		return fmt.Errorf("port %d is not bound to VIRQ_TIMER", k.Timer)
	}
	return nil
}

func onlyByGuest(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if evops.Of(before).Ops == evtchn.FIFO || evops.Of(after).Ops != evtchn.FIFO {
		return nil
	}
	switch op.Spec() {
	case evops.InitControl, evops.KernelStart, evops.QueryOffer:
		if a.Code == errno.OK {
			return nil
		}
	}
	return fmt.Errorf("%s changed the ABI to FIFO", op.Spec().Name)
}

func resetKeepsABI(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if op.Spec() == evops.KernelJump && a.Code == errno.OK && evops.Conf(p.Config()).SoftReset(evops.Of(after).Plan[evops.Of(after).Cur]) &&
		evops.Of(before).Ops == evtchn.FIFO && evops.Of(after).Ops != evtchn.FIFO {
		return fmt.Errorf("the soft reset went back to the 2-level ABI")
	}
	return nil
}

// refused tells whether a kernel's start-up was refused the FIFO ABI.
func refused(op model.Op, a model.Answer) bool {
	return op.Spec() == evops.KernelStart && a.Code != errno.OK && a.Code != errno.NotRunning
}

func fallsBack(_ *invariants.Probe, _ *model.World, op model.Op, a model.Answer, after *model.World) error {
	s := evops.Of(after)
	if refused(op, a) && !s.Host.Has(evtchn.FIFO) && (s.Crashed || s.Running().Belief != evtchn.TwoLevel || s.Ops != evtchn.TwoLevel) {
		return fmt.Errorf("after %v the kernel uses %v, Xen %v", a.Code, s.Running().Belief, s.Ops)
	}
	return nil
}

func refusedIn2L(_ *invariants.Probe, _ *model.World, op model.Op, a model.Answer, after *model.World) error {
	if refused(op, a) && evops.Of(after).Ops != evtchn.TwoLevel {
		return fmt.Errorf("init_control returned %v, and Xen is in the %v ABI", a.Code, evops.Of(after).Ops)
	}
	return nil
}

// same compares each step with the one of other designs.
func same(setting string, values ...string) func(*invariants.Probe, *model.World, model.Op, model.Answer, *model.World) error {
	return func(p *invariants.Probe, before *model.World, op model.Op, _ model.Answer, after *model.World) error {
		for _, v := range values {
			if w, _ := p.Under(model.Choice{Name: setting, Value: v}, before, op); *evops.Of(w) != *evops.Of(after) {
				return fmt.Errorf("with %s=%s the step leads elsewhere", setting, v)
			}
		}
		return nil
	}
}

func permitsAll(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if evops.Of(after).Wanted == 0 {
		return nil
	}
	w, all := p.Under(model.Choice{Name: "offer", Value: "EV-Vall"}, before, op)
	if *evops.Of(w) != *evops.Of(after) || a.Code != all.Code {
		return fmt.Errorf("without a control of the offer the step leads elsewhere")
	}
	return nil
}

func expressed(s *evtchn.State) error {
	if s.Wanted != 0 && s.Host != s.Wanted {
		return fmt.Errorf("wanted %v, offered %v", s.Wanted, s.Host)
	}
	return nil
}

func grantsAgree(_ *model.Config, w *model.World) error {
	s := evops.Of(w)
	if k := s.Running(); live(w) && k.Grants != s.Grants {
		return fmt.Errorf("the running kernel uses version %d, the domain has %d", k.Grants+1, s.Grants+1)
	}
	return nil
}
