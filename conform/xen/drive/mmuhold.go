package drive

import (
	"fmt"

	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// Typed references of frames, as get_type takes them: dom0 and the guest map a frame
// writable, the guest in the last of its program's page tables; or a vCPU of the guest has
// its descriptors in it.

// hold drops a reference.
type hold func() error

// exceptGetType says which references nobody can have.
func exceptGetType(q *Question) string {
	f := q.Op.Arg[1]
	twice := f < page.MaxFrames && mmops.Of(q.World).Held[f] > 1
	free := f < page.MaxFrames && !pool.Of(q.World).Pages[f].Owned
	return either(guestOrWhole(q), exceptType(q),
		reasonIf(heldType(&q.Op.Arg) == page.SegDesc && !byGuest(q), "a domain's descriptor table is in pages of its own"),
		reasonIf(free, "a frame that was given back may be the domain's again, in its grant table"),
		reasonIf(twice, "that no more than two references are counted is the model's rule"))
}

// exceptPutType is the same for references that are given back.
func exceptPutType(q *Question) string {
	f, t := q.Op.Arg[1], heldType(&q.Op.Arg)
	none := f >= page.MaxFrames || mmops.Of(q.World).Held[f] == 0 || pool.Of(q.World).Pages[f].Type != t
	if t == page.SegDesc && exceptPut(q) != "" {
		return exceptPut(q)
	}
	return either(guestOrWhole(q), exceptType(q), reasonIf(none, "there is nothing to give back"))
}

func exceptType(q *Question) string {
	return either(
		reasonIf(heldType(&q.Op.Arg) == page.Shared, "pages of that type are for memory sharing, which only translated domains have"),
		reasonIf(mmops.Of(q.World).Dying, "that nobody asks for a type of a domain that is destroyed is the model's rule"))
}

// heldType is the type operand of get_type.
func heldType(a *model.Args) page.Type { return page.SegDesc + page.Type(a[2]) }

// heldSlots is where the entries of frames begin that the guest maps; there are two for
// each frame.
const heldSlots = 64

// getType maps a frame writable, or loads descriptors from it. A guest maps by the call
// that does not go on with its old_guest_table first.
func (s *mmuSession) getType(op model.Op, _ int) (Did, error) {
	f := op.Arg[1]
	if heldType(&op.Arg) == page.SegDesc {
		return s.loadMore(op.Arg[0], f)
	}
	if op.Arg[0] >= pvmmu.MaxGuests {
		m, err := s.x.Map(s.dom.ID, true, s.machine(f))
		if err == nil {
			s.holds[f] = append(s.holds[f], func() error { return s.x.Unmap(m) })
		}
		return MemoryDid(err == nil), nil
	}
	if err := s.lodge(); err != nil {
		return Did{}, err
	}
	slot := heldSlots + 2*int(f) + len(s.holds[f])
	address, _ := s.dom.Slot(slot)
	r, err := s.issue(op.Arg[0], 0, abi.CallUpdateVAMapping, fixed(uint64(0)), func(uint64, uint64) []uint64 {
		return []uint64{address, s.machine(f)<<12 | pteRW, 0}
	})
	if err == nil && r.code == 0 {
		s.holds[f] = append(s.holds[f], func() error { return s.unmapOwn(slot) })
	}
	return MemoryDid(r.code == 0), err
}

// unmapOwn empties an entry of the guest's program's page table.
func (s *mmuSession) unmapOwn(slot int) error {
	if rc := s.x.UpdateTable(s.dom.ID, s.dom.Own[subject.Tables-1], 1+slot, 0); rc != errno.OK {
		return fmt.Errorf("mmu_update: %v", rc)
	}
	return nil
}

// putType has the last mapping of a frame go, whoever has made it.
func (s *mmuSession) putType(op model.Op, _ int) (Did, error) {
	if heldType(&op.Arg) == page.SegDesc {
		return s.loadLess(op.Arg[0], op.Arg[1])
	}
	list := s.holds[op.Arg[1]]
	last := len(list) - 1
	s.holds[op.Arg[1]] = list[:last]
	return result(errno.OK), list[last]()
}

// letGo has all of them go.
func (s *mmuSession) letGo() error {
	for f, list := range s.holds {
		for _, drop := range list {
			if err := drop(); err != nil {
				return err
			}
		}
		s.holds[f] = nil
	}
	return nil
}
