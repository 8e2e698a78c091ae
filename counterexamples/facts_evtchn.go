package counterexamples

import (
	"fmt"
	"strconv"
	"strings"

	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// evtchnFacts tells about the guest, its ports and vCPUs, its kernels and their
// pages, what the CPUs are in the middle of, the backend, the operations that
// may still come, and the model's own notes. What is as in a domain where
// nothing has happened is no news, so that ports, kernels and pages that a
// configuration does not use stay out of sight.
func evtchnFacts(t *teller, c *model.Config, w *model.World) {
	s := &w.Ev
	guestFacts(t, s)
	portFacts(t, s, evtchn.Guest, "port %d")
	for v := range c.VCPUs {
		t.about("vcpu %d", v)
		vcpuFacts(t, s, v)
	}
	for k := range s.Kernel {
		t.about("kernel %d", k)
		kernelFacts(t, s, k)
	}
	pageFacts(t, c, s)
	for cpu := range s.Task {
		t.about("%s", cpuWord(cpu))
		taskFacts(t, s, &s.Task[cpu])
	}
	t.about("backend")
	domainFacts(t, &s.Dom[evtchn.Backend])
	portFacts(t, s, evtchn.Backend, "backend port %d")
	t.about("left")
	leftFacts(t, c, s)
	t.about("notes")
	noteFacts(t, &s.Ghost)
}

// How values are written. What is 0 or empty says nothing.

func some(v uint8) string {
	if v == 0 {
		return ""
	}
	return strconv.Itoa(int(v))
}

// unless writes a value, but not the usual one.
func unless[T interface {
	comparable
	fmt.Stringer
}](usual, v T) string {
	if v == usual {
		return ""
	}
	return v.String()
}

// words lists the members of a set, by what each is called.
func words(set uint8, name func(i uint8) string) string {
	var list []string
	for i := range uint8(8) {
		if set>>i&1 != 0 {
			list = append(list, name(i))
		}
	}
	return strings.Join(list, " ")
}

// numbers lists the members of a set: ports, or words of ports.
func numbers(set uint8) string { return words(set, func(i uint8) string { return fmt.Sprint(i) }) }

// prios lists a set of priorities.
func prios(set uint8) string { return words(set, model.PrioArg.Format) }

// abis lists a set of ABIs.
func abis(set evtchn.Set) string {
	return words(uint8(set), func(i uint8) string {
		if a := evtchn.ABI(i); a <= evtchn.Third {
			return a.String()
		}
		return "another"
	})
}

func portName(p uint8) string {
	if p == 0 {
		return ""
	}
	return fmt.Sprintf("port %d", p)
}

// portAt names a port with the domain it belongs to.
func portAt(dom, p uint8) string { return fmt.Sprintf("%s port %d", domain(dom), p) }

func domain(dom uint8) string { return model.DomArg.Format(dom) }

func cpuWord(cpu int) string { return model.EventCPU.Format(uint8(cpu)) }

// queueName is a vCPU's queue of a priority.
func queueName(q uint8) string {
	return fmt.Sprintf("vcpu %d prio %s", q/evtchn.NumPrios, model.PrioArg.Format(q%evtchn.NumPrios))
}

// pageName names a frame + 1 by whose page it is and what for.
func pageName(ref uint8) string {
	f := ref - 1
	switch {
	case ref == 0:
		return ""
	case f == evtchn.Foreign:
		return "a foreign page"
	}
	return fmt.Sprintf("kernel %d's %s", f/evtchn.PerKernel, pageUse(f%evtchn.PerKernel))
}

// pageUse is what a kernel's i-th page is for.
func pageUse(i uint8) string {
	if i < evtchn.MaxVCPUs {
		return fmt.Sprintf("control block of vcpu %d", i)
	}
	return fmt.Sprintf("array page %d", i-evtchn.MaxVCPUs)
}

// eventWord names the bits of an event word and its link.
func eventWord(w uint8) string {
	s := strings.ReplaceAll(joinFlags(
		flagged{w&evtchn.Pending != 0, "PENDING"}, flagged{w&evtchn.Masked != 0, "MASKED"},
		flagged{w&evtchn.Busy != 0, "BUSY"}, flagged{w&evtchn.Linked != 0, "LINKED"}), ",", "")
	if link := w & evtchn.LinkBit; link != 0 {
		s += fmt.Sprintf("->%d", link)
	}
	return s
}

func guestFacts(t *teller, s *evtchn.State) {
	t.about("guest")
	t.fact("ABI", s.Ops.String())
	t.flags("state", flagged{s.Shutdown, "shut down for a soft reset"}, flagged{s.Crashed, "crashed"},
		flagged{s.Paused, "paused"}, flagged{s.Dead, "destroyed"}, flagged{s.Bits32, "32-bit"}, flagged{s.Callback == evtchn.NoCallback, "no callback"}, flagged{s.Callback == evtchn.GSICallback, "callback by an interrupt line"})
	domainFacts(t, &s.Dom[evtchn.Guest])
	t.detail("event array", arrayPages(s))
	t.fact("evtchn_pending", numbers(s.Pending))
	t.fact("evtchn_mask", maskedPorts(s.Mask))
	t.fact("init_control accepts", abis(s.Host))
	t.fact("the toolstack wants", abis(s.Wanted))
	t.fact("the target host has", abis(s.Target))
	t.detail("port for xenstore", some(s.Param))
	t.fact("grant table", grantVersion(s.Grants))
	t.fact("soft reset", controlWord(s.Control))
	t.fact("VIRQ_ARGO", portName(s.Argo))
	t.fact("VIRQ_DOM_EXC", portName(s.Global))
	t.flags("handler of VIRQ_DOM_EXC", flagged{s.Handler != 0, "the guest"})
	for i, p := range s.PIRQ {
		t.fact(fmt.Sprintf("pirq %d", i), portName(p))
	}
}

// domainFacts tells what both domains have.
func domainFacts(t *teller, d *evtchn.Domain) {
	t.flags("dying", flagged{d.Dying, "yes"})
	var saved uint8
	for p := range d.Port {
		if d.Port[p].Saved {
			saved |= 1 << p
		}
	}
	t.fact("saved as pending", numbers(saved))
	t.detail("valid_evtchns", some(d.Valid))
	t.detail("active_evtchns", fmt.Sprint(d.Active))
	t.detail("xen_evtchns", some(d.Xen))
	t.fact("next_evtchn", some(d.Next))
}

// arrayPages lists the event array's pages, and their number if that is another.
func arrayPages(s *evtchn.State) string {
	var list []string
	for _, ref := range s.Array {
		if ref != 0 {
			list = append(list, pageName(ref))
		}
	}
	if n := int(s.Pages); n != len(list) {
		list = append(list, fmt.Sprintf("num_evtchns for %d", n))
	}
	return strings.Join(list, ", ")
}

// maskedPorts lists ports, in a word if it is each of them.
func maskedPorts(set uint8) string {
	if set == 1<<evtchn.MaxPorts-1 {
		return "every port"
	}
	return numbers(set)
}

func grantVersion(v uint8) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("version %d", v+1)
}

// controlWord is what the toolstack has done last of a soft reset.
func controlWord(step uint8) string {
	return [...]string{"", "backends stopped", "domain reset", "port for xenstore made"}[step%4]
}

func portFacts(t *teller, s *evtchn.State, dom int, subject string) {
	for p := range s.Dom[dom].Port {
		t.about(subject, p)
		portFact(t, s, &s.Dom[dom], uint8(p))
	}
}

func portFact(t *teller, s *evtchn.State, d *evtchn.Domain, p uint8) {
	port := &d.Port[p]
	guest := d == &s.Dom[evtchn.Guest]
	state := portState(d, p)
	if guest && port.State > evtchn.Reserved || port.Notify != 0 {
		state += fmt.Sprintf("; vcpu %d", port.Notify)
	}
	t.fact("state", state)
	t.last().Minor = port.State == evtchn.Free || !guest && port.State == evtchn.Interdomain // the guest's port says so
	t.flags("receiver", flagged{port.Consumer, "Xen"})
	t.detail("priority, last queue", queueWords(port, guest && s.Ops == evtchn.FIFO))
	t.fact("next on the pirq list", portName(port.Next))
	t.fact("previous on the pirq list", portName(port.Prev))
}

// portState is a port's state with its other end. That port 0 is reserved, and
// a port that is not valid closed, goes without saying.
func portState(d *evtchn.Domain, p uint8) string {
	switch port := &d.Port[p]; port.State {
	case evtchn.Unbound:
		return "unbound, for the " + domain(port.Remote)
	case evtchn.Interdomain:
		return "interdomain with " + portAt(port.Remote, port.Number)
	case evtchn.PIRQ:
		return fmt.Sprintf("pirq %d", port.Number)
	case evtchn.VIRQ:
		return "virq " + model.VIRQArg.Format(port.Number)
	case evtchn.IPI:
		return "ipi"
	}
	return unusedState(d, p)
}

func unusedState(d *evtchn.Domain, p uint8) string {
	reserved := d.Port[p].State == evtchn.Reserved
	switch {
	case reserved && p == 0, !reserved && p >= d.Valid:
		return ""
	case reserved:
		return "reserved"
	}
	return "closed"
}

// queueWords is a port's priority and last queue, which only the FIFO ABI uses.
func queueWords(p *evtchn.Port, fifo bool) string {
	used := fifo && p.State > evtchn.Reserved
	if !used && p.Prio|p.Lastq == 0 {
		return ""
	}
	return model.PrioArg.Format(p.Prio) + ", " + queueName(p.Lastq)
}

func vcpuFacts(t *teller, s *evtchn.State, v uint8) {
	p := &s.VCPU[v]
	t.flags("state", flagged{p.Down, "down"})
	t.fact("polls", polled(p.Poll))
	t.flags("vcpu_info", flagged{p.Info != evtchn.InfoShared, "registered"})
	t.flags("evtchn_upcall_pending", flagged{p.Flag, "set"})
	t.flags("evtchn_upcall_mask", flagged{p.NoUp, "set"})
	t.fact("evtchn_pending_sel", numbers(p.Sel))
	t.flags("upcall vector", flagged{p.Vector, "set"}, flagged{p.Edge, "an edge waits"})
	t.fact("VIRQ_TIMER", portName(p.Timer))
	t.fact("first of the pirq list", portName(p.PIRQs))
	t.fact("control block", blockName(v, p.Block))
	t.flags("queues in Xen", flagged{p.Queues, "made"}, flagged{p.Heads, "heads published"})
	t.last().Minor = true
	for prio, tail := range p.Tail {
		t.fact("tail of priority "+model.PrioArg.Format(uint8(prio)), portName(tail))
	}
	handlerFacts(t, &p.Handler)
}

// polled writes a port + 1; port 0 can be polled too.
func polled(ref uint8) string {
	if ref == 0 {
		return ""
	}
	return fmt.Sprintf("port %d", ref-1)
}

// blockName names a vCPU's control block, in short if it is one made for it.
func blockName(v, ref uint8) string {
	if f := ref - 1; ref != 0 && f != evtchn.Foreign && f%evtchn.PerKernel == v {
		return fmt.Sprintf("kernel %d's", f/evtchn.PerKernel)
	}
	return pageName(ref)
}

func kernelFacts(t *teller, s *evtchn.State, i int) {
	k := &s.Kernel[i]
	t.flags("state", flagged{int(s.Cur) == i, "running"})
	t.fact("arrives by", unless(evtchn.Boot, s.Plan[i]))
	t.fact("knows", abis(k.Knows))
	t.last().Minor = k.Belief != evtchn.NoABI
	t.fact("uses", unless(evtchn.NoABI, k.Belief))
	t.detail("was offered", abis(k.Offer))
	t.fact("handles ports", numbers(k.Map))
	t.fact("port for xenstore", some(k.Store))
	t.fact("port for the timer", some(k.Timer))
	t.detail("own pages", ownPages(k.Own))
	t.fact("uses grant table", grantVersion(k.Grants))
}

// ownPages lists the pages that a kernel has registered.
func ownPages(set uint8) string {
	var list []string
	if blocks := set & (1<<evtchn.MaxVCPUs - 1); blocks != 0 {
		list = append(list, "control blocks "+numbers(blocks))
	}
	if pages := set >> evtchn.MaxVCPUs; pages != 0 {
		list = append(list, "array pages "+numbers(pages))
	}
	return strings.Join(list, ", ")
}

// pageFacts tells about the kernels' pages, except for control blocks of vCPUs
// that there are not, and about the foreign one.
func pageFacts(t *teller, c *model.Config, s *evtchn.State) {
	for f := range uint8(evtchn.Foreign) {
		t.about("%s", pageName(f+1))
		switch i := f % evtchn.PerKernel; {
		case i >= evtchn.MaxVCPUs:
			arrayFacts(t, &s.Frame[f], i-evtchn.MaxVCPUs)
		case i < c.VCPUs:
			blockFacts(t, &s.Frame[f])
		}
	}
	t.about("%s", pageName(evtchn.Foreign+1))
	foreign := &s.Frame[evtchn.Foreign]
	references(t, foreign)
	for i, b := range foreign.B {
		t.fact(fmt.Sprintf("place %d", i), some(b))
	}
}

func blockFacts(t *teller, f *evtchn.Frame) {
	references(t, f)
	t.fact("READY", prios(f.B[evtchn.Ready]))
	for prio := range uint8(evtchn.NumPrios) {
		t.fact("head of priority "+model.PrioArg.Format(prio), portName(f.B[evtchn.Head+prio]))
	}
}

func arrayFacts(t *teller, f *evtchn.Frame, page uint8) {
	references(t, f)
	for i, b := range f.B {
		if i < evtchn.PerWord {
			t.detail(fmt.Sprintf("word of port %d", int(page)*evtchn.PerWord+i), eventWord(b))
		} else {
			t.fact("behind the words", some(b))
		}
	}
}

func references(t *teller, f *evtchn.Frame) {
	value := fmt.Sprintf("%d general, %d writable", f.General, f.Type)
	if f.General|f.Type == 0 {
		value = ""
	}
	t.detail("references", value)
}

// leftFacts tells how many operations of each class may still come, where the
// configuration bounds them.
func leftFacts(t *teller, c *model.Config, s *evtchn.State) {
	for i, class := range evtchn.Budgets {
		if b := c.Budget[i]; b != 0 && b != evtchn.Unlimited {
			t.fact(class.Name, fmt.Sprint(s.Left[i]))
		}
	}
}

// noteFacts tells what the model keeps for the invariants.
func noteFacts(t *teller, g *evtchn.Ghost) {
	t.fact("owed to ports", numbers(g.Owed))
	t.fact("raised on ports", numbers(g.Raised))
	t.fact("lost by design", numbers(g.Lost))
	t.fact("used, and not there", unless(evtchn.NoTrap, g.Trap))
	t.fact("Xen wrote to", pageName(g.Stray))
	t.flags("wrong", flagged{g.Wrong&evtchn.WrongQueue != 0, "a port of another queue taken"},
		flagged{g.Wrong&evtchn.WrongMasked != 0, "a masked port handled"},
		flagged{g.Wrong&evtchn.WrongEvent != 0, "an event handled that nobody raised"},
		flagged{g.Wrong&evtchn.WrongPoller != 0, "a poller woken too early"})
	t.fact("closed at one go", some(g.Closes))
	t.fact("most attempts to link", some(g.Tries))
	t.fact("most attempts to lock", some(g.Locks))
	t.flags("kernels", flagged{g.Changed, "changed for the hand-over"}, flagged{g.Emulated, "without events"})
}
