package pvmmu

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// claims lists properties that stand for what was claimed in the thread
// about m2p-strict. They are asked by claims only.
var claims = []invariants.Invariant{
	{
		ID: "MM-P7", Claim: true,
		Title: "the first set-context of vCPU 0 visits no page",
		Doc:   `A set-context of vCPU 0 that does not continue an earlier one visits no page of page_list: the fix-up loop is skipped, because nr_l4_pages is 0 or the mode does not change.`,
		Refs:  []string{"claim MM-C7"},
		Step: func(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
			return visits(p, before, op, a, pvmmu.CtxNone)
		},
	},
	{
		ID: "MM-P8", Claim: true,
		Title: "a set-context that has its kernel table visits no page",
		Doc:   `A set-context of vCPU 0 that continues one whose kernel table was audited, and waits in old_guest_table, does not enter the fix-up loop.`,
		Refs:  []string{"claim MM-C8"},
		Step: func(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
			if mmops.Of(before).CPU[0].Ogt == 0 {
				return nil
			}
			return visits(p, before, op, a, pvmmu.CtxPending)
		},
	},
	{
		ID: "MM-P11", Claim: true,
		Title: "a second set-context after a reset visits no page",
		Doc:   `When vCPU 0 has had its context, was reset, and gets a strict context again, the fix-up loop is not entered a second time.`,
		Refs:  []string{"claim MM-C11"},
		Step: func(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
			return visits(p, before, op, a, pvmmu.CtxAgain)
		},
	},
	{
		ID: "MM-P12", Claim: true,
		Title: "no page is visited when the mode is strict already",
		Doc:   `A set-context of vCPU 0 that starts while the mode is strict does not enter the fix-up loop: the previous setting of the flag is enough to skip it.`,
		Refs:  []string{"claim MM-C12"},
		Step: func(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
			if !mmops.Of(before).Strict() || mmops.Book(before).Ctx0 == pvmmu.CtxPending {
				return nil
			}
			return visits(p, before, op, a, mmops.Book(before).Ctx0)
		},
	},
	{
		ID: "MM-P15", Claim: true,
		Title: "the loop's work is bounded by the list and the first L4",
		Doc:   `A set-context that is not preempted visits at most each page of page_list once, and then the pages up to the first L4 once more.`,
		Refs:  []string{"claim MM-C15"},
		Step:  loopWork,
	},
	{
		ID: "MM-P18a", Claim: true,
		Title: "nr_l4_pages is not too low",
		Doc:   `When no page is partial, nr_l4_pages is at least the number of validated L4s.`,
		Refs:  []string{"claim MM-C18"},
		State: func(c *model.Config, w *model.World) error { return countedL4s(c, w, -1) },
	},
	{
		ID: "MM-P18b", Claim: true,
		Title: "nr_l4_pages is not too high",
		Doc:   `When no page is partial, nr_l4_pages is at most the number of validated L4s.`,
		Refs:  []string{"claim MM-C18"},
		State: func(c *model.Config, w *model.World) error { return countedL4s(c, w, +1) },
	},
	{
		ID: "MM-P19", Claim: true,
		Title: "the slot follows the documented rules at creation and use",
		Doc:   `An L4 that is newly audited has its slot filled in strict mode and empty in relaxed mode, or, in relaxed mode, filled by its use as a kernel table. After a set-context or a change of base pointers in strict mode, the new user table's slot is empty; in relaxed mode, the new kernel table's slot is filled.`,
		Refs:  []string{"claim MM-C19", "xen/include/public/xen.h VMASST_TYPE_m2p_strict"},
		Step:  slotRules,
	},
}

// visits fails when a set-context of vCPU 0, made at that progress, enters the
// loop over page_list.
func visits(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, at pvmmu.Progress) error {
	if a.Refused || !strictContext(op) || mmops.Book(before).Ctx0 != at || mmops.Of(before).CPU[0].Init {
		return nil
	}
	if n := visited(p, before, op); n > 0 {
		return fmt.Errorf("set-context visits %d pages of page_list", n)
	}
	return nil
}

func loopWork(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, _ *model.World) error {
	if !strictContext(op) || a.Refused || a.Code == errno.ERESTART || op.Arg[len(op.Spec().Args)-1] != 0 {
		return nil
	}
	limit := mmops.Of(before).Tot
	if mmops.Conf(p.Config()).Fixup != pvmmu.V6 {
		limit += firstL4(before) + 1
	}
	if n := visited(p, before, op); n > limit {
		return fmt.Errorf("set-context visits %d pages, more than %d", n, limit)
	}
	return nil
}

// firstL4 is the position on page_list of the first L4.
func firstL4(w *model.World) (n uint8) {
	for _, m := range mmops.Of(w).List {
		if m == 0 || validL4(&pool.Of(w).Pages[m-1]) {
			break
		}
		n++
	}
	return n
}

// countedL4s compares nr_l4_pages with the validated L4s; side says whether
// too high (+1) or too low (-1) is the fault.
func countedL4s(c *model.Config, w *model.World, side int8) error {
	var n int8
	for m := range pool.Conf(c).Frames {
		switch p := &pool.Of(w).Pages[m]; {
		case p.Partial:
			return nil
		case validL4(p):
			n++
		}
	}
	if (mmops.Of(w).NrL4-n)*side > 0 {
		return fmt.Errorf("nr_l4_pages is %d, validated L4s: %d", mmops.Of(w).NrL4, n)
	}
	return nil
}

func slotRules(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if a.Code != errno.OK || a.Refused || op.Kind == mmops.VMAssist.Kind() || op.Kind == mmops.Destroy.Kind() {
		return nil
	}
	strict := mmops.Of(after).Strict()
	for m := range pool.Of(after).Pages {
		is := &pool.Of(after).Pages[m]
		fresh := validL4(is) && !validL4(&pool.Of(before).Pages[m])
		if fresh && !isBase(after, uint8(m), userTable) && strict != (is.ROMpt == page.Filled) && !isBase(after, uint8(m), kernelTable) {
			return fmt.Errorf("frame %d: newly audited, strict: %v, slot 256 is %v", m, strict, is.ROMpt)
		}
	}
	for i := range mmops.Of(after).CPU[:pvmmu.MaxGuests] {
		was, is := &mmops.Of(before).CPU[i], &mmops.Of(after).CPU[i]
		if is.User != 0 && is.User != was.User && strict && pool.Of(after).Pages[is.User-1].ROMpt != page.Empty {
			return errors.New("the new user table's slot is not empty in strict mode")
		}
		if is.Table != 0 && is.Table != was.Table && !strict && pool.Of(after).Pages[is.Table-1].ROMpt != page.Filled {
			return errors.New("the new kernel table's slot is not filled in relaxed mode")
		}
	}
	return nil
}
