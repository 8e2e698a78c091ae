package gntops

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// step is a result of what a CPU is in the middle of.
func step(code errno.Errno, doc string, f func(v *scene) bool) model.Result {
	return fails(code, doc).Due(anyone.when(func(v *scene) bool { return !v.stepWaits() && f(v) }))
}

// noStep is one that only comes where a rule is broken.
func noStep(code errno.Errno, why string, f func(v *scene) bool) model.Result {
	r := step(code, "", f)
	r.Unreached = why
	return r
}

// at tells whether another vCPU of the kernel is at the reference that is named.
func (v *scene) at() bool {
	for cpu := range uint8(grant.NumCPUs) {
		t := &v.s.Task[cpu]
		if (t.Work == grant.WorkGrant || t.Work == grant.WorkEnd) && t.Ref == v.a[1] && grant.DomainOf(cpu) == v.by {
			return true
		}
	}
	return false
}

// believes tells what a kernel thinks of the reference that is named.
func (v *scene) believes(states ...grant.BeliefState) bool {
	return slices.Contains(states, v.dom().Belief[v.a[1]].State)
}

// ownBeyond tells whether the kernel's table has no entry of the number.
func (v *scene) ownBeyond() bool { return v.beyond(v.by, v.a[1]) }

// refTaken tells whether the kernel has the reference in use, or was told to leave it alone.
func (v *scene) refTaken() bool {
	return v.believes(grant.Granted, grant.Ending) || v.by == grant.DomF && v.s.Kernel.Off>>v.a[1]&1 != 0
}

// notMappable tells whether a page-table entry may not be made.
func (v *scene) notMappable() bool {
	e := page.Entry(v.a[2])
	if v.dom().HVM || v.a[1] >= grant.MaxSlots || !e.Present() || e == v.dom().PTE[v.a[1]] {
		return false
	}
	m := e.Frame()
	owner, p := v.s.Owner[m], &pool.Of(v.w).Pages[m]
	switch {
	case owner == grant.NoDomain || p.Count == 0:
		return true
	case owner != v.by && (owner >= grant.NumDomains || !v.dom().Priv):
		return true
	}
	counts := e.Kind() == page.RW && (owner == v.by || !v.s.Dom[owner].HVM)
	return counts && gntview.Stays(v.s, p, m, page.Writable)
}

// noPage tells whether a domain has nothing at a number.
func (v *scene) noPage(gfn uint8) bool {
	if !v.dom().HVM {
		return gfn >= pool.Conf(v.c).Frames
	}
	return gfn >= grant.MaxGfns || v.dom().P2M[gfn].Type == grant.P2MNone
}

// notOwn tells whether what is there is no page that the domain could give back.
func (v *scene) notOwn(gfn uint8) bool {
	m := gfn
	if v.dom().HVM {
		if v.dom().P2M[gfn].Type == grant.P2MTable {
			return false
		}
		m = v.dom().P2M[gfn].MFN
	}
	return v.s.Owner[m] != v.by || pool.Of(v.w).Pages[m].Count == 0
}

// noMemory tells whether a domain gets no page. A PV domain asks for a certain one.
func (v *scene) noMemory() bool {
	if v.dom().Tot >= v.dom().Max {
		return true
	}
	for m := range pool.Conf(v.c).Frames {
		if v.s.Owner[m] == grant.NoDomain && (v.dom().HVM || m == v.a[1]) {
			return false
		}
	}
	return true
}

// faults tells whether no mapping allows an access: neither what is cached nor what is
// in the tables.
func (v *scene) faults() bool {
	allows := func(e page.Entry) bool { return e.Present() && (v.a[2] == 0 || e.Kind() == page.RW) }
	if v.a[1] >= grant.MaxGfns {
		return true
	}
	return !allows(v.dom().TLB[v.a[1]]) && !allows(v.dom().Entry(v.a[1]))
}

// trackFails tells whether the end of a mapping would have to change the IOMMU's
// tables, which cannot be done.
func (v *scene) trackFails(flags uint8) bool {
	p := v.handed()
	gone := p.Flags&^flags&(grant.HostMap|grant.DeviceMap) == 0
	if v.stepped(grant.StepUnmap) || !v.s.NoIOMMU || !gone || p.Dom == v.by || !v.dom().Sync || v.dom().HVM {
		return false
	}
	n := v.dom().Tree[p.MFN]
	return p.Writes() && n.Wr == 1 || !p.Writes() && n == grant.Count{Rd: 1}
}

// lastOfFrame tells whether the mapping that an unmap is about is the last of its kind.
func (v *scene) lastOfFrame() bool {
	e := v.task().Elem[v.task().Elems-1]
	n := v.dom().Tree[e.MFN]
	if e.Flags&grant.MapReadonly != 0 {
		return n == grant.Count{Rd: 1}
	}
	return n.Wr == 1
}
