package counterexamples

import (
	"fmt"
	"slices"
	"testing"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/scenarios"
)

// eventBases are states of area evtchn with every port in a state, every CPU at
// a phase, every handler at one.
func eventBases() (list []model.World) {
	base := func(change func(s *evtchn.State)) {
		var w model.World
		w.Ev.Ops = evtchn.FIFO
		change(&w.Ev)
		list = append(list, w)
	}
	for state := uint8(evtchn.Free); state <= evtchn.IPI; state++ {
		base(func(s *evtchn.State) { openAll(s, state) })
	}
	for pc := evtchn.Idle; pc <= evtchn.C2; pc++ {
		base(func(s *evtchn.State) {
			for i := range s.Task {
				s.Task[i].PC = pc
			}
		})
	}
	for pc := evtchn.HandlerIdle; pc <= evtchn.H7; pc++ {
		base(func(s *evtchn.State) {
			for v := range s.VCPU {
				s.VCPU[v].Handler.PC = pc
			}
		})
	}
	return list
}

// openAll has both domains' ports in a state.
func openAll(s *evtchn.State, state uint8) {
	for d := range s.Dom {
		s.Dom[d].Valid = evtchn.MaxPorts
		for p := range s.Dom[d].Port {
			s.Dom[d].Port[p].State = state
		}
	}
}

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

// TestTasks: what a CPU does, in words.
func TestTasks(t *testing.T) {
	s := &evtchn.State{Ops: evtchn.FIFO}
	for _, tc := range []struct {
		task evtchn.Task
		want string
	}{
		{evtchn.Task{}, "[]"},
		{
			evtchn.Task{PC: evtchn.F3, Port: 1, VCPU: 1, Q: 3, Tries: 1},
			"[in the middle of: raise port 1 on vcpu 1, next step: lock the queues (F3), queue: vcpu 1 prio 7, last on vcpu 0 prio 0, attempts: 1]",
		},
		{
			evtchn.Task{PC: evtchn.F9CAS, Port: 2, Q: 1, O: 1, Word: evtchn.Linked, Flags: evtchn.HoldsQ | evtchn.NewEvent},
			"[in the middle of: raise port 2 on vcpu 0, next step: link behind the tail (F9-cas), queue: vcpu 0 prio 7, holds the lock of: vcpu 0 prio 7, so far: a new event, the tail's word as read: LINKED]",
		},
		{
			evtchn.Task{PC: evtchn.U2, Port: 1, Flags: evtchn.Again},
			"[in the middle of: EVTCHNOP_unmask of port 1 on vcpu 0, next step: look whether it is pending (U2), so far: repeats an event]",
		},
		{evtchn.Task{PC: evtchn.K1, Port: 1}, "[in the middle of: unmask port 1, next step: clear the mask (K1)]"},
		{
			evtchn.Task{PC: evtchn.R2, Port: 3, Flags: evtchn.NoChannel},
			"[in the middle of: reset, at port 3, next step: close the port (R2)]",
		},
		{
			evtchn.Task{PC: evtchn.C2, Port: 1, Word: evtchn.BlockFrame(0, 1) + 1, Flags: evtchn.First | evtchn.NoChannel},
			"[in the middle of: init_control of vcpu 1, next step: publish the rest (C2), so far: block: kernel 0's, the domain's first]",
		},
	} {
		var tell teller
		taskFacts(&tell, s, &tc.task)
		if got := listed(Known(tell.facts)); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

// TestHandlers: where a handler stands, in words.
func TestHandlers(t *testing.T) {
	for _, tc := range []struct {
		handler evtchn.Handler
		want    string
	}{
		{evtchn.Handler{Local: [2]uint8{0, 2}}, "[local head of priority 7: port 2]"},
		{
			evtchn.Handler{PC: evtchn.G4, Ready: 2, Bits: 6},
			"[handler, next step: acknowledge and handle the next event (G4), handler, ready: 1, handler, events: 1 2]",
		},
		{
			evtchn.Handler{PC: evtchn.H5, Ready: 3, Prio: 1, Port: 1, Next: 2},
			"[handler, next step: look at PENDING and MASKED (H5), handler, ready: 0 7, handler, port: port 1 of priority 7, before port 2]",
		},
	} {
		var tell teller
		handlerFacts(&tell, &tc.handler)
		if got := listed(Known(tell.facts)); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

// listed writes facts in one line, without their subjects.
func listed(facts []Fact) string {
	s := "["
	for i, f := range facts {
		if i > 0 {
			s += ", "
		}
		s += f.Name + ": " + f.Value
	}
	return s + "]"
}

// TestOutline: what a start state is, in a few lines.
func TestOutline(t *testing.T) {
	sc, _ := scenarios.ByName("evtchn.fifo-offline")
	w := sc.Starts[0].World(&sc.Config)
	var got []string
	for _, f := range Outline(&sc.Config, &w) {
		got = append(got, f.Subject+" "+f.Name+" "+f.Value)
	}
	want := []string{
		"guest ABI FIFO", "port 1 state interdomain with backend port 1; vcpu 0", "vcpu 0 control block kernel 0's",
		"vcpu 1 control block kernel 0's", "kernel 0 uses FIFO", "kernel 0 handles ports 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestEventChanges: a send and its first step, as a story tells them.
func TestEventChanges(t *testing.T) {
	sc, _ := scenarios.ByName("evtchn.fifo-offline")
	m := model.NewMachine(sc.Config)
	w := sc.Starts[0].World(&sc.Config)
	for op, want := range orderedOps(
		model.BindVCPU.Of(evtchn.VCPU0, 1, 1),
		"[{port 1 state interdomain with backend port 1; vcpu 0 interdomain with backend port 1; vcpu 1} {left moves 1 0}]",
		model.Send.Of(evtchn.Back0, 1),
		"[{b0 in the middle of - raise port 1 on vcpu 1} {b0 next step - find the event word (F1)} {left sends 2 1}]",
		model.EventVCPUDown.Of(1),
		"[{vcpu 1 state - down} {left offlines 1 0}]",
	) {
		before := w
		if a := m.Do(&w, op); a.Code != 0 {
			t.Fatalf("%v returned %v", op, a.Code)
		}
		if got := fmt.Sprint(Diff(&sc.Config, &before, &w)); got != want {
			t.Errorf("%v: got %s", op, got)
		}
	}
}

// orderedOps pairs operations with texts.
func orderedOps(list ...any) func(yield func(model.Op, string) bool) {
	return func(yield func(model.Op, string) bool) {
		for i := 0; i < len(list) && yield(list[i].(model.Op), list[i+1].(string)); i += 2 {
			continue
		}
	}
}
