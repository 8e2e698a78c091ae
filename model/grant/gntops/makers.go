package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// A maker is who can make an operation: CPUs of which domain, and whether it can be a
// further element of a call that the CPU has begun.
type maker struct {
	dom  uint8
	work grant.Work
}

// Makers that are no single domain.
const (
	eachDomain = grant.NoDomain + 1 + iota
	everybody  // the toolstack too
)

// The makers.
var (
	domains  = maker{dom: eachDomain}
	anyone   = maker{dom: everybody}
	kernels  = maker{dom: grant.DomF}
	backends = maker{dom: grant.DomB}

	ofMap      = maker{eachDomain, grant.WorkMap}
	ofUnmap    = maker{eachDomain, grant.WorkUnmap}
	ofReplace  = maker{eachDomain, grant.WorkReplace}
	ofCopy     = maker{eachDomain, grant.WorkCopy}
	ofTransfer = maker{eachDomain, grant.WorkTransfer}
	ofSwap     = maker{eachDomain, grant.WorkSwap}
)

// of tells whether a domain's CPUs can make it.
func (m maker) of(d uint8) bool {
	return m.dom == everybody || m.dom == d || m.dom == eachDomain && d < grant.NumDomains
}

// when makes a condition of an operation whose first operand is a CPU.
func (m maker) when(f func(v *scene) bool) model.Condition {
	return func(c *model.Config, w *model.World, a *args) bool {
		v := scene{c: c, w: w, s: Of(w), b: Book(w), m: m, cpu: a[0], by: grant.DomainOf(a[0]), a: a}
		return f(&v)
	}
}

// due is a result that comes when a condition holds, once the call is made at all.
func (m maker) due(code errno.Errno, doc string, f func(v *scene) bool) model.Result {
	return fails(code, doc).Due(m.when(func(v *scene) bool { return !v.waits() && f(v) }))
}

// elsewhere is one that only comes where a rule is broken.
func (m maker) elsewhere(code errno.Errno, why string, f func(v *scene) bool) model.Result {
	r := m.due(code, "", f)
	r.Unreached = why
	return r
}

// may is one that can come when a condition holds, and need not.
func (m maker) may(code errno.Errno, doc string, f func(v *scene) bool, why string) model.Result {
	return fails(code, doc).May(m.when(func(v *scene) bool { return !v.waits() && f(v) }), why)
}

// waiting is the result of an operation that cannot be made now.
func (m maker) waiting(doc string, f func(v *scene) bool) model.Result {
	return fails(errno.NotRunning, doc).Due(m.when(f))
}

// idle is that of one that needs an idle CPU and nothing else.
func (m maker) idle() model.Result {
	return m.waiting(waitsFor, func(v *scene) bool { return !v.idle() })
}

// unless is that of one that needs something else, too, or of an element of a call.
func (m maker) unless(blocked func(v *scene) bool) model.Result {
	return m.waiting(waitsFor, func(v *scene) bool { return v.waits() || !v.preempted() && blocked(v) })
}

// preempted is the result of an element before which the call is preempted.
func (m maker) preempted() model.Result {
	return fails(errno.ERESTART, "preempted before this element of a call: the rest is to be made again").Due(m.when((*scene).preempted))
}
