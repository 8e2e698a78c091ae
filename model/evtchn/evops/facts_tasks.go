package evops

import (
	"fmt"
	"strings"

	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// taskFacts tells what a CPU is in the middle of. What it does stays the same
// from step to step; the next step is what a story is about.
func taskFacts(t *model.Teller, s *evtchn.State, k *evtchn.Task) {
	t.Fact("in the middle of", taskWord(k))
	t.Fact("next step", phaseWord(k.PC))
	t.Fact("queue", taskQueue(s, k))
	t.Fact("holds the lock of", locks(k))
	t.Fact("so far", findings(k))
	t.Fact("attempts", some(k.Tries))
	t.Fact("the tail's word as read", tailWord(k))
}

// Where the kinds of tasks end, in the order of phases.
func isRaise(pc evtchn.Phase) bool       { return pc >= evtchn.A1 && pc <= evtchn.F14 }
func isUnmask(pc evtchn.Phase) bool      { return pc == evtchn.U1 || pc == evtchn.U2 }
func isGuestUnmask(pc evtchn.Phase) bool { return pc >= evtchn.K1 && pc <= evtchn.K5 }
func isReset(pc evtchn.Phase) bool       { return pc == evtchn.R2 || pc == evtchn.R3 }
func isControl(pc evtchn.Phase) bool     { return pc >= evtchn.C2 }

func taskWord(k *evtchn.Task) string {
	switch pc := k.PC; {
	case isRaise(pc):
		return fmt.Sprintf("raise port %d on vcpu %d", k.Port, k.VCPU)
	case isUnmask(pc):
		return fmt.Sprintf("EVTCHNOP_unmask of port %d on vcpu %d", k.Port, k.VCPU)
	case isGuestUnmask(pc):
		return fmt.Sprintf("unmask port %d", k.Port)
	case isReset(pc):
		return fmt.Sprintf("reset, at port %d", k.Port)
	case isControl(pc):
		return fmt.Sprintf("init_control of vcpu %d", k.Port) // where others have the port
	}
	return ""
}

// phases says what is done in each phase.
var phases = [...]string{
	evtchn.A1:     "test and set the pending bit",
	evtchn.A2:     "read the mask bit",
	evtchn.A3:     "test and set the selector bit",
	evtchn.A5:     "wake pollers",
	evtchn.F1:     "find the event word",
	evtchn.F3:     "lock the queues",
	evtchn.F5:     "set PENDING",
	evtchn.F6:     "read MASKED",
	evtchn.F7:     "test and set LINKED",
	evtchn.F8:     "leave the old queue",
	evtchn.F9:     "read the tail's word",
	evtchn.F9CAS:  "link behind the tail",
	evtchn.F9Busy: "set BUSY in the tail's word",
	evtchn.F9Read: "read the tail's word again",
	evtchn.F10:    "write the head",
	evtchn.F11:    "write the tail",
	evtchn.F12:    "unlock the queues",
	evtchn.F13:    "test and set READY",
	evtchn.Mark:   "set evtchn_upcall_pending",
	evtchn.F14:    "wake pollers",
	evtchn.U1:     "clear the mask",
	evtchn.U2:     "look whether it is pending",
	evtchn.K1:     "clear the mask",
	evtchn.K2:     "look whether it is pending",
	evtchn.K3:     "mask again before asking Xen",
	evtchn.K4:     "set the selector bit",
	evtchn.K5:     "set evtchn_upcall_pending",
	evtchn.R2:     "close the port",
	evtchn.R3:     "give the FIFO ABI back",
	evtchn.C2:     "publish the rest",
}

func phaseWord(pc evtchn.Phase) string {
	if pc == evtchn.Idle {
		return ""
	}
	return fmt.Sprintf("%s (%v)", phases[pc], pc)
}

// taskQueue is the queue for the event and, if that is another one, the queue
// it was last on.
func taskQueue(s *evtchn.State, k *evtchn.Task) string {
	switch {
	case k.PC < evtchn.F3 || k.PC > evtchn.F14 || s.Ops != evtchn.FIFO:
		return ""
	case k.Q == k.O:
		return queueName(k.Q)
	}
	return queueName(k.Q) + ", last on " + queueName(k.O)
}

func locks(k *evtchn.Task) string {
	var list []string
	if k.Is(evtchn.HoldsQ) {
		list = append(list, queueName(k.Q))
	}
	if k.Is(evtchn.HoldsO) {
		list = append(list, queueName(k.O))
	}
	return strings.Join(list, ", ")
}

// findings is what a task knows and has done.
func findings(k *evtchn.Task) string {
	switch {
	case isRaise(k.PC), isUnmask(k.PC):
		return raised(k)
	case isControl(k.PC):
		return published(k)
	}
	return ""
}

func raised(k *evtchn.Task) string {
	return model.JoinFlags(
		model.If(k.Is(evtchn.Again), "repeats an event"),
		model.If(k.Is(evtchn.NoChannel), "without the channel's lock"),
		model.If(k.Is(evtchn.NewEvent), "a new event"),
		model.If(k.Is(evtchn.BusySet), "BUSY is set"),
		model.If(k.Is(evtchn.NewHead), "the head is written"))
}

// published is about the page, which stands where others have a word.
func published(k *evtchn.Task) string {
	return model.JoinFlags(
		model.If(true, "block: "+blockName(k.Port, k.Word)),
		model.If(k.Is(evtchn.First), "the domain's first"))
}

// tailWord is told while it matters.
func tailWord(k *evtchn.Task) string {
	switch k.PC {
	case evtchn.F9CAS, evtchn.F9Busy:
		return eventWord(k.Word)
	}
	return ""
}

// handlerFacts tells where the guest's handler on a vCPU stands. The local
// heads stay when it is through.
func handlerFacts(t *model.Teller, h *evtchn.Handler) {
	fifo := h.PC >= evtchn.H2
	t.Fact("handler, next step", handlerWord(h.PC))
	ready := numbers
	if fifo {
		ready = prios
	}
	t.Fact("handler, ready", ready(h.Ready))
	t.Fact("handler, events", numbers(h.Bits))
	t.Fact("handler, port", handledPort(h, fifo))
	for prio, head := range h.Local {
		t.Fact("local head of priority "+PrioArg.Format(uint8(prio)), portName(head))
	}
}

// handlerPhases says what is done in each phase of a handler.
var handlerPhases = [...]string{
	evtchn.G1:    "clear evtchn_upcall_pending",
	evtchn.G2:    "exchange the selector with 0",
	evtchn.G3:    "read the next word",
	evtchn.G4:    "acknowledge and handle the next event",
	evtchn.G4Ack: "acknowledge what was handled",
	evtchn.G5:    "look for another upcall",
	evtchn.H2:    "exchange READY with 0",
	evtchn.H3:    "read the queue's head",
	evtchn.H4:    "clear LINKED and the link",
	evtchn.H5:    "look at PENDING and MASKED",
	evtchn.H5Ack: "clear PENDING and handle the event",
	evtchn.H6:    "remember the head",
	evtchn.H7:    "look for another upcall",
}

func handlerWord(pc evtchn.HandlerPhase) string {
	if pc == evtchn.HandlerIdle {
		return ""
	}
	return fmt.Sprintf("%s (%v)", handlerPhases[pc], pc)
}

// handledPort is the port that is taken, in the FIFO ABI with its queue's
// priority and the port behind it.
func handledPort(h *evtchn.Handler, fifo bool) string {
	s := portName(h.Port)
	if fifo && h.PC >= evtchn.H4 && h.PC <= evtchn.H6 {
		s += " of priority " + PrioArg.Format(h.Prio)
		if h.Next != 0 {
			s += ", before " + portName(h.Next)
		}
	}
	return s
}
