package grant

import (
	"errors"
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
)

// versions lists what must hold of grant tables as a whole, and of all operations.
var versions = slices.Concat(layouts, frames, order)

// layouts lists what must hold of the frames of a table.
var layouts = []invariants.Invariant{
	{
		ID:    "GR-I15",
		Title: "a frame of a grant table is not freed while it is reached",
		Doc: `A frame of F's grant table that is in its p2m, or that is mapped with a reference, exists. It is at one gfn at most: Xen knows of one, and could not find the others when it frees the frame. Nothing is stored beyond the end of a table, nor to a frame that was freed.

Status frames are the only ones that are freed while the domain lives. What becomes of the page is then the domain's to read and write.`,
		Refs:  []string{"XSA-255", "38bfcc165d", "XSA-379", "f147422bf9", "XSA-486", "02708d3b51", "XSA-501", "96dfeb4177", "XSA-18", "4b9e508290"},
		State: of(tableFrames),
	},
	{
		ID:    "GR-I16",
		Title: "a table is in one layout",
		Doc:   `There are status frames in version 2 and none in version 1. The version changes only while no reference is in use but the reserved ones; these keep their domain, their page and their status, and all others are empty. A call that leaves the version as it is leaves entries as they are; one that fails leaves the table with all its frames, unless a status frame of a translated domain is still referenced: that domain is crashed.`,
		Refs:  []string{"c0e548d920", "xen/common/grant_table.c gnttab_set_version()"},
		Step: func(p *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
			if err := of(oneLayout)(p.Config(), after); err != nil {
				return err
			}
			if op.Spec() == gntops.SetVersion || op.Spec() == gntops.XenStep {
				if err := versionFails(before, op, a, after); err != nil {
					return err
				}
				return layoutKept(before, after, op.Arg[0])
			}
			return nil
		},
	},
}

func tableFrames(v *view) error {
	switch v.s.Stop {
	case grant.UseAfterFree, grant.BeyondTable:
		return errors.New(v.s.Stop.String())
	}
	var at [grant.MaxTables]int
	for gfn, e := range v.s.Dom[grant.DomF].P2M {
		if e.Type != grant.P2MTable {
			continue
		}
		if f := &v.s.TFrame[e.MFN]; f.There && f.M2P == 0 && v.s.Dom[grant.DomF].Life < grant.Dying {
			return fmt.Errorf("%s is at gfn %d, and the m2p says nowhere", tableNames[e.MFN], gfn)
		}
		if at[e.MFN]++; at[e.MFN] > 1 {
			return fmt.Errorf("%s is at gfn %d and at another one", tableNames[e.MFN], gfn)
		}
		if !v.s.TFrame[e.MFN].There {
			return fmt.Errorf("%s is at gfn %d, and was freed", tableNames[e.MFN], gfn)
		}
	}
	alive := v.s.Dom[grant.DomF].Life < grant.Dying // with the domain goes its p2m
	for i, f := range v.s.TFrame {
		if want := v.tableRefs(uint8(i)); f.There && alive && f.Count != want {
			return fmt.Errorf("%s: count %d, and %d have a reference", tableNames[i], f.Count, want)
		}
		if g := f.M2P; g != 0 && f.There && alive && v.s.Dom[grant.DomF].P2M[g-1] != (grant.P2M{Type: grant.P2MTable, MFN: uint8(i)}) {
			return fmt.Errorf("the m2p says that %s is at gfn %d, and it is not", tableNames[i], g-1)
		}
		if f.PTEs > 0 && !f.There {
			return fmt.Errorf("%s is mapped, and was freed", tableNames[i])
		}
		if t := &v.s.Dom[grant.DomF].Table; f.There != has(t, uint8(i)) && t.Writer == 0 && !v.s.Stopped() && v.s.Dom[grant.DomF].Life < grant.Dying {
			return fmt.Errorf("%s: it is there: %s, and the table has it: %s", tableNames[i], model.YesNo(f.There), model.YesNo(has(t, uint8(i))))
		}
	}
	return nil
}

// tableRefs counts who has a reference to a frame of F's table: the allocation, mappings, and
// calls that map it.
func (v *view) tableRefs(i uint8) (n uint8) {
	f := &v.s.TFrame[i]
	if n = f.PTEs; f.Allocated {
		n++
	}
	for cpu := range v.s.Task {
		if t := &v.s.Task[cpu]; t.Work == grant.WorkSpace && t.PC > grant.X1 && t.Ref == i {
			n++
		}
	}
	return n
}

// has tells whether a table has a frame of a number.
func has(t *grant.Table, i uint8) bool {
	if i >= grant.FirstStatus {
		return i-grant.FirstStatus < t.StatusFrames
	}
	return i < t.Frames
}

var tableNames = [grant.MaxTables]string{"shared frame 0", "shared frame 1", "status frame 0", "status frame 1"}

func oneLayout(v *view) error {
	if v.s.Stopped() {
		return nil
	}
	for d := range uint8(grant.NumDomains) {
		t := &v.s.Dom[d].Table
		if (t.Ver == 2) != (t.StatusFrames > 0) && t.Writer == 0 && t.Ver != 0 {
			return fmt.Errorf("%s's table has version %d and %d status frames", domNames[d], t.Ver, t.StatusFrames)
		}
	}
	return nil
}

// layoutKept looks at the table of a CPU that changes the version.
func layoutKept(before, after *model.World, cpu uint8) error {
	d := grant.DomainOf(cpu)
	if d >= grant.NumDomains || gntops.Of(after).Stopped() {
		return nil
	}
	was, is := gntops.Of(before), gntops.Of(after)
	from, to := &was.Dom[d].Table, &is.Dom[d].Table
	if from.Ver == to.Ver {
		if w := was.Task[cpu].Work; (w == grant.WorkVersion || w == grant.NoWork) && from.Entry != to.Entry {
			return fmt.Errorf("version %d stays, and entries have changed", to.Ver)
		}
		return nil
	}
	for r := range uint8(grant.MaxRefs) {
		pins := gntops.Book(before).Pins(was, d, r)
		switch {
		case r == grant.Reserved:
		case pins != [grant.NumPins]uint8{}:
			return fmt.Errorf("the version changes while reference %d is in use", r)
		case to.Entry[r] != grant.Entry{}:
			return fmt.Errorf("the version has changed, and entry %d is not empty", r)
		}
	}
	return reservedKept(from, to)
}

// versionFails looks at a change of the version that was not made.
func versionFails(before *model.World, op model.Op, a model.Answer, after *model.World) error {
	was, is, cpu := gntops.Of(before), gntops.Of(after), op.Arg[0]
	d, t := grant.DomainOf(cpu), &was.Task[cpu]
	if d >= grant.NumDomains || a.Code >= 0 || a.Refused || is.Stopped() || op.Spec() == gntops.XenStep && t.Work != grant.WorkVersion {
		return nil
	}
	x, y := &was.Dom[d], &is.Dom[d]
	held := d == grant.DomF && a.Code == errno.EBUSY && (t.PC == grant.S2 || t.PC == grant.Idle && was.TFrame[grant.FirstStatus].PTEs > 0)
	lost := x.HVM && (held || a.Code == errno.EINVAL) // a frame that the domain has hidden is no better
	switch {
	case x.Table.Ver != y.Table.Ver || x.Table.StatusFrames != y.Table.StatusFrames || x.Table.Frames != y.Table.Frames:
		return errors.New("the version is not changed, and the table has")
	case y.Table.Writer != 0:
		return errors.New("the version is not changed, and the table stays locked")
	case lost != (x.Life == grant.Alive && y.Life != grant.Alive) && x.Life == grant.Alive:
		return fmt.Errorf("%s is refused another version, and is crashed: %s", domNames[d], model.YesNo(!lost))
	case !lost && t.PC <= grant.Next && (was.TFrame != is.TFrame || x.P2M != y.P2M), !lost && t.PC == grant.S2 && !is.TFrame[grant.FirstStatus].Allocated:
		return errors.New("the version is not changed, and the frames of the table have")
	}
	return nil
}

// reservedKept compares a reserved entry in both layouts.
func reservedKept(from, to *grant.Table) error {
	a, b := from.Entry[grant.Reserved], to.Entry[grant.Reserved]
	const bits = grant.Reading | grant.Writing
	if from.Ver == 2 && a.Flags&grant.TypeMask != grant.PermitAccess { // then only that it is in use is left
		return model.Require(b == grant.Entry{Flags: from.Status[grant.Reserved] & bits}, "a reserved entry that grants nothing is more than its status in version 1")
	}
	sa, sb := a.Flags&bits, b.Flags&bits
	if from.Ver == 2 {
		sa |= from.Status[grant.Reserved] & bits
	}
	if to.Ver == 2 {
		sb = to.Status[grant.Reserved] & bits
	}
	if a.Flags&^bits != b.Flags&^bits || a.Domid != b.Domid || a.Frame != b.Frame || sa != sb || b.Trans != 0 {
		return errors.New("a reserved entry has changed with the version")
	}
	return nil
}
