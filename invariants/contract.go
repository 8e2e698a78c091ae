package invariants

import (
	"fmt"

	"hvcheck/model"
	"hvcheck/model/errno"
)

// Contract is an area's invariant that every operation answers what its table
// of results says: a legal call is not refused, an illegal one does not succeed,
// and an error is one whose condition holds.
func Contract(id string, area *model.Area) Invariant {
	return Invariant{
		ID: id, Title: "an operation answers what its contract says",
		Doc: "Each result in the table of an operation has a condition: a predicate of the state before the operation and of its operands, written from what callers are told and not from the code that answers. If the condition of an error holds, the operation has to fail, with that error or with another one whose condition holds; if none holds, it has to succeed. " +
			"So a legal call that is refused is found, an illegal one that succeeds, and a wrong error. What a condition leaves open (where a call is preempted, who wins a race) its text says. A crash of the host and an operation that never returns are no results; other invariants speak of these.",
		Refs: []string{"hvcheck explain OPERATION shows an operation's results and their conditions"},
		Step: func(p *Probe, before *model.World, op model.Op, a model.Answer, _ *model.World) error {
			spec := op.Spec()
			if spec.Area() != area || a.Code == errno.HostCrash && !a.Refused {
				return nil
			}
			p.arg = op.Arg
			which := spec.Explain(p.Config(), before, &p.arg, a.Code)
			if which == 0 && a.Code != errno.Hang {
				return spec.Wrong(p.Config(), before, &p.arg, a.Code)
			}
			p.met[op.Kind] |= which
			return p.lateChecks(spec, before, a)
		},
	}
}

// lateChecks judges a call that was never preempted as if work had been pending at
// the check behind its last. No search tries that, for the call would be the same.
func (p *Probe) lateChecks(spec *model.Spec, before *model.World, a model.Answer) error {
	c, last := p.Config(), len(spec.Args)-1
	if a.Refused || a.Code < 0 || !spec.Preemptible() || p.arg[last] != 0 || a.Checks >= c.Preempt {
		return nil
	}
	if p.arg[last] = a.Checks + 1; spec.Must(errno.ERESTART, c, before, &p.arg) {
		return fmt.Errorf("asks only %d times whether work is pending, so that with preempt=%d: %w", a.Checks, a.Checks+1, spec.Wrong(c, before, &p.arg, a.Code))
	}
	return nil
}

// Effects is an area's invariant that an operation which has succeeded has done
// what it is for.
func Effects(id string, area *model.Area) Invariant {
	return Invariant{
		ID: id, Title: "an operation that succeeds has done what it is for",
		Doc:  "The port that was to be bound is bound, the page that was to be validated is, the vCPU that was to go down is down. What an operation promises is written from what callers are told of it, and compared with both states. Where its work goes on step by step after it has returned, nothing is promised yet.",
		Refs: []string{"hvcheck explain OPERATION"},
		Step: func(p *Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
			if spec := op.Spec(); spec.Area() == area && a.Code >= 0 {
				p.arg = op.Arg
				return spec.Done(p.Config(), before, &p.arg, after)
			}
			return nil
		},
	}
}

// Met tells which results of an operation had their conditions met by an answer
// that was judged, a bit each.
func (p *Probe) Met(k model.Kind) uint32 { return p.met[k] }
