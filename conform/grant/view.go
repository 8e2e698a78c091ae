// Package grant says what can be seen of the area grant from outside: the
// domains, their grant tables with what Xen knows of each entry, where they map,
// and the frames with their reference counts.
package grant

import (
	"errors"
	"fmt"
	"strconv"

	"hvcheck/conform"
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Names of what is seen.
const (
	Frame      = "frame"
	TableFrame = "table frame"

	State, TotPages = "state", "tot_pages"
	Version, Shared = "version", "shared frames"

	Kind, Domid, Names = "flags", "domid", "names"
	Status             = "status"
	Pins, By, Pinned   = "pins", "pinned by", "pinned frame"

	Entry, ForDevices = "entry", "for devices"

	Owner, Count, Allocated = "owner", "count", "allocated"
	Type, TypeCount         = "type", "type count"
	Content                 = "content"
)

// Domains are the names of domains, and of whoever else may own a frame.
var Domains = [...]string{grant.DomF: "f", grant.DomB: "b", grant.DomC: "c", grant.DomV: "another", grant.DomXen: "xen", grant.NoDomain: "none"}

// What a domain is.
const (
	Alive   = "alive"
	Crashed = "crashed"
	Dying   = "dying"
	Gone    = "gone"
)

// EntryOf are the references of a domain's table.
func EntryOf(d int) string { return Domains[d] + " entry" }

// SlotOf are the entries of its page table that are for mappings.
func SlotOf(d int) string { return Domains[d] + " slot" }

// GfnOf are the first gfns of a translated domain.
func GfnOf(d int) string { return Domains[d] + " gfn" }

// DomainOf is the domain itself.
func DomainOf(d int) string { return "domain " + Domains[d] }

// View is what can be seen of the area.
var View = &conform.View{
	Area:    gntops.Area,
	Prepare: prepare,
	Inner:   []*model.Spec{gntops.XenStep},
	Objects: objects(),
}

func objects() (list []conform.Object) {
	for d := range grant.NumDomains {
		list = append(list,
			conform.Object{Name: DomainOf(d), Fields: domain(d)},
			conform.Object{Name: EntryOf(d), Count: func(*model.Config) int { return grant.MaxRefs }, Fields: entry(d)},
			conform.Object{Name: SlotOf(d), Count: func(c *model.Config) int { return int(pool.Conf(c).Slots) }, Fields: slot(d)},
			conform.Object{Name: GfnOf(d), Count: func(*model.Config) int { return grant.MaxGfns }, Fields: gfn(d)})
	}
	return append(list,
		conform.Object{Name: TableFrame, Count: func(*model.Config) int { return grant.MaxTables }, Fields: tableFrame},
		conform.Object{Name: Frame, Count: func(c *model.Config) int { return int(pool.Conf(c).Frames) }, Fields: frame})
}

// prepare has operations done whole, handles without order, and as much of
// everything as a real system has. What is in pages is always looked at.
func prepare(c *model.Config) error {
	o := gntops.Conf(c)
	switch {
	case o.NoTransfer:
		return errors.New("gnttab=no-transfer is not on the hypervisor's command line")
	case o.NoTransitive:
		return errors.New("gnttab=no-transitive is not on the hypervisor's command line")
	}
	o.Steps, o.Retries, o.Lists, o.PerPage, o.PinLimit, o.Block, o.TLB = 0, false, false, 0, 0, 0, false
	o.Tags = true
	return nil
}

// value reads a field of the i-th thing that a domain has.
type value func(s *grant.State, w *model.World, i int) string

// of makes the field's model of it, for a domain that is in some of the states.
func of(d int, read value, states ...string) func(*model.Config, *model.World, int) string {
	return func(_ *model.Config, w *model.World, i int) string {
		s := gntops.Of(w)
		for _, is := range states {
			if StateOf(s, d) == is {
				return read(s, w, i)
			}
		}
		return ""
	}
}

// StateOf is what a domain is. Nothing tells that one was crashed which had shut down
// before, for a soft reset.
func StateOf(s *grant.State, d int) string {
	switch dom := &s.Dom[d]; {
	case dom.Life == grant.Crashed && (d != grant.DomF || s.Kernel.Stage != grant.Resetting):
		return Crashed
	case dom.Life < grant.Dying:
		return Alive
	case !s.Found(uint8(d)):
		return Gone
	}
	return Dying
}

func domain(d int) []conform.Field {
	return []conform.Field{
		{Name: State, Doc: "alive, crashed, dying, or gone", Model: func(_ *model.Config, w *model.World, _ int) string { return StateOf(gntops.Of(w), d) }},
		{Name: TotPages, Doc: "pages that count as its", Model: of(d, func(s *grant.State, _ *model.World, _ int) string {
			return strconv.Itoa(int(s.Dom[d].Tot))
		}, Alive, Crashed, Dying)},
		{Name: Version, Doc: "gt_version", Model: of(d, func(s *grant.State, _ *model.World, _ int) string {
			return strconv.Itoa(int(s.Dom[d].Table.Ver))
		}, Alive)},
		{Name: Shared, Doc: "nr_grant_frames", Model: of(d, func(s *grant.State, _ *model.World, _ int) string {
			return strconv.Itoa(int(s.Dom[d].Table.Frames))
		}, Alive)},
	}
}

// entry are the fields of a reference: of the shared entry, and of the active one while
// that is pinned.
func entry(d int) []conform.Field {
	shared := func(read func(e *grant.Entry) string) func(*model.Config, *model.World, int) string {
		return of(d, func(s *grant.State, _ *model.World, i int) string {
			if t := &s.Dom[d].Table; i < int(t.Entries()) {
				return read(&t.Entry[i])
			}
			return ""
		}, Alive)
	}
	active := func(read func(a *grant.Active) string) func(*model.Config, *model.World, int) string {
		return of(d, func(s *grant.State, _ *model.World, i int) string {
			if a := &s.Dom[d].Table.Act[i]; a.Pinned() {
				return read(a)
			}
			return ""
		}, Alive, Crashed, Dying)
	}
	return []conform.Field{
		{Name: Kind, Doc: "flags of the shared entry", Model: shared(func(e *grant.Entry) string { return FlagNames(e.Flags) })},
		{Name: Domid, Doc: "whom it is for", Model: shared(func(e *grant.Entry) string { return DomainName(e.Domid) })},
		{Name: Names, Doc: "the frame in it, or a reference of another domain", Model: shared(NameIn)},
		{Name: Status, Doc: "the status word, in version 2", Model: of(d, func(s *grant.State, _ *model.World, i int) string {
			if t := &s.Dom[d].Table; t.Ver == 2 && i < int(t.Entries()) {
				return FlagNames(t.Status[i])
			}
			return ""
		}, Alive)},
		{Name: Pins, Doc: "GNTPIN_hstw, hstr, devw and devr", Model: of(d, func(s *grant.State, _ *model.World, i int) string {
			return PinNames(s.Dom[d].Table.Act[i].Pin)
		}, Alive, Crashed, Dying)},
		{Name: By, Doc: "who has pinned it", Model: active(func(a *grant.Active) string { return DomainName(a.Domid) })},
		{Name: Pinned, Doc: "the frame that it stands for since", Model: active(func(a *grant.Active) string { return strconv.Itoa(int(a.MFN)) })},
	}
}

// FlagNames are the flags of an entry, or its status, in words.
func FlagNames(v uint8) string { return gntops.EntryFlags.Format(v) }

// DomainName names a domain in an entry.
func DomainName(d uint8) string {
	if d >= grant.NumDomains {
		return Domains[grant.NoDomain]
	}
	return Domains[d]
}

// NameIn is what an entry names.
func NameIn(e *grant.Entry) string {
	if e.Flags&grant.TypeMask == grant.Transitive {
		return fmt.Sprintf("ref %d of %s", e.Frame, DomainName(e.Trans))
	}
	return gntops.Stored.Format(e.Frame)
}

// PinNames are the four counters.
func PinNames(p [grant.NumPins]uint8) string {
	return fmt.Sprintf("%d %d %d %d", p[grant.PinHostW], p[grant.PinHostR], p[grant.PinDevW], p[grant.PinDevR])
}

// slot is an entry of a page table, without what the processor notes in it.
func slot(d int) []conform.Field {
	return []conform.Field{{Name: Entry, Doc: "the page-table entry", Model: of(d, func(s *grant.State, _ *model.World, i int) string {
		if s.Dom[d].HVM {
			return ""
		}
		return s.Dom[d].PTE[i].Clean().String()
	}, Alive)}}
}

// gfn is what the guest of a translated domain finds there.
func gfn(d int) []conform.Field {
	at := of(d, func(s *grant.State, _ *model.World, i int) string {
		if !s.Dom[d].HVM || !runs(s, d) {
			return ""
		}
		if e := s.Dom[d].P2M[i]; e.Type == grant.P2MTable {
			return gntops.TableFrame.Format(e.MFN)
		}
		return s.Dom[d].Entry(uint8(i)).String()
	}, Alive)
	return []conform.Field{
		{Name: Entry, Doc: "the frame, or that of F's table, and whether the guest may write it", Model: at},
		{Name: ForDevices, Doc: "the same, for devices of the domain's: what its IOMMU table has", Model: at},
	}
}

// ofTable is a field of a frame of F's table.
func ofTable(read func(f *grant.TableFrame) string) func(*model.Config, *model.World, int) string {
	return of(grant.DomF, func(s *grant.State, _ *model.World, i int) string {
		if f := &s.TFrame[i]; f.There {
			return read(f)
		}
		return ""
	}, Alive)
}

var tableFrame = []conform.Field{
	{Name: Count, Doc: "general references", Model: ofTable(func(f *grant.TableFrame) string { return strconv.Itoa(int(f.Count)) })},
	{Name: Allocated, Doc: "PGC_allocated", Model: ofTable(func(f *grant.TableFrame) string { return model.YesNo(f.Allocated) })},
}

// ofOwned is a field of a frame that somebody owns of whom Xen tells, and has a reference of.
func ofOwned(read func(p *page.Page) string) func(*model.Config, *model.World, int) string {
	return func(_ *model.Config, w *model.World, i int) string {
		if gntops.Of(w).Owner[i] > grant.DomV || pool.Of(w).Pages[i].Count == 0 {
			return ""
		}
		return read(&pool.Of(w).Pages[i])
	}
}

var frame = []conform.Field{
	{Name: Owner, Doc: "whose it is", Model: func(_ *model.Config, w *model.World, i int) string { return Domains[gntops.Of(w).Owner[i]] }},
	{Name: Count, Doc: "general references", Model: ofOwned(func(p *page.Page) string { return strconv.Itoa(int(p.Count)) })},
	{Name: Allocated, Doc: "PGC_allocated", Model: ofOwned(func(p *page.Page) string { return model.YesNo(p.Allocated) })},
	{Name: Type, Doc: "PGT_type_mask; of a translated domain's page while it is used as something", Model: func(c *model.Config, w *model.World, i int) string {
		o, p := gntops.Of(w).Owner[i], &pool.Of(w).Pages[i]
		if o > grant.DomV || p.Count == 0 || o < grant.NumDomains && gntops.Of(w).Dom[o].HVM && p.TCount == 0 {
			return ""
		}
		return p.Type.String()
	}},
	{Name: TypeCount, Doc: "typed references", Model: ofOwned(func(p *page.Page) string { return strconv.Itoa(int(p.TCount)) })},
	{Name: Content, Doc: "what was stored to it last, by a number", Model: func(_ *model.Config, w *model.World, i int) string {
		if s := gntops.Of(w); s.Owner[i] <= grant.DomV && StateOfOwner(s, i) == Alive && inMemory(s, i) {
			return strconv.Itoa(int(s.Tag[i]))
		}
		return ""
	}},
}

// StateOfOwner is what the owner of a frame is.
func StateOfOwner(s *grant.State, frame int) string {
	if s.Owner[frame] >= grant.NumDomains {
		return Alive
	}
	return StateOf(s, int(s.Owner[frame]))
}

// runs tells whether a domain has a kernel that looks at its memory: F has none between
// two kernels.
func runs(s *grant.State, d int) bool {
	stage := s.Kernel.Stage
	return d != grant.DomF || stage <= grant.Waiting || stage == grant.K2
}

// inMemory tells whether a frame is somewhere where its owner sees it.
func inMemory(s *grant.State, frame int) bool {
	d := s.Owner[frame]
	if d >= grant.NumDomains || !s.Dom[d].HVM {
		return true
	}
	if !runs(s, int(d)) {
		return false
	}
	for _, e := range s.Dom[d].P2M {
		if e == (grant.P2M{Type: grant.P2MRAM, MFN: uint8(frame)}) {
			return true
		}
	}
	return false
}
