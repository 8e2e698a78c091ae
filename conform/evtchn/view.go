// Package evtchn says what can be seen of the area evtchn from outside: the ports
// of both domains, the guest's shared_info, and the pages of its kernels in the FIFO
// ABI.
package evtchn

import (
	"fmt"
	"strconv"
	"strings"

	"hvcheck/conform"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// Names of what is seen.
const (
	GuestPort   = "guest port"
	BackendPort = "backend port"
	VCPU        = "vcpu"
	Kernel      = "kernel"
	Blocks      = "control blocks"
	Guest       = "guest"

	State, Remote, Number, Notify = "state", "remote domain", "number", "vcpu"
	Pending, Masked               = "pending", "masked"
	XenPending, XenMasked, Link   = "pending to xen", "masked to xen", "link"
	Flag, Selector, Down, Polls   = "upcall pending", "selector", "down", "polls"
	General, Writable             = "general references", "writable references"
	Life, Paused                  = "life", "paused"
)

// WordOf and BlockOf name the event word of a port, and the control block of a vCPU, of
// a kernel.
func WordOf(p int) string { return fmt.Sprintf("word %d", p) }

// BlockOf names the control block of a vCPU.
func BlockOf(v int) string { return fmt.Sprintf("block %d", v) }

// States are what a port is, by its number in Xen.
var States = [...]string{
	evtchn.Free: "free", evtchn.Reserved: "reserved", evtchn.Unbound: "unbound", evtchn.Interdomain: "interdomain",
	evtchn.PIRQ: "pirq", evtchn.VIRQ: "virq", evtchn.IPI: "ipi",
}

// Lives are what has become of the guest.
const (
	Runs  = "runs"
	Shut  = "shut down"
	Ended = "gone"
)

// Domains are the names of domains.
var Domains = [...]string{evtchn.Guest: "guest", evtchn.Backend: "backend", evtchn.NoDomain: "none"}

// VIRQs are the numbers of virtual interrupts in Xen's interface.
var VIRQs = [...]uint32{evtchn.VIRQTimer: 0, evtchn.VIRQArgo: 11, evtchn.VIRQGlobal: 3, evtchn.VIRQInvalid: 24}

// Priorities are those of the FIFO ABI by their numbers in Xen, and one that there is not.
var Priorities = [...]uint32{0, 7, 16}

// View is what can be seen of the area.
var View = &conform.View{
	Area:    evops.Area,
	Prepare: prepare,
	Inner:   []*model.Spec{evops.XenStep},
	Instead: firstSender,
	Begin:   begin,
	Objects: []conform.Object{
		{Name: GuestPort, Count: ports, Fields: append(portFields(evtchn.Guest), guestWords...)},
		{Name: BackendPort, Count: ports, Fields: portFields(evtchn.Backend)},
		{Name: VCPU, Count: func(c *model.Config) int { return int(evops.Conf(c).VCPUs) }, Fields: vcpu},
		{Name: Kernel, Count: func(*model.Config) int { return evtchn.MaxKernels }, Fields: kernelFields()},
		{Name: Blocks, Fields: []conform.Field{
			{Name: General, Doc: "of the page with all control blocks", Model: alive(func(_ *model.Config, s *evtchn.State, _ int) string { return blocks(s, general) })},
			{Name: Writable, Doc: "the same, of type PGT_writable_page", Model: alive(func(_ *model.Config, s *evtchn.State, _ int) string { return blocks(s, typed) })},
		}},
		{Name: Guest, Fields: []conform.Field{
			{Name: Life, Doc: "whether it is shut down, or crashed, or gone", Model: func(_ *model.Config, w *model.World, _ int) string { return life(evops.Of(w)) }},
			{Name: Paused, Doc: "by the toolstack", Model: alive(func(_ *model.Config, s *evtchn.State, _ int) string { return model.YesNo(s.Paused) })},
		}},
	},
}

// prepare has a guest that is not limited in what it does, and operations that are done
// as a whole, but for the guest's own handlers. Ports share words, buckets, and looks for
// preemption, as those of Xen do that have 64 times their number.
func prepare(c *model.Config) error {
	o := evops.Conf(c)
	o.Steps &= evtchn.StepHandler
	o.PV = o.PV || wantsPV(&o.Budget)
	o.Every = evtchn.PerWord
	for i := range o.Budget {
		o.Budget[i] = evtchn.Unlimited
	}
	return nil
}

// firstSender has the first of two senders, who are alike, do what the second one does only
// while the first one is busy: none is, between operations that are done as a whole.
func firstSender(op model.Op) model.Op {
	switch op.Kind {
	case evops.Send.Kind(), evops.RaiseVIRQ.Kind(), evops.RaisePIRQ.Kind():
		if op.Arg[0] == evtchn.Back1 {
			op.Arg[0] = evtchn.Back0
		}
	}
	return op
}

// wantsPV tells whether a guest is a PV one that may be either: its resets can be stopped,
// there are pages that Xen cannot map, and events wake it although it has no callback. No
// PV domain survives a soft reset, which kernels that follow one another need.
func wantsPV(of *evops.Budget) bool {
	if jumps := of[evtchn.Jumps]; jumps != 0 {
		return jumps == evtchn.Unlimited
	}
	return of[evtchn.Resets] != 0 || of[evtchn.Inits] != 0 || of[evtchn.Polls] != 0
}

// begin has every array page of the model be there if one is: one page of Xen's has the
// words of all ports.
func begin(c *model.Config, w *model.World) {
	s := evops.Of(w)
	if s.Pages == 0 {
		return
	}
	call := evtchn.Call{Whole: true}
	for rc := errno.OK; rc == errno.OK; {
		call.Begin(&evops.Conf(c).Config, s)
		rc = call.ExpandArray(evtchn.VCPU0, evtchn.PageOwn)
	}
}

// ports counts the ports that are seen, port 0 among them.
func ports(c *model.Config) int { return int(evops.Conf(c).Ports) + 1 }

// value is what a state has.
type value func(c *model.Config, s *evtchn.State, i int) string

// alive is what can be seen as long as the guest is there.
func alive(of value) func(*model.Config, *model.World, int) string {
	return func(c *model.Config, w *model.World, i int) string {
		if s := evops.Of(w); !s.Dead {
			return of(c, s, i)
		}
		return ""
	}
}

func life(s *evtchn.State) string {
	switch {
	case s.Dead:
		return Ended
	case s.Shutdown || s.Crashed:
		return Shut
	}
	return Runs
}

// portFields are the fields of the ports of a domain. Port 0 is nobody's.
func portFields(dom int) []conform.Field {
	of := func(value func(p *evtchn.Port) string) func(*model.Config, *model.World, int) string {
		return func(_ *model.Config, w *model.World, i int) string {
			if i == 0 || dom == evtchn.Guest && evops.Of(w).Dead {
				return ""
			}
			return value(&evops.Of(w).Dom[dom].Port[i])
		}
	}
	return []conform.Field{
		{Name: State, Doc: "ECS_FREE and the like", Model: of(func(p *evtchn.Port) string { return States[p.State] })},
		{Name: Remote, Doc: "the domain at the other end", Model: of(func(p *evtchn.Port) string {
			if p.State != evtchn.Unbound && p.State != evtchn.Interdomain {
				return ""
			}
			return Domains[p.Remote]
		})},
		{Name: Number, Doc: "the port at the other end, or the number of the virtual interrupt", Model: of(number)},
		{Name: Notify, Doc: "notify_vcpu_id", Model: of(func(p *evtchn.Port) string {
			if p.State <= evtchn.Reserved {
				return ""
			}
			return strconv.Itoa(int(p.Notify))
		})},
	}
}

func number(p *evtchn.Port) string {
	switch p.State {
	case evtchn.Interdomain:
		return strconv.Itoa(int(p.Number))
	case evtchn.VIRQ:
		return strconv.Itoa(int(VIRQs[p.Number]))
	}
	return ""
}

// bitOf is a bit of shared_info.
func bitOf(value func(s *evtchn.State) uint8) func(*model.Config, *model.World, int) string {
	return alive(func(_ *model.Config, s *evtchn.State, i int) string {
		if i == 0 {
			return ""
		}
		return model.YesNo(value(s)>>i&1 != 0)
	})
}

// ofBound is what Xen tells of a port that is bound.
func ofBound(value func(s *evtchn.State, p uint8) string) func(*model.Config, *model.World, int) string {
	return alive(func(_ *model.Config, s *evtchn.State, i int) string {
		if s.Dom[evtchn.Guest].Port[i].State <= evtchn.Reserved {
			return ""
		}
		return value(s, uint8(i))
	})
}

var guestWords = []conform.Field{
	{Name: Pending, Doc: "its bit in evtchn_pending", Model: bitOf(func(s *evtchn.State) uint8 { return s.Pending })},
	{Name: Masked, Doc: "its bit in evtchn_mask", Model: bitOf(func(s *evtchn.State) uint8 { return s.Mask })},
	{Name: XenPending, Doc: "in the ABI that is in force", Model: ofBound(func(s *evtchn.State, p uint8) string {
		return model.YesNo(s.PendingPort(p) && !s.Dom[evtchn.Guest].Port[p].Consumer)
	})},
	{Name: XenMasked, Doc: "in the ABI that is in force", Model: ofBound(func(s *evtchn.State, p uint8) string { return model.YesNo(maskedToXen(s, p)) })},
	{Name: Link, Doc: "in the FIFO ABI: ? without an event word, - if it is not linked, else the link; in the 2-level one, the selector's bit for its word, on its vCPU", Model: ofBound(link)},
}

func maskedToXen(s *evtchn.State, p uint8) bool {
	if s.Dom[evtchn.Guest].Port[p].Consumer {
		return true
	}
	if s.Ops != evtchn.FIFO {
		return s.Mask>>p&1 != 0
	}
	w := s.Word(p)
	return w == nil || *w&evtchn.Masked != 0
}

func link(s *evtchn.State, p uint8) string {
	w := s.Word(p)
	switch {
	case s.Ops != evtchn.FIFO:
		return fmt.Sprintf("selector %d", s.VCPU[s.Dom[evtchn.Guest].Port[p].Notify].Sel>>(p/evtchn.PerWord)&1)
	case w == nil:
		return "?"
	case *w&evtchn.Linked == 0:
		return "-"
	}
	return strconv.Itoa(int(*w & evtchn.LinkBit))
}

var vcpu = []conform.Field{
	{Name: Flag, Doc: "evtchn_upcall_pending", Model: alive(func(_ *model.Config, s *evtchn.State, i int) string { return model.YesNo(s.VCPU[i].Flag) })},
	{Name: Selector, Doc: "evtchn_pending_sel", Model: alive(func(_ *model.Config, s *evtchn.State, i int) string { return strconv.Itoa(int(s.VCPU[i].Sel)) })},
	{Name: Down, Doc: "VCPUOP_down", Model: alive(func(_ *model.Config, s *evtchn.State, i int) string { return model.YesNo(s.VCPU[i].Down) })},
	{Name: Polls, Doc: "whether it sleeps until a port is pending", Model: alive(func(_ *model.Config, s *evtchn.State, i int) string { return model.YesNo(s.VCPU[i].Poll != 0) })},
}

// kernelFields are about the pages that a kernel has for the FIFO ABI. What the model
// has in several array pages is in one of Xen's.
func kernelFields() (list []conform.Field) {
	for p := 1; p < evtchn.MaxPorts; p++ {
		list = append(list, conform.Field{Name: WordOf(p), Doc: "the event word of a port", Model: alive(func(c *model.Config, s *evtchn.State, k int) string {
			if p >= ports(c) {
				return ""
			}
			return Word(s.Frame[evtchn.ArrayFrame(uint8(k), uint8(p/evtchn.PerWord))].B[p%evtchn.PerWord])
		})})
	}
	for v := range evtchn.MaxVCPUs {
		list = append(list, conform.Field{Name: BlockOf(v), Doc: "READY and the heads in the control block of a vCPU", Model: alive(func(_ *model.Config, s *evtchn.State, k int) string {
			return Block(s.Frame[evtchn.BlockFrame(uint8(k), uint8(v))].B)
		})})
	}
	array := func(of func(f *evtchn.Frame) uint8) func(*model.Config, *model.World, int) string {
		return alive(func(_ *model.Config, s *evtchn.State, k int) string {
			return strconv.Itoa(int(of(&s.Frame[evtchn.ArrayFrame(uint8(k), 0)])))
		})
	}
	return append(list,
		conform.Field{Name: General, Doc: "of its array page", Model: array(general)},
		conform.Field{Name: Writable, Doc: "the same, of type PGT_writable_page", Model: array(typed)})
}

func general(f *evtchn.Frame) uint8 { return f.General }

func typed(f *evtchn.Frame) uint8 { return f.Type }

// blocks sums up over the control blocks of all kernels.
func blocks(s *evtchn.State, of func(f *evtchn.Frame) uint8) string {
	n := 0
	for k := range uint8(evtchn.MaxKernels) {
		for v := range uint8(evtchn.MaxVCPUs) {
			n += int(of(&s.Frame[evtchn.BlockFrame(k, v)]))
		}
	}
	return strconv.Itoa(n)
}

// Word is an event word of the model's in words: its bits, and the link.
func Word(w uint8) string {
	words := model.Words(
		model.If(w&evtchn.Pending != 0, "pending"), model.If(w&evtchn.Masked != 0, "masked"),
		model.If(w&evtchn.Linked != 0, "linked"), model.If(w&evtchn.Busy != 0, "busy"))
	return strings.Join(append(words, strconv.Itoa(int(w&evtchn.LinkBit))), " ")
}

// Block is a control block of the model's: READY, and the head of each priority.
func Block(b [1 + evtchn.NumPrios]uint8) string {
	return fmt.Sprintf("%d %d %d", b[evtchn.Ready], b[evtchn.Head], b[evtchn.Head+1])
}
