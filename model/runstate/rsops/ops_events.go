package rsops

import (
	"fmt"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsview"
)

// The operand types of event channels.
var (
	SharedAt = model.Named("shared_info", "the page that is shared_info, or none", "none", "A", "B").NameOf("page")
	VCPUAt   = model.Named("vcpu_info", "where vcpu_info is: at the beginning of page A, behind the window of page B, across the end of page A, or nowhere", "none", "A", "B", "across")
	Port     = model.Named("event-port", "an event channel: 1 and 2 are in one word; 1023 is the last one of a 32-bit guest, the pending bit of 1025 is its mask bit of 1, 4095 is the last one of a 64-bit guest", portNames()...).NameOf("port")
)

// nowhereAt is the operand for no place.
const nowhereAt = uint8(runstate.Away)

// portNames are the numbers of the ports.
func portNames() (list []string) {
	for _, n := range runstate.Ports {
		list = append(list, fmt.Sprint(n))
	}
	return list
}

// The operations on event channels of two levels.
var (
	SetShared = ops.Define(model.Spec{
		Name:   "kvm.shared_info",
		Doc:    "KVM_XEN_ATTR_TYPE_SHARED_INFO: the page that is shared_info, in which the wall clock is written at once; none takes it away. A page that cannot be written is refused, and nothing is registered then.",
		Source: "Linux arch/x86/kvm/xen.c kvm_xen_hvm_set_attr(), kvm_xen_shared_info_init()",
		Args:   []model.Arg{{Name: "page", Type: SharedAt}},
		Results: []model.Result{
			ok("registered, or taken away"), due(errno.EFAULT, "the page has no memslot, or one that must not be written", placeless), wait(linking),
		},
		Run: by(func(c *runstate.Call, a *args) errno.Errno {
			return c.SetInfo(runstate.SharedInfo, runstate.Place(a[0]))
		}),
	})
	SetVCPU = ops.Define(model.Spec{
		Name:   "kvm.vcpu_info",
		Doc:    "KVM_XEN_VCPU_ATTR_TYPE_VCPU_INFO: vcpu_info by guest-physical address; none takes it away. A page that cannot be written is refused, and nothing is registered then. What was told in the one before is not told again: Xen marks all words when vcpu_info moves, and KVM leaves that to the VMM.",
		Source: "Linux arch/x86/kvm/xen.c kvm_xen_vcpu_set_attr(); virt/kvm/pfncache.c kvm_gpc_activate()",
		Args:   []model.Arg{{Name: "at", Type: VCPUAt}},
		Results: []model.Result{
			ok("registered, or taken away"), due(errno.EFAULT, "the page has no memslot, or one that must not be written", placeless),
			due(errno.EINVAL, "it crosses the page's end; what was there stays", across), wait(linking),
		},
		Run: by(func(c *runstate.Call, a *args) errno.Errno { return c.SetInfo(runstate.VCPUInfo, runstate.Place(a[0])) }),
	})
	SendEvent = ops.Define(model.Spec{
		Name:   "kvm.evtchn_send",
		Doc:    "KVM_XEN_HVM_EVTCHN_SEND: the port is pending; if it was not, and is not masked, the vCPU is told: in vcpu_info, or if that cannot be reached at once, when it runs next.",
		Source: "Linux arch/x86/kvm/xen.c kvm_xen_hvm_evtchn_send(), kvm_xen_set_evtchn_fast(), kvm_xen_inject_pending_events()",
		Args:   []model.Arg{{Name: "port", Type: Port}},
		Results: []model.Result{
			ok("pending"), due(errno.EINVAL, "no such port in the guest's width", portless), due(errno.EINVAL, "there is no shared_info", unshared),
			due(errno.EFAULT, "the page of shared_info cannot be written now", shareless), wait(sending),
		},
		Run: by(func(c *runstate.Call, a *args) errno.Errno { return c.Send(a[0]) }),
	})
	MaskEvent = ops.Define(model.Spec{
		Name:    "guest.event_mask",
		Doc:     "The guest masks a port in shared_info, or unmasks it; if an event is pending then, it sets the selector and asks for an upcall itself.",
		Source:  "Linux drivers/xen/events/events_2l.c evtchn_2l_mask(), evtchn_2l_unmask()",
		Args:    []model.Arg{{Name: "port", Type: Port}, {Name: "mask", Type: OnOff}},
		Results: []model.Result{ok("done"), wait(masking)},
		Run:     by(func(c *runstate.Call, a *args) errno.Errno { return c.Mask(a[0], a[1] == 1) }),
	})
	HandleEvents = ops.Define(model.Spec{
		Name:    "guest.event_upcall",
		Doc:     "The guest's upcall: it takes the selector, and clears each pending port in those words that is not masked.",
		Source:  "Linux drivers/xen/events/events_2l.c evtchn_2l_handle_events()",
		Results: []model.Result{ok("handled"), wait(idle)},
		Run:     by(func(c *runstate.Call, _ *args) errno.Errno { return c.Handle() }),
	})
)

// eventless tells whether operations on events cannot be made at all.
func eventless(c *Config) bool { return xen(c) || c.Steps != 0 }

func linking(c *Config, s *runstate.State, _ *args) bool {
	return eventless(c) || out(s, runstate.Registrations)
}

func across(_ *Config, _ *runstate.State, a *args) bool { return a[0] > runstate.NumPages }

func placeless(_ *Config, s *runstate.State, a *args) bool {
	return rsview.Structure(s, runstate.Place(a[0])) != nil && !rsview.Usable(s, runstate.Place(a[0]))
}

func portless(_ *Config, s *runstate.State, a *args) bool { return !rsview.HasPort(s.Layout, a[0]) }

func unshared(_ *Config, s *runstate.State, _ *args) bool {
	return !s.Ev.Link[runstate.SharedInfo].Active
}

// shareless tells whether KVM has a shared_info that cannot be written.
func shareless(_ *Config, s *runstate.State, _ *args) bool {
	l := &s.Ev.Link[runstate.SharedInfo]
	return l.Active && !rsview.Usable(s, runstate.Place(l.At))
}

func sending(c *Config, s *runstate.State, _ *args) bool {
	return eventless(c) || out(s, runstate.Sends)
}

// deaf tells whether the guest cannot reach what it needs for its events.
func deaf(c *Config, s *runstate.State) bool {
	return eventless(c) || !rsview.Usable(s, s.Ev.Guest[runstate.SharedInfo]) || !rsview.Usable(s, s.Ev.Guest[runstate.VCPUInfo]) || out(s, runstate.Acts)
}

func masking(c *Config, s *runstate.State, a *args) bool {
	return deaf(c, s) || !rsview.HasPort(s.Layout, a[0]) || rsview.Masked(guestShared(s), s.Layout, a[0]) == (a[1] == 1)
}

func idle(c *Config, s *runstate.State, _ *args) bool { return deaf(c, s) || guestVCPU(s).Upcall == 0 }

// guestShared and guestVCPU are the structures that the guest uses.
func guestShared(s *runstate.State) *runstate.Info {
	return rsview.Structure(s, s.Ev.Guest[runstate.SharedInfo])
}

func guestVCPU(s *runstate.State) *runstate.Info {
	return rsview.Structure(s, s.Ev.Guest[runstate.VCPUInfo])
}

// eventCauses tell the books of events.
var eventCauses = map[*model.Spec]cause{
	SetShared: func(m *calls, s *runstate.State, a *args, code errno.Errno) {
		m.placed(s, runstate.SharedInfo, a[0], code)
	},
	SetVCPU: func(m *calls, s *runstate.State, a *args, code errno.Errno) {
		m.placed(s, runstate.VCPUInfo, a[0], code)
	},
	SendEvent: func(m *calls, _ *runstate.State, a *args, code errno.Errno) {
		if code == errno.OK {
			m.events().Send(a[0])
		}
	},
	MaskEvent:    func(m *calls, _ *runstate.State, a *args, _ errno.Errno) { m.events().Mask(a[0], a[1] == 1) },
	HandleEvents: func(m *calls, s *runstate.State, _ *args, _ errno.Errno) { m.events().Handle(s) },
	SetWidth:     func(m *calls, s *runstate.State, _ *args, code errno.Errno) { m.events().Width(s, code == errno.OK) },
}

// placed is a structure registered, taken away or refused. One that crosses a page's end
// changes nothing.
func (m *calls) placed(s *runstate.State, k, place uint8, code errno.Errno) {
	switch code {
	case errno.OK:
		m.events().Info(s, k, runstate.Place(place))
	case errno.EINVAL:
	default:
		m.events().Info(s, k, runstate.Away)
	}
}

// events are the books of events.
func (m *calls) events() *ledger.Events { return &Book(m.w).Ev }

func init() {
	ensure(func(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
		return linked(runstate.SharedInfo, was, a, is)
	}, SetShared)
	ensure(func(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
		return linked(runstate.VCPUInfo, was, a, is)
	}, SetVCPU)
	ensure(sent, SendEvent)
	ensure(masked, MaskEvent)
	ensure(handled, HandleEvents)
	ensure(entered, Change)
	ensure(rewritten, SetWidth)
	ensure(others, Invalidate)
}

// linked: KVM has the structure where it was to be, or nowhere; the wall clock is
// written in shared_info.
func linked(k uint8, was *runstate.State, a *args, is *runstate.State) error {
	l := &is.Ev.Link[k]
	if a[0] == nowhereAt {
		return want(!l.Active && is.Ev.Guest[k] == runstate.Away, "it is still registered")
	}
	wall := was.Ev.Page[a[0]-1].Wall
	if k == runstate.SharedInfo {
		wall[is.Layout]++
	}
	return want(rsview.Ready(is, k) && l.At == a[0] && is.Ev.Guest[k] == runstate.Place(a[0]) && is.Ev.Page[a[0]-1].Wall == wall, "it is not registered, or the wall clock is not written")
}

// sent: the port is pending, and if it was not, and is not masked, the vCPU is told: at
// once if its vcpu_info can be reached, or else when it runs.
func sent(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
	at, vcpu := runstate.Place(is.Ev.Link[runstate.SharedInfo].At), runstate.Place(is.Ev.Link[runstate.VCPUInfo].At)
	before, told := rsview.Structure(was, at), is.Ev.Kept&rsview.Word(is.Layout, a[0]) != 0
	if rsview.Ready(was, runstate.VCPUInfo) {
		told = rsview.Told(is, at, vcpu, a[0]) && is.Ev.Kept == was.Ev.Kept
	}
	quiet := rsview.Pending(before, a[0]) || rsview.Masked(before, was.Layout, a[0])
	return want(rsview.Pending(rsview.Structure(is, at), a[0]) && (quiet || told), "the port is not pending, or the vCPU is not told")
}

// masked: the mask is as asked, and the guest tells itself of an event that is pending
// and no more masked, and of nothing else.
func masked(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
	before, v := guestVCPU(was), guestVCPU(is)
	told := before.Sel != v.Sel || before.Sel32 != v.Sel32 || before.Upcall != v.Upcall
	tells := a[1] == 0 && rsview.Pending(guestShared(was), a[0])
	as := rsview.Masked(guestShared(is), is.Layout, a[0]) == (a[1] == 1)
	return want(as && (tells || !told) && (!tells || rsview.Selected(v, is.Layout, a[0])), "the mask, or the selector, is otherwise")
}

// handled: no upcall is asked for, the selector is taken, and in its words no event is
// pending that is not masked.
func handled(_ *Config, was *runstate.State, _ *args, is *runstate.State) error {
	before, v := guestVCPU(was), guestVCPU(is)
	p := guestShared(is)
	for port := range uint8(runstate.NumPorts) {
		old := guestShared(was)
		due := rsview.HasPort(is.Layout, port) && rsview.Pending(old, port) && rsview.Selected(before, is.Layout, port) && !rsview.Masked(old, is.Layout, port)
		if rsview.HasPort(is.Layout, port) && rsview.Pending(p, port) != (rsview.Pending(old, port) && !due) {
			return fmt.Errorf("port %d is handled, and should not be, or the other way round", runstate.Ports[port])
		}
	}
	return want(v.Upcall == 0 && rsview.Selector(v, is.Layout) == 0, "an upcall is still asked for")
}

// entered: nothing is kept for a vCPU that runs if its vcpu_info can be reached, which
// is ready then; where nothing was kept, nothing is told.
func entered(_ *Config, was *runstate.State, a *args, is *runstate.State) error {
	l := &is.Ev.Link[runstate.VCPUInfo]
	if was.Ev.Kept == 0 && was.Ev.Page != is.Ev.Page {
		return want(false, "the vCPU is told of something, and nothing was kept")
	}
	if a[0] != runstate.H0 || a[1] != runstate.Running || !l.Active || !rsview.Usable(is, runstate.Place(l.At)) {
		return nil
	}
	kept := is.Ev.Kept
	if is.Layout == runstate.Layout32 {
		kept &= 1<<32 - 1
	}
	return want(kept == 0 && rsview.Ready(is, runstate.VCPUInfo), "events are still kept for it, or its vcpu_info is not looked up")
}

// rewritten: shared_info has its wall clock where the new width has it.
func rewritten(_ *Config, was *runstate.State, _ *args, is *runstate.State) error {
	l := &is.Ev.Link[runstate.SharedInfo]
	if !l.Active {
		return nil
	}
	wall := was.Ev.Page[l.At-1].Wall
	wall[is.Layout]++
	return want(is.Ev.Page[l.At-1].Wall == wall, "the wall clock is not written")
}

// others: an invalidation of a page leaves what is known of another one.
func others(c *Config, was *runstate.State, a *args, is *runstate.State) error {
	for k := range is.Ev.Link {
		if l := was.Ev.Link[k]; l.At != a[0]+1 && l != is.Ev.Link[k] {
			return fmt.Errorf("another page than that of %s goes", [...]string{"shared_info", "vcpu_info"}[k])
		}
	}
	return nil
}

// tellEvents tells what there is of events.
func tellEvents(t *model.Teller, s *runstate.State) {
	t.About("events")
	for k, name := range []string{"shared_info", "vcpu_info"} {
		l := &s.Ev.Link[k]
		t.Fact(name, VCPUAt.Format(uint8(s.Ev.Guest[k])))
		t.Fact("KVM's "+name, model.JoinFlags(model.If(l.Active, "active"), model.If(l.Valid, "valid")))
		t.Detail(name+" is cached", fmt.Sprintf("at %d, known %v, generation %d, frame %d", l.At, l.Known, l.Gen, l.PFN))
	}
	t.Fact("selector bits kept", fmt.Sprintf("%#x", s.Ev.Kept))
	for i := range s.Ev.Page {
		p := &s.Ev.Page[i]
		t.About("page %s", PageArg.Format(uint8(i)))
		t.Fact("ports pending", ports(func(port uint8) bool { return rsview.Pending(p, port) }))
		t.Fact("ports masked", ports(func(port uint8) bool { return rsview.Masked(p, s.Layout, port) }))
		t.Fact("upcall asked for", model.YesNo(p.Upcall != 0))
		t.Fact("selector", fmt.Sprintf("%#x, of 32 bits %#x", p.Sel, p.Sel32))
		t.Fact("wall clock written", fmt.Sprintf("%d times, of 32 bits %d times", p.Wall[0], p.Wall[1]))
		t.Detail("event words", fmt.Sprintf("%x", p.Bytes))
	}
}

// ports writes a set of them.
func ports(in func(port uint8) bool) (text string) {
	for port := range uint8(runstate.NumPorts) {
		if in(port) {
			text += " " + Port.Format(port)
		}
	}
	return text
}
