package drive

import (
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// tableEntries is how many entries a real table has. Xen checks for preemption
// between them, also between those that the model's tables do not have.
const tableEntries = 512

// stopsOf is how often a guest's call has to be stopped for it to be where the
// model's is, and at which check a toolstack's, which is stopped once: between two
// stops of a call is one check. The model stops at its preempt-th check. A real table has more
// entries than the model's: behind those when it is audited, and before them when
// it is un-audited, each gives a check more. A call that meets no check, but leaves
// something to its caller's old_guest_table, is stopped there.
func stopsOf(q *Question) int {
	cpu, spec := q.Op.Arg[0], q.Op.Spec()
	byGuest := cpu < pvmmu.MaxGuests
	if !byGuest && !q.Instrumented {
		return 0
	}
	last := len(spec.Args) - 1
	k := q.Op.Arg[last]
	if k == 0 || q.Answer.Checks < k {
		if byGuest && q.Answer.Checks == 0 && mmops.Of(q.After).CPU[cpu].Ogt != 0 {
			return 1 + between(q, q.World, q.After)
		}
		return 0
	}
	stops, before := 0, *q.World
	for j := uint8(1); j <= k; j++ {
		op, after := q.Op, *q.World
		op.Arg[last] = j
		q.Machine.Do(&after, op)
		stops += 1 + between(q, &before, &after)
		before = after
	}
	return stops
}

// between counts the checks at entries that the model does not have: of tables
// whose audit came to its end, and of those whose un-audit began.
func between(q *Question, before, after *model.World) (checks int) {
	for f := range pool.Conf(&q.Machine.Config).Frames {
		was, is := &pool.Of(before).Pages[f], &pool.Of(after).Pages[f]
		for _, p := range [...]*page.Page{was, is} {
			if was.Validated != is.Validated && p.Validated && (p.Type == page.L2 || p.Type == page.L3) {
				checks += tableEntries - int(pool.Conf(&q.Machine.Config).Slots)
			}
		}
	}
	return checks
}

// xenPages are the pages of Xen's heap that every domain has: shared_info, and a
// frame of the grant table. They are given back before others, with a check behind
// each.
const xenPages = 2

// destroyStops is stopsOf, with the checks at pages that the model does not have.
func destroyStops(q *Question) int {
	n := stopsOf(q)
	if n > 0 && mmops.Of(q.World).RelPriv == pvmmu.PhaseVCPUs && mmops.Of(q.After).RelPriv > pvmmu.PhaseVCPUs {
		n += xenPages
	}
	return n
}
