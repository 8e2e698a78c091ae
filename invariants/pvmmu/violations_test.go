package pvmmu_test

import (
	"slices"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/invariants/invariantstest"
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

const violated, holds = invariantstest.Violated, invariantstest.Holds

// usual is a domain that owns four frames and runs.
var usual = invariantstest.Usual{
	Area:   mmops.Area,
	Config: *design(pvmmu.Config{}),
	Start:  mmops.Starts([]mmops.Start{{Running: true}})[0],
}

// design is the usual configuration with these options and this design.
func design(options pvmmu.Config) *model.Config {
	c := mmops.Scope{Frames: 4, Slots: 2, Guests: 2, Tools: 2, Preempt: 4}.Config(options)
	return &c
}

func TestExamples(t *testing.T) { usual.Check(t, slices.Concat(states, steps)) }

// Builders of states. Frame m becomes ...

// table is a validated table with one typed reference.
func table(w *model.World, m uint8, t page.Type, ents ...page.Entry) *page.Page {
	p := &pool.Of(w).Pages[m]
	p.Type, p.TCount, p.Validated, p.Linear = t, 1, true, 0
	copy(p.Ent[:], ents)
	return p
}

// partial is a table whose audit stopped at entry nr.
func partial(w *model.World, m uint8, t page.Type, nr uint8, ents ...page.Entry) *page.Page {
	p := table(w, m, t, ents...)
	p.Validated, p.Partial, p.Nr, p.PSet = false, true, nr, page.PSetNone
	return p
}

func rw(frame uint8) page.Entry { return page.To(frame, page.RW) }
func ro(frame uint8) page.Entry { return page.To(frame, page.RO) }

func stop(s pvmmu.Stop) func(*model.World) {
	return func(w *model.World) { mmops.Of(w).Stop = s }
}

var states = []invariantstest.Example{
	{ID: "MM-I7", Name: "crash", Violated: violated, Set: stop(pvmmu.CrashFree)},
	{ID: "MM-I7", Name: "a call that does not return is no crash", Violated: holds, Set: stop(pvmmu.Endless)},
	{ID: "MM-I7", Name: "nor is the end of the scope", Violated: holds, Set: stop(pvmmu.Beyond)},

	{ID: "MM-I1", Name: "a count without a holder", Violated: violated, Set: func(w *model.World) { pool.Of(w).Pages[1].Count = 2 }},
	{ID: "MM-I1", Name: "a pin without a count", Violated: violated, Set: func(w *model.World) { pool.Of(w).Pages[1].Pinned = true }},
	{ID: "MM-I1", Name: "the holder is old_guest_table", Violated: holds, Set: func(w *model.World) {
		pool.Of(w).Pages[1].Count = 2
		mmops.Of(w).CPU[pvmmu.Tool(1)].Ogt, mmops.Of(w).CPU[pvmmu.Tool(1)].OgtPartial = 2, true
	}},
	{ID: "MM-I1", Name: "the entry that was left partial holds one", Violated: holds, Set: func(w *model.World) {
		partial(w, 0, page.L3, 0, rw(1)).PSet = page.PSetRef
		pool.Of(w).Pages[0].Count, pool.Of(w).Pages[1].Count = 2, 2
	}},
	{ID: "MM-I1", Name: "an entry behind the audited ones holds none", Violated: violated, Set: func(w *model.World) {
		partial(w, 0, page.L3, 0, rw(1))
		pool.Of(w).Pages[0].Count, pool.Of(w).Pages[1].Count = 2, 2
	}},

	{ID: "MM-I2", Name: "a type nobody uses", Violated: violated, Set: func(w *model.World) { table(w, 0, page.L1) }},
	{ID: "MM-I2", Name: "the pin uses it", Violated: holds, Set: func(w *model.World) { table(w, 0, page.L1).Pinned = true }},
	{ID: "MM-I2", Name: "a partial old_guest_table does not", Violated: violated, Set: func(w *model.World) {
		table(w, 0, page.L2)
		mmops.Of(w).CPU[0].Ogt, mmops.Of(w).CPU[0].OgtPartial = 1, true
	}},
	{ID: "MM-I2", Name: "a full old_guest_table does", Violated: holds, Set: func(w *model.World) {
		table(w, 0, page.L2)
		mmops.Of(w).CPU[0].Ogt = 1
	}},
	{ID: "MM-I2", Name: "destruction leaves counts behind", Violated: holds, Set: func(w *model.World) {
		table(w, 0, page.L1)
		mmops.Of(w).Dying = true
	}},

	{ID: "MM-I3", Name: "a writable mapping of a table", Violated: violated, Set: func(w *model.World) {
		table(w, 0, page.L1, rw(1))
		table(w, 1, page.L2)
	}},
	{ID: "MM-I3", Name: "a read-only mapping of a table", Violated: holds, Set: func(w *model.World) {
		table(w, 0, page.L1, ro(1))
		table(w, 1, page.L2)
	}},
	{ID: "MM-I3", Name: "a writable mapping of a table that nobody uses", Violated: holds, Set: func(w *model.World) {
		table(w, 0, page.L1, rw(1))
		pool.Of(w).Pages[1].Type = page.L2
	}},
	{ID: "MM-I3", Name: "a superpage in an L2", Violated: violated, Set: func(w *model.World) {
		table(w, 0, page.L2, page.To(0, page.PSE))
	}},
	{ID: "MM-I3", Name: "a stale translation", Violated: violated, Config: design(pvmmu.Config{TLB: true}), Set: func(w *model.World) {
		table(w, 0, page.L1)
		mmops.Of(w).CPU[1].TLB = 1 << 0
	}},
	{ID: "MM-I3", Name: "of a page that is only becoming a table", Violated: holds, Config: design(pvmmu.Config{TLB: true}), Set: func(w *model.World) {
		table(w, 0, page.L1).Validated = false
		mmops.Of(w).CPU[1].TLB = 1 << 0
	}},

	{ID: "MM-I4", Name: "an entry to a table that is half audited", Violated: violated, Set: func(w *model.World) {
		table(w, 0, page.L3, rw(1))
		partial(w, 1, page.L2, 1)
	}},
	{ID: "MM-I4", Name: "an entry to a table of the wrong level", Violated: violated, Set: func(w *model.World) {
		table(w, 0, page.L3, rw(1))
		table(w, 1, page.L1)
	}},
	{ID: "MM-I4", Name: "an entry that has not been audited yet", Violated: holds, Set: func(w *model.World) {
		partial(w, 0, page.L3, 0, rw(1))
		partial(w, 1, page.L2, 1)
	}},
	{ID: "MM-I4", Name: "a base pointer to a table that is half audited", Violated: violated, Set: func(w *model.World) {
		partial(w, 0, page.L4, 1)
		mmops.Of(w).CPU[0].Table = 1
	}},
	{ID: "MM-I4", Name: "a base pointer to a validated one", Violated: holds, Set: func(w *model.World) {
		table(w, 0, page.L4)
		mmops.Of(w).CPU[0].Table = 1
	}},

	{ID: "MM-I5", Name: "two typed references of a partial page", Violated: violated, Set: func(w *model.World) { partial(w, 0, page.L2, 1).TCount = 2 }},
	{ID: "MM-I5", Name: "one", Violated: holds, Set: func(w *model.World) { partial(w, 0, page.L2, 1) }},
	{ID: "MM-I5", Name: "the child of the stop has been freed", Violated: violated, Set: func(w *model.World) {
		partial(w, 0, page.L3, 0, rw(1)).PSet = page.PSetRef
		pool.Of(w).Pages[1] = page.Page{}
	}},
	{ID: "MM-I5", Name: "a page keeps how far a walk came that has ended", Violated: violated, Set: func(w *model.World) { pool.Of(w).Pages[0].Nr = 2 }},
	{ID: "MM-I5", Name: "one that is no table keeps a linear count", Violated: violated, Set: func(w *model.World) { pool.Of(w).Pages[0].Linear = -1 }},
	{ID: "MM-I5", Name: "the stop was not inside the child", Violated: holds, Set: func(w *model.World) {
		partial(w, 0, page.L3, 1, rw(2), rw(1))
		pool.Of(w).Pages[1] = page.Page{}
	}},
	{ID: "MM-I5", Name: "nothing to undo", Violated: violated, Set: func(w *model.World) { partial(w, 0, page.L3, 0, rw(1)) }},
	{ID: "MM-I5", Name: "nothing left to audit", Violated: violated, Set: func(w *model.World) { partial(w, 0, page.L3, 2, rw(1), rw(1)) }},

	{ID: "MM-I6", Name: "a linear use that is not counted", Violated: violated, Set: func(w *model.World) {
		table(w, 0, page.L2, ro(1)).Linear = 1
		table(w, 1, page.L2)
	}},
	{ID: "MM-I6", Name: "one that is", Violated: holds, Set: func(w *model.World) {
		table(w, 0, page.L2, ro(1)).Linear = 1
		table(w, 1, page.L2).Linear = -1
	}},
	{ID: "MM-I6", Name: "a chain, although the counts agree", Violated: violated, Set: func(w *model.World) {
		table(w, 0, page.L2, ro(1)).Linear = 1
		table(w, 1, page.L2, ro(2)).Linear = 0
		table(w, 2, page.L2).Linear = -1
	}},
	{ID: "MM-I6", Name: "an entry to the table itself counts nothing", Violated: holds, Set: func(w *model.World) { table(w, 0, page.L2, ro(0)) }},

	{ID: "MM-I8", Name: "the guest's bits in a validated L4", Violated: violated, Set: func(w *model.World) { table(w, 0, page.L4).ROMpt = page.Guest }},
	{ID: "MM-I8", Name: "in one that is half audited", Violated: holds, Set: func(w *model.World) { partial(w, 0, page.L4, 1).ROMpt = page.Guest }},

	{ID: "MM-I9", Name: "strict, and user mode sees the M2P", Violated: violated, Set: userTable(page.Filled, pvmmu.AssistStrict)},
	{ID: "MM-I9", Name: "relaxed", Violated: holds, Set: userTable(page.Filled, 0)},
	{ID: "MM-I9", Name: "strict, emptied", Violated: holds, Set: userTable(page.Empty, pvmmu.AssistStrict)},

	{ID: "MM-I10", Name: "strict, and an L4 without the M2P", Violated: violated, Set: strictTable(pvmmu.CtxDone, false)},
	{ID: "MM-I10", Name: "it was a user table", Violated: holds, Set: strictTable(pvmmu.CtxDone, true)},
	{ID: "MM-I10", Name: "set-context has not returned yet", Violated: holds, Set: strictTable(pvmmu.CtxPending, false)},

	{ID: "MM-I11", Name: "relaxed, and a kernel table without the M2P", Violated: violated, Set: kernelTable(0)},
	{ID: "MM-I11", Name: "strict", Violated: holds, Set: kernelTable(pvmmu.AssistStrict)},

	{ID: "MM-I12", Name: "a page is not on the list", Violated: violated, Set: func(w *model.World) { mmops.Of(w).List[3] = 0 }},
	{ID: "MM-I12", Name: "a page is on the list twice", Violated: violated, Set: func(w *model.World) { mmops.Of(w).List[3] = 1 }},
	{ID: "MM-I12", Name: "tot_pages is wrong", Violated: violated, Set: func(w *model.World) { mmops.Of(w).Tot++ }},
	{ID: "MM-I12", Name: "another order, and one on relmem_list", Violated: holds, Set: func(w *model.World) {
		mmops.Of(w).List = [page.MaxFrames]uint8{3, 2, 4}
		mmops.Of(w).Rel[0] = 1
	}},

	{ID: "MM-I15", Name: "a page is left", Violated: violated},
	{ID: "MM-I15", Name: "a count is left", Violated: violated, Set: func(w *model.World) {
		*pool.Of(w) = page.Pool{}
		pool.Of(w).Pages[2].Count = 1
	}},
	{ID: "MM-I15", Name: "nothing is left", Violated: holds, Set: func(w *model.World) { *pool.Of(w) = page.Pool{} }},

	{ID: "MM-I16", Name: "the view names an L1 that was un-audited", Violated: violated, Set: func(w *model.World) {
		table(w, 2, page.L1).Validated = false
		mmops.Of(w).CPU[0].LinTLB = 3
	}},
	{ID: "MM-I16", Name: "it names an audited L1 below other tables", Violated: violated, Set: func(w *model.World) {
		table(w, 2, page.L1)
		mmops.Of(w).CPU[0].LinTLB = 3
	}},
	{ID: "MM-I16", Name: "it names the audited L1 below the vCPU's own", Violated: holds, Set: func(w *model.World) {
		table(w, 0, page.L4, rw(1))
		table(w, 1, page.L3, rw(3))
		table(w, 3, page.L2, 0, rw(2))
		table(w, 2, page.L1)
		mmops.Of(w).CPU[0].LinTLB, mmops.Of(w).CPU[0].LinDir, mmops.Of(w).CPU[0].Table = 3, 1, 1
	}},

	{ID: "MM-I17", Name: "user mode without a user table", Violated: violated, Set: func(w *model.World) { mmops.Of(w).CPU[0].UserMode = true }},
	{ID: "MM-I17", Name: "with one", Violated: holds, Set: func(w *model.World) { mmops.Of(w).CPU[0].UserMode, mmops.Of(w).CPU[0].User = true, 1 }},
	{ID: "MM-I17", Name: "not initialised", Violated: holds, Set: func(w *model.World) { mmops.Of(w).CPU[0].UserMode, mmops.Of(w).CPU[0].Init = true, false }},

	{ID: "MM-I17", Name: "not initialised, with a kernel table", Violated: violated, Set: func(w *model.World) { mmops.Of(w).CPU[0].Table, mmops.Of(w).CPU[0].Init = 1, false }},
	{ID: "MM-I17", Name: "the same in reset", Violated: holds, Set: func(w *model.World) { mmops.Of(w).CPU[0] = pvmmu.VCPU{Table: 1, InReset: true} }},

	{ID: "MM-I18", Name: "bit 40", Violated: violated, Set: func(w *model.World) { mmops.Of(w).Assist = pvmmu.AssistUnknown }},
	{ID: "MM-I18", Name: "the permitted bit", Violated: holds, Set: func(w *model.World) { mmops.Of(w).Assist = pvmmu.AssistStrict }},

	{ID: "MM-I19", Name: "a free page with a type", Violated: violated, Set: func(w *model.World) { pool.Of(w).Pages[0] = page.Page{Type: page.SegDesc} }},
	{ID: "MM-I19", Name: "a page of the domain with one", Violated: holds, Set: func(w *model.World) { pool.Of(w).Pages[0].Type = page.SegDesc }},

	{ID: "MM-I19", Name: "a table that nobody uses is still audited", Violated: violated, Set: func(w *model.World) { table(w, 0, page.L1).TCount = 0 }},
	{ID: "MM-I19", Name: "ordinary memory that nobody has mapped is", Violated: holds, Set: func(w *model.World) { table(w, 0, page.Writable).TCount = 0 }},

	{ID: "MM-I20", Name: "a page that nobody gave back lost its allocation", Violated: violated, Set: func(w *model.World) { pool.Of(w).Pages[1].Allocated = false }},
	{ID: "MM-I20", Name: "a page that was given back has it", Violated: violated, Set: func(w *model.World) { mmops.Book(w).Kept = 1 }},
	{ID: "MM-I20", Name: "destruction takes it", Violated: holds, Set: func(w *model.World) {
		pool.Of(w).Pages[1].Allocated, mmops.Of(w).Dying = false, true
	}},

	{ID: "MM-I21", Name: "a pin that nobody took back is gone", Violated: violated, Set: func(w *model.World) {
		table(w, 1, page.L2)
		mmops.Book(w).Pins = 2
	}},
	{ID: "MM-I21", Name: "a pin that failed is there", Violated: violated, Set: func(w *model.World) { table(w, 1, page.L2).Pinned = true }},
	{ID: "MM-I21", Name: "what is pinned is half audited", Violated: violated, Set: func(w *model.World) {
		partial(w, 1, page.L2, 1).Pinned, mmops.Book(w).Pins = true, 2
	}},
	{ID: "MM-I21", Name: "pinned and audited", Violated: holds, Set: func(w *model.World) {
		table(w, 1, page.L2).Pinned, mmops.Book(w).Pins = true, 2
	}},

	{ID: "MM-I23", Name: "the domain's before it is clean", Violated: violated, Set: func(w *model.World) { pool.Of(w).Pages[1].Unscrubbed = true }},
	{ID: "MM-I23", Name: "nobody's", Violated: holds, Set: func(w *model.World) { pool.Of(w).Pages[1] = page.Page{Unscrubbed: true} }},

	{ID: "MM-I23", Name: "free, with something in it", Violated: violated, Set: func(w *model.World) { pool.Of(w).Pages[1] = page.Page{ROMpt: page.Guest} }},
	{ID: "MM-I23", Name: "an exchange has it", Violated: holds, Set: func(w *model.World) {
		pool.Of(w).Pages[1] = page.Page{ROMpt: page.Guest}
		mmops.Of(w).CPU[0].Mem = pvmmu.Mem{Op: pvmmu.MemExchange, At: 2}
	}},

	{ID: "MM-I24", Name: "shadow mode without shadow page tables", Violated: violated, Config: design(pvmmu.Config{CheckL1TF: pvmmu.L1TFCrash}), Set: func(w *model.World) { mmops.Of(w).Shadowed = true }},
	{ID: "MM-I24", Name: "the domain is crashed for nothing", Violated: violated, Set: func(w *model.World) { mmops.Of(w).Crashed = true }},
	{ID: "MM-I24", Name: "an entry that keeps an address", Violated: violated, Config: design(pvmmu.Config{CheckL1TF: pvmmu.L1TFCrash}), Set: away},
	{ID: "MM-I24", Name: "the same in shadow mode", Violated: holds, Config: design(pvmmu.Config{CheckL1TF: pvmmu.L1TFShadow}), Set: func(w *model.World) {
		away(w)
		mmops.Of(w).Shadowed = true
	}},
	{ID: "MM-I24", Name: "the same without pv-l1tf", Violated: holds, Set: away},
	{ID: "MM-I24", Name: "in ordinary memory", Violated: holds, Config: design(pvmmu.Config{CheckL1TF: pvmmu.L1TFCrash}), Set: func(w *model.World) {
		pool.Of(w).Pages[1].Ent[0] = page.To(2, page.Away)
	}},

	{ID: "MM-L3", Name: "past a place to ask", Violated: violated, Set: func(w *model.World) { mmops.Book(w).Over.Entries = 2 }},
	{ID: "MM-L3", Name: "not past one", Violated: holds},

	{ID: "MM-L1", Name: "the loop does not end", Violated: violated, Set: stop(pvmmu.Endless)},
	{ID: "MM-L1", Name: "a crash is another matter", Violated: holds, Set: stop(pvmmu.CrashFree)},

	{ID: "MM-P18a", Name: "too low", Violated: violated, Set: func(w *model.World) { table(w, 0, page.L4) }},
	{ID: "MM-P18a", Name: "too high", Violated: holds, Set: func(w *model.World) { mmops.Of(w).NrL4 = 1 }},
	{ID: "MM-P18a", Name: "some page is partial", Violated: holds, Set: func(w *model.World) {
		table(w, 0, page.L4)
		partial(w, 1, page.L2, 1)
	}},
	{ID: "MM-P18b", Name: "too high", Violated: violated, Set: func(w *model.World) { mmops.Of(w).NrL4 = 1 }},
	{ID: "MM-P18b", Name: "too low", Violated: holds, Set: func(w *model.World) { table(w, 0, page.L4) }},
}

func away(w *model.World) { table(w, 1, page.L1, page.To(2, page.Away)) }

func userTable(slot page.Slot, assist uint8) func(*model.World) {
	return func(w *model.World) {
		table(w, 0, page.L4).ROMpt = slot
		mmops.Of(w).CPU[1].User = 1
		mmops.Of(w).Assist = assist
	}
}

func strictTable(at pvmmu.Progress, wasUser bool) func(*model.World) {
	return func(w *model.World) {
		table(w, 0, page.L4)
		if wasUser {
			mmops.Book(w).Users = 1
		}
		mmops.Of(w).Assist, mmops.Book(w).Ctx0 = pvmmu.AssistStrict, at
	}
}

func kernelTable(assist uint8) func(*model.World) {
	return func(w *model.World) {
		table(w, 0, page.L4)
		mmops.Of(w).CPU[1].Table = 1
		mmops.Of(w).Assist = assist
	}
}
