package evops

import (
	"fmt"

	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// classes are the operations by the bound that counts them.
var classes = map[evtchn.Budget][]*model.Spec{
	evtchn.Sends:    {Send, RaiseVIRQ, RaisePIRQ},
	evtchn.Masks:    {GuestMask},
	evtchn.Unmasks:  {GuestUnmask, GuestClearMask, UnmaskEvent},
	evtchn.Prios:    {SetPriority},
	evtchn.Moves:    {BindVCPU, GuestMove},
	evtchn.Binds:    {AllocUnbound, BindInterdomain, BindVIRQ, BindIPI, BindPIRQ, AllocConsumer, SetVIRQHandler},
	evtchn.Closes:   {CloseEvent, FreeConsumer},
	evtchn.Inits:    {InitControl, QueryOffer},
	evtchn.Expands:  {ExpandArray},
	evtchn.Resets:   {ResetEvents},
	evtchn.Offlines: {EventVCPUDown},
	evtchn.Polls:    {Poll},
	evtchn.Jumps:    {KernelJump, KernelStop, SetOffer},
	evtchn.Infos:    {RegisterInfo, SetVector},
	evtchn.Upcalls:  {GuestUpcall},
	unbounded: {
		ResetEventsCont, SoftReset, SoftResetCont, DestroyEvents, EventVCPUUp, Become32, XenStep, GuestStep,
		KernelStart, KernelUse, KernelReset, ToolstackStep,
	},
}

// unbounded is the class of operations that nothing counts.
const unbounded = evtchn.NumBudgets

// offline: taking events away is counted, giving them back is not.
func offline(off func(a *args) bool, specs ...*model.Spec) {
	ensure(func(_ *Config, was *evtchn.State, a *args, is *evtchn.State) error {
		left := was.Left
		if n := &left[evtchn.Offlines]; off(a) && *n != 0 && *n != evtchn.Unlimited {
			*n--
		}
		return want(is.Left == left, "another number of operations may come")
	}, specs...)
}

// ensureScope: an operation uses up its own bound and no other one.
func ensureScope() {
	offline(func(a *args) bool { return a[1] == 0 }, GuestEvents)
	offline(func(a *args) bool { return a[0] == 1 }, PauseDomain)
	for class, specs := range classes {
		ensure(func(_ *Config, was *evtchn.State, _ *args, is *evtchn.State) error {
			if is.Left == was.Left && *is == *was { // there was nothing to do
				return nil
			}
			for b := range was.Left {
				left := was.Left[b]
				if evtchn.Budget(b) == class && left != 0 && left != evtchn.Unlimited {
					left--
				}
				if is.Left[b] != left {
					return fmt.Errorf("%d more %s may come, not %d", left, evtchn.Budgets[b].Name, is.Left[b])
				}
			}
			return nil
		}, specs...)
	}
}
