package drive

import (
	"strings"
	"testing"

	view "hvcheck/conform/evtchn"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen/abi"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// played is a session with a guest's memory, and no Xen.
func played() *eventSession {
	s := &eventSession{shared: make([]byte, abi.PageSize), memory: eventMemory{mem: make([]byte, (1+evtchn.MaxKernels)*abi.PageSize)}}
	s.kernel[0] = evtchn.Kernel{Belief: evtchn.FIFO, Map: 1<<evtchn.MaxPorts - 1, Own: 1<<0 | arrayBits}
	return s
}

// Ports have numbers with which words and buckets of Xen's have those that the model's
// have, and are found again by them.
func TestGuestPorts(t *testing.T) {
	for p := range uint8(evtchn.MaxPorts) {
		n := guestPort(p)
		if n/abi.PortsPerWord != uint32(p/evtchn.PerWord) {
			t.Errorf("port %d has number %d", p, n)
		}
		if got, known := guestPortOf(n); !known || got != p {
			t.Errorf("number %d is of port %d, %t", n, got, known)
		}
	}
	for _, n := range []uint32{2, abi.PortsPerWord - 1, abi.PortsPerWord + evtchn.PerWord, guestPort(evtchn.MaxPorts)} {
		if p, known := guestPortOf(n); known {
			t.Errorf("number %d is of port %d", n, p)
		}
	}
}

// What Xen prints of an event word, and what memory has, is told as the model does, or by
// itself where the model has no such thing.
func TestEventTexts(t *testing.T) {
	for _, l := range [][2]string{{"?", "?"}, {"-", "-"}, {"64", "2"}, {"B65", "busy 3"}, {"9", "#9"}, {"selector 1", "selector 1"}} {
		if got := linkText(l[0]); got != l[1] {
			t.Errorf("%q is told as %q, want %q", l[0], got, l[1])
		}
	}
	for w, want := range map[uint32]string{
		0: view.Word(0), abi.WordPending | abi.WordMasked: view.Word(evtchn.Pending | evtchn.Masked),
		abi.WordLinked | abi.WordBusy | 64: view.Word(evtchn.Linked | evtchn.Busy | 2),
		abi.WordLinked | 7:                 "0x20000007", 1 << 20: "0x100000",
	} {
		if got := wordText(w); got != want {
			t.Errorf("%#x is told as %q, want %q", w, got, want)
		}
	}
	s := played()
	b := s.block(1, 1)
	put32(b, 1<<7)
	put32(b[abi.ControlHeads+7*abi.WordSize:], 64)
	if got, want := blockText(b), view.Block([...]uint8{1 << evtchn.DefaultPrio, 0, 2}); got != want {
		t.Errorf("told as %q, want %q", got, want)
	}
	put32(b, 1<<7|1<<3)
	if got := blockText(b); !strings.Contains(got, "0x88") {
		t.Errorf("a queue that the model has not is told as %q", got)
	}
}

// The guest's handler takes events off a queue in their order, and leaves alone what is
// masked, or not pending.
func TestHandleFIFO(t *testing.T) {
	s := played()
	s.info(0)[abi.InfoUpcallPending] = 1
	b := s.block(0, 0)
	put32(b, 1<<7)
	put32(b[abi.ControlHeads+7*abi.WordSize:], guestPort(1))
	put32(s.word(0, guestPort(1)), abi.WordPending|abi.WordLinked|guestPort(3))
	put32(s.word(0, guestPort(3)), abi.WordPending|abi.WordMasked|abi.WordLinked|guestPort(2))
	put32(s.word(0, guestPort(2)), abi.WordLinked)
	if err := s.upcall(0); err != nil {
		t.Fatal(err)
	}
	for p, want := range []uint32{0, 0, 0, abi.WordPending | abi.WordMasked} {
		if got := get32(s.word(0, guestPort(uint8(p)))); got != want {
			t.Errorf("port %d: %#x, want %#x", p, got, want)
		}
	}
	if get32(b) != 0 || s.info(0)[abi.InfoUpcallPending] != 0 || s.handler[0] != (eventHandler{}) {
		t.Errorf("READY %#x, handler %+v", get32(b), s.handler[0])
	}
}

// A reset is stopped where Xen looks first, by a vCPU of a PV guest.
func TestStopsReset(t *testing.T) {
	c := evops.Scope{VCPUs: 2, Ports: 2, Preempt: 2}.Config(evtchn.Config{Limit: 6, Limit2L: 6, Limit2L32: 6, MaxPort: 5})
	if err := view.View.Prepare(&c); err != nil {
		t.Fatal(err)
	}
	start := evops.Begin("", evops.Start{Running: evtchn.FIFO, Backend: 2})
	for _, l := range []struct {
		op     model.Op
		pv     bool
		stops  int
		driven bool
	}{
		{evops.ResetEvents.Of(evtchn.VCPU0, 0), true, 0, true},
		{evops.ResetEvents.Of(evtchn.VCPU0, 1), true, 1, true},
		{evops.ResetEvents.Of(evtchn.VCPU0, 2), true, 0, true}, // there is no such check
		{evops.ResetEvents.Of(evtchn.VCPU0, 1), false, 1, false},
	} {
		evops.Conf(&c).PV = l.pv
		w := start.World(&c)
		q := ways.Ask(model.NewMachine(c), &w, l.op, nil)
		if n, why := stopsReset(q), exceptResetEvents(q); n != l.stops || (why == "") != l.driven {
			t.Errorf("%v, PV %t: %d stops, %q", l.op, l.pv, n, why)
		}
	}
}
