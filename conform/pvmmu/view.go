// Package pvmmu says what can be seen of the area pvmmu from outside: the
// domain, its frames with all their reference counts, and its vCPUs.
package pvmmu

import (
	"errors"
	"strconv"
	"strings"

	"hvcheck/conform"
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// Names of what is seen.
const (
	Domain = "domain"
	Frame  = "frame"
	VCPU   = "vcpu"

	State, Strict, TotPages, PageList = "state", "m2p_strict", "tot_pages", "page_list"

	Owner, Count, Allocated = "owner", "count", "allocated"
	Type, TypeCount         = "type", "type count"
	Validated               = "validated"
	Partial, Pinned         = "partial", "pinned"
	Entries, Slot256        = "entries", "slot 256"

	Initialised, Down, Mode, Kernel, User = "initialised", "down", "mode", "kernel table", "user table"
)

// What a domain is.
const (
	Alive    = "alive"
	ShutDown = "shut down"
	Dying    = "dying"
	Gone     = "gone"
)

// Whose a frame is.
const (
	Owned = "dom"
	Free  = "free"
)

// None is a table that a vCPU does not have, or that is no frame of the pool.
const None = "none"

// View is what can be seen of the area.
var View = &conform.View{
	Area:    mmops.Area,
	Prepare: prepare,
	Begin:   begin,
	Objects: []conform.Object{
		{Name: Domain, Fields: domain},
		{Name: Frame, Count: func(c *model.Config) int { return int(pool.Conf(c).Frames) }, Fields: frame},
		{Name: VCPU, Count: func(c *model.Config) int { return int(mmops.Conf(c).Guests) }, Fields: vcpu},
	},
}

// prepare lifts the order that some scenarios give their toolstack, has the model
// go on where today's code does otherwise than its baseline, and refuses
// what happens within a hypercall, which nobody outside can choose.
func prepare(c *model.Config) error {
	o := mmops.Conf(c)
	switch {
	case o.Race:
		return errors.New("option race: nobody outside can make a compare-exchange fail")
	case o.L1TF:
		return errors.New("option l1tf: nobody outside can interrupt the audit of an L1")
	case o.TLB:
		return errors.New("option tlb: nobody outside sees a TLB, or stops a CPU within GET_TYPE")
	case o.Steps:
		return errors.New("option steps: nobody outside stops a CPU within a memory operation")
	case o.CheckL1TF != pvmmu.L1TFOff:
		return errors.New("option pv-l1tf: shadow paging for PV is not built in")
	case o.Largest != 0:
		return errors.New("counts of references are limited, which they are not on a real system")
	case o.NoLinear:
		return errors.New("option pv-linear-pt=0: it is on in the hypervisor that is driven")
	}
	o.CtxFirst, o.Seq, o.Departs = false, false, true
	return nil
}

// begin notes what whoever fills a frame leaves: it has been mapped writable.
func begin(c *model.Config, w *model.World) {
	for f := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[f]
		filled := p.Ent != [page.MaxSlots]page.Entry{} || p.ROMpt == page.Guest
		if p.Owned && filled && p.Type == page.None && p.TCount == 0 {
			p.Type, p.Validated = page.Writable, true
		}
	}
}

// ofLiving is the field of a domain that is not gone.
func ofLiving(value func(c *model.Config, w *model.World, i int) string) func(*model.Config, *model.World, int) string {
	return func(c *model.Config, w *model.World, i int) string {
		if stateOf(w) == Gone {
			return ""
		}
		return value(c, w, i)
	}
}

func stateOf(w *model.World) string {
	switch s := mmops.Of(w); {
	case !s.Dying && s.ShutDown:
		return ShutDown
	case !s.Dying:
		return Alive
	case s.Gone():
		return Gone
	}
	return Dying
}

var domain = []conform.Field{
	{Name: State, Doc: "alive, shut down, dying, or gone", Model: func(_ *model.Config, w *model.World, _ int) string { return stateOf(w) }},
	{Name: Strict, Doc: "vm_assist has VMASST_TYPE_m2p_strict", Model: ofLiving(func(_ *model.Config, w *model.World, _ int) string { return model.OnOrOff(mmops.Of(w).Strict()) })},
	{Name: TotPages, Doc: "pages that count as the domain's", Model: ofLiving(func(_ *model.Config, w *model.World, _ int) string { return strconv.Itoa(int(mmops.Of(w).Tot)) })},
	{Name: PageList, Doc: "its frames, in the order of page_list", Model: ofLiving(func(_ *model.Config, w *model.World, _ int) string {
		list := mmops.Of(w).List[:]
		var frames []int
		for _, f := range list {
			if f != 0 {
				frames = append(frames, int(f-1))
			}
		}
		return List(frames)
	})},
}

// List writes frames in the order of a list.
func List(frames []int) string {
	if len(frames) == 0 {
		return None
	}
	words := make([]string, len(frames))
	for i, f := range frames {
		words[i] = strconv.Itoa(f)
	}
	return strings.Join(words, " ")
}

// ofFrame is a field of a frame that somebody owns.
func ofFrame(name, doc string, value func(p *page.Page) string) conform.Field {
	return conform.Field{Name: name, Doc: doc, Model: func(_ *model.Config, w *model.World, i int) string {
		p := &pool.Of(w).Pages[i]
		if !p.Owned {
			return ""
		}
		return value(p)
	}}
}

func number(n uint8) string { return strconv.Itoa(int(n)) }

var frame = []conform.Field{
	{Name: Owner, Doc: "whether it is the domain's", Model: func(_ *model.Config, w *model.World, i int) string {
		if pool.Of(w).Pages[i].Owned {
			return Owned
		}
		return Free
	}},
	ofFrame(Count, "general references (PGC_count_mask)", func(p *page.Page) string { return number(p.Count) }),
	ofFrame(Allocated, "PGC_allocated", func(p *page.Page) string { return model.YesNo(p.Allocated) }),
	ofFrame(Type, "the type of its typed references, or the last one (PGT_type_mask)", func(p *page.Page) string { return p.Type.String() }),
	ofFrame(TypeCount, "typed references (PGT_count_mask)", func(p *page.Page) string { return number(p.TCount) }),
	ofFrame(Validated, "PGT_validated", func(p *page.Page) string { return model.YesNo(p.Validated) }),
	ofFrame(Partial, "PGT_partial", func(p *page.Page) string { return model.YesNo(p.Partial) }),
	ofFrame(Pinned, "PGT_pinned", func(p *page.Page) string { return model.YesNo(p.Pinned) }),
	{Name: Entries, Doc: "what its first slots hold", Model: func(c *model.Config, w *model.World, i int) string {
		p := &pool.Of(w).Pages[i]
		if !p.Owned {
			return ""
		}
		return EntryList(p.Ent[:pool.Conf(c).Slots])
	}},
	ofFrame(Slot256, "what slot 256 holds, which in an L4 is the M2P's", func(p *page.Page) string { return p.ROMpt.String() }),
}

// EntryList writes entries in the order of their slots.
func EntryList(list []page.Entry) string {
	words := make([]string, len(list))
	for i, e := range list {
		words[i] = e.String()
	}
	return strings.Join(words, " ")
}

// ofVCPU is a field of a vCPU of a domain that is alive. What a dying one has, Xen
// keeps for nobody.
func ofVCPU(value func(v *pvmmu.VCPU) string) func(*model.Config, *model.World, int) string {
	return func(_ *model.Config, w *model.World, i int) string {
		if mmops.Of(w).Dying {
			return ""
		}
		return value(&mmops.Of(w).CPU[i])
	}
}

// ofInitialised is a field of one that is initialised.
func ofInitialised(value func(v *pvmmu.VCPU) string) func(*model.Config, *model.World, int) string {
	return ofVCPU(func(v *pvmmu.VCPU) string {
		if !v.Init {
			return ""
		}
		return value(v)
	})
}

var vcpu = []conform.Field{
	{Name: Initialised, Doc: "it has a context", Model: ofVCPU(func(v *pvmmu.VCPU) string { return model.YesNo(v.Init) })},
	{Name: Down, Doc: "VPF_down", Model: ofVCPU(func(v *pvmmu.VCPU) string { return model.YesNo(v.Down) })},
	{Name: Mode, Doc: "kernel or user mode (TF_kernel_mode)", Model: ofInitialised(func(v *pvmmu.VCPU) string { return ModeName(!v.UserMode) })},
	{Name: Kernel, Doc: "guest_table, if it is a frame of the pool", Model: ofInitialised(func(v *pvmmu.VCPU) string { return table(v.Table) })},
	{Name: User, Doc: "guest_table_user", Model: ofInitialised(func(v *pvmmu.VCPU) string { return table(v.User) })},
}

// ModeName writes the mode of a vCPU.
func ModeName(kernel bool) string {
	if kernel {
		return "kernel"
	}
	return "user"
}

// table writes a frame + 1.
func table(ref uint8) string {
	if ref == 0 {
		return None
	}
	return conform.NameOf(Frame, int(ref-1))
}
