package pvmmu

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// Formulas over steps of area pvmmu.

// refusal: MM-I13.
func refusal(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if op.Spec().Area() != mmops.Area {
		return nil
	}
	if err := toldTruly(mmops.Of(before).Stop, op, a, mmops.Of(after).Stop); err != nil {
		return err
	}
	if s := mmops.Of(after); !s.Dying && (s.NrL4 > pvmmu.NrL4Limit || s.NrL4 < -pvmmu.NrL4Limit) {
		return fmt.Errorf("nr_l4_pages is %d, where a run has to end", s.NrL4)
	}
	if isContext(op) {
		return refusedContext(before, op, a, after)
	}
	if a.Refused || a.Code >= 0 || a.Code == errno.ERESTART || mmops.Of(after).Stopped() ||
		op.Kind == mmops.Exchange.Kind() || op.Kind == mmops.MemoryStep.Kind() || op.Kind == mmops.UpdateVAMapping.Kind() && a.Code == errno.EFAULT {
		return nil
	}
	if op.Spec().Args[0].Type == mmops.CPU {
		was, is := mmops.Of(before).CPU[op.Arg[0]].Ogt, mmops.Of(after).CPU[op.Arg[0]].Ogt
		if is != 0 && is != was && pool.Of(after).Pages[is-1].Type == page.L1 {
			return fmt.Errorf("the call failed with %v and left frame %d, an L1, in old_guest_table", a.Code, is-1)
		}
		if is != 0 || was != 0 {
			return nil
		}
	}
	for m := range pool.Of(before).Pages {
		was, is := pool.Of(before).Pages[m], pool.Of(after).Pages[m]
		if is.TCount == 0 && was.TCount == 0 {
			was.Type, was.Validated, was.Linear, was.Nr, was.PSet = is.Type, is.Validated, is.Linear, is.Nr, is.PSet
		}
		if was != is {
			return fmt.Errorf("frame %d changed although the call failed with %v", m, a.Code)
		}
	}
	return nil
}

// refusedContext asks that a context that fails on a vCPU which is initialised has changed
// nothing but the mode, and that to what it says.
func refusedContext(before *model.World, op model.Op, a model.Answer, after *model.World) error {
	v := op.Arg[1]
	if a.Refused || a.Code >= 0 || v >= pvmmu.MaxGuests || !mmops.Of(before).CPU[v].Init || mmops.Of(after).Stopped() {
		return nil
	}
	is := *mmops.Of(after)
	if is.CPU[v].UserMode == (op.Arg[5] == pvmmu.ModeUser) {
		is.CPU[v].UserMode = mmops.Of(before).CPU[v].UserMode
	}
	if is != *mmops.Of(before) || *pool.Of(after) != *pool.Of(before) {
		return fmt.Errorf("more than the mode changed although the call failed with %v", a.Code)
	}
	return nil
}

// toldTruly asks for the result that goes with why nothing runs any more, and
// for none of those while something does.
func toldTruly(was pvmmu.Stop, op model.Op, a model.Answer, is pvmmu.Stop) error {
	due := errno.HostCrash
	switch {
	case was != pvmmu.Running && op.Kind == mmops.Touch.Kind():
		due = errno.ENOENT
	case was != pvmmu.Running || is == pvmmu.Beyond:
		due = errno.NotRunning
	case is == pvmmu.Endless:
		due = errno.Hang
	case is == pvmmu.Running && a.Code != errno.HostCrash && a.Code != errno.Hang:
		return nil
	}
	if is == pvmmu.Running || a.Code != due {
		return fmt.Errorf("returns %v, and the host is: %v", a.Code, is)
	}
	return nil
}

// untouched: MM-I22.
func untouched(p *invariants.Probe, before *model.World, op model.Op, _ model.Answer, after *model.World) error {
	if op.Spec().Area() != mmops.Area || mmops.Of(after).Stopped() {
		return nil
	}
	was, is := mmops.Of(before), mmops.Of(after)
	if err := onlyBy(op, was, is); err != nil {
		return err
	}
	if was.Assist != is.Assist && op.Kind != mmops.VMAssist.Kind() && !(named(op) == 0 && op.Kind != mmops.VCPUDown.Kind()) {
		return errors.New("vm_assist changed")
	}
	if m, lost := flushed(op, before, after); lost {
		return fmt.Errorf("a translation of frame %d was flushed, and nothing asks for that", m)
	}
	for m := range pool.Conf(p.Config()).Frames {
		a, b := &pool.Of(before).Pages[m], &pool.Of(after).Pages[m]
		if a.Ent != b.Ent && a.Owned && b.Owned && !stores(op, m, a, b) {
			return fmt.Errorf("frame %d: contents changed, which nobody stored", m)
		}
		if a.ROMpt != b.ROMpt && a.Owned && b.Owned && !writesSlot(p.Config(), op, m, before, after) {
			return fmt.Errorf("frame %d: slot 256 changed, which the call is not about", m)
		}
	}
	return nil
}

// about tells whether a CPU is the caller or the vCPU that the call names, or
// one of the guest's that is destroyed.
func about(op model.Op, cpu uint8) bool {
	if op.Kind == mmops.Destroy.Kind() {
		return cpu < pvmmu.MaxGuests
	}
	return cpu == named(op) || op.Spec().Args[0].Type == mmops.CPU && cpu == op.Arg[0]
}

// named is the vCPU that an operation is for.
func named(op model.Op) uint8 {
	if args := op.Spec().Args; len(args) > 1 && args[1].Type == mmops.VCPU {
		return op.Arg[1]
	}
	return pvmmu.NumCPUs
}

// sameButTLB compares what flushes on behalf of others leave alone.
func sameButTLB(a, b pvmmu.VCPU) bool {
	a.TLB, a.LinTLB, a.LinDir = b.TLB, b.LinTLB, b.LinDir
	return a == b
}

// stores tells whether an operation stores to the one entry of frame m in which
// before and after differ.
func stores(op model.Op, m uint8, before, after *page.Page) bool {
	slot := op.Arg[2]
	switch op.Kind {
	case mmops.MMUUpdate.Kind():
		if m != op.Arg[1] {
			return false
		}
	case mmops.Touch.Kind():
		if slot = op.Arg[1]; m != op.Arg[0] {
			return false
		}
	case mmops.UpdateVAMapping.Kind():
	default:
		return false
	}
	for s := range before.Ent {
		if before.Ent[s] != after.Ent[s] && uint8(s) != slot {
			return false
		}
	}
	return true
}

func isContext(op model.Op) bool {
	return op.Kind == mmops.SetContext.Kind() || op.Kind == mmops.VCPUInitialise.Kind()
}

// idempotent: MM-I14.
func idempotent(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if op.Kind == mmops.VCPUReset.Kind() && a.Code == errno.ERESTART && !mmops.Of(after).CPU[op.Arg[1]].InReset {
		return errors.New("a reset has given way, and the vCPU is not in reset")
	}
	if !isContext(op) || a.Code != errno.ERESTART {
		return nil
	}
	again := op
	again.Arg[len(op.Spec().Args)-1] = 0
	p.On(before)
	code := p.Do(again)
	straight := outcomeOf(p.World())
	p.On(after)
	got := p.Do(again)
	continued := outcomeOf(p.World())
	if straight.state.Stop == pvmmu.Beyond || continued.state.Stop == pvmmu.Beyond {
		return nil
	}
	if got != code {
		return fmt.Errorf("returns %v when it is continued, %v when it is not preempted", got, code)
	}
	if continued != straight {
		return errors.New("ends in another state when it is continued than when it is not preempted")
	}
	return nil
}

// outcome is a state of the area, whatever the order of page_list.
type outcome struct {
	pages page.Pool
	state pvmmu.State
}

func outcomeOf(w *model.World) outcome {
	o := outcome{*pool.Of(w), *mmops.Of(w)}
	o.state.List = [page.MaxFrames]uint8{}
	return o
}

// progress: MM-L2.
func progress(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if err := givesWay(op, a); err != nil {
		return err
	}
	if a.Code == errno.ERESTART && undone(before, op, after) {
		return errors.New("-ERESTART, and the kernel table that had been audited for the call is not any more")
	}
	if a.Code != errno.ERESTART || op.Spec().Area() != mmops.Area || mmops.Conf(p.Config()).Race || mmops.Conf(p.Config()).L1TF {
		return nil
	}
	if isContext(op) && visited(p, before, op) > 0 {
		return nil // a full rotation of page_list changes nothing; that the walk ends is MM-L1
	}
	if p.Same(before, after) {
		return errors.New("-ERESTART, and nothing has changed")
	}
	if isContext(op) {
		return nil
	}
	again := op
	again.Arg[len(op.Spec().Args)-1] = 1
	c := p.Config()
	limit := int(pool.Conf(c).Frames)*(int(pool.Conf(c).Slots)+pvmmu.PhaseDone) + pvmmu.PhaseDone
	p.On(after)
	for range limit {
		if p.Do(again) != errno.ERESTART {
			return nil
		}
	}
	return fmt.Errorf("still -ERESTART after %d continuations with nothing else running", limit)
}

// givesWay asks a call that finds work pending to ask no more: what it undoes then
// has no checks.
func givesWay(op model.Op, a model.Answer) error {
	spec := op.Spec()
	if spec.Area() != mmops.Area || !spec.Preemptible() {
		return nil
	}
	if k := op.Arg[len(spec.Args)-1]; k != 0 && a.Checks > k {
		return fmt.Errorf("check %d says that work is pending, and the call goes on to check %d", k, a.Checks)
	}
	return nil
}

// undone tells whether a set-context has found its kernel table, audited, where it
// had left it itself, and has dropped the audit instead of going on from there.
func undone(before *model.World, op model.Op, after *model.World) bool {
	if !isContext(op) {
		return false
	}
	v, m := &mmops.Of(before).CPU[op.Arg[1]], op.Arg[2]
	return v.Ogt == m+1 && !v.OgtPartial && pool.Of(before).Pages[m].Validated && !pool.Of(after).Pages[m].Validated
}

// visited is how many pages the loop of a set-context visited.
func visited(p *invariants.Probe, before *model.World, op model.Op) uint8 {
	p.On(before)
	p.Do(op)
	return mmops.Visited(p.Machine())
}

// strictContext tells whether op is a set-context of vCPU 0 with m2p_strict.
func strictContext(op model.Op) bool {
	return op.Kind == mmops.SetContext.Kind() && op.Arg[1] == 0 && op.Arg[4]&pvmmu.AssistStrict != 0
}
