// Package gntdrive drives the area grant: each domain of the model is a domain of its own,
// PV or translated, with a program on each vCPU, which makes its hypercalls. What a kernel
// stores in its grant table, dom0 stores.
package gntdrive

import (
	"fmt"
	"time"

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

func init() { drive.Register(grants) }

// grants is how the area is driven.
var grants = &drive.Mapping{View: view.View, Ways: grantWays, Fits: grantsFit, Crashes: true, Begin: beginGrants}

// grantsFit asks whether there can be such domains.
func grantsFit(_ *model.Config, w *model.World) string {
	s := gntops.Of(w)
	if s.NoHeap || s.NoIOMMU {
		return drive.Environment
	}
	for d := range s.Dom {
		dom := &s.Dom[d]
		switch {
		case dom.Life == grant.Dead:
		case dom.HVM && dom.Sync:
			return "a translated domain with a device"
		case int(dom.Max) > subject.MaxPages-framesOf(dom.HVM):
			return fmt.Sprintf("a domain with up to %d pages: Xen tells of at most %d, of which the guest needs %d", dom.Max, subject.MaxPages, framesOf(dom.HVM))
		}
	}
	return ""
}

// framesOf is how many frames a domain has for itself.
func framesOf(translated bool) int {
	if translated {
		return subject.TranslatedPages
	}
	return drive.OwnFrames
}

// handle is what a domain knows of a mapping: the number that Xen has given it.
type handle struct {
	live   bool
	number uint32
	flags  uint8
	bus    uint64
}

// grantSession is up to three domains, and a fourth one that takes pages.
type grantSession struct {
	x      *abi.Xen
	c      model.Config
	dom    [grant.NumDomains]*subject.Domain
	other  *subject.Domain
	frames [page.MaxFrames]uint64   // machine frames by those of the pool
	probe  [grant.NumDomains]uint64 // a frame that its device can always reach
	device [grant.NumDomains]bool
	owner  [page.MaxFrames]*subject.Domain // as it was seen last; nil: nobody whose pages can be looked at
	free   [page.MaxFrames]bool
	hvm    [grant.NumDomains]bool
	own    [grant.NumDomains]int                  // frames that are the guest's own
	at     [grant.NumDomains][grant.MaxGfns]uint8 // of a translated one: which frame was seen at a gfn
	table  [grant.NumDomains]table
	handle [grant.NumDomains][grant.MaxHandles]handle
	serves [grant.MaxRefs]service
	// between is set between two kernels of F.
	between bool
	shinfo  uint8 // the gfn + 1 at which F has mapped shared_info
	spaced  bool  // a frame of F's table is, or was, at one of its gfns
	// waits is set for a CPU whose call was stopped before its next element.
	waits [grant.NumCPUs]bool
	holds [grant.MaxTables]*holder // mappings of F's table, as gnttab.hold_frame makes them
}

// Machine frames that there are not: of a page that does not exist, and of one that
// no entry of version 1 can name; and of the pool's while they are nobody's.
const (
	noPage  = 0x0ffe0000
	farPage = 1 << 36
)

func beginGrants(x *abi.Xen, c *model.Config, w *model.World) (drive.Session, error) {
	s := &grantSession{x: x, c: *c}
	for m := range s.frames {
		s.frames[m] = drive.FreePage + uint64(m)
	}
	for d := range s.dom {
		if gntops.Of(w).Dom[d].Life == grant.Dead {
			continue
		}
		if err := s.create(w, d); err != nil {
			_ = s.Close()
			return nil, fmt.Errorf("domain %s: %w", view.Domains[d], err)
		}
	}
	for d := range s.dom {
		if err := s.tidy(d); err != nil {
			_ = s.Close()
			return nil, err
		}
	}
	return s, nil
}

// vcpus is how many vCPUs a domain has.
func vcpus(c *model.Config, d int) int {
	switch d {
	case grant.DomF:
		return max(1, int(gntops.Conf(c).Fronts))
	case grant.DomB:
		return max(1, int(gntops.Conf(c).Backs))
	}
	return 1
}

// create makes a domain with its guest, its frames, and its grant table.
func (s *grantSession) create(w *model.World, d int) (err error) {
	m := &gntops.Of(w).Dom[d]
	limits := abi.Limits{
		VCPUs: vcpus(&s.c, d), Pages: framesOf(m.HVM) + int(m.Max),
		GrantFrames: int(m.Table.MaxFrames), GrantVersion: int(m.Table.MaxVer), IOMMU: m.Sync || m.HVM, HVM: m.HVM,
	}
	s.hvm[d], s.own[d] = m.HVM, framesOf(m.HVM)
	if s.dom[d], err = subject.CreateWithin(s.x, limits); err != nil {
		return err
	}
	boot := s.bootPV
	if m.HVM {
		boot = s.bootHVM
	}
	if err := boot(w, d); err != nil {
		return err
	}
	dom := s.dom[d]
	if err := s.table[d].Open(dom, int(m.Table.Frames)); err != nil {
		return err
	}
	if m.HVM {
		if err := dom.FindSharedFrame(s.table[d].Frames); err != nil {
			return err
		}
	}
	if m.Table.Ver == 2 {
		r, err := s.issue(firstCPU[d], 0, abi.GrantSetVersion, uint32(2), 1)
		if err != nil || r.Code != 0 {
			return fmt.Errorf("set_version: %v, %w", errno.Errno(r.Code), err)
		}
	}
	return nil
}

// bootHVM gives a translated domain its memory. What the machine frames are is known
// from the order in which they came.
func (s *grantSession) bootHVM(w *model.World, d int) error {
	dom, m := s.dom[d], &gntops.Of(w).Dom[d]
	if _, rc := s.x.Populate(dom.ID, subject.OwnGfn, subject.TranslatedPages); rc != errno.OK {
		return fmt.Errorf("populate_physmap: %v", rc)
	}
	var own []uint8
	for g, e := range m.P2M {
		if e.Type != grant.P2MRAM {
			continue
		}
		if _, rc := s.x.Populate(dom.ID, int(gfnOf(uint8(g))), 1); rc != errno.OK {
			return fmt.Errorf("populate_physmap: %v", rc)
		}
		own = append(own, uint8(g))
	}
	dump, err := dom.Dump()
	if err != nil {
		return err
	}
	for i, g := range own {
		s.frames[m.P2M[g].MFN] = dump.Pages[subject.TranslatedPages+i].Frame
		if err := s.store(dom, gfnOf(g), s.frames[m.P2M[g].MFN], grant.TagClean); err != nil {
			return err
		}
	}
	return dom.BootTranslated()
}

// bootPV gives a PV domain its memory, and its device.
func (s *grantSession) bootPV(w *model.World, d int) error {
	dom, m := s.dom[d], &gntops.Of(w).Dom[d]
	frames, rc := s.x.Populate(dom.ID, 0, drive.OwnFrames+int(m.Tot))
	if rc != errno.OK {
		return fmt.Errorf("populate_physmap: %v", rc)
	}
	s.probe[d] = frames[copy(dom.Own[:], frames)]
	if err := dom.Boot(); err != nil {
		return err
	}
	if err := s.furnish(w, d, frames[drive.OwnFrames:]); err != nil {
		return err
	}
	if m.Sync {
		return s.giveDevice(d)
	}
	return nil
}

// copier is the device of a domain.
func (s *grantSession) copier(d int) subject.Copier { return subject.Copier{Device: &s.x.Devices[d]} }

// giveDevice gives a domain its device.
func (s *grantSession) giveDevice(d int) error {
	if d >= len(s.x.Devices) {
		return drive.ErrDevice
	}
	c := s.copier(d)
	if err := c.Home(s.x, subject.PlaceOf(s.dom[d], s.probe[d])); err != nil {
		return err
	}
	if rc := s.x.Assign(s.dom[d].ID, c.Device); rc != errno.OK {
		return fmt.Errorf("assign_device: %v", rc)
	}
	s.device[d] = true
	return nil
}

// furnish gives frames of the pool their places, and has all of them used as memory.
func (s *grantSession) furnish(w *model.World, d int, frames []uint64) error {
	next := 0
	for m := range s.frames {
		if int(gntops.Of(w).Owner[m]) != d {
			continue
		}
		s.frames[m] = frames[next]
		if err := s.store(s.dom[d], s.frames[m], s.frames[m], grant.TagClean); err != nil {
			return err
		}
		next++
	}
	return nil
}

// Words of a page: its content, as the model has it; one that anybody may write; and the
// machine frame.
const (
	contentWord = 0
	scratchWord = subject.PageWords - 3
	idWord      = subject.PageWords - 2
)

// store makes a page memory that holds something. It is at a frame number of its
// owner's.
func (s *grantSession) store(d *subject.Domain, at, machine uint64, tag grant.Tag) error {
	return d.Write(at, map[int]uint64{contentWord: uint64(tag), scratchWord: 0, idWord: machine, subject.DMAWord: subject.WordOf(0)})
}

// gfnOf is a gfn of a translated domain. Address 0 means none to Xen.
func gfnOf(g uint8) uint64 {
	const first = 0x10
	if g >= grant.MaxGfns {
		return noPage
	}
	return first + uint64(g)
}

// meant is the frame number that a domain has for what an entry or an operand names.
func (s *grantSession) meant(d int, m uint8) uint64 {
	if !s.hvm[d] || m == grant.BigFrame {
		return s.machine(m)
	}
	return gfnOf(m)
}

// meaning is what such a number was made of.
func (s *grantSession) meaning(d int, frame uint64) (m uint8, known bool) {
	if !s.hvm[d] {
		return s.number(frame)
	}
	for _, m := range [...]uint8{0, 1, 2, 3, 4, 5, grant.NoGfn, grant.BigFrame} {
		if s.meant(d, m) == frame {
			return m, true
		}
	}
	return 0, false
}

// firstCPU is a CPU of each domain.
var firstCPU = [grant.NumDomains]uint8{grant.Front0, grant.Back0, grant.Third0}

// Close ends all domains.
func (s *grantSession) Close() error {
	for f := range s.holds {
		s.letGo(f)
	}
	for d, dom := range [...]*subject.Domain{s.dom[0], s.dom[1], s.dom[2], s.other} {
		if dom == nil {
			continue
		}
		if d < len(s.table) {
			s.table[d].Close()
		}
		if rc := dom.Destroy(); rc != errno.OK && rc != errno.ESRCH {
			return fmt.Errorf("destroydomain: %v", rc)
		}
	}
	return nil
}

// id is the number of a domain. One that is not there has a number that is of no
// other one.
func (s *grantSession) id(d uint8) uint16 {
	if d >= grant.NumDomains || s.dom[d] == nil {
		return drive.NoDomain + uint16(min(d, grant.NumDomains))
	}
	return s.dom[d].ID
}

// domain is that with a number.
func (s *grantSession) domain(id uint16) uint8 {
	for d := range uint8(grant.NumDomains) {
		if s.id(d) == id {
			return d
		}
	}
	return grant.NumDomains
}

// machine is the machine frame of what an operand or an entry names.
func (s *grantSession) machine(m uint8) uint64 {
	switch {
	case m == grant.BigFrame:
		return farPage
	case int(m) >= len(s.frames):
		return noPage
	}
	return s.frames[m]
}

// number is what a machine frame was made of.
func (s *grantSession) number(machine uint64) (m uint8, known bool) {
	switch machine {
	case farPage:
		return grant.BigFrame, true
	case noPage:
		return grant.NoGfn, true
	}
	for m, frame := range s.frames {
		if frame == machine {
			return uint8(m), true
		}
	}
	return 0, false
}

// refs are the references by their numbers: one that is reserved, two that are not, and
// one that a table of a single frame has in the layout of version 1 alone.
var refs = [grant.MaxRefs]uint32{grant.Reserved: 0, 1: abi.ReservedEntries, 2: abi.ReservedEntries + 1, grant.High: abi.EntriesV2 + 44}

// beyond is a reference that no table has.
const beyond = 1 << 20

func refOf(r uint8) uint32 {
	if r == grant.BigFrame { // in an entry that has become transitive
		return beyond + 1
	}
	if r >= grant.MaxRefs {
		return beyond
	}
	return refs[r]
}

// issue has a CPU make an operation on grant tables: elements of them, of which the
// first one is given.
func (s *grantSession) issue(cpu uint8, stops int, op uint64, arg any, count uint64) (drive.Reply, error) {
	args := func(at, _ uint64) []uint64 { return []uint64{op, at, count} }
	return s.call(cpu, stops, abi.CallGrantTable, drive.Fixed(arg), args)
}

// call has a CPU make a hypercall.
func (s *grantSession) call(cpu uint8, stops int, nr uint64, arg drive.Structure, args drive.Arguments) (drive.Reply, error) {
	d := grant.DomainOf(cpu)
	if d >= grant.NumDomains {
		return drive.ByTools(s.x, 0, nr, arg, args), nil
	}
	return drive.ByVCPU(s.dom[d], int(grant.VcpuOf(cpu)), stops, nr, arg, args)
}

// rename makes a machine frame the m-th of the pool. Entries that are not valid go on
// to name what they have named.
func (s *grantSession) rename(m uint8, frame uint64) {
	all := s.entries()
	if other, known := s.number(frame); known {
		s.frames[other] = s.frames[m]
	}
	s.frames[m] = frame
	for d := range s.dom {
		for r := range all[d] {
			if e := all[d][r]; e.there && !s.hvm[d] && e.Flags&grant.TypeMask == grant.Invalid {
				s.write(d, uint8(r), &e.Entry)
			}
		}
	}
}

// populated has a page that has come be the m-th of the pool. It is clean, and memory.
func (s *grantSession) populated(d *subject.Domain, at uint64, m uint8, frame uint64, tag grant.Tag) error {
	s.rename(m, frame)
	return s.store(d, at, frame, tag)
}

// dumps has Xen tell everything. It waits a moment for domains that are being freed.
func (s *grantSession) dumps() (list [grant.NumDomains + 1]*subject.Dump, err error) {
	var doms []*subject.Domain
	var at []int
	for d, dom := range [...]*subject.Domain{s.dom[0], s.dom[1], s.dom[2], s.other} {
		list[d] = &subject.Dump{Gone: true}
		if dom != nil {
			doms, at = append(doms, dom), append(at, d)
		}
	}
	for n := 0; ; n++ {
		dumps, err := subject.Dumps(s.x, doms...)
		if err != nil {
			return list, err
		}
		busy := false
		for i, d := range dumps {
			list[at[i]] = d
			busy = busy || !d.Gone && d.Dying != 0 && d.Total == 0
		}
		if !busy || n == 100 {
			return list, nil
		}
		time.Sleep(time.Millisecond)
	}
}

// slots is how many entries of a page table are for mappings.
func (s *grantSession) slots() int { return int(pool.Conf(&s.c).Slots) }
