package iommu

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
)

// order lists what must hold of domains and CPUs, whatever becomes of memory.
var order = []invariants.Invariant{{
	ID:    "FL-I14",
	Title: "nothing stops, or goes on, without a reason",
	Doc: `A domain is paused as often as flushes of its are not done, in a design that pauses, and once while its pages are marked. The hardware domain and quarantine always live, and no domain comes back to life. A CPU that is in the middle of something is in the middle of what it was asked for, and has answered nothing yet.

Everything else is asked of domains that run, and of calls that end.`,
	Refs: []string{"xen/common/domain.c domain_crash(), domain_kill()", "seed 004"},
	Step: func(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
		s := iomops.Of(after)
		if s.Stopped() {
			return nil
		}
		if err := living(iomops.Of(before), s, op); err != nil {
			return err
		}
		return working(op, a, after)
	},
}}

// living tells whether domains live and are paused as they should.
func living(before, s *iommu.State, op model.Op) error {
	for d := range uint8(iommu.NumDomains) {
		dom := &s.Dom[d]
		if (d == iommu.D0 || d == iommu.DIO) && dom.Life != iommu.Alive || dom.Life < before.Dom[d].Life {
			return fmt.Errorf("%s is %v", iomops.Dom.Format(d), dom.Life)
		}
		if dom.Life >= iommu.Dying && before.Dom[d].Life < iommu.Dying && op.Spec() != iomops.Destroy {
			return fmt.Errorf("%s is %v, and nobody has destroyed it", iomops.Dom.Format(d), dom.Life)
		}
		if n := pauses(s, d); dom.Paused != n {
			return fmt.Errorf("%s is paused %d times, and has %d reasons", iomops.Dom.Format(d), dom.Paused, n)
		}
	}
	return nil
}

// pauses counts the reasons for which a domain is paused.
func pauses(s *iommu.State, d uint8) (n uint8) {
	for _, h := range s.Held {
		if h.Kind == iommu.Unpause && h.Dom == d {
			n++
		}
	}
	for cpu := range s.Task {
		if t := &s.Task[cpu]; t.PC == iommu.DvScan && t.Target == d && !s.Dom[d].ATS && s.Dom[d].Paused > n {
			n++
		}
	}
	return n
}

// working tells whether CPUs do what they were asked for.
func working(op model.Op, a model.Answer, w *model.World) error {
	s, b := iomops.Of(w), iomops.Book(w)
	for cpu := range s.Task {
		if t := &s.Task[cpu]; t.Busy() && !a.Refused && t.Work != b.Doing[cpu].Work {
			return fmt.Errorf("cpu %d is in the middle of %v, and was asked for %v", cpu, t.Work, b.Doing[cpu].Work)
		}
	}
	if cpu, is := iomops.CPUOf(op); is && a.Code > 0 && s.Task[cpu].Busy() {
		return errors.New("a call has an answer, and has not ended")
	}
	return nil
}
