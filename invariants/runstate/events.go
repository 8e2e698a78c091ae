package runstate

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
	"hvcheck/model/runstate/rsview"
)

// events lists what must hold of event channels. The books have what was sent and
// where the guest was told that its structures are, and not what KVM has set.
var events = []invariants.Invariant{
	{
		ID: "RS-I25", Title: "nothing is written where no structure was accepted",
		Doc:  "Event words and the wall clock change in the page that was accepted as shared_info, selector and upcall where vcpu_info was accepted, and nowhere else: a registration that was refused, or taken away, is none, also when the page comes.",
		Refs: []string{"a795cd43c5", "arch/x86/kvm/xen.c kvm_xen_hvm_set_attr(), kvm_xen_vcpu_set_attr()"},
		Step: stepOf(noForeignEvents),
	},
	{
		ID: "RS-I26", Title: "an event that was sent reaches the guest",
		Doc:  "When the vCPU begins to run, the guest finds each event that was sent, unless it has handled or masked it: its port is pending, the selector of the guest's width has its word, and an upcall is asked for. It has shared_info and vcpu_info then, in memory that can be written. What it was told in a structure that it has given up since, it looks at itself.",
		Refs: []string{"arch/x86/kvm/xen.c kvm_xen_inject_pending_events()"},
		Step: stepOf(eventsReach),
	},
	{
		ID: "RS-I27", Title: "event words are what was sent, handled and masked",
		Doc:   "In shared_info what was sent and not handled is pending, and nothing else but what was there when the page was registered; and what is masked is what the guest has masked. A change of the width whose page could not be reached leaves nothing to say.",
		Refs:  []string{"xen/include/public/xen.h"},
		State: stateOf(eventWords),
	},
	{
		ID: "RS-I28", Title: "nobody is told of an event that is masked, or was pending",
		Doc:  "Sending to a port that is masked or pending leaves the selector, the upcall, and what is kept for the vCPU as they were; and sending to another one changes the selector in its word alone. When the width has changed, the selector has the words of events that are pending and not masked, in the new width, and no others.",
		Refs: []string{"arch/x86/kvm/xen.c kvm_xen_set_evtchn_fast()"},
		Step: stepOf(toldOnce),
	},
}

func noForeignEvents(was view, _ model.Op, is view) error {
	for p := range is.s.Ev.Page {
		a, b, place := was.s.Ev.Page[p], is.s.Ev.Page[p], runstate.Place(p)+1
		shared := a.Bytes != b.Bytes || a.Wall != b.Wall
		if shared && is.b.Ev.Place[runstate.SharedInfo] != place {
			return fmt.Errorf("page %s is written as shared_info, and is none", rsops.PageArg.Format(uint8(p)))
		}
		told := a.Sel != b.Sel || a.Sel32 != b.Sel32 || a.Upcall != b.Upcall
		if told && is.b.Ev.Place[runstate.VCPUInfo] != place {
			return fmt.Errorf("page %s is written as vcpu_info, and has none", rsops.PageArg.Format(uint8(p)))
		}
	}
	return nil
}

// places are where the guest has its structures.
func (v view) places() (shared, vcpu runstate.Place) {
	return v.b.Ev.Place[runstate.SharedInfo], v.b.Ev.Place[runstate.VCPUInfo]
}

func eventsReach(_ view, op model.Op, is view) error {
	shared, vcpu := is.places()
	runs := op.Spec() == rsops.Change && op.Arg[0] == runstate.H0 && op.Arg[1] == runstate.Running
	if !runs || is.b.Ev.Blind || !rsview.Usable(is.s, shared) || !rsview.Usable(is.s, vcpu) {
		return nil
	}
	for port := range uint8(runstate.NumPorts) {
		if is.b.Ev.Sent.Has(port) && !is.b.Ev.Masked.Has(port) && !rsview.Told(is.s, shared, vcpu, port) {
			return fmt.Errorf("an event was sent to port %d, and the guest is not told", runstate.Ports[port])
		}
	}
	return nil
}

func eventWords(v view) error {
	shared, _ := v.places()
	p := rsview.Structure(v.s, shared)
	if p == nil || v.b.Ev.Blind {
		return nil
	}
	for port := range uint8(runstate.NumPorts) {
		if !rsview.HasPort(v.s.Layout, port) {
			continue
		}
		switch n, pending := runstate.Ports[port], rsview.Pending(p, port); {
		case pending && !v.b.Ev.Had.Has(port):
			return fmt.Errorf("port %d is pending, and nobody has sent anything", n)
		case !pending && v.b.Ev.Had.Has(port):
			return fmt.Errorf("port %d is not pending, and nobody has handled it", n)
		case rsview.Masked(p, v.s.Layout, port) != v.b.Ev.Masked.Has(port):
			return fmt.Errorf("port %d is masked, and the guest has not masked it, or the other way round", n)
		}
	}
	return nil
}

// selectors is all that tells the guest something, or is to.
type selectors struct {
	kept   uint64
	wide   [runstate.NumPages]uint64
	narrow [runstate.NumPages]uint32
	upcall [runstate.NumPages]uint32
}

func (v view) selectors() (t selectors) {
	t.kept = v.s.Ev.Kept
	for i, p := range v.s.Ev.Page {
		t.wide[i], t.narrow[i], t.upcall[i] = p.Sel, p.Sel32, p.Upcall
	}
	return t
}

func toldOnce(was view, op model.Op, is view) error {
	switch op.Spec() {
	case rsops.SetWidth:
		return toldAnew(is)
	case rsops.SendEvent:
		return toldOfOne(was, op, is)
	}
	return nil
}

// toldAnew: after a change of the width nobody is told of what is not there.
func toldAnew(v view) error {
	shared, vcpu := v.places()
	if v.b.Ev.Blind || shared == runstate.Away {
		return nil
	}
	var words uint64
	for port := range uint8(runstate.NumPorts) {
		if v.b.Ev.Had.Has(port) && !v.b.Ev.Masked.Has(port) {
			words |= rsview.Word(v.s.Layout, port)
		}
	}
	told := v.s.Ev.Kept
	if rsview.Usable(v.s, vcpu) {
		p := rsview.Structure(v.s, vcpu)
		if told |= rsview.Selector(p, v.s.Layout); rsview.Selector(p, 1-v.s.Layout) != 0 {
			return errors.New("the width has changed, and the selector of the other one is not empty")
		}
	}
	if told&^words != 0 {
		return errors.New("the width has changed, and the vCPU is told of what is not pending, or is masked")
	}
	return nil
}

func toldOfOne(was view, op model.Op, is view) error {
	port, a, b := op.Arg[0], was.selectors(), is.selectors()
	if (was.b.Ev.Had.Has(port) || was.b.Ev.Masked.Has(port)) && !was.b.Ev.Blind {
		if a != b {
			return fmt.Errorf("port %d is masked, or was pending, and the vCPU is told", runstate.Ports[port])
		}
		return nil
	}
	others := a.kept ^ b.kept
	for i := range a.wide {
		others |= a.wide[i] ^ b.wide[i] | uint64(a.narrow[i]^b.narrow[i])
	}
	if others&^rsview.Word(is.s.Layout, port) != 0 {
		return fmt.Errorf("port %d is sent, and the selector has another word", runstate.Ports[port])
	}
	return nil
}
