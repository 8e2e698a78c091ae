package evops

import (
	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// Drain lets handlers end, then hypercalls, those that hold locks first, and
// destroys the domain.
func (m *calls) Drain(w *model.World) (op model.Op, more bool) {
	s := Of(w)
	for v := range uint8(evtchn.MaxVCPUs) {
		if !noHandler(&m.cfg, s, &args{v}) {
			return GuestStep.Of(v), true
		}
	}
	if cpu, busy := nextTask(s); busy {
		return XenStep.Of(cpu, 0), true
	}
	return DestroyEvents.Of(0), !s.Dead
}

// nextTask finds the CPU whose task has to go on before others can: those that
// hold locks, other raises, init_control, and then what may have to wait.
func nextTask(s *evtchn.State) (cpu uint8, busy bool) {
	for _, is := range []func(*evtchn.Task) bool{
		func(t *evtchn.Task) bool { return t.Flags&(evtchn.HoldsQ|evtchn.HoldsO) != 0 },
		func(t *evtchn.Task) bool { return isRaise(t.PC) || isUnmask(t.PC) },
		func(t *evtchn.Task) bool { return isControl(t.PC) },
		func(t *evtchn.Task) bool { return t.PC != evtchn.Idle },
	} {
		for i := range s.Task {
			if is(&s.Task[i]) {
				return uint8(i), true
			}
		}
	}
	return 0, false
}
