package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/handover"
)

// Destroy is the end of a domain.
var Destroy = ops.Define(model.Spec{
	Name:   "gnttab.destroy",
	Doc:    "XEN_DOMCTL_destroydomain, or its continuation: D1 the domain is paused, D2 handles are released from the highest one down, D4 devices are taken away, D5 page tables, p2m and pages go, D6 it is dead. Event channels (D3) are not modelled here.",
	Source: "xen/common/domain.c domain_kill(); xen/common/grant_table.c gnttab_release_mappings()",
	Args:   []model.Arg{argDom, argPreempt},
	Results: []model.Result{
		ok("dead, or begun"),
		fails(errno.ERESTART, "preempted between two pages of handles").May(preemptible, "where the last of its handles is"),
		fails(errno.ESRCH, "the domain is dead").Due(on(func(s *grant.State, a *args) bool { return a[0] >= grant.NumDomains || s.Dom[a[0]].Life == grant.Dead })),
		fails(errno.NotRunning, "not possible now: a vCPU is in the middle of a call, or Xen's own work is not done, or a lock is held").Due(func(c *model.Config, w *model.World, a *args) bool {
			return on(busyTo(0))(c, w, a) || releaseWaits(c, Of(w), a[0])
		}),
	},
	Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Destroy(a[0]) }),
})

// releaseWaits tells whether the release of handles has to wait before it has begun.
func releaseWaits(c *model.Config, s *grant.State, dom uint8) bool {
	if dom >= grant.NumDomains || s.Dom[dom].Life == grant.Dead {
		return false
	}
	return (s.Dom[dom].Life == grant.Dying || Conf(c).Steps&grant.StepDestroy == 0) && gntview.KeptOut(s, dom)
}

// on makes a condition of one about the area's state.
func on(f func(s *grant.State, a *args) bool) model.Condition {
	return func(_ *model.Config, w *model.World, a *args) bool { return f(Of(w), a) }
}

// preemptible: the caller lets work be pending.
func preemptible(_ *model.Config, _ *model.World, a *args) bool { return a[1] != 0 }

// busyTo: the domain in an operand cannot be paused, or t0 is in the middle of something.
func busyTo(i int) func(s *grant.State, a *args) bool {
	return func(s *grant.State, a *args) bool {
		for cpu := range s.Task {
			t := &s.Task[cpu]
			guest := t.Work == grant.WorkGrant || t.Work == grant.WorkEnd
			if t.Busy() && (cpu == grant.Tool || grant.DomainOf(uint8(cpu)) == a[i] && !guest) {
				return true
			}
		}
		return s.Stopped()
	}
}
