package drive

import (
	"fmt"
	"time"

	"hvcheck/conform"
	view "hvcheck/conform/pvmmu"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// mmu drives the area pvmmu. The frames of the pool are frames of one domain. Its
// guest, if its vCPUs run from the beginning, is a program that stands on tables
// of its own, behind the frames of the pool on page_list.
var mmu = &Mapping{View: view.View, Ways: mmuWays, Fits: mmuFits, Mark: markMMU, Begin: beginMMU}

// lodged marks a domain in which a guest's program has been put on tables of the pool.
const lodged = "program"

// Marks of a vCPU, behind its name: it is initialised, and its first context had it in user
// mode.
const (
	hasContext = " has a context"
	onUser     = " on its user table"
)

// markContext marks the vCPUs that have begun on their user table. Xen does not tell of
// CR3, which a further context leaves as it is.
func markContext(name string, fields map[string]string, marks Marks) {
	switch {
	case fields[view.Initialised] == model.YesNo(false):
		delete(marks, name+hasContext)
		delete(marks, name+onUser)
	case fields[view.Initialised] == "" || marks[name+hasContext]:
	default:
		marks[name+hasContext] = true
		if fields[view.Mode] == view.ModeName(false) {
			marks[name+onUser] = true
		}
	}
}

// markMMU marks the frames that have been an L4, or were to become one. Xen's own
// entries stay in them, or that of the guest's program, in slots that the model does not
// have, until they are freed. And it marks the vCPUs
// that run the guest's program on tables of its own, and take it along to others.
func markMMU(op *model.Op, seen conform.Seen, marks Marks) {
	if op != nil && op.Spec().Args[0].Name == "cpu" && op.Arg[0] < pvmmu.MaxGuests && !programmed(marks) {
		marks[lodged] = true
	}
	markDescriptors(op, seen, marks)
	for name, fields := range seen {
		markContext(name, fields, marks)
		switch {
		case fields[view.Owner] == view.Free:
			delete(marks, name)
		case fields[view.Type] == page.L4.String() && fields[view.Validated] == model.YesNo(true):
			marks[name] = true
		case fields[view.Initialised] == model.YesNo(false):
			delete(marks, name)
		case fields[view.Kernel] == view.None:
			marks[name] = true
		}
	}
	if f, is := standsOn(op); is && seen[conform.NameOf(view.Frame, f)][view.Owner] == view.Owned {
		marks[conform.NameOf(view.Frame, f)] = true
	}
}

// standsOn is the frame on which a vCPU was to stand by a call of the guest.
func standsOn(op *model.Op) (f int, is bool) {
	switch {
	case op == nil || op.Spec().Args[0].Name != "cpu" || op.Arg[0] >= pvmmu.MaxGuests:
		return 0, false
	case op.Kind == mmops.NewBaseptr.Kind():
		return int(op.Arg[1]), true
	case op.Kind == mmops.VCPUInitialise.Kind():
		return int(op.Arg[2]), true
	}
	return 0, false
}

// programmed tells whether the domain has a guest's program, on whatever tables.
func programmed(marks Marks) bool {
	for v := range pvmmu.MaxGuests {
		if marks[conform.NameOf(view.VCPU, v)] {
			return true
		}
	}
	return marks[lodged]
}

// mmuFits asks whether Xen's dumps tell of so many pages.
func mmuFits(c *model.Config, w *model.World) string {
	room := subject.MaxPages
	if running(w) {
		room -= subject.Tables
	}
	if n := int(pool.Conf(c).Frames); n > room {
		return fmt.Sprintf("%d frames: Xen tells of the pages of a domain with at most %d, of which the guest needs %d", n, subject.MaxPages, subject.MaxPages-room)
	}
	return ""
}

// running tells whether the guest's vCPUs run at the start.
func running(w *model.World) bool { return mmops.Of(w).CPU[0].Init }

// deviceFrame is in the hole below 4 GiB. Nobody maps it.
const deviceFrame = 0xd0000

// mmuSession is a domain with the frames of the pool.
type mmuSession struct {
	x      *abi.Xen
	c      model.Config
	dom    *subject.Domain
	frames []uint64 // machine frames by those of the pool
	runs   bool     // the guest's program, all the time
	holds  [page.MaxFrames][]hold
	gdt    [pvmmu.MaxGuests][]uint64 // machine frames with descriptors, by vCPU
}

// beginMMU makes the domain: the pool's frames in the order of page_list, then
// those that are free in the beginning, which it gives back.
func beginMMU(x *abi.Xen, c *model.Config, w *model.World) (Session, error) {
	s := &mmuSession{x: x, c: *c, frames: make([]uint64, pool.Conf(c).Frames)}
	var err error
	if s.dom, err = subject.Create(x, max(1, int(mmops.Conf(c).Guests))); err != nil {
		return nil, err
	}
	// Who has no memory of a device may not choose how memory is cached, by the bit
	// that is PSE in other tables.
	if rc := x.AllowDevice(s.dom.ID, deviceFrame); rc != errno.OK {
		return nil, fmt.Errorf("iomem_permission: %v", rc)
	}
	if err = s.furnish(w); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// furnish gives the domain its frames and, if it has one, its guest. What is free
// in the beginning is given back last, when nothing is taken any more.
func (s *mmuSession) furnish(w *model.World) error {
	order, n := pageOrder(&s.c, w), 0
	if running(w) {
		n = subject.Tables
	}
	frames, rc := s.x.Populate(s.dom.ID, 0, len(order)+n)
	if rc != errno.OK {
		return fmt.Errorf("populate_physmap: %v", rc)
	}
	for i, f := range order {
		s.frames[f] = frames[i]
	}
	copy(s.dom.Own[:], frames[len(order):])
	for f, frame := range s.frames {
		p := &pool.Of(w).Pages[f]
		if p.Owned {
			if err := s.fill(frame, p); err != nil {
				return fmt.Errorf("frame %d: %w", f, err)
			}
		} else if rc := s.x.Remove(s.dom.ID, frame); rc != errno.OK {
			return fmt.Errorf("decrease_reservation: %v", rc)
		}
	}
	if s.runs = running(w); !s.runs {
		return nil
	}
	if err := s.extra(); err != nil {
		return err
	}
	return s.dom.Boot()
}

// pageOrder lists the frames as page_list has them, then the free ones.
func pageOrder(c *model.Config, w *model.World) (order []int) {
	for _, f := range mmops.Of(w).List {
		if f != 0 {
			order = append(order, int(f-1))
		}
	}
	for f := range pool.Conf(c).Frames {
		if !pool.Of(w).Pages[f].Owned {
			order = append(order, int(f))
		}
	}
	return order
}

// slotM2P is the slot of an L4 that is the M2P's.
const slotM2P = 256

// fill writes what a frame holds in the beginning.
func (s *mmuSession) fill(frame uint64, p *page.Page) error {
	entries := map[int]uint64{}
	for i, e := range p.Ent {
		if e != 0 {
			entries[i] = s.pte(e)
		}
	}
	if p.ROMpt == page.Guest {
		entries[slotM2P] = guestBits
	}
	if len(entries) == 0 {
		return nil
	}
	return s.dom.Write(frame, entries)
}

// guestBits is what a guest has written to a slot that is Xen's.
const guestBits = 0xbad << 12

// Flags of entries. Xen adds GLOBAL to an L1's entries for user mode and leaves it
// there, where no other level accepts it; entries for kernel mode stay as they are.
// What is bad has flags that no table above an L1 accepts. An L1's have none such
// in a release build (GNTTAB is for debug builds), but for a frame number of ones
// alone, which Xen takes for INVALID_MFN; the frame that the entry names for the
// model is in bits that are ignored.
const (
	pteRO   = 0x05 | pteA | 1<<52 // present, user; GUEST_KERNEL
	pteRW   = pteRO | pteWrite
	pteA    = 0x20 // which the model does not have
	pteD    = 0x40
	pteSize = 0x80
	pteBad  = 0x110

	pteBadFrame = 53

	pteAddress = 1<<52 - 1<<12
	pteWrite   = 2
	ptePresent = 1
)

// noFrame is a machine frame that there is not.
const noFrame = 1 << 33

// machine is the machine frame of one of the pool.
func (s *mmuSession) machine(f uint8) uint64 {
	if int(f) >= len(s.frames) {
		return noFrame
	}
	return s.frames[f]
}

// pte is an entry as the processor has it.
func (s *mmuSession) pte(e page.Entry) uint64 {
	pte := uint64(0)
	if e.Names() {
		pte = s.machine(e.Frame()) << 12
	}
	if e.Dirty() {
		pte |= pteD
	}
	switch e.Kind() {
	case page.RO:
		pte |= pteRO
	case page.RW:
		pte |= pteRW
	case page.PSE:
		pte |= pteRW | pteSize
	case page.Bad:
		return pteAddress | pte&pteD | pteRW | pteBad | uint64(e.Frame())<<pteBadFrame
	}
	return pte
}

// entry is what pte was made of, in words.
func (s *mmuSession) entry(pte uint64) string {
	if pte&^(pteA|pteD) == 0 {
		return entryOf(pte, 0, page.NotPresent).String()
	}
	if pte&pteAddress == pteAddress {
		return entryOf(pte, uint8(pte>>pteBadFrame&(page.MaxFrames-1)), page.Bad).String()
	}
	for f, frame := range s.frames {
		if pte&pteAddress == frame<<12 {
			return entryOf(pte, uint8(f), kindOf(pte)).String()
		}
	}
	return fmt.Sprintf("%#x", pte)
}

func entryOf(pte uint64, f uint8, kind page.EntryKind) page.Entry {
	e := page.To(f, kind)
	if pte&pteD != 0 {
		e = e.WithDirty()
	}
	return e
}

func kindOf(pte uint64) page.EntryKind {
	switch {
	case pte&ptePresent == 0:
		return page.Away
	case pte&pteSize != 0:
		return page.PSE
	case pte&pteWrite != 0:
		return page.RW
	}
	return page.RO
}

// slot256 says what the M2P's slot holds.
func slot256(pte uint64) page.Slot {
	switch {
	case pte == 0:
		return page.Empty
	case pte == guestBits:
		return page.Guest
	}
	return page.Filled
}

// Close destroys the domain, of which nobody may hold anything then.
func (s *mmuSession) Close() error {
	for i := range uint8(pvmmu.MaxTools) {
		if _, err := s.carryOn(mmops.Continue.Of(pvmmu.Tool(i), 0), 0); err != nil {
			return err
		}
		if !s.x.Instrumented {
			break // they are one vCPU
		}
	}
	if err := s.letGo(); err != nil {
		return err
	}
	if rc := s.dom.Destroy(); rc != errno.OK && rc != errno.ESRCH {
		return fmt.Errorf("destroydomain: %v", rc)
	}
	return nil
}

// issue has cpu make a call about the domain.
func (s *mmuSession) issue(cpu uint8, stops int, nr uint64, arg func(at, dom uint64) any, args func(at, dom uint64) []uint64) (reply, error) {
	if cpu >= pvmmu.MaxGuests {
		s.x.Mark(cpu-pvmmu.MaxGuests, stops)
		defer s.x.Unmark()
		return byTools(s.x, s.dom.ID, nr, arg, args), nil
	}
	if !s.runs {
		if err := s.enter(); err != nil {
			return reply{}, err
		}
		defer s.x.Control(abi.DomctlPause, s.dom.ID)
	}
	return byVCPU(s.dom, int(cpu), stops, nr, arg, args)
}

// enter lets the guest's vCPUs run for one call, on tables of the pool that dom0 has
// put the program into.
func (s *mmuSession) enter() error {
	if err := s.lodge(); err != nil {
		return err
	}
	for v := range int(mmops.Conf(&s.c).Guests) {
		if regs, _, rc := s.x.BasePointers(s.dom.ID, v); rc == errno.OK {
			if rc := s.dom.Adopt(regs[abi.KernelTable] >> 12); rc != errno.OK {
				return fmt.Errorf("mmu_update: %v", rc)
			}
		}
	}
	if rc := s.x.Control(abi.DomctlUnpause, s.dom.ID); rc != errno.OK {
		return fmt.Errorf("unpause: %v", rc)
	}
	return nil
}

// lodge gives the guest's program tables below an L4, if it has none. They may be
// frames that the pool had.
func (s *mmuSession) lodge() error {
	if s.dom.Own[1] != 0 {
		return nil
	}
	frames, rc := s.x.Populate(s.dom.ID, 0, subject.Tables-1)
	if rc != errno.OK {
		return fmt.Errorf("populate_physmap: %v", rc)
	}
	for _, frame := range frames {
		if f := s.frame(frame); f >= 0 {
			s.frames[f] = FreePage + uint64(f)
		}
	}
	copy(s.dom.Own[1:], frames)
	if err := s.extra(); err != nil {
		return err
	}
	return s.dom.Lodge()
}

// extra lets the guest have memory that a context fits into: frames of its grant table,
// which are not among the pages of which Xen tells only so many.
func (s *mmuSession) extra() error {
	const pages = (abi.ContextSize + abi.PageSize - 1) / abi.PageSize
	frames, rc := s.x.TableFrames(s.dom.ID, false, pages)
	if rc != errno.OK {
		return fmt.Errorf("acquire_resource: %v", rc)
	}
	s.dom.Extra = frames
	return nil
}

// did is a reply to mmuext_op or mmu_update. If nobody stopped it, Xen has carried
// on with what the caller's old_guest_table had left.
func (r reply) did(cpu uint8) Did {
	d := result(errno.Errno(r.code))
	if !r.stopped {
		d.Then = []model.Op{mmops.Continue.Of(cpu, 0)}
	}
	return d
}

// dump waits a moment for a domain that is being freed.
func (s *mmuSession) dump() (*subject.Dump, error) {
	for n := 0; ; n++ {
		d, err := s.dom.Dump()
		if err != nil || d.Gone || d.Dying == 0 || d.Total > 0 || n == 100 {
			return d, err
		}
		time.Sleep(time.Millisecond)
	}
}
