package invariants_test

import (
	"slices"
	"testing"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// example is a step, or just a state, and what an invariant says about it.
type example struct {
	id       string
	name     string
	violated bool
	config   model.Config // options and design; the bounds are added
	// set makes the state, or for a step the state before it, from a domain
	// that owns four frames; in area evtchn, from one with two connected ports
	// whose kernel uses the FIFO ABI, or from another start.
	set   func(w *model.World)
	start *evtchn.Start
	// For a step: the operation, its result, and what it made of the state.
	op    model.Op
	code  errno.Errno
	after func(w *model.World)
	// does: what the operation makes of the state is what the model makes of it.
	does bool
}

const (
	violated = true
	holds    = false
)

// TestExamples looks at each invariant with states that break it, and with
// states that very nearly do.
func TestExamples(t *testing.T) {
	asked := map[string][2]bool{}
	for _, e := range slices.Concat(stateExamples(), stepExamples(), eventExamples(), eventStepExamples()) {
		seen := asked[e.id]
		seen[index(e.violated)] = true
		asked[e.id] = seen
		t.Run(e.id+" "+e.name, e.check)
	}
	for i := range invariants.All {
		if id := invariants.All[i].ID; asked[id] != [2]bool{true, true} {
			t.Errorf("%s wants an example that breaks it and one that does not", id)
		}
	}
}

func index(violated bool) int {
	if violated {
		return 1
	}
	return 0
}

func (e example) check(t *testing.T) {
	inv, ok := invariants.ByID(e.id)
	if !ok {
		t.Fatal("there is no such invariant")
	}
	c := e.config
	start := model.Start{Running: true}
	c.Bounds = model.Bounds{Frames: 4, Slots: 2, Guests: 2, Tools: 2, Preempt: 4}
	if inv.Area == model.EVTCHN {
		start = e.events(&c)
	}
	w := start.World(&c)
	if e.set != nil {
		e.set(&w)
	}
	if err := e.ask(inv, &c, &w); (err != nil) != e.violated {
		t.Errorf("violated: %v, want %v: %v", err != nil, e.violated, err)
	}
}

func (e example) ask(inv *invariants.Invariant, c *model.Config, w *model.World) error {
	switch {
	case inv.State != nil:
		return inv.State(c, w)
	case inv.Drained != nil:
		return inv.Drained(c, w)
	}
	after, answer := *w, model.Answer{Code: e.code}
	if e.does {
		answer = model.NewMachine(*c).Do(&after, e.op)
	}
	if e.after != nil {
		e.after(&after)
	}
	return inv.Step(invariants.NewProbe(*c), w, e.op, answer, &after)
}

// Builders of states. Frame m becomes ...

// table is a validated table with one typed reference.
func table(w *model.World, m uint8, t page.Type, ents ...page.Entry) *page.Page {
	p := &w.Pool.Pages[m]
	p.Type, p.TCount, p.Validated = t, 1, true
	copy(p.Ent[:], ents)
	return p
}

// partial is a table whose audit stopped at entry nr.
func partial(w *model.World, m uint8, t page.Type, nr uint8, ents ...page.Entry) *page.Page {
	p := table(w, m, t, ents...)
	p.Validated, p.Partial, p.Nr = false, true, nr
	return p
}

func rw(frame uint8) page.Entry { return page.To(frame, page.RW) }
func ro(frame uint8) page.Entry { return page.To(frame, page.RO) }

func stop(s pvmmu.Stop) func(*model.World) {
	return func(w *model.World) { w.MMU.Stop = s }
}

func stateExamples() []example {
	return []example{
		{id: "MM-I7", name: "crash", violated: violated, set: stop(pvmmu.CrashFree)},
		{id: "MM-I7", name: "a call that does not return is no crash", violated: holds, set: stop(pvmmu.Endless)},

		{id: "MM-I1", name: "a count without a holder", violated: violated, set: func(w *model.World) { w.Pool.Pages[1].Count = 2 }},
		{id: "MM-I1", name: "a pin without a count", violated: violated, set: func(w *model.World) { w.Pool.Pages[1].Pinned = true }},
		{id: "MM-I1", name: "the holder is old_guest_table", violated: holds, set: func(w *model.World) {
			w.Pool.Pages[1].Count = 2
			w.MMU.CPU[pvmmu.Tool(1)].Ogt, w.MMU.CPU[pvmmu.Tool(1)].OgtPartial = 2, true
		}},
		{id: "MM-I1", name: "the entry that was left partial holds one", violated: holds, set: func(w *model.World) {
			partial(w, 0, page.L3, 0, rw(1)).PSet = page.PSetRef
			w.Pool.Pages[0].Count, w.Pool.Pages[1].Count = 2, 2
		}},
		{id: "MM-I1", name: "an entry behind the audited ones holds none", violated: violated, set: func(w *model.World) {
			partial(w, 0, page.L3, 0, rw(1))
			w.Pool.Pages[0].Count, w.Pool.Pages[1].Count = 2, 2
		}},

		{id: "MM-I2", name: "a type nobody uses", violated: violated, set: func(w *model.World) { table(w, 0, page.L1) }},
		{id: "MM-I2", name: "the pin uses it", violated: holds, set: func(w *model.World) { table(w, 0, page.L1).Pinned = true }},
		{id: "MM-I2", name: "a partial old_guest_table does not", violated: violated, set: func(w *model.World) {
			table(w, 0, page.L2)
			w.MMU.CPU[0].Ogt, w.MMU.CPU[0].OgtPartial = 1, true
		}},
		{id: "MM-I2", name: "a full old_guest_table does", violated: holds, set: func(w *model.World) {
			table(w, 0, page.L2)
			w.MMU.CPU[0].Ogt = 1
		}},
		{id: "MM-I2", name: "destruction leaves counts behind", violated: holds, set: func(w *model.World) {
			table(w, 0, page.L1)
			w.MMU.Dying = true
		}},

		{id: "MM-I3", name: "a writable mapping of a table", violated: violated, set: func(w *model.World) {
			table(w, 0, page.L1, rw(1))
			table(w, 1, page.L2)
		}},
		{id: "MM-I3", name: "a read-only mapping of a table", violated: holds, set: func(w *model.World) {
			table(w, 0, page.L1, ro(1))
			table(w, 1, page.L2)
		}},
		{id: "MM-I3", name: "a writable mapping of a table that nobody uses", violated: holds, set: func(w *model.World) {
			table(w, 0, page.L1, rw(1))
			w.Pool.Pages[1].Type = page.L2
		}},
		{id: "MM-I3", name: "a superpage in an L2", violated: violated, set: func(w *model.World) {
			table(w, 0, page.L2, page.To(0, page.PSE))
		}},
		{id: "MM-I3", name: "a stale translation", violated: violated, config: model.Config{MMU: pvmmu.Config{TLB: true}}, set: func(w *model.World) {
			table(w, 0, page.L1)
			w.MMU.CPU[1].TLB = 1 << 0
		}},
		{id: "MM-I3", name: "of a page that is only becoming a table", violated: holds, config: model.Config{MMU: pvmmu.Config{TLB: true}}, set: func(w *model.World) {
			table(w, 0, page.L1).Validated = false
			w.MMU.CPU[1].TLB = 1 << 0
		}},

		{id: "MM-I4", name: "an entry to a table that is half audited", violated: violated, set: func(w *model.World) {
			table(w, 0, page.L3, rw(1))
			partial(w, 1, page.L2, 1)
		}},
		{id: "MM-I4", name: "an entry to a table of the wrong level", violated: violated, set: func(w *model.World) {
			table(w, 0, page.L3, rw(1))
			table(w, 1, page.L1)
		}},
		{id: "MM-I4", name: "an entry that has not been audited yet", violated: holds, set: func(w *model.World) {
			partial(w, 0, page.L3, 0, rw(1))
			partial(w, 1, page.L2, 1)
		}},
		{id: "MM-I4", name: "a base pointer to a table that is half audited", violated: violated, set: func(w *model.World) {
			partial(w, 0, page.L4, 1)
			w.MMU.CPU[0].Table = 1
		}},
		{id: "MM-I4", name: "a base pointer to a validated one", violated: holds, set: func(w *model.World) {
			table(w, 0, page.L4)
			w.MMU.CPU[0].Table = 1
		}},

		{id: "MM-I5", name: "two typed references of a partial page", violated: violated, set: func(w *model.World) { partial(w, 0, page.L2, 1).TCount = 2 }},
		{id: "MM-I5", name: "one", violated: holds, set: func(w *model.World) { partial(w, 0, page.L2, 1) }},
		{id: "MM-I5", name: "the child of the stop has been freed", violated: violated, set: func(w *model.World) {
			partial(w, 0, page.L3, 0, rw(1)).PSet = page.PSetRef
			w.Pool.Pages[1] = page.Page{}
		}},
		{id: "MM-I5", name: "the stop was not inside the child", violated: holds, set: func(w *model.World) {
			partial(w, 0, page.L3, 0, rw(1))
			w.Pool.Pages[1] = page.Page{}
		}},

		{id: "MM-I6", name: "a linear use that is not counted", violated: violated, set: func(w *model.World) {
			table(w, 0, page.L2, ro(1)).Linear = 1
			table(w, 1, page.L2)
		}},
		{id: "MM-I6", name: "one that is", violated: holds, set: func(w *model.World) {
			table(w, 0, page.L2, ro(1)).Linear = 1
			table(w, 1, page.L2).Linear = -1
		}},
		{id: "MM-I6", name: "a chain, although the counts agree", violated: violated, set: func(w *model.World) {
			table(w, 0, page.L2, ro(1)).Linear = 1
			table(w, 1, page.L2, ro(2)).Linear = 0
			table(w, 2, page.L2).Linear = -1
		}},
		{id: "MM-I6", name: "an entry to the table itself counts nothing", violated: holds, set: func(w *model.World) { table(w, 0, page.L2, ro(0)) }},

		{id: "MM-I8", name: "the guest's bits in a validated L4", violated: violated, set: func(w *model.World) { table(w, 0, page.L4).ROMpt = page.Guest }},
		{id: "MM-I8", name: "in one that is half audited", violated: holds, set: func(w *model.World) { partial(w, 0, page.L4, 1).ROMpt = page.Guest }},

		{id: "MM-I9", name: "strict, and user mode sees the M2P", violated: violated, set: userTable(page.Filled, pvmmu.AssistStrict)},
		{id: "MM-I9", name: "relaxed", violated: holds, set: userTable(page.Filled, 0)},
		{id: "MM-I9", name: "strict, emptied", violated: holds, set: userTable(page.Empty, pvmmu.AssistStrict)},

		{id: "MM-I10", name: "strict, and an L4 without the M2P", violated: violated, set: strictTable(pvmmu.CtxDone, false)},
		{id: "MM-I10", name: "it was a user table", violated: holds, set: strictTable(pvmmu.CtxDone, true)},
		{id: "MM-I10", name: "set-context has not returned yet", violated: holds, set: strictTable(pvmmu.CtxPending, false)},

		{id: "MM-I11", name: "relaxed, and a kernel table without the M2P", violated: violated, set: kernelTable(0)},
		{id: "MM-I11", name: "strict", violated: holds, set: kernelTable(pvmmu.AssistStrict)},

		{id: "MM-I12", name: "a page is not on the list", violated: violated, set: func(w *model.World) { w.MMU.List[3] = 0 }},
		{id: "MM-I12", name: "a page is on the list twice", violated: violated, set: func(w *model.World) { w.MMU.List[3] = 1 }},
		{id: "MM-I12", name: "tot_pages is wrong", violated: violated, set: func(w *model.World) { w.MMU.Tot++ }},
		{id: "MM-I12", name: "another order, and one on relmem_list", violated: holds, set: func(w *model.World) {
			w.MMU.List = [page.MaxFrames]uint8{3, 2, 4}
			w.MMU.Rel[0] = 1
		}},

		{id: "MM-I15", name: "a page is left", violated: violated},
		{id: "MM-I15", name: "a count is left", violated: violated, set: func(w *model.World) {
			w.Pool = page.Pool{}
			w.Pool.Pages[2].Count = 1
		}},
		{id: "MM-I15", name: "nothing is left", violated: holds, set: func(w *model.World) { w.Pool = page.Pool{} }},

		{id: "MM-I16", name: "the view names an L1 that was un-audited", violated: violated, set: func(w *model.World) {
			table(w, 2, page.L1).Validated = false
			w.MMU.CPU[0].LinTLB = 3
		}},
		{id: "MM-I16", name: "it names an audited L1", violated: holds, set: func(w *model.World) {
			table(w, 2, page.L1)
			w.MMU.CPU[0].LinTLB = 3
		}},

		{id: "MM-I17", name: "user mode without a user table", violated: violated, set: func(w *model.World) { w.MMU.CPU[0].UserMode = true }},
		{id: "MM-I17", name: "with one", violated: holds, set: func(w *model.World) { w.MMU.CPU[0].UserMode, w.MMU.CPU[0].User = true, 1 }},
		{id: "MM-I17", name: "not initialised", violated: holds, set: func(w *model.World) { w.MMU.CPU[0].UserMode, w.MMU.CPU[0].Init = true, false }},

		{id: "MM-I18", name: "bit 40", violated: violated, set: func(w *model.World) { w.MMU.Assist = pvmmu.AssistUnknown }},
		{id: "MM-I18", name: "the permitted bit", violated: holds, set: func(w *model.World) { w.MMU.Assist = pvmmu.AssistStrict }},

		{id: "MM-I19", name: "a free page with a type", violated: violated, set: func(w *model.World) { w.Pool.Pages[0] = page.Page{Type: page.SegDesc} }},
		{id: "MM-I19", name: "a page of the domain with one", violated: holds, set: func(w *model.World) { w.Pool.Pages[0].Type = page.SegDesc }},

		{id: "MM-L3", name: "past a place to ask", violated: violated, set: func(w *model.World) { w.MMU.Unbounded = true }},
		{id: "MM-L3", name: "not past one", violated: holds},

		{id: "MM-L1", name: "the loop does not end", violated: violated, set: stop(pvmmu.Endless)},
		{id: "MM-L1", name: "a crash is another matter", violated: holds, set: stop(pvmmu.CrashFree)},

		{id: "MM-P18a", name: "too low", violated: violated, set: func(w *model.World) { table(w, 0, page.L4) }},
		{id: "MM-P18a", name: "too high", violated: holds, set: func(w *model.World) { w.MMU.NrL4 = 1 }},
		{id: "MM-P18a", name: "some page is partial", violated: holds, set: func(w *model.World) {
			table(w, 0, page.L4)
			partial(w, 1, page.L2, 1)
		}},
		{id: "MM-P18b", name: "too high", violated: violated, set: func(w *model.World) { w.MMU.NrL4 = 1 }},
		{id: "MM-P18b", name: "too low", violated: holds, set: func(w *model.World) { table(w, 0, page.L4) }},
	}
}

func userTable(slot page.Slot, assist uint8) func(*model.World) {
	return func(w *model.World) {
		table(w, 0, page.L4).ROMpt = slot
		w.MMU.CPU[1].User = 1
		w.MMU.Assist = assist
	}
}

func strictTable(at pvmmu.Progress, wasUser bool) func(*model.World) {
	return func(w *model.World) {
		table(w, 0, page.L4).WasUser = wasUser
		w.MMU.Assist, w.MMU.Ctx0 = pvmmu.AssistStrict, at
	}
}

func kernelTable(assist uint8) func(*model.World) {
	return func(w *model.World) {
		table(w, 0, page.L4)
		w.MMU.CPU[1].Table = 1
		w.MMU.Assist = assist
	}
}
