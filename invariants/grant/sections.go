package grant

import (
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
)

// In which order sections come, and where work stops when something else is pending (GR-I26).

// order is what must hold of work section by section.
var order = []invariants.Invariant{{
	ID:    "GR-I26",
	Title: "sections come in their order, and work stops when it is to",
	Doc: `After each section comes one that Xen's code has behind it, or the end of the work; no section is left out, and none is done again that has no loop. A call that has looked whether work is pending, and there was some, goes no further. The destruction of a domain looks once between two pages of handles, and not behind the last one.

Each section undoes, completes or tells what the one before has begun. One that is left out leaves references, locks or devices behind.`,
	Refs: []string{"xen/common/grant_table.c", "xen/common/domain.c domain_kill()"},
	Step: inOrder,
}}

// A sequel is what may come after a section; end tells that the work may be over.
type sequel struct {
	next []grant.Phase
	end  bool
}

func then(next ...grant.Phase) sequel      { return sequel{next, false} }
func thenOrEnd(next ...grant.Phase) sequel { return sequel{next, true} }

// sequels are by section.
var sequels = map[grant.Phase]sequel{
	grant.M0:         thenOrEnd(grant.M0CAS, grant.M0Link, grant.M0Sentinel, grant.M0Steal, grant.M1),
	grant.M0CAS:      then(grant.M0, grant.M0Steal, grant.M1),
	grant.M0Link:     then(grant.M1),
	grant.M0Sentinel: thenOrEnd(grant.M0Steal),
	grant.M0Steal:    thenOrEnd(grant.M0CAS, grant.M1),
	grant.M1:         thenOrEnd(grant.MSet, grant.M2),
	grant.MSet:       thenOrEnd(grant.MSet, grant.MFrame),
	grant.MFrame:     thenOrEnd(grant.M2),
	grant.M2:         then(grant.M3, grant.M4, grant.M5, grant.MUndo),
	grant.M3:         then(grant.M4, grant.M5, grant.MUndo),
	grant.M4:         then(grant.M5, grant.MUndo),
	grant.M5:         thenOrEnd(),
	grant.MUndo:      then(grant.MUnpin),
	grant.MUnpin:     thenOrEnd(),

	grant.U1: thenOrEnd(grant.U2, grant.U3), grant.U2: thenOrEnd(grant.U3), grant.U3: then(grant.U4), grant.U4: thenOrEnd(grant.U4),

	grant.GFrame: thenOrEnd(), grant.EBegin: thenOrEnd(grant.EFlags, grant.EStore, grant.ERead),
	grant.EFlags: thenOrEnd(grant.EFlags, grant.EStore, grant.ERead), grant.EStore: thenOrEnd(), grant.ERead: thenOrEnd(),

	grant.CClaim: thenOrEnd(grant.CClaim, grant.CInner, grant.CStore, grant.CDrop),
	grant.CInner: then(grant.CCheck), grant.CCheck: thenOrEnd(grant.CClaim, grant.CUndo, grant.CStore, grant.CDrop),
	grant.CUndo: then(grant.CUndone), grant.CUndone: thenOrEnd(grant.CDrop), grant.CStore: thenOrEnd(grant.CDrop),
	grant.CDrop:      thenOrEnd(grant.CPut, grant.CDropInner, grant.CDrop, grant.CClaim, grant.CStore),
	grant.CDropInner: then(grant.CPut), grant.CPut: thenOrEnd(grant.CDrop, grant.CClaim, grant.CStore),

	grant.T1: thenOrEnd(grant.T3), grant.T3: then(grant.T4), grant.T4: thenOrEnd(grant.T6),
	grant.T6: thenOrEnd(grant.T7), grant.T7: thenOrEnd(grant.T8), grant.T8: thenOrEnd(),

	grant.SLook: thenOrEnd(grant.S0), grant.S0: thenOrEnd(grant.S1), grant.S1: thenOrEnd(grant.S2), grant.S2: thenOrEnd(grant.S3), grant.S3: thenOrEnd(),
	grant.X1: thenOrEnd(grant.X2), grant.X2: then(grant.X3), grant.X3: then(grant.X4), grant.X4: thenOrEnd(),

	grant.D2: thenOrEnd(grant.D2, grant.D4), grant.D4: then(grant.D5), grant.D5: then(grant.D6), grant.D6: thenOrEnd(),
	grant.RBlock: then(grant.RReplace), grant.RReplace: thenOrEnd(grant.RReplace, grant.RPut, grant.RFlush), grant.RPut: then(grant.RReplace),
	grant.RFlush: then(grant.RBooks), grant.RBooks: thenOrEnd(),
	grant.RReset: thenOrEnd(grant.RReset), grant.RPIRQ: then(grant.RShinfo), grant.RShinfo: thenOrEnd(),
}

func inOrder(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	spec, is := op.Spec(), gntops.Of(after)
	if spec.Area() != gntops.Area || a.Refused || is.Stopped() {
		return nil
	}
	if spec == gntops.XenStep {
		if err := follows(&gntops.Of(before).Task[op.Arg[0]], &is.Task[op.Arg[0]]); err != nil {
			return err
		}
	}
	if err := begins(gntops.Conf(p.Config()), spec, op.Arg[0], is); err != nil {
		return err
	}
	if !spec.Preemptible() {
		return nil
	}
	pending := op.Arg[len(spec.Args)-1]
	copies := spec == gntops.Copy || spec == gntops.XenStep && gntops.Of(before).Task[op.Arg[0]].Work == grant.WorkCopy // ends what it has, and then
	if pending != 0 && a.Checks >= pending && a.Code != errno.ERESTART && !copies {
		return fmt.Errorf("work is pending at check %d, and the call goes on", a.Checks)
	}
	if spec == gntops.Destroy && gntops.Conf(p.Config()).Steps&grant.StepDestroy == 0 {
		return looks(gntops.Conf(p.Config()), gntops.Of(before).Dom[op.Arg[0]].Life, a)
	}
	return nil
}

// first is the section that an operation does itself, where its work goes section by section.
var first = map[*model.Spec]grant.Phase{
	gntops.Map: grant.M0, gntops.Unmap: grant.U1, gntops.Replace: grant.U1, gntops.Transfer: grant.T1,
	gntops.Space: grant.X1, gntops.GuestEnd: grant.EBegin, gntops.GnttabReset: grant.RReset, gntops.Revoke: grant.RBlock,
}

// begins tells whether what a CPU does next can come after the section that it has begun with.
func begins(c *grant.Config, spec *model.Spec, cpu uint8, is *grant.State) error {
	pc, some := first[spec]
	if spec == gntops.Revoke {
		cpu = grant.Tool
	}
	if !some || is.Task[cpu].Work == grant.NoWork || c.Steps&grant.StepOf[is.Task[cpu].Work] == 0 {
		return nil
	}
	return follows(&grant.Task{Work: is.Task[cpu].Work, PC: pc}, &is.Task[cpu])
}

// follows tells whether what a CPU does next can come after what it has done.
func follows(was, is *grant.Task) error {
	s, known := sequels[was.PC]
	over := is.PC == grant.Idle || is.PC == grant.Next
	if known && (over && s.end || is.Work == was.Work && slices.Contains(s.next, is.PC)) {
		return nil
	}
	return fmt.Errorf("after %v of %v comes %v", was.PC, was.Work, is.PC)
}

// looks counts how often the destruction of a domain has to look whether work is pending.
func looks(c *grant.Config, was grant.Life, a model.Answer) error {
	pages := (c.Handles + max(c.PerPage, 1) - 1) / max(c.PerPage, 1)
	if most := max(pages, 1) - 1; a.Checks > most || a.Code == errno.OK && was < grant.Dying && a.Checks < most {
		return fmt.Errorf("it looks %d times whether work is pending, and there are %d pages of handles", a.Checks, pages)
	}
	return nil
}
