package invariants

import (
	"errors"
	"fmt"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// Formulas over steps of area pvmmu.

// refusal: MM-I13.
func refusal(_ *Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if a.Refused || a.Code >= 0 || a.Code == errno.ERESTART || after.MMU.Stopped() || isContext(op) ||
		op.Kind == model.Exchange.Kind() || op.Kind == model.UpdateVAMapping.Kind() && a.Code == errno.EFAULT {
		return nil
	}
	if op.Spec().Args[0].Type == model.CPU {
		if cpu := op.Arg[0]; after.MMU.CPU[cpu].Ogt != 0 || before.MMU.CPU[cpu].Ogt != 0 {
			return nil
		}
	}
	for m := range before.Pool.Pages {
		was, is := before.Pool.Pages[m], after.Pool.Pages[m]
		if is.TCount == 0 && was.TCount == 0 {
			was.Type, was.Validated, was.Linear = is.Type, is.Validated, is.Linear
		}
		if was != is {
			return fmt.Errorf("frame %d changed although the call failed with %v", m, a.Code)
		}
	}
	return nil
}

func isContext(op model.Op) bool {
	return op.Kind == model.SetContext.Kind() || op.Kind == model.VCPUInitialise.Kind()
}

// idempotent: MM-I14.
func idempotent(p *Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if !isContext(op) || a.Code != errno.ERESTART {
		return nil
	}
	again := op
	again.Arg[len(op.Spec().Args)-1] = 0
	p.On(before)
	code := p.Do(again)
	straight := rotated(p.world)
	p.On(after)
	if got := p.Do(again); got != code {
		return fmt.Errorf("returns %v when it is continued, %v when it is not preempted", got, code)
	}
	if rotated(p.world) != straight {
		return errors.New("ends in another state when it is continued than when it is not preempted")
	}
	return nil
}

// rotated forgets the order of page_list.
func rotated(w model.World) model.World {
	w.MMU.List = [page.MaxFrames]uint8{}
	return w
}

// progress: MM-L2.
func progress(p *Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if a.Code != errno.ERESTART || p.machine.Config.MMU.Race || p.machine.Config.MMU.L1TF {
		return nil
	}
	if isContext(op) && p.visited(before, op) > 0 {
		return nil // a full rotation of page_list changes nothing; that the walk ends is MM-L1
	}
	if *before == *after {
		return errors.New("-ERESTART, and nothing has changed")
	}
	if isContext(op) {
		return nil
	}
	again := op
	again.Arg[len(op.Spec().Args)-1] = 1
	c := &p.machine.Config
	limit := int(c.Frames)*(int(c.Slots)+pvmmu.PhaseDone) + pvmmu.PhaseDone
	p.On(after)
	for range limit {
		if p.Do(again) != errno.ERESTART {
			return nil
		}
	}
	return fmt.Errorf("still -ERESTART after %d continuations with nothing else running", limit)
}

// visited is how many pages the loop of a set-context visited.
func (p *Probe) visited(before *model.World, op model.Op) uint8 {
	p.On(before)
	p.Do(op)
	return p.machine.Visited()
}

// strictContext tells whether op is a set-context of vCPU 0 with m2p_strict.
func strictContext(op model.Op) bool {
	return op.Kind == model.SetContext.Kind() && op.Arg[1] == 0 && op.Arg[4]&pvmmu.AssistStrict != 0
}
