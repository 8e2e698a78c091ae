package iommu

import (
	"errors"
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/page/pool"
)

// order lists what must hold of domains and CPUs, whatever becomes of memory.
var order = []invariants.Invariant{{
	ID:    "FL-I14",
	Title: "nothing stops, or goes on, without a reason",
	Doc: `A domain is paused as often as flushes of its are not done, in a design that pauses, and once while its pages are marked. The hardware domain and quarantine always live, and no domain comes back to life; a zombie is one whose destruction has stopped. A CPU that is in the middle of something is in the middle of what it was asked for, at a phase of that, and has answered nothing yet, and a range leaves its flushes for its end, and is not said to be done if it is longer than what is done at once; while entries of a translated domain that it has changed are being flushed, it has the p2m lock. It is known whose waits are queued, and nothing is left of what is over, in queues, in lists, and of CPUs.

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
		own := iomops.Conf(p.Config())
		return errors.Join(
			halted(own, before, op, s), working(op, a, after), placed(s, pool.Conf(p.Config()).Frames), locked(after),
			tidy(s, iomops.Book(after)), partly(own, before, op, a, s),
		)
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
	Doc: `A request that a call on memory queues has the domain id of the domain, or is for a device of the domain's that has ATS, and it names gfns of the call alone. Only a range that no request can name exactly is flushed with all that the domain has. Where a device changes hands, its context entry, its Device-TLB and what its IOMMU has of the domain are flushed. A call on memory flushes nothing of which nothing has changed.

Flushing more is no danger to anybody; it is what the interface of the flush says, and what makes it bearable.`,
	Refs: []string{"xen/drivers/passthrough/vtd/iommu.c iommu_flush_iotlb()", "xen/drivers/passthrough/vtd/qinval.c device_in_domain()"},
	Step: narrow,
}, {
	ID:    "FL-R3",
	Title: "an operation that fails leaves devices and domains as its failure says",
	Doc:   `A device that could not be assigned is whose it was, or in quarantine if it had to be taken back, and is to be there as before; only if that failed, too, is it broken and its domain crashed. One that could not be taken away is still its owner's, and broken if its functions are apart. A domain whose destruction stopped is dying, and has its tables and its pages.`,
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

// halted tells whether the domain of a flush that nobody waits for is paused, in a design that
// pauses.
func halted(own *iommu.Config, before *model.World, op model.Op, s *iommu.State) error {
	if !own.Flushing.Pauses() {
		return nil
	}
	was, a := iomops.Of(before), actOf(own, before, op)
	for i := range s.Queue {
		first, q := was.Queue[i].N, &s.Queue[i]
		if a.flushed() || q.N <= first || q.D[q.N-1].Op != iommu.DescIRQ {
			continue
		}
		if d := s.OwnerOf(uint8(i), q.D[first].DID); d < iommu.NumDomains && s.Dom[d].Paused == was.Dom[d].Paused {
			return fmt.Errorf("%s has a flush under way, and is not paused for it", iomops.Dom.Format(d))
		}
	}
	return nil
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

// phases are those of a kind of work, beside those that all work may come to.
var phases = [iommu.NumWorks][]iommu.Phase{
	iommu.WorkPopulate:  {iommu.PopMap, iommu.MvEnd},
	iommu.WorkMove:      {iommu.MvDisplace, iommu.MvMove, iommu.MvDrop},
	iommu.WorkRange:     {iommu.MvDisplace, iommu.MvMove, iommu.MvDrop, iommu.MvNext, iommu.MvSource, iommu.MvRefs, iommu.MvTarget, iommu.MvEnd},
	iommu.WorkUnforeign: {iommu.FgPut, iommu.FgEnd},
	iommu.WorkType:      {iommu.TyFlush, iommu.TyTable, iommu.TyTake, iommu.TyEnd, iommu.TyDone},
	iommu.WorkPutType:   {iommu.TyDone},
	iommu.WorkTable:     {iommu.TbLook, iommu.TbMap, iommu.TbCheck},
	iommu.WorkAssign:    {iommu.DvScan, iommu.DvCtx, iommu.DvOwner, iommu.DvNext, iommu.DvEnd},
	iommu.WorkDeassign:  {iommu.DvCtx, iommu.DvOwner, iommu.DvNext, iommu.DvEnd},
	iommu.WorkDestroy:   {iommu.DvCtx, iommu.DvOwner, iommu.DvNext, iommu.DvEnd, iommu.DsDeassign, iommu.DsTables, iommu.DsPages},
}

// shared are the phases of flushes, and of pages that are given back.
var shared = []iommu.Phase{iommu.Submit, iommu.Wait, iommu.Put, iommu.Removed, iommu.FrFree}

// batching are the phases of a range between which no flush is made.
var batching = []iommu.Phase{iommu.MvDisplace, iommu.MvMove, iommu.MvDrop, iommu.MvNext}

// placed tells whether CPUs are at phases of what they do.
func placed(s *iommu.State, frames uint8) error {
	for cpu := range s.Task {
		t := &s.Task[cpu]
		switch {
		case !t.Busy():
		case !slices.Contains(shared, t.PC) && !slices.Contains(phases[t.Work], t.PC):
			return fmt.Errorf("cpu %d does %v, and is at: %v", cpu, t.Work, t.PC)
		case t.PC == iommu.DvScan && t.At >= frames:
			return fmt.Errorf("cpu %d marks a page that there is not", cpu)
		case t.Work == iommu.WorkRange && slices.Contains(batching, t.PC) && s.NoDefer[cpu] != s.Dom[t.Dom].On:
			return fmt.Errorf("cpu %d moves a range, and leaves its flushes for the end: %v", cpu, s.NoDefer[cpu])
		}
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

// tidy tells whether nothing is left of what is over, and whose waits are queued.
func tidy(s *iommu.State, b *ledger.Book) error {
	for cpu := range s.Task {
		if t := &s.Task[cpu]; !t.Busy() && *t != (iommu.Task{}) {
			return fmt.Errorf("cpu %d is in the middle of nothing, and something is left", cpu)
		}
	}
	for i := range s.Queue {
		for at := range s.Queue[i].N {
			if is := s.Queue[i].D[at].Op == iommu.DescWait; is != (b.Waits[i][at] != 0) {
				return fmt.Errorf("nobody knows whose wait is queued on IOMMU %d", i)
			}
		}
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
