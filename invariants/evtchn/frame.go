package evtchn

import (
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// changes are the operations that may change something, by what it is.
var changes = map[string][]*model.Spec{
	"Host, the offer":           {evops.SetOffer, evops.KernelJump},
	"what the toolstack wanted": {evops.SetOffer},
	"the callback":              {},
	"the store's parameter":     {evops.KernelJump, evops.KernelReset, evops.ToolstackStep},
	"the global VIRQ's handler": {evops.SetVIRQHandler, evops.DestroyEvents},
	"bitness":                   {evops.Become32},
	"the grant table's version": {evops.KernelStart, evops.KernelJump},
	"which kernel runs":         {evops.KernelJump},
	"that the guest has shut down": {
		evops.KernelStop, evops.SoftReset, evops.SoftResetCont, evops.ToolstackStep, evops.KernelJump,
	},
	"that it is paused":           {evops.PauseDomain, evops.ToolstackStep, evops.KernelJump},
	"that it is gone":             {evops.DestroyEvents},
	"the toolstack's progress":    {evops.ToolstackStep},
	"that the kernel uses an ABI": {evops.KernelStart, evops.QueryOffer, evops.InitControl, evops.XenStep, evops.KernelJump},
}

// whole tells the operations that touch everything: those that end a kernel's
// life, or reset the domain.
var whole = kinds(
	evops.ResetEvents, evops.ResetEventsCont, evops.SoftReset, evops.SoftResetCont, evops.DestroyEvents,
	evops.ToolstackStep, evops.KernelJump, evops.KernelReset, evops.KernelStart, evops.QueryOffer, evops.XenStep,
)

func untouched(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if a.Refused || op.Spec().Area() != evops.Area {
		return nil
	}
	was, is, spec := evops.Of(before), evops.Of(after), op.Spec()
	for _, c := range []struct {
		what    string
		changed bool
	}{
		{"Host, the offer", was.Host != is.Host}, {"what the toolstack wanted", was.Wanted != is.Wanted},
		{"the callback", was.Callback != is.Callback}, {"the store's parameter", was.Param != is.Param},
		{"the global VIRQ's handler", was.Handler != is.Handler}, {"bitness", was.Bits32 != is.Bits32},
		{"the grant table's version", was.Grants != is.Grants}, {"which kernel runs", was.Cur != is.Cur},
		{"that the guest has shut down", was.Shutdown != is.Shutdown}, {"that it is paused", was.Paused != is.Paused},
		{"that it is gone", was.Dead != is.Dead}, {"the toolstack's progress", was.Control != is.Control},
		{"that the kernel uses an ABI", was.Running().Belief == evtchn.NoABI && is.Running().Belief != evtchn.NoABI},
	} {
		if c.changed && !slices.Contains(changes[c.what], spec) {
			return fmt.Errorf("%s changed %s", spec.Name, c.what)
		}
	}
	if names(op, evops.EventCPU, nil, evtchn.Tool) && was.Kernel != is.Kernel {
		return fmt.Errorf("%s by the toolstack changed what the guest's kernel keeps", spec.Name)
	}
	for v := range is.VCPU {
		if x, y := was.VCPU[v].Poll, is.VCPU[v].Poll; x != y && y != 0 && spec != evops.Poll {
			return fmt.Errorf("%s put vcpu %d to sleep", spec.Name, v)
		}
	}
	overtaken := spec == evops.XenStep && was.Task[op.Arg[0]].PC <= evtchn.A5 || // by the kernel's init_control
		spec == evops.GuestStep && was.VCPU[op.Arg[0]].Handler.PC < evtchn.H2
	if was.Ops == evtchn.FIFO && is.Ops == evtchn.FIFO && was.Pending != is.Pending && !overtaken {
		return fmt.Errorf("%s changed evtchn_pending, which the FIFO ABI does not use", spec.Name)
	}
	if whole(op) {
		return nil
	}
	return othersStay(was, is, op)
}

// othersStay: vCPUs, kernels and ports that the operation does not name, and that
// are not the other end of one that it does, are as they were.
func othersStay(was, is *evtchn.State, op model.Op) error {
	for k := range was.Kernel {
		if uint8(k) != was.Cur && was.Kernel[k] != is.Kernel[k] {
			return fmt.Errorf("%s changed kernel %d, which does not run", op.Spec().Name, k)
		}
	}
	for v := range was.VCPU {
		x, y := &was.VCPU[v], &is.VCPU[v]
		if !names(op, evops.GuestVCPU, evops.GuestCPU, uint8(v)) && (x.Down != y.Down || x.NoUp != y.NoUp || x.Info != y.Info || x.Vector != y.Vector || x.Block != y.Block) {
			return fmt.Errorf("%s changed vcpu %d", op.Spec().Name, v)
		}
	}
	for d := range was.Dom {
		for p := range was.Dom[d].Port {
			x, y := was.Dom[d].Port[p], is.Dom[d].Port[p]
			if x == y || x.State == evtchn.Free || names(op, evops.PortArg, nil, uint8(p)) || op.Spec() == evops.InitControl || op.Spec() == evops.ExpandArray {
				continue
			}
			if x.Lastq, x.Saved, x.Next, x.Prev = y.Lastq, y.Saved, y.Next, y.Prev; x != y && !peers(was, is, op, d, uint8(p)) {
				return fmt.Errorf("%s changed port %d of the %s", op.Spec().Name, p, domName(d))
			}
		}
	}
	return nil
}

// names tells whether an operand of one of the types is v.
func names(op model.Op, t, other *model.ArgType, v uint8) bool {
	for i, arg := range op.Spec().Args {
		if (arg.Type == t || arg.Type == other && other != nil) && op.Arg[i] == v {
			return true
		}
	}
	return false
}

// peers tells whether a port was or is the other end of one that the operation
// names or binds.
func peers(was, is *evtchn.State, op model.Op, d int, p uint8) bool {
	for _, s := range []*evtchn.State{was, is} {
		if port := &s.Dom[d].Port[p]; port.State == evtchn.Interdomain && (names(op, evops.PortArg, nil, port.Number) || was.Dom[port.Remote].Port[port.Number].State == evtchn.Free) {
			return true
		}
	}
	return false
}
