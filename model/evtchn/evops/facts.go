package evops

import (
	"fmt"
	"strconv"
	"strings"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/ledger"
)

// tell tells about the guest, its ports and vCPUs, its kernels and their
// pages, what the CPUs are in the middle of, the backend, the operations that
// may still come, and the model's own notes. What is as in a domain where
// nothing has happened is no news, so that ports, kernels and pages that a
// configuration does not use stay out of sight.
func tell(t *model.Teller, c *model.Config, w *model.World) {
	s := Of(w)
	guestFacts(t, s)
	portFacts(t, s, evtchn.Guest, "port %d")
	for v := range Conf(c).VCPUs {
		t.About("vcpu %d", v)
		vcpuFacts(t, s, v)
	}
	for k := range s.Kernel {
		t.About("kernel %d", k)
		kernelFacts(t, s, k)
	}
	pageFacts(t, c, s)
	for cpu := range s.Task {
		t.About("%s", cpuWord(cpu))
		taskFacts(t, s, &s.Task[cpu])
	}
	t.About("backend")
	domainFacts(t, &s.Dom[evtchn.Backend])
	portFacts(t, s, evtchn.Backend, "backend port %d")
	t.About("left")
	leftFacts(t, c, s)
	t.About("notes")
	noteFacts(t, &s.Ghost, Book(w))
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
func prios(set uint8) string { return words(set, PrioArg.Format) }

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

func domain(dom uint8) string { return DomArg.Format(dom) }

func cpuWord(cpu int) string { return EventCPU.Format(uint8(cpu)) }

// queueName is a vCPU's queue of a priority.
func queueName(q uint8) string {
	return fmt.Sprintf("vcpu %d prio %s", q/evtchn.NumPrios, PrioArg.Format(q%evtchn.NumPrios))
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
	s := strings.ReplaceAll(model.JoinFlags(
		model.If(w&evtchn.Pending != 0, "PENDING"), model.If(w&evtchn.Masked != 0, "MASKED"),
		model.If(w&evtchn.Busy != 0, "BUSY"), model.If(w&evtchn.Linked != 0, "LINKED")), ",", "")
	if link := w & evtchn.LinkBit; link != 0 {
		s += fmt.Sprintf("->%d", link)
	}
	return s
}

func guestFacts(t *model.Teller, s *evtchn.State) {
	t.About("guest")
	t.Fact("ABI", s.Ops.String())
	t.Flags("state", model.If(s.Shutdown, "shut down for a soft reset"), model.If(s.Crashed, "crashed"),
		model.If(s.Paused, "paused"), model.If(s.Dead, "destroyed"), model.If(s.Bits32, "32-bit"), model.If(s.Callback == evtchn.NoCallback, "no callback"), model.If(s.Callback == evtchn.GSICallback, "callback by an interrupt line"))
	domainFacts(t, &s.Dom[evtchn.Guest])
	t.Detail("event array", arrayPages(s))
	t.Fact("evtchn_pending", numbers(s.Pending))
	t.Fact("evtchn_mask", maskedPorts(s.Mask))
	t.Fact("init_control accepts", abis(s.Host))
	t.Fact("the toolstack wants", abis(s.Wanted))
	t.Fact("the target host has", abis(s.Target))
	t.Detail("port for xenstore", some(s.Param))
	t.Fact("grant table", grantVersion(s.Grants))
	t.Fact("soft reset", controlWord(s.Control))
	t.Fact("VIRQ_ARGO", portName(s.Argo))
	t.Fact("VIRQ_DOM_EXC", portName(s.Global))
	t.Flags("handler of VIRQ_DOM_EXC", model.If(s.Handler != 0, "the guest"))
	for i, p := range s.PIRQ {
		t.Fact(fmt.Sprintf("pirq %d", i), portName(p))
	}
}

// domainFacts tells what both domains have.
func domainFacts(t *model.Teller, d *evtchn.Domain) {
	t.Flags("dying", model.If(d.Dying, "yes"))
	var saved uint8
	for p := range d.Port {
		if d.Port[p].Saved {
			saved |= 1 << p
		}
	}
	t.Fact("saved as pending", numbers(saved))
	t.Detail("valid_evtchns", some(d.Valid))
	t.Detail("active_evtchns", fmt.Sprint(d.Active))
	t.Detail("xen_evtchns", some(d.Xen))
	t.Fact("next_evtchn", some(d.Next))
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

func portFacts(t *model.Teller, s *evtchn.State, dom int, subject string) {
	for p := range s.Dom[dom].Port {
		t.About(subject, p)
		portFact(t, s, &s.Dom[dom], uint8(p))
	}
}

func portFact(t *model.Teller, s *evtchn.State, d *evtchn.Domain, p uint8) {
	port := &d.Port[p]
	guest := d == &s.Dom[evtchn.Guest]
	state := portState(d, p)
	if guest && port.State > evtchn.Reserved || port.Notify != 0 {
		state += fmt.Sprintf("; vcpu %d", port.Notify)
	}
	t.Fact("state", state)
	t.Last().Minor = port.State == evtchn.Free || !guest && port.State == evtchn.Interdomain // the guest's port says so
	t.Flags("receiver", model.If(port.Consumer, "Xen"))
	t.Detail("priority, last queue", queueWords(port, guest && s.Ops == evtchn.FIFO))
	t.Fact("next on the pirq list", portName(port.Next))
	t.Fact("previous on the pirq list", portName(port.Prev))
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
		return "virq " + VIRQArg.Format(port.Number)
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
	return PrioArg.Format(p.Prio) + ", " + queueName(p.Lastq)
}

func vcpuFacts(t *model.Teller, s *evtchn.State, v uint8) {
	p := &s.VCPU[v]
	t.Flags("state", model.If(p.Down, "down"))
	t.Fact("polls", polled(p.Poll))
	t.Flags("vcpu_info", model.If(p.Info != evtchn.InfoShared, "registered"))
	t.Flags("evtchn_upcall_pending", model.If(p.Flag, "set"))
	t.Flags("evtchn_upcall_mask", model.If(p.NoUp, "set"))
	t.Fact("evtchn_pending_sel", numbers(p.Sel))
	t.Flags("upcall vector", model.If(p.Vector, "set"), model.If(p.Edge, "an edge waits"))
	t.Fact("VIRQ_TIMER", portName(p.Timer))
	t.Fact("first of the pirq list", portName(p.PIRQs))
	t.Fact("control block", blockName(v, p.Block))
	t.Flags("queues in Xen", model.If(p.Queues, "made"), model.If(p.Heads, "heads published"))
	t.Last().Minor = true
	for prio, tail := range p.Tail {
		t.Fact("tail of priority "+PrioArg.Format(uint8(prio)), portName(tail))
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

func kernelFacts(t *model.Teller, s *evtchn.State, i int) {
	k := &s.Kernel[i]
	t.Flags("state", model.If(int(s.Cur) == i, "running"))
	t.Fact("arrives by", unless(evtchn.Boot, s.Plan[i]))
	t.Fact("knows", abis(k.Knows))
	t.Last().Minor = k.Belief != evtchn.NoABI
	t.Fact("uses", unless(evtchn.NoABI, k.Belief))
	t.Detail("was offered", abis(k.Offer))
	t.Fact("handles ports", numbers(k.Map))
	t.Fact("port for xenstore", some(k.Store))
	t.Fact("port for the timer", some(k.Timer))
	t.Detail("own pages", ownPages(k.Own))
	t.Fact("uses grant table", grantVersion(k.Grants))
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
func pageFacts(t *model.Teller, c *model.Config, s *evtchn.State) {
	for f := range uint8(evtchn.Foreign) {
		t.About("%s", pageName(f+1))
		switch i := f % evtchn.PerKernel; {
		case i >= evtchn.MaxVCPUs:
			arrayFacts(t, &s.Frame[f], i-evtchn.MaxVCPUs)
		case i < Conf(c).VCPUs:
			blockFacts(t, &s.Frame[f])
		}
	}
	t.About("%s", pageName(evtchn.Foreign+1))
	foreign := &s.Frame[evtchn.Foreign]
	references(t, foreign)
	for i, b := range foreign.B {
		t.Fact(fmt.Sprintf("place %d", i), some(b))
	}
}

func blockFacts(t *model.Teller, f *evtchn.Frame) {
	references(t, f)
	t.Fact("READY", prios(f.B[evtchn.Ready]))
	for prio := range uint8(evtchn.NumPrios) {
		t.Fact("head of priority "+PrioArg.Format(prio), portName(f.B[evtchn.Head+prio]))
	}
}

func arrayFacts(t *model.Teller, f *evtchn.Frame, page uint8) {
	references(t, f)
	for i, b := range f.B {
		if i < evtchn.PerWord {
			t.Detail(fmt.Sprintf("word of port %d", int(page)*evtchn.PerWord+i), eventWord(b))
		} else {
			t.Fact("behind the words", some(b))
		}
	}
}

func references(t *model.Teller, f *evtchn.Frame) {
	value := fmt.Sprintf("%d general, %d writable", f.General, f.Type)
	if f.General|f.Type == 0 {
		value = ""
	}
	t.Detail("references", value)
}

// leftFacts tells how many operations of each class may still come, where the
// configuration bounds them.
func leftFacts(t *model.Teller, c *model.Config, s *evtchn.State) {
	for i, class := range evtchn.Budgets {
		if b := Conf(c).Budget[i]; b != 0 && b != evtchn.Unlimited {
			t.Fact(class.Name, fmt.Sprint(s.Left[i]))
		}
	}
}

// noteFacts tells what the ledger has, and what hardware would tell.
func noteFacts(t *model.Teller, g *evtchn.Ghost, b *ledger.Book) {
	t.Fact("owed to ports", numbers(b.Owed))
	t.Fact("raised on ports", numbers(b.Raised))
	t.Detail("open for the kernel", numbers(b.Open))
	t.Detail("masked by its code", numbers(b.Shut))
	t.Fact("moved at its own risk", numbers(b.Spoilt))
	t.Aside("in the ledger", entries(b))
	t.Fact("used, and not there", unless(evtchn.NoTrap, g.Trap))
	t.Fact("Xen wrote to", pageName(g.Stray))
	t.Fact("wrong", b.Wrong.String())
	t.Flags("kernels", model.If(b.Changed, "changed for the hand-over"))
}

// entries is the rest of the ledger, in short.
func entries(b *ledger.Book) string {
	var list []string
	set := func(name string, ports uint8) {
		if ports != 0 {
			list = append(list, name+" "+numbers(ports))
		}
	}
	set("for vcpu 1:", b.Home.Now)
	set("or the other:", b.Home.Also)
	set("default priority:", b.Prio.Now)
	set("or the other:", b.Prio.Also)
	for v, ports := range b.Early {
		set(fmt.Sprintf("masked since vcpu %d looked:", v), ports)
	}
	for cpu := range b.Flight {
		name := EventCPU.Format(uint8(cpu))
		if f := b.Flight[cpu]; f != (ledger.Flight{}) {
			list = append(list, fmt.Sprintf("by %s: port %d (%d changes, %d locks, %d links, %b)", name, int(f.Port)-1, f.Changes, f.Locks, f.Links, f.Flags))
		}
		if n := b.Work[cpu]; n != 0 {
			list = append(list, fmt.Sprintf("closed by %s: %d", name, n))
		}
	}
	if b.LetGo {
		list = append(list, "closed by its owner: xenstore's port")
	}
	return strings.Join(list, "; ")
}
