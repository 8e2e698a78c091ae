package pvmmu

import (
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// What calls leave alone (MM-I22): each part of a vCPU and of the domain has a
// list of the operations that may change it.

var (
	ofVCPU   = invariants.Part[pvmmu.VCPU]
	ofDomain = invariants.Part[pvmmu.State]

	contexts = []*model.Spec{mmops.SetContext, mmops.VCPUInitialise, mmops.VCPUReset}
	ends     = slices.Concat(contexts, []*model.Spec{mmops.Destroy})

	vcpuFrames = []invariants.Frame[pvmmu.VCPU]{
		ofVCPU("is_initialised", func(a, b *pvmmu.VCPU) bool { return a.Init == b.Init }, ends...),
		ofVCPU("in reset", func(a, b *pvmmu.VCPU) bool { return a.InReset == b.InReset }, ends...),
		ofVCPU("down", func(a, b *pvmmu.VCPU) bool { return a.Down == b.Down }, append(contexts[:3:3], mmops.VCPUDown)...),
		ofVCPU("user mode", func(a, b *pvmmu.VCPU) bool { return a.UserMode == b.UserMode }, append(ends[:4:4], mmops.ToggleGuestMode)...),
		ofVCPU("the kernel table", func(a, b *pvmmu.VCPU) bool { return a.Table == b.Table }, append(ends[:4:4], mmops.NewBaseptr)...),
		ofVCPU("the user table", func(a, b *pvmmu.VCPU) bool { return a.User == b.User }, append(ends[:4:4], mmops.NewUserBaseptr)...),
		ofVCPU("old_guest_table", func(a, b *pvmmu.VCPU) bool { return a.Ogt == b.Ogt && a.OgtPartial == b.OgtPartial },
			append(ends[:4:4], mmops.Pin, mmops.Unpin, mmops.Continue, mmops.NewBaseptr, mmops.NewUserBaseptr, mmops.MMUUpdate)...),
		ofVCPU("GET_TYPE", func(a, b *pvmmu.VCPU) bool {
			return a.Step == b.Step && a.Want == b.Want && a.WantOf == b.WantOf && a.Saw == b.Saw
		}, mmops.TypeStep, mmops.TypePut, mmops.Destroy),
		ofVCPU("the memory operation", func(a, b *pvmmu.VCPU) bool { return a.Mem == b.Mem },
			mmops.DecreaseBegin, mmops.ExchangeBegin, mmops.MemoryStep),
		ofVCPU("a writable translation", func(a, b *pvmmu.VCPU) bool { return b.TLB&^a.TLB == 0 }, mmops.Access),
		ofVCPU("a linear translation", func(a, b *pvmmu.VCPU) bool {
			return b.LinTLB == 0 && b.LinDir == 0 || b.LinTLB == a.LinTLB && b.LinDir == a.LinDir
		}, mmops.LinearRead),
	}

	domainFrames = []invariants.Frame[pvmmu.State]{
		ofDomain("the end of the domain", func(a, b *pvmmu.State) bool { return a.Dying == b.Dying && a.RelPriv == b.RelPriv }, mmops.Destroy),
		ofDomain("whether it is shut down", func(a, b *pvmmu.State) bool { return a.ShutDown == b.ShutDown }, mmops.VCPUDown),
		ofDomain("what get_type holds", func(a, b *pvmmu.State) bool { return a.Held == b.Held }, mmops.GetType, mmops.PutType, mmops.Destroy),
		ofDomain("what is stashed", func(a, b *pvmmu.State) bool { return a.Stash == b.Stash && a.StashPart == b.StashPart },
			mmops.PopulateScrubbing, mmops.Destroy),
		ofDomain("the order of page_list", func(a, b *pvmmu.State) bool { return a.Remaining > 0 || ordered(&a.List, &b.List) },
			mmops.SetContext, mmops.Destroy, mmops.Exchange, mmops.MemoryStep),
		ofDomain("the pass over page_list", func(a, b *pvmmu.State) bool { return a.Remaining == b.Remaining }, contexts...),
	}
)

// ordered tells whether the pages that stay on a list are in the order of before.
func ordered(was, is *[page.MaxFrames]uint8) bool {
	if *was == *is {
		return true
	}
	at := 0
	for _, m := range is {
		i := slices.Index(was[:], m)
		if m == 0 || i < 0 {
			continue
		}
		if i < at {
			return false
		}
		at = i
	}
	return true
}

// onlyBy asks that what has changed is what op is about, of a CPU that it is about.
func onlyBy(op model.Op, was, is *pvmmu.State) error {
	if *was == *is {
		return nil
	}
	if what := invariants.Changed(domainFrames, op, was, is); what != "" {
		return fmt.Errorf("%s changed, which the call is not about", what)
	}
	if was.CPU == is.CPU {
		return nil
	}
	for i := range is.CPU {
		if was.CPU[i] == is.CPU[i] {
			continue
		}
		if !about(op, uint8(i)) && !sameButTLB(was.CPU[i], is.CPU[i]) {
			return fmt.Errorf("CPU %d changed, which the call does not name", i)
		}
		if what := invariants.Changed(vcpuFrames, op, &was.CPU[i], &is.CPU[i]); what != "" {
			return fmt.Errorf("CPU %d: %s changed, which the call is not about", i, what)
		}
	}
	return nil
}

// writesSlot tells whether an operation may have written slot 256 of frame m.
func writesSlot(c *model.Config, op model.Op, m uint8, before, after *model.World) bool {
	was, is := &pool.Of(before).Pages[m], &pool.Of(after).Pages[m]
	switch {
	case op.Kind == mmops.MMUUpdate.Kind() && op.Arg[1] == m && op.Arg[2] == pvmmu.SlotM2P:
		return true
	case is.Type != page.L4 || is.TCount == 0: // un-audited since, perhaps after the walk of a set-context
		return was.Validated && was.Type == page.L4 && isContext(op) && slotRight(c, op, m, mmops.Of(after), is.ROMpt)
	case !was.Validated || was.Type != page.L4 || op.Spec().Args[0].Type == mmops.CPU && owes(before, op):
		return true // it has been audited, in the last case perhaps after it was un-audited
	}
	return slotRight(c, op, m, mmops.Of(after), is.ROMpt)
}

// owes tells whether a call begins with un-audits: what its caller has in
// old_guest_table, or what the vCPU holds that gets a context.
func owes(w *model.World, op model.Op) bool {
	s := mmops.Of(w)
	if isContext(op) && op.Arg[1] < pvmmu.MaxGuests {
		v := &s.CPU[op.Arg[1]]
		if !v.Init && (v.Table|v.User|v.Ogt) != 0 {
			return true
		}
	}
	return s.CPU[op.Arg[0]].Ogt != 0
}

// slotRight tells whether a call leaves slot 256 of an older L4 as its use asks
// for: filled as a kernel table in relaxed mode, and by a set-context of vCPU 0
// with strict mode; empty as a user table in strict mode. One design has a reset
// empty it, and in one a vCPU that the guest starts goes on with the pass.
func slotRight(c *model.Config, op model.Op, m uint8, s *pvmmu.State, slot page.Slot) bool {
	at := op.Arg[0]
	switch {
	case isContext(op):
		if at = op.Arg[1]; slot == page.Filled && (strictContext(op) || at == 0 && mmops.Conf(c).Fixup == pvmmu.V6) {
			return true
		}
	case op.Kind == mmops.VCPUReset.Kind():
		return mmops.Conf(c).Fixup == pvmmu.V5
	case op.Kind != mmops.NewBaseptr.Kind() && op.Kind != mmops.NewUserBaseptr.Kind():
		return false
	}
	v := &s.CPU[at]
	if slot == page.Filled {
		return !s.Strict() && (v.Table == m+1 || v.Ogt == m+1)
	}
	return s.Strict() && v.User == m+1
}

// flushed is a frame of which some CPU has lost a translation although neither
// the frame's type has changed nor the call is one that flushes.
func flushed(op model.Op, before, after *model.World) (m uint8, lost bool) {
	if op.Kind == mmops.Destroy.Kind() || mmops.Of(before).CPU == mmops.Of(after).CPU {
		return 0, false
	}
	for i := range mmops.Of(after).CPU {
		was, is := &mmops.Of(before).CPU[i], &mmops.Of(after).CPU[i]
		if was.TLB == is.TLB && was.LinTLB == is.LinTLB {
			continue
		}
		for m := range uint8(page.MaxFrames) {
			if was.TLB&^is.TLB>>m&1 != 0 && !retyped(op, m, before, after) {
				return m, true
			}
		}
		if m := was.LinTLB - 1; was.LinTLB != 0 && is.LinTLB == 0 && !retyped(op, m, before, after) && !flushesView(op, uint8(i), before) {
			return m, true
		}
	}
	return 0, false
}

// retyped tells whether a frame has, or gets, another type than before.
func retyped(op model.Op, m uint8, before, after *model.World) bool {
	was, is := &pool.Of(before).Pages[m], &pool.Of(after).Pages[m]
	return was.Type != is.Type || !was.Validated || op.Kind == mmops.TypeStep.Kind() && op.Arg[1] == m && was.TCount == 0
}

// flushesView tells whether a call may drop the linear view of a CPU: a change of
// a table above L1s, a flush that was asked for, another CR3, or a pause.
func flushesView(op model.Op, cpu uint8, w *model.World) bool {
	switch op.Kind {
	case mmops.MMUUpdate.Kind():
		return pool.Of(w).Pages[op.Arg[1]].Type > page.L1 || mmops.Of(w).CPU[op.Arg[0]].Ogt != 0
	case mmops.UpdateVAMapping.Kind():
		return op.Arg[4] == pvmmu.FlushAll
	case mmops.NewBaseptr.Kind():
		return cpu == op.Arg[0]
	case mmops.VCPUReset.Kind():
		return cpu == op.Arg[1]
	}
	return op.Kind == mmops.SetContext.Kind()
}
