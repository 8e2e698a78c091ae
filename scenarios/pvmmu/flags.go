package pvmmu

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// Flags of present entries, changed one at a time.
var fastPathScenarios = []scenarios.Scenario{
	{
		Name:   "mmu.fast-path",
		Title:  "what the fast path of an entry update may change",
		Doc:    "An L3 above an L2 with an entry to an L1 and a linear one, or an L3 with one, and an L1 that maps a frame: each of these entries gains and loses RW and PSE while it is present.",
		Config: mmops.Scope{Frames: 4, Slots: 2, Guests: 1, Tools: 1}.Config(),
		Starts: mmops.Starts([]mmops.Start{
			{Name: "an L2 that names itself", Running: true, Ent: map[uint8][]page.Entry{0: {rw(1), 0}, 1: {rw(2), ro(1)}, 2: {ro(3), 0}}},
			{Name: "an L3 that names itself", Running: true, Ent: map[uint8][]page.Entry{0: {rw(1), ro(0)}, 1: {rw(2), 0}, 2: {ro(3), 0}}},
		}),
		Alphabet: flagOps,
		Goals: []scenarios.Goal{
			step("mmu.fast-path/linear-refused", "a linear entry that is present is refused the RW bit", flagAnswer(1, 1, page.RW, errno.EINVAL)),
			step("mmu.fast-path/pse-refused", "an L2 entry that is present is refused the PSE bit", flagAnswer(1, 0, page.PSE, errno.EINVAL)),
			step("mmu.fast-path/cleared", "an L2 entry loses its RW bit", flagAnswer(1, 0, page.RO, errno.OK)),
			step("mmu.fast-path/busy", "an L1 entry is refused the RW bit, for its page is a table", flagAnswer(2, 0, page.RW, errno.EBUSY)),
		},
	},
}

// flagOps change flags of entries that are there, and pin and unpin the tables.
func flagOps(c *model.Config) []scenarios.Pattern {
	v0 := only(0)
	patterns := []scenarios.Pattern{
		each(mmops.Pin, v0, only(0), only(3), only(0)),
		each(mmops.Pin, v0, only(1), only(2), only(0)),
		each(mmops.Pin, v0, only(3), only(1), only(0)),
		each(mmops.Unpin, v0, only(0, 1, 3), only(0)),
		each(mmops.Continue, v0, only(0)),
	}
	for _, at := range []struct{ table, slot, frame uint8 }{
		{0, 1, 0}, {1, 0, 2}, {1, 1, 1}, {2, 0, 3},
	} {
		flags := only(entry(at.frame, page.RO), entry(at.frame, page.RW), entry(at.frame, page.PSE))
		patterns = append(patterns, each(mmops.MMUUpdate, v0, only(at.table), only(at.slot), flags, only(pvmmu.CmdNormal), only(0)))
	}
	return patterns
}

// flagAnswer tells an update of an audited entry that changes its kind alone,
// and how it ends.
func flagAnswer(table, slot uint8, kind page.EntryKind, code errno.Errno) stepTest {
	return func(before *model.World, op model.Op, a model.Answer, _ *model.World) bool {
		p := &pool.Of(before).Pages[table]
		old, e := p.Ent[slot], page.Entry(op.Arg[3])
		return op.Kind == mmops.MMUUpdate.Kind() && op.Arg[1] == table && op.Arg[2] == slot && a.Code == code &&
			p.Type.IsTable() && p.Validated && old.Present() && old.Frame() == e.Frame() && old.Kind() != kind && e.Kind() == kind
	}
}
