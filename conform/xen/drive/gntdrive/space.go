package gntdrive

import (
	"encoding/binary"
	"fmt"
	"slices"

	"hvcheck/conform"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/drive"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/page"
)

// Frames of F's grant table: at gfns of F's, and where they are held.

// exceptSpace knows that dom0 has the shared frames mapped.
func exceptSpace(q *drive.Question) string {
	return drive.Either(
		drive.ReasonIf(own(q) != grant.DomF && isHVM(q), "whose table is meant is F's in the model"),
		drive.ReasonIf(q.Answer.Code == errno.EBUSY, "dom0 has a reference of the frame"),
		drive.ReasonIf(isHVM(q) && q.Op.Arg[2] >= grant.MaxGfns, "a translated domain has gfns that the model has not"))
}

// exceptDecrease is about status words that nobody gets a reference of any more.
func exceptDecrease(q *drive.Question) string {
	d, gfn := own(q), q.Op.Arg[1]
	if d != grant.DomF || gfn >= grant.MaxGfns {
		return ""
	}
	e := gntops.Of(q.World).Dom[d].P2M[gfn]
	return drive.ReasonIf(e.Type == grant.P2MTable && e.MFN >= grant.FirstStatus, "dom0 could not look at the status words any more")
}

// exceptSpaced is about what a grant, or a copy, finds at a gfn where F has a frame of its
// table.
func exceptSpaced(q *drive.Question) string {
	return drive.ReasonIf(q.Answer.Code == grant.BadPage && anySpaced(gntops.Of(q.World)), "the model has no grants of a grant table's frames")
}

func anySpaced(s *grant.State) bool {
	for _, e := range s.Dom[grant.DomF].P2M {
		if e.Type == grant.P2MTable {
			return true
		}
	}
	return false
}

// exceptAccess is about a kernel that looks into its table there.
func exceptAccess(q *drive.Question) string {
	d, at := own(q), q.Op.Arg[1]
	looks := d == grant.DomF && at < grant.MaxGfns && gntops.Of(q.World).Dom[d].P2M[at].Type == grant.P2MTable
	return drive.ReasonIf(looks, "what is in a grant table is no memory in the model")
}

// space has F map a frame of its table.
func (s *grantSession) space(a *model.Args) (drive.Did, error) {
	arg := abi.AddToPhysmapArg{Domain: abi.Self, Space: abi.SpaceGrantTable, Index: uint64(a[1]), Frame: gfnOf(a[2])}
	if a[1] >= grant.FirstStatus {
		arg.Index = uint64(a[1]-grant.FirstStatus) | abi.StatusIndex
	}
	r, err := s.call(a[0], 0, abi.CallMemory, drive.Fixed(arg), func(at, _ uint64) []uint64 { return []uint64{abi.AddToPhysmap, at} })
	if err == nil && r.Code == 0 {
		s.spaced = true
		err = s.tidy(grant.DomF) // it may have grown
	}
	return drive.Result(errno.Errno(r.Code)), err
}

// tableID tells frames of F's table from others, where those have their machine frame: an
// entry that is not valid, or status words that nobody reads.
const tableID = 1 << 32

// markTable has each frame of F's table say which one it is.
func (s *grantSession) markTable() error {
	t := &s.table[grant.DomF]
	for i := range t.Frames {
		binary.LittleEndian.PutUint64(t.Frame(i)[8*idWord:], tableID*uint64(i+1))
	}
	if t.Version != 2 {
		return nil
	}
	return s.withStatus(grant.DomF, func(words []byte) {
		binary.LittleEndian.PutUint64(words[8*idWord:], tableID*uint64(grant.FirstStatus+1))
	})
}

// tableNamed is the frame of F's table that says so.
func tableNamed(id uint64) (i uint8, is bool) {
	return uint8(id/tableID - 1), id%tableID == 0 && id/tableID >= 1 && id/tableID <= grant.MaxTables
}

// strange is what is at a gfn that is no memory of the model's.
func (s *grantSession) strange(d int, at, id uint64) (string, error) {
	if id == absent {
		return page.Entry(0).String(), nil
	}
	i, is := tableNamed(id)
	if !is || d != grant.DomF {
		return fmt.Sprintf("%#x", id), nil
	}
	name := gntops.TableFrame.Format(i)
	if writable, err := s.writable(d, 0, at); err != nil || !writable {
		return name + ", not to be written", err
	}
	return name, nil
}

// tableAt is which frame of F's table a machine frame is, which may have been one of the
// pool; -1 if it is none, or none was ever at a gfn.
func (s *grantSession) tableAt(frame uint64) int {
	if !s.spaced {
		return -1
	}
	frames := s.tableFrames()
	return slices.Index(frames[:], frame)
}

// tableFrames are the machine frames of F's table.
func (s *grantSession) tableFrames() (frames [grant.MaxTables]uint64) {
	t := &s.table[grant.DomF]
	copy(frames[:grant.FirstStatus], t.Frames)
	if t.Version == 2 {
		if status, rc := s.x.TableFrames(s.dom[grant.DomF].ID, true, 1); rc == errno.OK {
			frames[grant.FirstStatus] = status[0]
		}
	}
	return frames
}

// holder is a mapping of a frame of F's table: dom0's, or that of an entry of F's.
type holder struct {
	memory []byte
	slot   int
	cpu    uint8
}

// holdSlots is where F's entries for frames of its table begin.
const holdSlots = 64

// mayHold tells who maps frames of F's table: dom0, and F if it has page tables that Xen
// knows.
func (s *grantSession) mayHold(cpu uint8) bool {
	return cpu == grant.Tool || grant.DomainOf(cpu) == grant.DomF && !s.hvm[grant.DomF]
}

func (s *grantSession) hold(a *model.Args) (drive.Did, error) {
	frame := s.tableFrames()[a[1]]
	switch {
	case frame == 0 || s.holds[a[1]] != nil || !s.mayHold(a[0]):
		return drive.Result(errno.EINVAL), nil
	case a[0] == grant.Tool:
		status := a[1] >= grant.FirstStatus
		m, err := s.x.MapTable(s.dom[grant.DomF].ID, status, int(a[1])%grant.FirstStatus)
		if err != nil {
			return drive.Did{Result: conform.Failed}, nil
		}
		s.holds[a[1]] = &holder{memory: m}
		return drive.Result(errno.OK), nil
	}
	h := &holder{slot: holdSlots + int(a[1]), cpu: a[0]}
	rc, err := s.setSlot(a[0], h.slot, frame<<12|drive.Writable)
	if rc == errno.OK {
		s.holds[a[1]] = h
	}
	return drive.Result(rc), err
}

func (s *grantSession) drop(a *model.Args) (drive.Did, error) {
	if s.holds[a[1]] == nil || !s.mayHold(a[0]) {
		return drive.Result(errno.EINVAL), nil
	}
	return drive.Result(errno.OK), s.letGo(int(a[1]))
}

// letGo ends a mapping of a frame of F's table.
func (s *grantSession) letGo(i int) error {
	h := s.holds[i]
	if h == nil {
		return nil
	}
	s.holds[i] = nil
	if h.memory != nil {
		return s.x.Unmap(h.memory)
	}
	_, err := s.setSlot(h.cpu, h.slot, 0)
	return err
}
