package gntdrive

import (
	"fmt"
	"time"

	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/drive"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Kernels that follow one another, and a driver: what they ask of Xen is asked, and what
// they decide themselves is decided by the model.

// kernelWays are the ways of their operations.
var kernelWays = []drive.Way{
	{Spec: gntops.KexecLoad, How: "nothing is asked of Xen", Except: exceptDecided, Do: grantDo(nothingAsked)},
	{Spec: gntops.KernelCrash, How: "nothing is asked of Xen", Except: exceptDecided, Do: grantDo((*grantSession).crash)},
	{Spec: gntops.KexecExec, How: "SCHEDOP_shutdown for a soft reset, by all vCPUs", Except: exceptLeaves, Do: grantDo((*grantSession).leave)},
	{Spec: gntops.SoftReset, How: "XEN_DOMCTL_soft_reset while the domain is paused", Except: exceptSoftReset, Do: grantDo((*grantSession).softReset)},
	{Spec: gntops.KernelBoot, How: "set_version by a vCPU", Except: exceptDecided, Do: grantDo((*grantSession).bootKernel)},
	{Spec: gntops.KernelUse, How: "a store of the program in the guest; by dom0 for a PV domain, whose program has its pages nowhere", Except: exceptUse, Do: grantDo((*grantSession).use)},
	{Spec: gntops.DriverConnect, How: "map_grant_ref by a vCPU", Except: exceptConnect, Do: grantDo((*grantSession).connect)},
	{Spec: gntops.DriverRequest, How: "nothing is asked of Xen", Except: exceptDecided, Do: grantDo(nothingAsked)},
	{Spec: gntops.DriverFinish, How: "nothing is asked of Xen", Except: exceptDecided, Do: grantDo(nothingAsked)},
	{Spec: gntops.DriverAccess, How: "a load or a store of the program in the guest", Except: exceptService, Do: grantDo((*grantSession).serve)},
	{Spec: gntops.DriverDisconnect, How: "unmap_grant_ref by a vCPU", Except: exceptService, Do: grantDo((*grantSession).disconnect)},
	{Spec: gntops.MapShinfo, How: "XENMEM_add_to_physmap by a vCPU", Except: exceptShinfo, Do: grantDo((*grantSession).mapShinfo)},
	{Spec: gntops.UpdateShinfo, How: "Xen does so of itself: nothing is asked of it", Except: exceptDecided, Do: grantDo(nothingAsked)},
	{Spec: gntops.MapPIRQ, Never: "the guest has no emulated interrupts"},
	{Spec: gntops.Revoke, Never: unbuilt}, {Spec: gntops.GnttabReset, Never: unbuilt},
}

// decided is the reason for what only the model has an answer to.
const decided = "the kernel, or the driver, refuses it itself"

// crash is the end of a kernel whose successor is loaded.
func (s *grantSession) crash(*model.Args) (drive.Did, error) {
	s.between = true
	return drive.Result(errno.OK), nil
}

func nothingAsked(*grantSession, *model.Args) (drive.Did, error) { return drive.Result(errno.OK), nil }

func exceptDecided(q *drive.Question) string {
	return drive.ReasonIf(q.Answer.Code != errno.OK, decided)
}

func exceptLeaves(q *drive.Question) string {
	return drive.Either(exceptDecided(q), drive.ReasonIf(gntops.Conf(&q.Machine.Config).Handover != grant.V3, unbuilt))
}

func exceptSoftReset(q *drive.Question) string {
	s := gntops.Of(q.World)
	m := s.Kernel.ShinfoMFN
	return drive.Either(
		drive.ReasonIf(s.Dom[grant.DomF].Life != grant.Alive, "there is no such domain"),
		drive.ReasonIf(m != 0 && pool.Of(q.World).Pages[m-1].Count == 0, "the domain has given shared_info up"),
		drive.ReasonIf(comesNamed(q), renamed))
}

// exceptUse is about a page that a kernel knows not to be its memory.
func exceptUse(q *drive.Question) string {
	s, m := gntops.Of(q.World), q.Op.Arg[1]
	pv := !isHVM(q) && m < grant.MaxFrames
	return drive.Either(
		drive.ReasonIf(q.Answer.Code != errno.OK && q.Answer.Code != errno.EFAULT, decided),
		drive.ReasonIf(pv && s.Owner[m] != grant.DomF, "it is no page of the domain's"),
		drive.ReasonIf(pv && pool.Of(q.World).Pages[m].Type != page.Writable, retyped))
}

// exceptShinfo knows that Xen's page is one of the pool in the model.
func exceptShinfo(q *drive.Question) string {
	return drive.Either(
		drive.ReasonIf(!isHVM(q), "a PV domain has no such call"),
		drive.ReasonIf(q.Answer.Code == errno.ENOMEM, "the page is there, in Xen's heap"),
		drive.ReasonIf(comesNamed(q), renamed),
		drive.ReasonIf(q.Op.Arg[1] >= grant.MaxGfns, "a translated domain has gfns that the model has not"))
}

func exceptConnect(q *drive.Question) string {
	return drive.Either(
		exceptSpaced(q),
		drive.ReasonIf(q.Answer.Code == errno.EBUSY, decided),
		drive.ReasonIf(q.Answer.Code == grant.NoSpace, anyHandle),
		drive.ReasonIf(isHVM(q) && q.Op.Arg[2] >= grant.MaxGfns, "a translated domain has gfns that the model has not"))
}

func exceptService(q *drive.Question) string {
	return drive.ReasonIf(q.Answer.Code == errno.EBUSY || q.Answer.Code == errno.ENOENT, decided)
}

// service is what the driver has mapped of a reference: the first mapping, and the second.
type service struct {
	handles, places []uint8
}

// connect maps what the driver serves.
func (s *grantSession) connect(a *model.Args) (drive.Did, error) {
	flags := uint8(grant.HostMap)
	if a[3] == 1 {
		flags |= grant.MapReadonly
	}
	h := s.freeHandle(grant.DomB)
	did, err := s.mapRef(&model.Args{a[0], grant.DomF, a[1], flags, a[2]})
	if err == nil && did.Result == errno.OK.String() {
		v := &s.serves[a[1]]
		v.handles, v.places = append(v.handles, h), append(v.places, a[2])
	}
	return did, err
}

// freeHandle is the number that the model gives the next handle.
func (s *grantSession) freeHandle(d int) uint8 {
	for h := range s.handle[d] {
		if !s.handle[d][h].live {
			return uint8(h)
		}
	}
	return grant.MaxHandles
}

// serve is an access of the driver's.
func (s *grantSession) serve(a *model.Args) (drive.Did, error) {
	places := s.serves[a[1]].places
	if int(a[2]) >= len(places) {
		return drive.Result(errno.ENOENT), nil
	}
	return s.accessBy(a[0], places[a[2]], a[3] == 1, grant.TagBack+grant.Tag(a[1]))
}

// disconnect unmaps the last mapping.
func (s *grantSession) disconnect(a *model.Args) (drive.Did, error) {
	v := &s.serves[a[1]]
	n := len(v.handles) - 1
	if n < 0 {
		return drive.Result(errno.ENOENT), nil
	}
	did, err := s.unmap(&model.Args{a[0], v.handles[n], v.places[n], uint8(gnttab.NoBus)})
	if err == nil && did.Result == errno.OK.String() {
		v.handles, v.places = v.handles[:n], v.places[:n]
	}
	return did, err
}

// use stores something of the kernel's own.
func (s *grantSession) use(a *model.Args) (drive.Did, error) {
	if s.hvm[grant.DomF] {
		return s.accessBy(a[0], a[1], true, grant.TagPrivate)
	}
	return drive.Result(errno.OK), s.fill(grant.DomF, a[1], grant.TagPrivate)
}

// leave has F shut down for a soft reset.
func (s *grantSession) leave(*model.Args) (drive.Did, error) {
	const forReset = 5
	s.between = true
	d := s.dom[grant.DomF]
	for v := range d.VCPUs {
		d.Begin(v, &subject.Call{Number: abi.CallSched, Args: [5]uint64{abi.SchedShutdown, d.DataAt(v)}, Data: abi.Encode(uint32(forReset))})
	}
	for range 1000 {
		s.x.Yield()
		if info, rc := s.x.DomainInfo(d.ID); rc == errno.OK && info.ShutDown() {
			return drive.Result(errno.OK), nil
		}
		time.Sleep(time.Millisecond / 10)
	}
	return drive.Did{}, fmt.Errorf("the domain does not shut down")
}

// mapShinfo has the guest map shared_info, which becomes a frame of the pool then, and
// note in it which one.
func (s *grantSession) mapShinfo(a *model.Args) (drive.Did, error) {
	d := s.dom[grant.DomF]
	arg := abi.AddToPhysmapArg{Domain: abi.Self, Frame: gfnOf(a[1])}
	r, err := s.call(a[0], 0, abi.CallMemory, drive.Fixed(arg), func(at, _ uint64) []uint64 { return []uint64{abi.AddToPhysmap, at} })
	if err != nil || r.Code != 0 {
		return drive.Result(errno.Errno(r.Code)), err
	}
	if _, known := s.number(d.SharedFrame()); !known {
		s.rename(s.firstFree(), d.SharedFrame())
	}
	_, _, err = s.touch(grant.DomF, int(grant.VcpuOf(a[0])), save, subject.LowAddress(gfnOf(a[1]))+8*idWord, d.SharedFrame())
	s.shinfo = a[1] + 1
	return drive.Result(errno.OK), err
}

// softReset resets F. Its vCPUs go on where they had shut down. A page that has come in
// the place of shared_info is the first that was free.
func (s *grantSession) softReset(a *model.Args) (drive.Did, error) {
	d := s.dom[grant.DomF]
	was, err := d.Dump()
	if err != nil {
		return drive.Did{}, err
	}
	did, err := s.reset(a)
	if err != nil || s.shinfo == 0 {
		return did, err
	}
	is, err := d.Dump()
	if err != nil {
		return drive.Did{}, err
	}
	if frame, come := newPage(was, is); come {
		return did, s.populated(d, gfnOf(s.shinfo-1), s.firstFree(), frame, grant.TagClean)
	}
	return did, nil
}

func (s *grantSession) reset(*model.Args) (drive.Did, error) {
	d := s.dom[grant.DomF]
	info, rc := s.x.DomainInfo(d.ID)
	if rc != errno.OK {
		return drive.Result(rc), nil
	}
	down := info.ShutDown()
	if rc := s.x.Control(abi.DomctlPause, d.ID); rc != errno.OK {
		return drive.Result(rc), nil
	}
	reset := s.x.Control(abi.DomctlSoftReset, d.ID)
	if rc := s.x.Control(abi.DomctlUnpause, d.ID); rc != errno.OK {
		return drive.Result(rc), nil
	}
	if down && reset == errno.OK {
		for v := range d.VCPUs {
			if err := d.Finish(v); err != nil {
				return drive.Did{}, err
			}
		}
	}
	return drive.Result(reset), nil
}

// bootKernel is what K2 asks for first. If it does not get it, it uses the layout of
// version 1.
func (s *grantSession) bootKernel(a *model.Args) (drive.Did, error) {
	t := &s.table[grant.DomF]
	version := a[0] + 1
	s.between = false
	did, err := s.setVersion(&model.Args{grant.Front0, version})
	if err != nil {
		return drive.Did{}, err
	}
	if t.layout = 1; did.Result == errno.OK.String() {
		t.layout = int(version)
	}
	for r := range t.granted {
		t.granted[r] = t.granted[r] && r == grant.Reserved
	}
	return drive.Result(errno.OK), nil
}
