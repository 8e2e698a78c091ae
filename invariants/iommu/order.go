package iommu

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
)

// order lists what must hold of domains and CPUs, whatever becomes of memory.
var order = []invariants.Invariant{{
	ID:    "FL-I14",
	Title: "nothing stops, or goes on, without a reason",
	Doc: `A domain is paused as often as flushes of its are not done, in a design that pauses, and once while its pages are marked. The hardware domain and quarantine always live, and no domain comes back to life; a zombie is one whose destruction has stopped. A CPU that is in the middle of something is in the middle of what it was asked for, and has answered nothing yet, and a range that is longer than what is done at once is not said to be done; while entries of a translated domain that it has changed are being flushed, it has the p2m lock. Nothing is left of what is over, in queues, in lists, and of CPUs.

Everything else is asked of domains that run, and of calls that end.`,
	Refs: []string{"xen/common/domain.c domain_crash(), domain_kill()", "Xu, 2015-09-28, xen-devel"},
	Step: func(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
		s := iomops.Of(after)
		if s.Stopped() {
			return nil
		}
		if err := living(iomops.Of(before), s, op); err != nil {
			return err
		}
		return errors.Join(working(op, a, after), locked(after), tidy(s), partly(iomops.Conf(p.Config()), before, op, a, s))
	},
}, {
	ID:    "FL-I15",
	Title: "an operation changes what it is about, and nothing else",
	Doc: `Each part of the state, of a domain, of a frame, of a table and of a cache has a list of the work that may change it: what is at a gfn, calls that name it; what is cached, accesses by adding and invalidations by taking away; what a device is, nothing. A domain is crashed only where something has failed.

Most of what is wrong with memory elsewhere begins with a change that nobody had asked for.`,
	Refs: []string{"xen/common/memory.c", "xen/drivers/passthrough/pci.c"},
	Step: untouched,
}, {
	ID:    "FL-I16",
	Title: "what is held is held by the design, and for a flush that will be done",
	Doc: `References, pages and pauses are held for a flush only in the designs that do so, and pages are marked only in FL-V6; and in the designs that do not wait for devices, no CPU that works on memory does. Whatever is held for flushes waits for no more of them than are queued, and where none is, the interrupt that releases it is still to come.

Otherwise nobody would ever release it.`,
	Refs:  []string{"Xu, 2015-09-28, xen-devel"},
	State: of(heldFor),
}, {
	ID:    "FL-I17",
	Title: "what is flushed is what has changed",
	Doc: `A request that a call on memory queues has the domain id of the domain, or is for a device of the domain's, and it names gfns of the call alone. Only a range that no request can name exactly is flushed with all that the domain has.

Flushing more is no danger to anybody; it is what the interface of the flush says, and what makes it bearable.`,
	Refs: []string{"xen/drivers/passthrough/vtd/iommu.c iommu_flush_iotlb()", "xen/drivers/passthrough/vtd/qinval.c device_in_domain()"},
	Step: narrow,
}, {
	ID:    "FL-R3",
	Title: "an operation that fails leaves devices and domains as its failure says",
	Doc:   `A device that could not be assigned is whose it was, or in quarantine if it had to be taken back; only if that failed, too, is it broken and its domain crashed. One that could not be taken away is still its owner's, and broken if its functions are apart. A domain whose destruction stopped is dying, and has its tables and its pages.`,
	Refs:  []string{"xen/drivers/passthrough/pci.c assign_device(), deassign_device()", "f591755823", "XSA-449"},
	Step:  failed,
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
		if dom.Zombie && (dom.Life != iommu.Dying || destroying(s, d)) {
			return fmt.Errorf("%s is a zombie, and %v, or about to be destroyed", iomops.Dom.Format(d), dom.Life)
		}
		if n := pauses(s, d); dom.Paused != n {
			return fmt.Errorf("%s is paused %d times, and has %d reasons", iomops.Dom.Format(d), dom.Paused, n)
		}
	}
	return nil
}

// destroying tells whether a domain is being destroyed.
func destroying(s *iommu.State, d uint8) bool {
	for cpu := range s.Task {
		if t := &s.Task[cpu]; t.Work == iommu.WorkDestroy && t.To == d {
			return true
		}
	}
	return false
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

// locked tells whether CPUs that have changed single entries keep others from the domain's
// p2m until these are flushed. The flushes of ranges come without the lock.
func locked(w *model.World) error {
	s, b := iomops.Of(w), iomops.Book(w)
	for cpu := range s.Task {
		t, ask := &s.Task[cpu], &b.Doing[cpu]
		flushing := t.Busy() && (t.PC == iommu.Submit || t.PC == iommu.Wait)
		if d := &s.Dom[ask.Dom]; flushing && t.Flush.Next != iommu.FrFree && d.HVM && lockers[ask.Work] && d.Lock != uint8(cpu)+1 {
			return fmt.Errorf("cpu %d has changed an entry that is not flushed, and has no p2m lock", cpu)
		}
	}
	return nil
}

var lockers = map[iommu.Work]bool{iommu.WorkRemove: true, iommu.WorkMove: true, iommu.WorkPopulate: true, iommu.WorkUnforeign: true}

// tidy tells whether nothing is left of what is over.
func tidy(s *iommu.State) error {
	for cpu := range s.Task {
		if t := &s.Task[cpu]; !t.Busy() && *t != (iommu.Task{}) {
			return fmt.Errorf("cpu %d is in the middle of nothing, and something is left", cpu)
		}
	}
	for i := range s.Queue {
		for at := s.Queue[i].N; at < iommu.MaxQueue; at++ {
			if s.Queue[i].D[at] != (iommu.Desc{}) {
				return fmt.Errorf("something is behind the tail of the queue of IOMMU %d", i)
			}
		}
	}
	for k := 1; k < len(s.Held); k++ {
		if s.Held[k-1].Kind == iommu.NotHeld && s.Held[k] != (iommu.Held{}) {
			return errors.New("something is behind the end of what is held")
		}
	}
	for v := range s.InFlight {
		if f := &s.InFlight[v]; f.E == 0 && *f != (iommu.InFlight{}) {
			return fmt.Errorf("device %d has nothing under way, and something is left", v)
		}
	}
	return nil
}

// partly tells whether a range of which only a part can have been done says so.
func partly(own *iommu.Config, before *model.World, op model.Op, a model.Answer, s *iommu.State) error {
	cpu, is := iomops.CPUOf(op)
	if !is || a.Refused || a.Code != errno.OK || s.Task[cpu].Busy() {
		return nil
	}
	ask, begins := iomops.Asked(op)
	if !begins {
		ask = iomops.Book(before).Doing[cpu]
	}
	if ask.Work == iommu.WorkRange && ask.N > own.Batch {
		return fmt.Errorf("%d pages are said to have moved, and no more than %d are at once", ask.N, own.Batch)
	}
	return nil
}
