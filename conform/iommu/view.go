// Package iommu says what can be seen of the area iommu from outside: the guests,
// what translated ones have where, IOMMU tables, the frames with their reference counts,
// and whose the devices are.
package iommu

import (
	"errors"
	"strconv"

	"hvcheck/conform"
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Names of what is seen.
const (
	Frame  = "frame"
	Device = "device"

	State, TotPages = "state", "tot_pages"
	Entry           = "entry"

	Owner, Count, Allocated = "owner", "count", "allocated"
	Type, TypeCount         = "type", "type count"
)

// Domains are the names of domains.
var Domains = [...]string{iommu.D0: "d0", iommu.D1: "d1", iommu.D2: "d2", iommu.DIO: "dom_io", iommu.NoDomain: "none"}

// What a domain is.
const (
	Alive = "alive"
	Dying = "dying"
	Gone  = "gone"
)

// DomainOf is a guest.
func DomainOf(d int) string { return "domain " + Domains[d] }

// GfnOf is what a translated guest has at a gfn.
func GfnOf(d int) string { return Domains[d] + " gfn" }

// TableOf is a guest's IOMMU table, by frame, or by gfn if it is translated.
func TableOf(d int) string { return Domains[d] + " dfn" }

// View is what can be seen of the area.
var View = &conform.View{
	Area:    iomops.Area,
	Prepare: prepare,
	Inner:   []*model.Spec{iomops.XenStep, iomops.Hardware, iomops.Tail, iomops.Completion},
	Objects: []conform.Object{
		{Name: DomainOf(iommu.D1), Fields: domain(iommu.D1)},
		{Name: GfnOf(iommu.D1), Count: gfns, Fields: memory(iommu.D1)},
		{Name: TableOf(iommu.D1), Count: dfns, Fields: table(iommu.D1)},
		{Name: DomainOf(iommu.D2), Fields: domain(iommu.D2)},
		{Name: GfnOf(iommu.D2), Count: gfns, Fields: memory(iommu.D2)},
		{Name: TableOf(iommu.D2), Count: dfns, Fields: table(iommu.D2)},
		{Name: Frame, Count: func(c *model.Config) int { return int(pool.Conf(c).Frames) }, Fields: frame},
		{Name: Device, Count: func(c *model.Config) int { return int(iomops.Conf(c).Devs) }, Fields: device},
	},
}

// prepare has operations done whole, with hardware that executes what is queued at
// once, and no Device-TLBs, as Xen has it by default; and refuses what the hypervisor that
// is driven is not. Its array for ranges has more room than the model's can have.
func prepare(c *model.Config) error {
	o := iomops.Conf(c)
	switch {
	case o.NoQuarantine:
		return errors.New("iommu=quarantine=off is not on the hypervisor's command line")
	case o.IOMMUs > 1:
		return errors.New("there is one IOMMU")
	}
	o.Steps, o.InFlight, o.NonCoherent, o.CtxCache, o.NoATS, o.Batch = 0, false, false, false, true, iommu.MaxBatch
	return nil
}

// gfns counts what a translated domain is looked at for.
func gfns(c *model.Config) int { return int(iomops.Conf(c).Gfns) }

// dfns counts what tables are looked at for: gfns, or a PV domain's frames.
func dfns(c *model.Config) int { return max(gfns(c), FramesOf(c)) }

// FramesOf is how many frames a PV domain's table is looked at for.
func FramesOf(c *model.Config) int { return min(int(pool.Conf(c).Frames), iommu.MaxGfns) }

// StateOf is what a domain is.
func StateOf(s *iommu.State, d int) string {
	switch dom := &s.Dom[d]; {
	case dom.Life < iommu.Dying:
		return Alive
	case dom.Life == iommu.Dead && dom.Tot == 0:
		return Gone
	}
	return Dying
}

func domain(d int) []conform.Field {
	return []conform.Field{
		{Name: State, Doc: "alive, dying, or gone", Model: func(_ *model.Config, w *model.World, _ int) string { return StateOf(iomops.Of(w), d) }},
		{Name: TotPages, Doc: "pages that count as its", Model: func(_ *model.Config, w *model.World, _ int) string {
			if s := iomops.Of(w); StateOf(s, d) != Gone {
				return strconv.Itoa(int(s.Dom[d].Tot))
			}
			return ""
		}},
	}
}

func memory(d int) []conform.Field {
	return []conform.Field{{Name: Entry, Doc: "which frame the guest has there", Model: func(_ *model.Config, w *model.World, i int) string {
		s := iomops.Of(w)
		switch e := &s.Dom[d].P2M[i]; {
		case !s.Dom[d].HVM || StateOf(s, d) != Alive:
			return ""
		case e.Type == iommu.Invalid:
			return None
		default:
			return strconv.Itoa(int(e.MFN))
		}
	}}}
}

func table(d int) []conform.Field {
	return []conform.Field{{Name: Entry, Doc: "what devices get there", Model: func(c *model.Config, w *model.World, i int) string {
		s, n := iomops.Of(w), FramesOf(c)
		if s.Dom[d].HVM {
			n = gfns(c)
		}
		if !s.Dom[d].On || StateOf(s, d) != Alive || i >= n {
			return ""
		}
		e := s.IOPT[d][i]
		if !e.Present() {
			return None
		}
		return EntryName(int(e.Frame()), e.Allows(false), e.Allows(true))
	}}}
}

// None is an entry that is not present.
const None = "none"

// EntryName is an entry in words.
func EntryName(frame int, reads, writes bool) string {
	name := strconv.Itoa(frame)
	for _, right := range []struct {
		is   bool
		word string
	}{{reads, "r"}, {writes, "w"}} {
		if right.is {
			name += right.word
		}
	}
	return name
}

// ofOwned is a field of a frame that a guest has.
func ofOwned(read func(p *page.Page) string) func(*model.Config, *model.World, int) string {
	return func(_ *model.Config, w *model.World, i int) string {
		if o := iomops.Of(w).Frame[i].Owner; o != iommu.D1 && o != iommu.D2 {
			return ""
		}
		return read(&pool.Of(w).Pages[i])
	}
}

var frame = []conform.Field{
	{Name: Owner, Doc: "whose it is; dom0's own are not looked at", Model: func(_ *model.Config, w *model.World, i int) string {
		if o := iomops.Of(w).Frame[i].Owner; o != iommu.D0 {
			return Domains[o]
		}
		return ""
	}},
	{Name: Count, Doc: "general references", Model: ofOwned(func(p *page.Page) string { return strconv.Itoa(int(p.Count)) })},
	{Name: Allocated, Doc: "PGC_allocated", Model: ofOwned(func(p *page.Page) string { return model.YesNo(p.Allocated) })},
	{Name: Type, Doc: "PGT_type_mask; of a translated domain's page while it is used as something", Model: func(c *model.Config, w *model.World, i int) string {
		o, p := iomops.Of(w).Frame[i].Owner, &pool.Of(w).Pages[i]
		if o == iommu.D0 || o > iommu.D2 || iomops.Of(w).Dom[o].HVM && p.TCount == 0 {
			return ""
		}
		return p.Type.String()
	}},
	{Name: TypeCount, Doc: "typed references", Model: ofOwned(func(p *page.Page) string { return strconv.Itoa(int(p.TCount)) })},
}

var device = []conform.Field{
	{Name: Owner, Doc: "whose it is", Model: func(_ *model.Config, w *model.World, i int) string {
		if d := &iomops.Of(w).Dev[i]; d.There {
			return Domains[d.Owner]
		}
		return ""
	}},
}
