package runstate

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
	"hvcheck/model/runstate/rsview"
	"hvcheck/scenarios"
)

// Places of shared_info and vcpu_info, as operands.
const (
	away = uint8(runstate.Away)
	inA  = runstate.PageA + 1
	inB  = runstate.PageB + 1
)

// port is the operand for an event channel.
func port(n uint16) uint8 { return uint8(slices.Index(runstate.Ports[:], n)) }

// linked has shared_info in page A and vcpu_info in page B.
func linked(l runstate.Layout) rsops.Start {
	return rsops.Start{Layout: l, Shared: runstate.Place(inA), VCPU: runstate.Place(inB)}
}

// eventScenarios are about event channels of two levels.
var eventScenarios = []scenarios.Scenario{
	{
		Name:     "runstate.info",
		Title:    "shared_info and vcpu_info, and memslots that come and go",
		Doc:      "The VMM registers shared_info and vcpu_info, in pages that have memory and in pages that have none yet, and takes them away; memslots come and go, a page goes, an event is sent and the vCPU runs.",
		Config:   scope(budgets{runstate.Registrations: 2, runstate.SlotChanges: 2, runstate.Sends: 1, runstate.Changes: 1, runstate.Evictions: 1}, runstate.Config{}),
		Full:     larger(budgets{runstate.Registrations: 3, runstate.SlotChanges: 3, runstate.Sends: 2, runstate.Changes: 2, runstate.Evictions: 1}),
		Starts:   []model.Start{rsops.Begin("none", rsops.Start{}), rsops.Begin("both, 64-bit", linked(runstate.Layout64)), rsops.Begin("shared_info, 32-bit", rsops.Start{Layout: runstate.Layout32, Shared: runstate.Place(inA)})},
		Alphabet: infoOps,
		Goals: []scenarios.Goal{
			step("runstate.info/kept", "an event is delivered that was kept until vcpu_info came", func(before *model.World, op model.Op, _ model.Answer, after *model.World) bool {
				return op.Spec() == rsops.Change && rsops.Of(before).Ev.Kept != 0 && rsops.Of(after).Ev.Kept == 0
			}),
			step("runstate.info/stale", "an event is kept because a memslot has changed", func(before *model.World, op model.Op, _ model.Answer, after *model.World) bool {
				return op.Spec() == rsops.SendEvent && rsops.Of(before).Ev.Link[runstate.VCPUInfo].Valid && rsops.Of(after).Ev.Kept != 0
			}),
		},
	},
	{
		Name:     "runstate.events",
		Title:    "events are sent, masked and handled",
		Doc:      "The VMM sends events to ports of one word and of others, the last ones of each width, and ports that are none; the guest masks ports and unmasks them, and handles what it is told; vcpu_info comes late or goes.",
		Config:   scope(budgets{runstate.Registrations: 1, runstate.Sends: 3, runstate.Acts: 3, runstate.Changes: 1}, runstate.Config{}),
		Full:     larger(budgets{runstate.Registrations: 1, runstate.Sends: 4, runstate.Acts: 3, runstate.Changes: 2}),
		Starts:   []model.Start{rsops.Begin("64-bit", linked(runstate.Layout64)), rsops.Begin("32-bit", linked(runstate.Layout32)), rsops.Begin("both in page A", rsops.Start{Shared: runstate.Place(inA), VCPU: runstate.Place(inA)})},
		Alphabet: sendOps,
		Goals: []scenarios.Goal{
			step("runstate.events/unmask", "the guest unmasks a port that is pending, and tells itself", func(before *model.World, op model.Op, _ model.Answer, after *model.World) bool {
				a, b := rsops.Of(before).Ev.Page[runstate.PageB], rsops.Of(after).Ev.Page[runstate.PageB]
				return op.Spec() == rsops.MaskEvent && a.Upcall == 0 && b.Upcall != 0
			}),
			step("runstate.events/again", "an event is sent to a port that is pending and masked", func(before *model.World, op model.Op, _ model.Answer, _ *model.World) bool {
				s := rsops.Of(before)
				p := &s.Ev.Page[runstate.PageA]
				return op.Spec() == rsops.SendEvent && rsview.HasPort(s.Layout, op.Arg[0]) && rsview.Pending(p, op.Arg[0]) && rsview.Masked(p, s.Layout, op.Arg[0])
			}),
		},
	},
	{
		Name:     "runstate.event-widths",
		Title:    "the guest's width changes while events are pending",
		Doc:      "Events are sent, and ports masked, before and after the guest goes to the other width; the memslot of shared_info or of vcpu_info may be away then.",
		Config:   scope(budgets{runstate.Switches: 2, runstate.Sends: 2, runstate.Acts: 2, runstate.Changes: 1, runstate.SlotChanges: 2}, runstate.Config{}),
		Full:     larger(budgets{runstate.Switches: 2, runstate.Sends: 3, runstate.Acts: 2, runstate.Changes: 2, runstate.SlotChanges: 2}),
		Starts:   []model.Start{rsops.Begin("32-bit", linked(runstate.Layout32)), rsops.Begin("64-bit", linked(runstate.Layout64))},
		Alphabet: eventWidthOps,
		Goals: []scenarios.Goal{
			step("runstate.event-widths/unreached", "the width changes, and shared_info cannot be written", func(_ *model.World, op model.Op, a model.Answer, after *model.World) bool {
				return op.Spec() == rsops.SetWidth && a.Code != 0 && rsops.Book(after).Ev.Blind
			}),
			step("runstate.event-widths/pending", "the width changes while an event is pending", func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
				return op.Spec() == rsops.SetWidth && a.Code == 0 && rsops.Book(before).Ev.Sent != 0
			}),
		},
	},
	{
		Name:     "runstate.event-all",
		Title:    "everything at once, in KVM, with event channels",
		Doc:      "As runstate.all, with shared_info, vcpu_info and events, and a reader on the vCPU's own CPU; every operation is one step.",
		Config:   scope(endless(), runstate.Config{Slots: 4}),
		Depth:    3,
		Starts:   []model.Start{rsops.Begin("64-bit, across the pages", rsops.Start{At: 0xff0, Flag: true, Shared: runstate.Place(inA), VCPU: runstate.Place(inB)}), rsops.Begin("32-bit, both in page A", rsops.Start{At: 0xfd4, Layout: runstate.Layout32, Shared: runstate.Place(inA), VCPU: runstate.Place(inA)})},
		Alphabet: allEventOps,
		Goals: []scenarios.Goal{
			after("runstate.event-all/kept", "an event is kept until the vCPU runs", func(w *model.World) bool { return rsops.Of(w).Ev.Kept != 0 }),
		},
	},
}

// runs has the vCPU run.
func runs() scenarios.Pattern { return each(rsops.Change, only(h0), only(running), only(ahead)) }

func infoOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.SetShared, only(away, inA, inB)),
		each(rsops.SetVCPU, only(away, inA, inB, inB+1)),
		each(rsops.SendEvent, only(port(1))),
		each(rsops.SetSlot, only(pageA, pageB), below(3)),
		each(rsops.SetSlot, only(other), only(uint8(runstate.SlotWritable))),
		each(rsops.Invalidate, only(pageA, pageB)),
		runs(),
	}
}

func sendOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.SendEvent, below(runstate.NumPorts)),
		each(rsops.MaskEvent, only(port(1), port(1023), port(1025)), below(2)),
		each(rsops.HandleEvents),
		each(rsops.SetVCPU, only(away, inB)),
		runs(),
	}
}

func eventWidthOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.SendEvent, only(port(1), port(100), port(1025))),
		each(rsops.MaskEvent, only(port(1), port(100)), below(2)),
		each(rsops.HandleEvents),
		each(rsops.SetWidth, below(2)),
		each(rsops.SetSlot, only(pageA, pageB), below(2)),
		runs(),
	}
}

func allEventOps(c *model.Config) []scenarios.Pattern {
	return append(allReads(c),
		each(rsops.SetShared, only(away, inA, inB)),
		each(rsops.SetVCPU, only(away, inA, inB, inB+1)),
		each(rsops.SendEvent, below(runstate.NumPorts)),
		each(rsops.MaskEvent, only(port(1), port(100), port(1023), port(4095)), below(2)),
		each(rsops.HandleEvents),
	)
}

// eventNames are the operations on event channels.
const eventNames = "kvm.shared_info,kvm.vcpu_info,kvm.evtchn_send,guest.event_*"

// unmetEvents says what event channels do not meet.
var unmetEvents = []scenarios.Unmet{
	{First: eventNames, Then: xenNames, Why: xensEvents},
	{First: xenNames, Then: eventNames, Why: xensEvents},
	{First: eventNames, Then: "host.step", Why: wholeEvents},
	{First: "host.step", Then: eventNames, Why: wholeEvents},
	{First: eventNames, Trait: "updating", Why: wholeEvents},
	{First: eventNames, Then: "kvm.runstate_data,kvm.runstate_adjust", Why: ownRecord},
	{First: "kvm.runstate_data,kvm.runstate_adjust", Then: eventNames, Why: ownRecord},
}

const (
	xensEvents  = "Xen's event channels are area evtchn"
	wholeEvents = "where there are event channels, each operation is one step"
	ownRecord   = "the record that the VMM sets has nothing to do with events; what is written when the vCPU runs next is met all the same"
)
