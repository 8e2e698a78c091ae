package iodrive

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"hvcheck/conform"
	view "hvcheck/conform/iommu"
	"hvcheck/conform/xen/drive"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page/pool"
)

// Look reads everything back: pages, tables and devices from Xen's dumps.
func (s *iommuSession) Look() (conform.Seen, error) {
	seen := conform.Seen{}
	list, which := s.guests()
	dumps, err := s.dumps(list)
	if err != nil {
		return nil, err
	}
	tables, err := subject.IOMMUTables(s.x, list...)
	if err != nil {
		return nil, err
	}
	for _, d := range []int{iommu.D1, iommu.D2} {
		i := slices.Index(which, d)
		s.runs[d] = i >= 0 && !dumps[i].Gone && dumps[i].Dying == 0
		if i < 0 || dumps[i].Gone || dumps[i].Empty() && s.serves[iommu.D1+iommu.D2-d] { // see abi.SetTarget
			seen.Add(view.DomainOf(d), view.State, view.Gone)
			continue
		}
		s.lookDomain(seen, d, dumps[i])
		if s.runs[d] && s.hvm[d] {
			if err := s.lookGfns(seen, d); err != nil {
				return nil, err
			}
		}
		if s.runs[d] && s.on[d] {
			s.lookTable(seen, d, tables[i])
		}
	}
	s.lookPages(seen, which, dumps)
	return seen, s.lookDevices(seen)
}

// dumps waits a moment for domains that are being freed.
func (s *iommuSession) dumps(list []*subject.Domain) (dumps []*subject.Dump, err error) {
	for n := 0; ; n++ {
		if dumps, err = subject.Dumps(s.x, list...); err != nil {
			return nil, err
		}
		busy := slices.ContainsFunc(dumps, (*subject.Dump).Empty)
		if !busy || n == 100 {
			return dumps, nil
		}
		time.Sleep(time.Millisecond)
	}
}

func (s *iommuSession) lookDomain(seen conform.Seen, d int, dump *subject.Dump) {
	state, pages := view.Alive, dump.Total-framesOf(s.hvm[d])
	if dump.Dying != 0 {
		state, pages = view.Dying, dump.Total
	}
	seen.Add(view.DomainOf(d), view.State, state)
	seen.Add(view.DomainOf(d), view.TotPages, strconv.Itoa(pages))
}

// lookGfns has a translated domain's guest look which frame each gfn is.
func (s *iommuSession) lookGfns(seen conform.Seen, d int) error {
	for g := range int(iomops.Conf(&s.c).Gfns) {
		const load, absent = -1, ^uint64(0)
		c := &subject.Call{Number: load, Args: [5]uint64{subject.LowAddress(gfnOf(g)) + 8*idWord}}
		if err := s.dom[d].Make(0, c); err != nil {
			return err
		}
		id := uint64(c.Result)
		s.at[d][g] = slices.Index(s.frames[:], id>>12)
		entry := view.None
		switch {
		case s.at[d][g] >= 0:
			entry = strconv.Itoa(s.at[d][g])
		case id != absent:
			entry = fmt.Sprintf("%#x", id)
		}
		seen.Add(conform.NameOf(view.GfnOf(d), g), view.Entry, entry)
	}
	return nil
}

func (s *iommuSession) lookTable(seen conform.Seen, d int, table map[uint64]subject.Mapped) {
	n, at := view.FramesOf(&s.c), func(m int) uint64 { return s.frames[m] }
	if s.hvm[d] {
		n, at = int(iomops.Conf(&s.c).Gfns), gfnOf
	}
	for m := range n {
		entry := view.None
		if e, ok := table[at(m)]; ok {
			entry = view.EntryName(slices.Index(s.frames[:], e.Frame), e.Reads, e.Writes)
		}
		seen.Add(conform.NameOf(view.TableOf(d), m), view.Entry, entry)
	}
}

func (s *iommuSession) lookPages(seen conform.Seen, which []int, dumps []*subject.Dump) {
	for m := range int(pool.Conf(&s.c).Frames) {
		if s.dom0[m] {
			continue
		}
		name := conform.NameOf(view.Frame, m)
		i := slices.IndexFunc(dumps, func(d *subject.Dump) bool { return d.Page(s.frames[m]) != nil })
		if s.owner[m] = iommu.NoDomain; i >= 0 {
			s.owner[m] = which[i]
		}
		seen.Add(name, view.Owner, view.Domains[s.owner[m]])
		if i < 0 {
			continue
		}
		p := dumps[i].Page(s.frames[m])
		seen.Add(name, view.Count, strconv.FormatUint(p.Count(), 10))
		seen.Add(name, view.Allocated, model.YesNo(p.Allocated()))
		if !s.hvm[s.owner[m]] || p.TypeCount() > 0 {
			seen.Add(name, view.Type, drive.PageType(p.Type()).String())
		}
		seen.Add(name, view.TypeCount, strconv.FormatUint(p.TypeCount(), 10))
	}
}

func (s *iommuSession) lookDevices(seen conform.Seen) error {
	for v := range s.there {
		if !s.there[v] {
			continue
		}
		owner, err := subject.Owner(s.x, &s.x.Devices[v])
		if err != nil {
			return err
		}
		name := fmt.Sprintf("d%d", owner)
		for d := range iommu.NumDomains {
			if s.id(d) == owner {
				name, s.has[v] = view.Domains[d], d
			}
		}
		if s.has[v] == iommu.D1 || s.has[v] == iommu.D2 {
			s.had[v] = s.has[v]
		}
		seen.Add(conform.NameOf(view.Device, v), view.Owner, name)
	}
	return nil
}
