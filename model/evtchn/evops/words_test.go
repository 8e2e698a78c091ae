package evops

import (
	"testing"

	"hvcheck/model/evtchn"
)

// TestPhasesHaveWords: whatever a CPU or a handler does next has a name.
func TestPhasesHaveWords(t *testing.T) {
	for pc := evtchn.A1; pc <= evtchn.C2; pc++ {
		if phases[pc] == "" || taskWord(&evtchn.Task{PC: pc}) == "" {
			t.Errorf("phase %v has no words", pc)
		}
	}
	for pc := evtchn.G1; pc <= evtchn.H7; pc++ {
		if handlerPhases[pc] == "" {
			t.Errorf("phase %v of the handler has no words", pc)
		}
	}
}

func TestEventWord(t *testing.T) {
	for w, want := range map[uint8]string{
		0:                             "",
		evtchn.Pending:                "PENDING",
		evtchn.Pending | 2:            "PENDING->2",
		evtchn.Linked | 2:             "LINKED->2",
		evtchn.Masked | evtchn.Busy:   "MASKED BUSY",
		evtchn.Busy | 1:               "BUSY->1",
		^uint8(0) &^ evtchn.Busy &^ 9: "PENDING MASKED LINKED->6",
	} {
		if got := eventWord(w); got != want {
			t.Errorf("%08b: got %q, want %q", w, got, want)
		}
	}
}

func TestPortState(t *testing.T) {
	for _, tc := range []struct {
		port evtchn.Port
		want string
	}{
		{evtchn.Port{}, "closed"},
		{evtchn.Port{State: evtchn.Reserved}, "reserved"},
		{evtchn.Port{State: evtchn.Unbound, Remote: evtchn.Backend}, "unbound, for the backend"},
		{evtchn.Port{State: evtchn.Unbound}, "unbound, for the guest"},
		{evtchn.Port{State: evtchn.Interdomain, Remote: evtchn.Backend, Number: 2}, "interdomain with backend port 2"},
		{evtchn.Port{State: evtchn.PIRQ}, "pirq 0"},
		{evtchn.Port{State: evtchn.VIRQ, Number: evtchn.VIRQGlobal}, "virq dom_exc"},
		{evtchn.Port{State: evtchn.IPI}, "ipi"},
	} {
		d := evtchn.Domain{Valid: evtchn.PerWord}
		d.Port[1] = tc.port
		if got := portState(&d, 1); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

func TestPageNames(t *testing.T) {
	for ref, want := range map[uint8]string{
		0:                           "",
		evtchn.BlockFrame(1, 1) + 1: "kernel 1's control block of vcpu 1",
		evtchn.ArrayFrame(0, 2) + 1: "kernel 0's array page 2",
		evtchn.Foreign + 1:          "a foreign page",
	} {
		if got := pageName(ref); got != want {
			t.Errorf("%d: got %q, want %q", ref, got, want)
		}
	}
	if got := ownPages(1<<0 | 1<<1 | 1<<evtchn.MaxVCPUs); got != "control blocks 0 1, array pages 0" {
		t.Errorf("own pages: %q", got)
	}
	for v, want := range []string{"kernel 1's control block of vcpu 1", "kernel 1's"} {
		if got := blockName(uint8(v), evtchn.BlockFrame(1, 1)+1); got != want {
			t.Errorf("vcpu %d: got %q, want %q", v, got, want)
		}
	}
}
