package evops_test

import (
	"fmt"
	"slices"
	"testing"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/modeltest"
)

func TestFactsTellAll(t *testing.T) { told().All(t) }

func TestFactsInOrder(t *testing.T) { told().InOrder(t) }

// told is all of the area, in states with every port in a state, every CPU at a
// phase, every handler at one.
func told() *modeltest.Told {
	d := modeltest.Told{Config: modeltest.Largest(evops.Area)}
	state := func(change func(s *evtchn.State)) {
		var w model.World
		evops.Of(&w).Ops = evtchn.FIFO
		change(evops.Of(&w))
		d.States = append(d.States, w)
	}
	for port := uint8(evtchn.Free); port <= evtchn.IPI; port++ {
		state(func(s *evtchn.State) { openAll(s, port) })
	}
	for pc := evtchn.Idle; pc <= evtchn.C2; pc++ {
		state(func(s *evtchn.State) {
			for i := range s.Task {
				s.Task[i].PC = pc
			}
		})
	}
	for pc := evtchn.HandlerIdle; pc <= evtchn.H7; pc++ {
		state(func(s *evtchn.State) {
			for v := range s.VCPU {
				s.VCPU[v].Handler.PC = pc
			}
		})
	}
	return &d
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

// about lists what a state's facts say of a subject, by "name: value".
func about(s *evtchn.State, subject string) string {
	c := evops.Scope{VCPUs: 1, Ports: 1}.Config()
	var w model.World
	*evops.Of(&w) = *s
	text := ""
	for _, f := range model.Known(model.Facts(&c, &w)) {
		if f.Subject == subject {
			text += ", " + f.Name + ": " + f.Value
		}
	}
	return "[" + text[min(len(text), len(", ")):] + "]"
}

// TestTasks: what a CPU does, in words.
func TestTasks(t *testing.T) {
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
		s := evtchn.State{Ops: evtchn.FIFO}
		s.Task[evtchn.Back1] = tc.task
		if got := about(&s, "b1"); got != tc.want {
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
		var s evtchn.State
		s.VCPU[0].Handler = tc.handler
		if got := about(&s, "vcpu 0"); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

// moved is a domain in which every store is a step, with two vCPUs and an event
// of port 1 on vCPU 1's queue if linked, and no event otherwise.
func moved(linked bool) (c model.Config, w model.World) {
	c = evops.Scope{VCPUs: 2, Ports: 1, Preempt: 1, Budget: evops.Budget{
		evtchn.Sends: 2, evtchn.Closes: 1, evtchn.Binds: 1, evtchn.Moves: 1, evtchn.Offlines: 1,
	}}.Config(evtchn.Config{
		Limit: evtchn.MaxPorts, Limit2L: evtchn.MaxPorts, Limit2L32: evtchn.MaxPorts, MaxPort: evtchn.MaxPorts - 1, Every: 2,
		Steps: evtchn.StepRaise | evtchn.StepHandler,
	})
	start := evops.Begin("running", evops.Start{Running: evtchn.FIFO, Backend: 1})
	if linked {
		start.Do = []model.Op{evops.BindVCPU.Of(evtchn.VCPU0, 1, 1), evops.Send.Of(evtchn.Back0, 1)}
	}
	return c, start.World(&c)
}

// TestOutline: what a start state is, in a few lines.
func TestOutline(t *testing.T) {
	running := []string{
		"guest ABI FIFO", "port 1 state interdomain with backend port 1; vcpu 0", "vcpu 0 control block kernel 0's",
		"vcpu 1 control block kernel 0's", "kernel 0 uses FIFO", "kernel 0 handles ports 1",
	}
	c, w := moved(false)
	if got := modeltest.Texts(model.Outline(&c, &w)); !slices.Equal(got, running) {
		t.Errorf("got %q", got)
	}
	c, w = moved(true)
	if got := modeltest.Texts(model.Outline(&c, &w)); !slices.Contains(got, "port 1 state interdomain with backend port 1; vcpu 1") ||
		!slices.Contains(got, "vcpu 1 tail of priority 7 port 1") || !slices.Contains(got, "notes owed to ports 1") {
		t.Errorf("with an event: %q", got)
	}
}

// TestChanges: a send and its first step, as a story tells them.
func TestChanges(t *testing.T) {
	c, w := moved(false)
	m := model.NewMachine(c)
	for _, step := range []struct {
		op   model.Op
		want string
	}{
		{
			evops.BindVCPU.Of(evtchn.VCPU0, 1, 1),
			"[{port 1 state interdomain with backend port 1; vcpu 0 interdomain with backend port 1; vcpu 1} {left moves 1 0}]",
		},
		{
			evops.Send.Of(evtchn.Back0, 1),
			"[{b0 in the middle of - raise port 1 on vcpu 1} {b0 next step - find the event word (F1)} {left sends 2 1} {notes owed to ports - 1} {notes raised on ports - 1}]",
		},
		{evops.EventVCPUDown.Of(1), "[{vcpu 1 state - down} {left offlines 1 0}]"},
	} {
		before := w
		if a := m.Do(&w, step.op); a.Code != 0 {
			t.Fatalf("%v returned %v", step.op, a.Code)
		}
		if got := fmt.Sprint(model.Diff(&c, &before, &w)); got != step.want {
			t.Errorf("%v: got %s", step.op, got)
		}
	}
}
