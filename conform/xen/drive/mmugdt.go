package drive

import (
	"fmt"
	"slices"

	"hvcheck/conform"
	view "hvcheck/conform/pvmmu"
	"hvcheck/conform/xen/abi"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// References of descriptor pages: frames in which a vCPU's descriptor table is. The
// guest's program uses the descriptors that Xen has behind them.

// gdtFrames is how many frames a vCPU's table can have.
const gdtFrames = 14

// descriptors is the mark of a frame that a vCPU's table is in.
func descriptors(v, f uint8) string { return fmt.Sprintf("descriptors of vcpu %d in frame %d", v, f) }

// hasDescriptors tells whether a vCPU has a descriptor table.
func hasDescriptors(q *Question, v uint8) bool {
	for f := range uint8(page.MaxFrames) {
		if q.Marks[descriptors(v, f)] {
			return true
		}
	}
	return false
}

// markDescriptors marks the frames in which vCPUs have their tables. If one of two
// references is given back, and they are not both the caller's, it is the caller's.
func markDescriptors(op *model.Op, seen conform.Seen, marks Marks) {
	get := op != nil && op.Kind == mmops.GetType.Kind()
	if !get && (op == nil || op.Kind != mmops.PutType.Kind()) || heldType(&op.Arg) != page.SegDesc {
		return
	}
	by, f := op.Arg[0], op.Arg[1]
	is := seen[conform.NameOf(view.Frame, int(f))]
	used := is[view.Type] == page.SegDesc.String() && is[view.TypeCount] != "0"
	switch {
	case get && used && by < pvmmu.MaxGuests:
		marks[descriptors(by, f)] = true
	case !get && (!used || others(marks, by, f)):
		delete(marks, descriptors(by, f))
	}
}

// others tells whether another vCPU has its table in a frame.
func others(marks Marks, by, f uint8) bool {
	for v := range uint8(pvmmu.MaxGuests) {
		if v != by && marks[descriptors(v, f)] {
			return true
		}
	}
	return false
}

// exceptPut is about those that are to be given back.
func exceptPut(q *Question) string {
	by, f := q.Op.Arg[0], q.Op.Arg[1]
	return reasonIf(!q.Marks[descriptors(by, f)], "the vCPU does not have its descriptor table there")
}

// loadMore has a vCPU load a descriptor table that is in one frame more, loadLess in one
// frame less.
func (s *mmuSession) loadMore(by, f uint8) (Did, error) {
	return s.load(by, append(slices.Clone(s.gdt[by]), s.machine(f)))
}

func (s *mmuSession) loadLess(by, f uint8) (Did, error) {
	list := slices.Clone(s.gdt[by])
	i := slices.Index(list, s.machine(f))
	return s.load(by, slices.Delete(list, i, i+1))
}

func (s *mmuSession) load(by uint8, list []uint64) (Did, error) {
	const entries = abi.PageSize / 8
	var frames [gdtFrames]uint64
	copy(frames[:], list)
	r, err := s.issue(by, 0, abi.CallSetGDT, fixed(frames), func(at, _ uint64) []uint64 {
		return []uint64{at, entries * uint64(len(list))}
	})
	if err == nil && r.code == 0 {
		s.gdt[by] = list
	}
	return result(errno.Errno(r.code)), err
}
