package gntdrive

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"hvcheck/conform"
	view "hvcheck/conform/grant"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/drive"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Look reads everything back: pages and active entries from Xen's dumps, tables and
// contents from memory.
func (s *grantSession) Look() (conform.Seen, error) {
	dumps, err := s.dumps()
	if err != nil {
		return nil, err
	}
	active, err := s.active()
	if err != nil {
		return nil, err
	}
	seen := conform.Seen{}
	if err := s.lookPages(seen, &dumps); err != nil {
		return nil, err
	}
	for d := range s.dom {
		if err := s.lookDomain(seen, d, dumps[d], &active[d]); err != nil {
			return nil, fmt.Errorf("domain %s: %w", view.Domains[d], err)
		}
	}
	if dumps[grant.DomF].Dying == 0 && !dumps[grant.DomF].Gone && !s.crashed(grant.DomF) {
		s.lookTable(seen, dumps[grant.DomF])
	}
	return seen, nil
}

// active has Xen tell the grant tables, and follows their growth.
func (s *grantSession) active() (list [grant.NumDomains]subject.Grants, err error) {
	var doms []*subject.Domain
	for _, dom := range s.dom {
		if dom != nil {
			doms = append(doms, dom)
		}
	}
	all, err := subject.AllGrants(s.x, doms...)
	if err != nil {
		return list, err
	}
	for d, dom := range s.dom {
		if dom != nil {
			list[d], all = all[0], all[1:]
		}
	}
	return list, nil
}

func (s *grantSession) lookDomain(seen conform.Seen, d int, dump *subject.Dump, g *subject.Grants) error {
	name := view.DomainOf(d)
	switch {
	case dump.Gone:
		seen.Add(name, view.State, view.Gone)
		return nil
	case dump.Dying != 0:
		seen.Add(name, view.State, view.Dying)
		seen.Add(name, view.TotPages, strconv.Itoa(dump.Total))
	case s.crashed(d):
		seen.Add(name, view.State, view.Crashed)
		seen.Add(name, view.TotPages, strconv.Itoa(dump.Total-s.own[d]))
	default:
		seen.Add(name, view.State, view.Alive)
		seen.Add(name, view.TotPages, strconv.Itoa(dump.Total-s.own[d]))
		seen.Add(name, view.Version, strconv.Itoa(g.Version))
		seen.Add(name, view.Shared, strconv.Itoa(g.Frames))
		if err := s.lookEntries(seen, d, g); err != nil {
			return err
		}
		look := s.lookSlots
		if s.hvm[d] {
			look = s.lookGfns
		}
		if err := look(seen, d); err != nil {
			return err
		}
	}
	s.lookActive(seen, d, g)
	return nil
}

// crashed tells whether Xen has crashed a domain.
func (s *grantSession) crashed(d int) bool {
	info, rc := s.x.DomainInfo(s.dom[d].ID)
	return rc == errno.OK && info.Crashed()
}

// lookActive tells which entries are pinned.
func (s *grantSession) lookActive(seen conform.Seen, d int, g *subject.Grants) {
	for r, ref := range refs {
		name, a := conform.NameOf(view.EntryOf(d), r), g.Active[ref]
		var pins [grant.NumPins]uint8
		for k, shift := range [grant.NumPins]int{grant.PinHostW: 0, grant.PinHostR: 8, grant.PinDevW: 16, grant.PinDevR: 24} {
			pins[k] = uint8(a.Pin >> shift)
		}
		seen.Add(name, view.Pins, view.PinNames(pins))
		if a.Pin != 0 {
			seen.Add(name, view.By, view.DomainName(s.domain(a.Domain)))
			seen.Add(name, view.Pinned, s.frameName(a.Frame))
		}
	}
}

// frameName is a machine frame by its number in the pool.
func (s *grantSession) frameName(machine uint64) string {
	if m, known := s.number(machine); known {
		return strconv.Itoa(int(m))
	}
	return fmt.Sprintf("%#x", machine)
}

// lookEntries reads the shared entries, and the status words.
func (s *grantSession) lookEntries(seen conform.Seen, d int, g *subject.Grants) error {
	t := &s.table[d]
	t.Version = g.Version
	if err := t.Open(s.dom[d], g.Frames); err != nil {
		return err
	}
	for r := range uint8(grant.MaxRefs) {
		e, name := s.read(d, r), conform.NameOf(view.EntryOf(d), int(r))
		if !e.there {
			continue
		}
		seen.Add(name, view.Kind, view.FlagNames(e.Flags))
		seen.Add(name, view.Domid, view.DomainName(e.Domid))
		if e.known {
			seen.Add(name, view.Names, view.NameIn(&e.Entry))
		} else {
			seen.Add(name, view.Names, fmt.Sprintf("%#x", e.raw))
		}
	}
	if t.Version != 2 {
		return nil
	}
	return s.withStatus(d, func(words []byte) {
		for r := range uint8(grant.MaxRefs) {
			if t.At(refOf(r)) != nil {
				seen.Add(conform.NameOf(view.EntryOf(d), int(r)), view.Status, view.FlagNames(status(words, r)))
			}
		}
	})
}

// lookSlots reads the page table that mappings are made in.
func (s *grantSession) lookSlots(seen conform.Seen, d int) error {
	data, err := s.dom[d].Read(s.dom[d].Own[subject.Tables-1])
	if err != nil {
		return err
	}
	for i := range s.slots() {
		_, at := s.dom[d].Slot(i)
		pte := binary.LittleEndian.Uint64(data[at%abi.PageSize:])
		seen.Add(conform.NameOf(view.SlotOf(d), i), view.Entry, s.slotEntry(pte))
	}
	return nil
}

// slotEntry is a page-table entry in words.
func (s *grantSession) slotEntry(pte uint64) string {
	if pte&drive.PresentBit == 0 {
		return page.Entry(0).String()
	}
	m, known := s.number(pte & drive.Address &^ (1 << 62) >> 12)
	if !known {
		return fmt.Sprintf("%#x", pte)
	}
	kind := page.RO
	if pte&drive.WriteBit != 0 {
		kind = page.RW
	}
	return page.To(m, kind).String()
}

// lookTable counts the references of the frames of F's table, but for those that dom0
// has for its own looks.
func (s *grantSession) lookTable(seen conform.Seen, dump *subject.Dump) {
	for i, frame := range s.tableFrames() {
		at := slices.IndexFunc(dump.XenPages, func(p subject.Page) bool { return frame != 0 && p.Frame == frame })
		if at < 0 {
			continue
		}
		p, own := &dump.XenPages[at], uint64(0)
		if i < grant.FirstStatus {
			own = 1
		}
		name := conform.NameOf(view.TableFrame, i)
		seen.Add(name, view.Count, strconv.FormatUint(p.Count()-own, 10))
		seen.Add(name, view.Allocated, model.YesNo(p.Allocated()))
	}
}

// lookPages tells whose frames are, and what Xen knows of them.
func (s *grantSession) lookPages(seen conform.Seen, dumps *[grant.NumDomains + 1]*subject.Dump) error {
	owner := [grant.NumDomains + 1]uint8{grant.DomF, grant.DomB, grant.DomC, grant.DomV}
	all := [...]*subject.Domain{s.dom[0], s.dom[1], s.dom[2], s.other}
	for m := range int(pool.Conf(&s.c).Frames) {
		name := conform.NameOf(view.Frame, m)
		at, p := s.whose(s.frames[m], dumps)
		s.owner[m], s.free[m] = nil, at < 0
		if at < 0 {
			seen.Add(name, view.Owner, view.Domains[grant.NoDomain])
			continue
		}
		if dumps[at].Dying == 0 && (at == len(s.dom) || !s.crashed(at)) {
			s.owner[m] = all[at]
		}
		seen.Add(name, view.Owner, view.Domains[owner[at]])
		if p == nil {
			continue
		}
		seen.Add(name, view.Count, strconv.FormatUint(p.Count(), 10))
		seen.Add(name, view.Allocated, model.YesNo(p.Allocated()))
		if at >= len(s.hvm) || !s.hvm[at] || p.TypeCount() > 0 {
			seen.Add(name, view.Type, drive.PageType(p.Type()).String())
		}
		seen.Add(name, view.TypeCount, strconv.FormatUint(p.TypeCount(), 10))
	}
	for i, dom := range all {
		if dom == nil || dumps[i].Gone || dumps[i].Dying != 0 || i < len(s.dom) && s.crashed(i) || i < len(s.hvm) && s.hvm[i] {
			continue
		}
		if err := s.lookInto(seen, dom, dumps[i]); err != nil {
			return err
		}
	}
	return nil
}

// whose finds the dump of a machine frame's owner, or -1, and what Xen tells of the page:
// nothing of shared_info while nobody has a reference, as it is on no list then.
func (s *grantSession) whose(frame uint64, dumps *[grant.NumDomains + 1]*subject.Dump) (at int, p *subject.Page) {
	for at := range dumps {
		if p := dumps[at].Page(frame); p != nil {
			return at, p
		}
	}
	f, dump := s.dom[grant.DomF], dumps[grant.DomF]
	if f == nil || frame != f.SharedFrame() || dump.Gone {
		return -1, nil
	}
	if i := slices.IndexFunc(dump.XenPages, func(p subject.Page) bool { return p.Frame == frame }); i >= 0 {
		p = &dump.XenPages[i]
	}
	return grant.DomF, p
}

// lookGfns has a translated domain's guest look at its memory: which frame each gfn is,
// whether it can be written, and what is in it.
func (s *grantSession) lookGfns(seen conform.Seen, d int) error {
	if d == grant.DomF && s.between {
		return nil
	}
	tables, err := subject.IOMMUTables(s.x, s.dom[d])
	if err == nil && d == grant.DomF && s.spaced {
		err = s.markTable()
	}
	if err != nil {
		return err
	}
	for g := range uint8(grant.MaxGfns) {
		s.at[d][g] = grant.MaxFrames
		name := conform.NameOf(view.GfnOf(d), int(g))
		at := subject.LowAddress(gfnOf(g))
		id, _, err := s.touch(d, 0, load, at+8*idWord, 0)
		if err != nil {
			return err
		}
		seen.Add(name, view.ForDevices, s.forDevices(tables[0], gfnOf(g)))
		m, known := s.number(id)
		if !known || int(m) >= len(s.frames) {
			entry, err := s.strange(d, at, id)
			if err != nil {
				return err
			}
			seen.Add(name, view.Entry, entry)
			continue
		}
		kind := page.RO
		if writable, err := s.writable(d, 0, at); err != nil {
			return err
		} else if writable {
			kind = page.RW
		}
		seen.Add(name, view.Entry, page.To(m, kind).String())
		s.at[d][g] = m
		if s.owner[m] != s.dom[d] {
			continue
		}
		content, _, err := s.touch(d, 0, load, at, 0)
		if err != nil {
			return err
		}
		seen.Add(conform.NameOf(view.Frame, int(m)), view.Content, strconv.FormatUint(content, 10))
	}
	return nil
}

// forDevices is what an IOMMU table has at a gfn.
func (s *grantSession) forDevices(table map[uint64]subject.Mapped, gfn uint64) string {
	e, there := table[gfn]
	m, known := s.number(e.Frame)
	if i := s.tableAt(e.Frame); there && i >= 0 && e.Reads && e.Writes {
		return gntops.TableFrame.Format(uint8(i))
	}
	switch {
	case !there:
		return page.Entry(0).String()
	case !known || !e.Reads:
		return fmt.Sprintf("%+v", e)
	case e.Writes:
		return page.To(m, page.RW).String()
	}
	return page.To(m, page.RO).String()
}

// writable has a translated domain's guest find out whether a store arrives. Xen drops
// those to a page that is mapped for reading.
func (s *grantSession) writable(d, v int, at uint64) (bool, error) {
	at += 8 * scratchWord
	was, _, err := s.touch(d, v, load, at, 0)
	if err != nil {
		return false, err
	}
	if _, _, err = s.touch(d, v, save, at, was+1); err != nil {
		return false, err
	}
	is, _, err := s.touch(d, v, load, at, 0)
	return is != was, err
}

// touch has a guest make an access. What is not there reads as absent.
func (s *grantSession) touch(d, v int, what int64, at, value uint64) (got uint64, faulted bool, err error) {
	c := &subject.Call{Number: what, Args: [5]uint64{at, value}}
	err = s.dom[d].Make(v, c)
	return uint64(c.Result), c.Status == subject.Faulted, err
}

// lookInto reads what a domain's frames hold.
func (s *grantSession) lookInto(seen conform.Seen, dom *subject.Domain, dump *subject.Dump) error {
	var frames []uint64
	var names []string
	for m := range int(pool.Conf(&s.c).Frames) {
		if dump.Page(s.frames[m]) != nil {
			frames, names = append(frames, s.frames[m]), append(names, conform.NameOf(view.Frame, m))
		}
	}
	if len(frames) == 0 {
		return nil
	}
	data, err := dom.Read(frames...)
	if err != nil {
		return fmt.Errorf("contents: %w", err)
	}
	for i, name := range names {
		seen.Add(name, view.Content, strconv.FormatUint(binary.LittleEndian.Uint64(data[i*abi.PageSize:]), 10))
	}
	return nil
}
