package iodrive

import (
	"errors"
	"fmt"
	"slices"

	"hvcheck/conform"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/drive"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Reasons why something cannot be driven.
const (
	proposed = "it belongs to a design that was proposed, and never built"
	answers  = "the device that is driven always answers, and at once"
	asked    = "Xen has no call for that any more: a domain has its table from the beginning"
)

// iommuDo makes a way's Do of a function on a session of this area.
func iommuDo(do func(s *iommuSession, a *model.Args) (drive.Did, error)) func(drive.Session, model.Op, int) (drive.Did, error) {
	return func(s drive.Session, op model.Op, _ int) (drive.Did, error) { return do(s.(*iommuSession), &op.Arg) }
}

// iommuWays has a way for every operation of the area.
var iommuWays = []drive.Way{
	{Spec: iomops.Assign, How: "XEN_DOMCTL_assign_device", Except: exceptTool(3), Do: iommuDo((*iommuSession).assign)},
	{Spec: iomops.Deassign, How: "XEN_DOMCTL_deassign_device", Except: exceptTool(3), Do: iommuDo((*iommuSession).deassign)},
	{Spec: iomops.Destroy, How: "XEN_DOMCTL_destroydomain, after dom0 has let go of what it had mapped", Except: exceptIODestroy, Do: iommuDo((*iommuSession).destroy)},
	{Spec: iomops.DMA, How: "the device copies a word of its buffer to the page; or one of the page to its buffer, and that to another page", Except: exceptDMA, Do: iommuDo((*iommuSession).dma)},
	{Spec: iomops.Move, How: "XENMEM_add_to_physmap of a page by a vCPU", Except: exceptMove, Do: iommuDo((*iommuSession).move)},
	{Spec: iomops.MoveRange, How: "XENMEM_add_to_physmap of a range by a vCPU", Except: exceptRange, Do: iommuDo((*iommuSession).moveRange)},
	{Spec: iomops.GetType, How: "mmu_update by a vCPU: an entry for the page in one of its L1, or its L2", Except: exceptType, Do: iommuDo((*iommuSession).getType)},
	{Spec: iomops.PutType, How: "mmu_update by a vCPU: the last of these entries goes", Except: exceptPV, Do: iommuDo((*iommuSession).putType)},
	{Spec: iomops.Store, How: "a store of the program in the guest", Except: exceptPV, Do: iommuDo((*iommuSession).store)},
	{Spec: iomops.Decrease, How: "XENMEM_decrease_reservation of one page by a vCPU", Do: iommuDo((*iommuSession).decrease)},
	{Spec: iomops.Populate, How: "XENMEM_populate_physmap of one page by a vCPU; whatever frame comes is the model's from then on", Except: exceptPopulate, Do: iommuDo((*iommuSession).populate)},
	{Spec: iomops.XenStep, Never: drive.Inside},
	{Spec: iomops.Hardware, Never: "the hardware executes what is queued of itself"},
	{Spec: iomops.Memory, Never: drive.Environment},
	{Spec: iomops.MapForeign, How: "XENMEM_add_to_physmap_batch of one page by a vCPU, whose domain is made the device model of the other one", Except: exceptForeign, Do: iommuDo((*iommuSession).mapForeign)},
	{Spec: iomops.UnmapForeign, How: "XENMEM_remove_from_physmap by a vCPU", Except: exceptUnmap, Do: iommuDo((*iommuSession).unmapForeign)},
	{Spec: iomops.BuildTable, Never: asked},
	{Spec: iomops.TimeOut, Never: proposed}, {Spec: iomops.Tail, Never: proposed}, {Spec: iomops.Completion, Never: proposed},
	{Spec: iomops.Stick, Never: answers}, {Spec: iomops.Done, Never: answers},
}

// exceptTool is about calls of the toolstack, with what is to fail at some place of the
// operands.
func exceptTool(fails int) func(q *drive.Question) string {
	return func(q *drive.Question) string {
		a := &q.Op.Arg
		return drive.Either(
			drive.ReasonIf(a[0] != iommu.Tool, drive.Policy),
			drive.ReasonIf(iommu.Failure(a[fails]) != iommu.NoFailure, drive.Environment),
			drive.ReasonIf(a[2] == iommu.D0, "dom0 does not name itself"),
			drive.ReasonIf(a[2] != iommu.DIO && iomops.Of(q.World).Dom[a[2]].Life != iommu.Alive, "there is no such domain"))
	}
}

func exceptIODestroy(q *drive.Question) string {
	a := &q.Op.Arg
	d := &iomops.Of(q.World).Dom[a[1]]
	return drive.Either(
		drive.ReasonIf(a[0] != iommu.Tool, drive.Policy),
		drive.ReasonIf(iommu.Failure(a[2]) != iommu.NoFailure, drive.Environment),
		drive.ReasonIf(a[1] == iommu.D0 || a[1] == iommu.DIO || d.Life != iommu.Alive, "there is no such domain"))
}

// isHVM tells whether the caller is a translated domain.
func isHVM(q *drive.Question) bool { return iomops.Of(q.World).Dom[iommu.DomainOf(q.Op.Arg[0])].HVM }

// exceptPV is about what PV domains do.
func exceptPV(q *drive.Question) string {
	return drive.ReasonIf(isHVM(q), "Xen knows nothing of a translated domain's page tables")
}

// exceptMove is about what only translated domains do.
func exceptMove(q *drive.Question) string {
	return drive.ReasonIf(!isHVM(q), "a PV domain has no gfns")
}

func exceptRange(q *drive.Question) string {
	return drive.Either(
		exceptMove(q),
		drive.ReasonIf(q.Answer.Code == errno.EOVERFLOW, "a translated domain has gfns that the model has not"),
		drive.ReasonIf(q.Answer.Code > 0, "Xen has room for sixteen references, and goes on by itself"))
}

// exceptForeign knows that Xen is not told of a page, but of a domain and a gfn of its, and
// that a domain may map pages of one alone, a translated one. Whoever may not is refused
// before.
func exceptForeign(q *drive.Question) string {
	m, at := q.Op.Arg[2], iomops.Of(q.World)
	o := at.Frame[m].Owner
	has := func(e iommu.P2M) bool { return e.Type.IsRAM() && e.MFN == m }
	switch {
	case !isHVM(q) || q.Answer.Code == errno.EPERM:
		return exceptMove(q)
	case o != iommu.D1 && o != iommu.D2:
		return "nobody has the page"
	case !slices.ContainsFunc(at.Dom[o].P2M[:], has):
		return "its owner has the page at no gfn"
	}
	return drive.ReasonIf(q.Answer.Code == errno.EEXIST, "Xen frees what is at the gfn")
}

func exceptUnmap(q *drive.Question) string {
	return drive.Either(exceptMove(q), drive.ReasonIf(q.Answer.Code == errno.EINVAL, "Xen takes out whatever page is there"))
}

func exceptPopulate(q *drive.Question) string {
	return drive.Either(
		drive.ReasonIf(q.Answer.Code == errno.ENOMEM, "Xen has more pages than the model"),
		drive.ReasonIf(q.Answer.Code == errno.EEXIST, "a guest populates where nothing is, or loses sight of what is there"))
}

func exceptType(q *drive.Question) string {
	typ := page.Type(q.Op.Arg[2])
	return drive.Either(
		exceptPV(q),
		drive.ReasonIf(q.Answer.Code == errno.EBUSY, "a guest may use a page more often than in the model"),
		drive.ReasonIf(typ != page.L1 && typ != page.Writable, drive.NotYet+": pages of other types"))
}

func (s *iommuSession) assign(a *model.Args) (drive.Did, error) {
	c, err := s.copier(int(a[1]))
	if err != nil {
		return drive.Did{}, err
	}
	return drive.Result(s.x.Assign(s.id(int(a[2])), c.Device)), nil
}

func (s *iommuSession) deassign(a *model.Args) (drive.Did, error) {
	c, err := s.copier(int(a[1]))
	if err != nil {
		return drive.Did{}, err
	}
	return drive.Result(s.x.Deassign(s.id(int(a[2])), c.Device)), nil
}

func (s *iommuSession) destroy(a *model.Args) (drive.Did, error) {
	return drive.Result(s.dom[a[1]].Destroy()), nil
}

// actors are the vCPU of each actor.
var actors = [iommu.NumActors]int{iommu.A1: 1}

// call has an actor make a hypercall.
func (s *iommuSession) call(by uint8, nr uint64, arg drive.Structure, args drive.Arguments) (drive.Reply, error) {
	return drive.ByVCPU(s.dom[iommu.DomainOf(by)], actors[by], 0, nr, arg, args)
}

// Where entries for the pool's frames are: behind those of the guest's own.
const (
	entriesEach = 2
	tableSlot   = 8
)

// entry is where an entry is, and what it holds for a frame.
func (s *iommuSession) entry(d *subject.Domain, u use, frame uint64) abi.MMURequest {
	_, at := d.Slot(u.slot)
	pte := frame<<12 | drive.Writable
	if u.table {
		const access = 0x67
		at, pte = d.Own[subject.Tables-2]<<12+8*uint64(tableSlot+u.slot), frame<<12|access
	}
	return abi.MMURequest{Pointer: at | abi.UpdateNormal, Value: pte}
}

// update writes an entry.
func (s *iommuSession) update(by uint8, r abi.MMURequest) (errno.Errno, error) {
	answer, err := s.call(by, abi.CallMMUUpdate, drive.Fixed(r), func(at, dom uint64) []uint64 { return []uint64{at, 1, 0, dom} })
	return errno.Errno(answer.Code), err
}

func (s *iommuSession) getType(a *model.Args) (drive.Did, error) {
	m := int(a[1])
	u := use{page.Type(a[2]) == page.L1, entriesEach*m + len(s.uses[m])}
	rc, err := s.update(a[0], s.entry(s.dom[iommu.DomainOf(a[0])], u, s.frames[m]))
	if err != nil || rc != errno.OK {
		return drive.Did{Result: conform.Failed}, err
	}
	s.uses[m] = append(s.uses[m], u)
	return drive.Result(errno.OK), nil
}

func (s *iommuSession) putType(a *model.Args) (drive.Did, error) {
	n := len(s.uses[a[1]])
	if n == 0 || s.owner[a[1]] != int(iommu.DomainOf(a[0])) {
		return drive.Did{Result: conform.Failed}, nil // there is no entry that could be named
	}
	r := s.entry(s.dom[iommu.DomainOf(a[0])], s.uses[a[1]][n-1], 0)
	r.Value = 0
	s.uses[a[1]] = s.uses[a[1]][:n-1]
	rc, err := s.update(a[0], r)
	return drive.Result(rc), err
}

// store is a store where the page is mapped, or would be.
func (s *iommuSession) store(a *model.Args) (drive.Did, error) {
	const write, elsewhere = -2, 100
	d := s.dom[iommu.DomainOf(a[0])]
	slot := elsewhere
	if s.owner[a[1]] == int(iommu.DomainOf(a[0])) {
		for _, u := range s.uses[a[1]] {
			if !u.table {
				slot = u.slot
			}
		}
	}
	at, _ := d.Slot(slot)
	c := &subject.Call{Number: write, Args: [5]uint64{at, subject.WordOf(1)}}
	if err := d.Make(actors[a[0]], c); err != nil {
		return drive.Did{}, err
	}
	if c.Status == subject.Faulted {
		return drive.Result(errno.EFAULT), nil
	}
	return drive.Result(errno.OK), nil
}

// memory makes a memory operation of one page, whose failure is told by none.
func (s *iommuSession) memory(by uint8, cmd, frame uint64) (done bool, extent uint64, err error) {
	return drive.OnePage(cmd, frame, func(arg drive.Structure, args drive.Arguments) (drive.Reply, error) {
		return s.call(by, abi.CallMemory, arg, args)
	})
}

// frameOf is a domain's number of what an operand names.
func (s *iommuSession) frameOf(d, n uint8) uint64 {
	if s.hvm[d] {
		return gfnOf(int(n))
	}
	return s.frames[n]
}

func (s *iommuSession) decrease(a *model.Args) (drive.Did, error) {
	done, _, err := s.memory(a[0], abi.DecreaseReservation, s.frameOf(iommu.DomainOf(a[0]), a[1]))
	return drive.MemoryDid(done), err
}

// populate gives a page the last number that is free, as the model does. Which one has come
// is told to a PV domain; of a translated one it is seen in the list of its pages.
func (s *iommuSession) populate(a *model.Args) (drive.Did, error) {
	d := int(iommu.DomainOf(a[0]))
	was, err := s.dom[d].Dump()
	if err != nil {
		return drive.Did{}, err
	}
	at := gfnOf(int(a[1]))
	done, frame, err := s.memory(a[0], abi.PopulatePhysmap, at)
	if !done || err != nil {
		return drive.MemoryDid(false), err
	}
	if !s.hvm[d] {
		at = frame
	} else if frame, err = s.come(d, was); err != nil {
		return drive.Did{}, err
	}
	s.rename(frame)
	return drive.Result(errno.OK), s.used(d, at, frame)
}

// come is the page that a domain has and did not have before.
func (s *iommuSession) come(d int, was *subject.Dump) (uint64, error) {
	is, err := s.dom[d].Dump()
	if err != nil {
		return 0, err
	}
	for i := range is.Pages {
		if was.Page(is.Pages[i].Frame) == nil {
			return is.Pages[i].Frame, nil
		}
	}
	return 0, errors.New("the page that has come is not in the domain's list")
}

// rename gives a machine frame the last number that is free. It may have had another one.
func (s *iommuSession) rename(frame uint64) {
	for m := int(pool.Conf(&s.c).Frames) - 1; m >= 0; m-- {
		if s.owner[m] != iommu.NoDomain || s.dom0[m] {
			continue
		}
		if other := slices.Index(s.frames[:], frame); other >= 0 {
			s.frames[other] = s.frames[m]
		}
		s.frames[m] = frame
		return
	}
}

func (s *iommuSession) move(a *model.Args) (drive.Did, error) {
	return s.addToPhysmap(a[0], abi.AddToPhysmapArg{Space: abi.SpaceGfn, Index: gfnOf(int(a[1])), Frame: gfnOf(int(a[2]))})
}

func (s *iommuSession) moveRange(a *model.Args) (drive.Did, error) {
	return s.addToPhysmap(a[0], abi.AddToPhysmapArg{Space: abi.SpaceGfnRange, Size: uint16(a[3]), Index: gfnOf(int(a[1])), Frame: gfnOf(int(a[2]))})
}

func (s *iommuSession) mapForeign(a *model.Args) (drive.Did, error) {
	type request struct {
		abi.BatchArg
		Index, Frame uint64
		Error        int32
	}
	const lists = 32
	if err := s.permit(int(iommu.DomainOf(a[0])), s.owner[a[2]]); err != nil {
		return drive.Did{}, err
	}
	p, _ := s.place(int(a[2]))
	r := request{BatchArg: abi.BatchArg{Domain: abi.Self, Space: abi.SpaceForeign, Size: 1, Foreign: s.id(s.owner[a[2]])}, Index: p.At, Frame: gfnOf(int(a[1]))}
	answer, err := s.call(a[0], abi.CallMemory, func(at, _ uint64) any {
		r.Indices, r.Frames, r.Errors = at+lists, at+lists+8, at+lists+16
		return r
	}, func(at, _ uint64) []uint64 { return []uint64{abi.AddToPhysmapBatch, at} })
	if err != nil || answer.Code != 0 {
		return drive.Result(errno.Errno(answer.Code)), err
	}
	abi.Decode(answer.Data, &r)
	return drive.Result(errno.Errno(r.Error)), nil
}

// permit lets a domain map pages of another one, which is translated, unless it may already.
func (s *iommuSession) permit(dom, owner int) error {
	if s.serves[dom] || owner == dom || owner >= len(s.hvm) || !s.hvm[owner] {
		return nil
	}
	s.serves[dom] = true
	if rc := s.x.SetTarget(s.id(dom), s.id(owner)); rc != errno.OK {
		return fmt.Errorf("set_target: %v", rc)
	}
	return nil
}

func (s *iommuSession) unmapForeign(a *model.Args) (drive.Did, error) {
	arg := abi.RemoveArg{Domain: abi.Self, Frame: gfnOf(int(a[1]))}
	r, err := s.call(a[0], abi.CallMemory, drive.Fixed(arg), func(at, _ uint64) []uint64 { return []uint64{abi.RemoveFromPhysmap, at} })
	return drive.Result(errno.Errno(r.Code)), err
}

func (s *iommuSession) addToPhysmap(by uint8, arg abi.AddToPhysmapArg) (drive.Did, error) {
	arg.Domain = abi.Self
	r, err := s.call(by, abi.CallMemory, drive.Fixed(arg), func(at, _ uint64) []uint64 { return []uint64{abi.AddToPhysmap, at} })
	return drive.Result(errno.Errno(r.Code)), err
}
