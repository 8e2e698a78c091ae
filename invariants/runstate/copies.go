package runstate

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsops"
	"hvcheck/model/runstate/rsview"
)

// copies lists what must hold of the area and of what readers make of it.
var copies = []invariants.Invariant{
	{
		ID: "RS-I1", Title: "a reader sees no torn update",
		Doc:  "A copy that a guest's CPU has accepted is what one update has written, all of it. The vCPU's own CPU reads only while nobody writes; another CPU has XEN_RUNSTATE_UPDATE to go by.",
		Refs: []string{"2529c850ea", "the thread"},
		Step: stepOf(noTornRead),
	},
	{
		ID: "RS-I2", Title: "what a reader sees adds up",
		Doc:  "The times in a copy that a guest's CPU has accepted make up the time from the vCPU's beginning to the entry time, as in the record. Where Xen registers an area for another vCPU, the copy has the time since the entry as well. Sums are modulo 2 to the 64.",
		Refs: []string{"xen/include/public/vcpu.h", "the thread"},
		Step: stepOf(readsAddUp),
	},
	{
		ID: "RS-I4", Title: "the flag is not left set",
		Doc:   "When no update is in progress, the area does not have XEN_RUNSTATE_UPDATE set. A reader would wait for ever.",
		Refs:  []string{"the thread"},
		State: stateOf(noStuckFlag),
	},
	{
		ID: "RS-I6", Title: "while the area is half written the flag is set",
		Doc:   "Where the flag protocol applies, the area is what an update has left, or what the running one writes, or the flag is set; and from an update's first store to its last it is set in any case.",
		Refs:  []string{"xen/include/public/vcpu.h", "5ec3289b31"},
		State: stateOf(bracketed),
	},
	{
		ID: "RS-I14", Title: "the area is in the guest's layout",
		Doc:  "What an update has left can be read in the layout that the guest had when it began, and not only in the other one.",
		Refs: []string{"eddde6561c"},
		Step: stepOf(rightLayout),
	},
	{
		ID: "RS-I5", Title: "an update is there as a whole or not at all",
		Doc:   "When no update is in progress, the area is what one update has written. An update may be skipped, and never left half done. What was in the area when it was registered is nobody's update.",
		Refs:  []string{"the thread"},
		State: stateOf(allOrNothing),
	},
	{
		ID: "RS-I8", Title: "the flag is nobody's but the area's",
		Doc:   "The record never has XEN_RUNSTATE_UPDATE, nor does anybody who reads it get it; and no area has it whose guest has not asked for it, unless Xen holds the area's page.",
		Refs:  []string{"f28c4c4c10", "d8ba8ba4c8"},
		State: stateOf(noPrivateFlag),
	},
	{
		ID: "RS-I24", Title: "an update that does without the flag does not set it",
		Doc:  "No store sets XEN_RUNSTATE_UPDATE in the area of a guest that has not asked for it, nor when Xen registers an area.",
		Refs: []string{"d8ba8ba4c8", "xen/common/domain.c"},
		Step: stepOf(unasked),
	},
	{
		ID: "RS-I16", Title: "an area that was taken away is not written",
		Doc:  "After an area was taken away or refused, after a soft reset, and after another one was registered, memory outside of the registered area does not change where the old one was.",
		Refs: []string{"7ff56b7e4d", "8332f0ed4f", "a795cd43c5"},
		Step: stepOf(notWithout),
	},
	{
		ID: "RS-I9", Title: "only the area's own bytes change",
		Doc:  "Every byte that changes lies in the registered area, in the length of the guest's layout, and no store goes behind the page that it was meant for, or through the guest's page tables to one that they do not have.",
		Refs: []string{"xen/include/public/vcpu.h", "eddde6561c"},
		Step: stepOf(inBounds),
	},
	{
		ID: "RS-I15", Title: "padding stays zero or as it was",
		Doc:  "The four bytes behind the state in the 64-bit layout are left alone by KVM in an area within a page, where it stores field by field; where the area is composed in a buffer, as Xen does, and KVM for one that crosses a page's end, they are zeros when the update has ended. Nothing else of the host's memory gets there.",
		Refs: []string{"5ec3289b31"},
		Step: stepOf(noLeak),
	},
}

// claims lists what is asked where a claim asks for it.
var claims = []invariants.Invariant{
	{
		ID: "RS-I7", Claim: true, Title: "two different contents have different entry times",
		Doc:  "It is why a reader that finds the entry time unchanged may believe that nothing else has changed. It needs a clock that goes on between any two changes: where it stands still, or goes back, the entry time stays, the times stay, and the state changes.",
		Refs: []string{"2529c850ea", "36a8520064"},
		Step: stepOf(entryGrows),
	},
}

// accepted is the copy that a step accepts, if it does.
func accepted(was view, op model.Op) (*runstate.Record, bool) {
	if op.Spec() != rsops.GuestRead || !rsops.Judged(was.s, was.b) {
		return nil, false
	}
	r := &was.s.Read
	return &r.Copy, rsview.Accepts(&was.c.Config, r, was.s, was.b.At) && r.Own == uint32(op.Arg[0])
}

func noTornRead(was view, op model.Op, _ view) error {
	if r, ok := accepted(was, op); ok && !was.b.Wrote(r) {
		return fmt.Errorf("the copy, state %d since %#x with times %#x, was never written as a whole", r.State, r.Entry, r.Time)
	}
	return nil
}

func readsAddUp(was view, op model.Op, _ view) error {
	r, ok := accepted(was, op)
	if !ok {
		return nil
	}
	begin := was.b.Want.Entry - ledger.Sum(was.b.Want.Time)
	if extra := r.Entry&^runstate.Update - ledger.Sum(r.Time) - begin; extra != 0 && !was.b.WroteAhead(r) {
		return fmt.Errorf("the times in the copy make up %#x, the entry time %#x", ledger.Sum(r.Time), r.Entry)
	}
	return nil
}

// flagged tells whether the area in memory has the flag.
func flagged(v view, l runstate.Layout) bool {
	return rsview.Flagged(v.s, l, v.b.At)
}

func noStuckFlag(v view) error {
	if v.b.On && v.quiet() && v.b.Known() && flagged(v, v.b.Layout()) {
		return errors.New("nobody writes, and XEN_RUNSTATE_UPDATE is set")
	}
	return nil
}

func bracketed(v view) error {
	l := runstate.Layout(v.b.New.Layout - 1)
	if v.b.On && v.b.Flag && v.s.Task[runstate.H0].PC == runstate.Stores && !flagged(v, l) && v.s.Unmapped == [2]bool{} && !v.s.User {
		return errors.New("an update is going on, and XEN_RUNSTATE_UPDATE is not set")
	}
	if !v.b.On || !v.b.Flag || v.quiet() || !v.b.Known() || l != v.b.Layout() || v.b.Whole(v.s) || flagged(v, l) {
		return nil
	}
	return errors.New("the area is half written, and XEN_RUNSTATE_UPDATE is not set")
}

func rightLayout(was view, _ model.Op, is view) error {
	if !is.b.On || !is.quiet() || is.b.New.Layout == 0 || was.s.Mem == is.s.Mem || is.b.Whole(is.s) {
		return nil
	}
	other := is.b.New
	if other.Layout = 3 - other.Layout; other.In(is.s, is.b.At) {
		return errors.New("the area is written in the other layout")
	}
	return nil
}

func allOrNothing(v view) error {
	if !v.b.On || !v.quiet() || !v.b.Known() || v.b.Whole(v.s) {
		return nil
	}
	return errors.New("nobody writes, and the area is none of what updates have written")
}

// unasked: a step that sets the flag where it is not to be used.
func unasked(was view, _ model.Op, is view) error {
	if !is.b.On || is.b.Flag || is.b.New.Layout == 0 {
		return nil
	}
	l := runstate.Layout(is.b.New.Layout - 1)
	if at := is.b.At + rsview.Of(l).Flag(); is.s.Mem[at] != was.s.Mem[at] && flagged(is, l) {
		return errors.New("XEN_RUNSTATE_UPDATE is set in the area by an update that does without it")
	}
	return nil
}

func noPrivateFlag(v view) error {
	switch {
	case v.s.Rec.Entry&runstate.Update != 0:
		return errors.New("the record has XEN_RUNSTATE_UPDATE")
	case v.s.Got&runstate.Update != 0:
		return errors.New("whoever reads the record gets XEN_RUNSTATE_UPDATE")
	case v.b.On && v.b.Known() && !v.b.Flag && v.b.Layout() == v.s.Layout && flagged(v, v.b.Layout()):
		return errors.New("the area has XEN_RUNSTATE_UPDATE, and the guest has not asked for it")
	}
	return nil
}

// changed finds a byte that a step changed and that is not in the area: in, as it
// is registered after the step, or before.
func changed(was, is view, in func(i uint8) bool) (at uint8, found bool) {
	for i := range uint8(runstate.MemSize) {
		if was.s.Mem[i] != is.s.Mem[i] && !in(i) {
			return i, true
		}
	}
	return 0, false
}

// inside tells whether a byte is in the registered area.
func (v view) inside(i uint8) bool {
	return v.b.On && i >= v.b.At && i < v.b.At+v.b.Len()
}

func notWithout(was view, _ model.Op, is view) error {
	old := func(i uint8) bool {
		return is.inside(i) || is.b.On && !was.inside(i)
	}
	if i, found := changed(was, is, old); found {
		return fmt.Errorf("the byte at %#x changed, where no area is registered", rsview.Offset(i))
	}
	return nil
}

func inBounds(was view, _ model.Op, is view) error {
	if is.s.Stray == runstate.StrayEnd {
		return errors.New("a store went behind the page")
	}
	mapped := func(i uint8) bool { return !is.s.User && !is.s.Unmapped[rsview.PageOf(i)] }
	if i, found := changed(was, is, mapped); found && is.c.Access == runstate.VX {
		return fmt.Errorf("the byte at %#x changed, which the guest has not mapped", rsview.Offset(i))
	}
	if i, found := changed(was, is, is.inside); found && is.b.On {
		return fmt.Errorf("the byte at %#x changed, which is not in the area", rsview.Offset(i))
	}
	return nil
}

func noLeak(was view, _ model.Op, is view) error {
	if !is.b.On || is.b.New.Layout != uint16(runstate.Layout64)+1 {
		return nil
	}
	composed := rsview.Xen(&is.c.Config) || rsview.Crosses(runstate.Layout64, is.b.At)
	made := is.quiet() && is.b.Whole(is.s) && is.s.Mem != was.s.Mem
	for i := is.b.At + 4; i < is.b.At+8; i++ {
		if is.s.Mem[i] != was.s.Mem[i] && (is.s.Mem[i] != 0 || !composed) || composed && made && is.s.Mem[i] != 0 {
			return fmt.Errorf("the padding at %#x is %#x, and was %#x", rsview.Offset(i), is.s.Mem[i], was.s.Mem[i])
		}
	}
	return nil
}

func entryGrows(was view, _ model.Op, is view) error {
	a, b := was.b.Old[0], is.b.Old[0]
	if a != b && a.Layout == b.Layout && a.Layout != 0 && is.b.Old[1] == a && a.Entry == b.Entry {
		return fmt.Errorf("two contents, of states %d and %d, have the entry time %#x", a.State, b.State, a.Entry)
	}
	return nil
}
