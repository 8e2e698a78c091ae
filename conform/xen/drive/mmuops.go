package drive

import (
	"fmt"
	"slices"
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

// Reasons why something cannot be driven.
const (
	inside     = "a step within one hypercall, where nobody outside can stop it"
	hardware   = "what the processor does with tables of the pool, on which no code runs"
	instrument = "only an instrumented hypervisor stops a toolstack's call at a preemption check"
	policy     = "XSM refuses a guest's domctl before anything that the model knows of"
	proxy      = "the vCPU is the one that makes the guest's calls"
	lower      = "a frame that was an L4 has Xen's own entries in it, which the model's have not"
	ownTable   = "a vCPU's descriptor table is part of its context"
	notYet     = "not yet"
)

// mmuDo makes a way's Do of a function on a session of this area.
func mmuDo(do func(s *mmuSession, op model.Op, stops int) (Did, error)) func(Session, model.Op, int) (Did, error) {
	return func(s Session, op model.Op, stops int) (Did, error) { return do(s.(*mmuSession), op, stops) }
}

// mmuWays has a way for every operation of the area.
var mmuWays = []Way{
	mmuExt(mmops.Pin, func(s *mmuSession, a *model.Args) abi.MMUExtOp {
		return abi.MMUExtOp{Command: abi.PinL1 + uint32(a[2]) - 1, Frame: s.machine(a[1])}
	}),
	mmuExt(mmops.Unpin, func(s *mmuSession, a *model.Args) abi.MMUExtOp {
		return abi.MMUExtOp{Command: abi.Unpin, Frame: s.machine(a[1])}
	}),
	{
		Spec: mmops.Continue, How: "mmuext_op with nothing left in it but what it had come to",
		Except: guestOrWhole, Stops: stopsOf, Do: mmuDo((*mmuSession).carryOn),
	},
	{
		Spec: mmops.NewBaseptr, How: "mmuext_op by the guest, whose program dom0 has put into slot 5 of the table before",
		Except: exceptBaseptr, Stops: stopsOf, Do: mmuDo((*mmuSession).newBaseptr),
	},
	mmuExt(mmops.NewUserBaseptr, func(s *mmuSession, a *model.Args) abi.MMUExtOp {
		op := abi.MMUExtOp{Command: abi.NewUserBaseptr}
		if a[1] != 0 {
			op.Frame = s.machine(a[1] - 1)
		}
		return op
	}),
	{
		Spec: mmops.MMUUpdate, How: "mmu_update, by the guest or on behalf of it",
		Except: exceptUpdate, Stops: stopsOf, Do: mmuDo((*mmuSession).update),
	},
	{Spec: mmops.UpdateVAMapping, How: "update_va_mapping", Except: exceptUpdateVA, Do: mmuDo((*mmuSession).updateVA)},
	{
		Spec: mmops.SetContext, How: "XEN_DOMCTL_setvcpucontext; of the registers only what the model speaks of",
		Except: exceptContext, Stops: stopsOf, Do: mmuDo((*mmuSession).setContext),
	},
	{
		Spec: mmops.VCPUInitialise, How: "VCPUOP_initialise, with a context in two frames of the guest's grant table",
		Except: exceptInitialise, Stops: stopsOf, Do: mmuDo((*mmuSession).initialise),
	},
	{
		Spec: mmops.VCPUReset, How: "XEN_DOMCTL_setvcpucontext without a context",
		Except: exceptReset, Stops: stopsOf, Do: mmuDo(func(s *mmuSession, op model.Op, stops int) (Did, error) {
			return s.domctl(op.Arg[0], stops, func() errno.Errno { return s.x.SetContext(s.dom.ID, int(op.Arg[1]), nil) })
		}),
	},
	{Spec: mmops.VCPUDown, How: "VCPUOP_down; of a vCPU that takes itself down, it is seen that it is, or that the domain is shut down", Except: exceptByTools, Do: mmuDo((*mmuSession).down)},
	{Spec: mmops.VMAssist, How: "the vm_assist hypercall", Except: exceptAssist, Do: mmuDo((*mmuSession).assist)},
	{Spec: mmops.ToggleGuestMode, Never: NotYet + ": a user table in which the guest's program is"},
	{Spec: mmops.Decrease, How: "XENMEM_decrease_reservation of one page", Except: guestOrWhole, Do: mmuDo((*mmuSession).decrease)},
	{Spec: mmops.Populate, How: "XENMEM_populate_physmap of one page; whatever frame comes is the operand from then on", Except: exceptPopulate, Do: mmuDo((*mmuSession).populate)},
	{Spec: mmops.Exchange, How: "XENMEM_exchange of one page; whatever frame comes is the first free one from then on", Except: exceptPopulate, Do: mmuDo((*mmuSession).exchange)},
	{Spec: mmops.GetType, How: "a writable mapping: dom0's, or that of an entry in the page table of the guest's program; or a descriptor table that a vCPU of the guest loads", Except: exceptGetType, Do: mmuDo((*mmuSession).getType)},
	{Spec: mmops.PutType, How: "the last of these mappings goes, whoever made it; or the vCPU loads its table without that frame", Except: exceptPutType, Do: mmuDo((*mmuSession).putType)},
	{
		Spec: mmops.Destroy, How: "XEN_DOMCTL_destroydomain, after dom0 has let go of what it had mapped",
		Except: exceptDestroy, Stops: destroyStops, Do: mmuDo((*mmuSession).destroy),
	},
	{Spec: mmops.PageFrameInfo, How: "XEN_DOMCTL_getpageframeinfo3 of one frame", Except: exceptPageInfo, Do: mmuDo((*mmuSession).pageInfo)},
	{Spec: mmops.Touch, Never: hardware},
	{Spec: mmops.TypeStep, Never: inside},
	{Spec: mmops.TypePut, Never: inside},
	{Spec: mmops.Access, Never: inside},
	{Spec: mmops.LinearRead, Never: inside},
	{Spec: mmops.DecreaseBegin, Never: inside},
	{Spec: mmops.ExchangeBegin, Never: inside},
	{Spec: mmops.MemoryStep, Never: inside},
	{Spec: mmops.PopulateScrubbing, Never: inside},
}

// guestOrWhole is what holds for every call: a guest needs its program, a call of
// the toolstack is not stopped, and what was an L4 is not used below.
func guestOrWhole(q *Question) string {
	cpu, spec := q.Op.Arg[0], q.Op.Spec()
	byGuest := cpu < pvmmu.MaxGuests
	stopped := !byGuest && spec.Preemptible() && q.Op.Arg[len(spec.Args)-1] != 0 && q.Answer.Checks > 0
	return either(
		reasonIf(byGuest && !isProxy(q, cpu), cannotEnter(q)),
		reasonIf(stopped && !q.Instrumented, instrument),
		reasonIf(lowered(q), lower))
}

// lowered tells whether a frame that has been an L4 is to become a table of
// another level.
func lowered(q *Question) bool {
	for f := range pool.Conf(&q.Machine.Config).Frames {
		was, is := &pool.Of(q.World).Pages[f], &pool.Of(q.After).Pages[f]
		named := q.Op.Kind == mmops.Pin.Kind() && q.Op.Arg[1] == f && page.Type(q.Op.Arg[2]) != page.L4
		taken := is.Type.IsTable() && is.Type != page.L4 && (was.Type != is.Type || was.TCount == 0)
		if q.Marks[conform.NameOf(view.Frame, int(f))] && (named || taken) {
			return true
		}
	}
	return false
}

// either is the first reason of several.
func either(reasons ...string) string {
	i := slices.IndexFunc(reasons, func(r string) bool { return r != "" })
	if i < 0 {
		return ""
	}
	return reasons[i]
}

func reasonIf(is bool, reason string) string {
	if is {
		return reason
	}
	return ""
}

func byGuest(q *Question) bool { return q.Op.Arg[0] < pvmmu.MaxGuests }

func exceptDomctl(q *Question) string { return either(reasonIf(byGuest(q), policy), guestOrWhole(q)) }

// exceptDestroy knows that the tables of the guest's program are given back among
// the frames of the pool.
func exceptDestroy(q *Question) string {
	stopped := q.Op.Arg[1] != 0 && q.Answer.Checks >= q.Op.Arg[1]
	return either(exceptDomctl(q),
		reasonIf(q.Answer.Code == errno.EBUSY, "that a toolstack finishes its own calls first is the model's rule"),
		reasonIf(stopped && hasProgram(q), notYet+": a domain with a guest's program is destroyed as a whole"),
		reasonIf(stopped && mmops.Of(q.World).Held != [page.MaxFrames]uint8{}, "dom0 lets go of what it has mapped before, and not on the way"))
}

// hasProgram tells whether the domain has had a guest.
func hasProgram(q *Question) bool { return isProxy(q, 0) || programmed(q.Marks) }

// cannotEnter says why a guest's program cannot be put into the tables of the pool on
// which its vCPUs stand; empty if it can.
func cannotEnter(q *Question) string {
	return either(
		reasonIf(int(pool.Conf(&q.Machine.Config).Frames)+subject.Tables-1 > subject.MaxPages, "Xen does not tell of so many pages as the domain and a guest's program would have"),
		reasonIf(runsAsUser(q), "a vCPU would run in user mode, or on its user table, in which the guest's program is not"),
		reasonIf(!q.Marks[lodged] && namedFree(q), "the guest's program might get the frame that an entry names"))
}

// runsAsUser tells whether a vCPU that is up is in user mode, or on its user table: of one
// that is initialised a context changes the mode, and leaves CR3 as it is.
func runsAsUser(q *Question) bool {
	for v := range pvmmu.MaxGuests {
		cpu := &mmops.Of(q.World).CPU[v]
		if cpu.Init && !cpu.Down && (cpu.UserMode || q.Marks[conform.NameOf(view.VCPU, v)+onUser]) {
			return true
		}
	}
	return false
}

func exceptByTools(q *Question) string {
	return either(reasonIf(!byGuest(q), "there is no such call on behalf of another domain"), guestOrWhole(q))
}

func exceptUpdateVA(q *Question) string {
	return either(exceptByTools(q), reasonIf(mmops.Of(q.World).CPU[q.Op.Arg[0]].Table != 0, notYet+": on a table of the pool"))
}

// isProxy tells whether a vCPU of the guest runs the program that makes its calls.
func isProxy(q *Question, vcpu uint8) bool {
	if vcpu >= pvmmu.MaxGuests {
		return false
	}
	v := &mmops.Of(q.World).CPU[vcpu]
	return v.Init && (v.Table == 0 || q.Marks[conform.NameOf(view.VCPU, int(vcpu))])
}

// exceptBaseptr knows that the guest's program has to be in a table before the guest
// stands on it.
func exceptBaseptr(q *Question) string {
	before, after := &mmops.Of(q.World).CPU[q.Op.Arg[0]], &mmops.Of(q.After).CPU[q.Op.Arg[0]]
	return either(exceptByTools(q),
		reasonIf(after.Table == 0 && before.Table != 0, "there would be no table"),
		cannotAdopt(q, q.Op.Arg[1], after.Table != before.Table))
}

// cannotAdopt says why the guest's program cannot be put into a frame on which a vCPU
// may come to stand.
func cannotAdopt(q *Question, f uint8, stands bool) string {
	if f >= pool.Conf(&q.Machine.Config).Frames {
		return ""
	}
	was, is := &pool.Of(q.World).Pages[f], &pool.Of(q.After).Pages[f]
	return either(
		reasonIf(was.Partial && stands, "the guest's program cannot be put into an L4 that is audited in part"),
		reasonIf(was.TCount > 0 && was.Type != page.L4 && stands, "the guest's program cannot be put into what is still of another type"),
		reasonIf(was.Owned && was.TCount == 0 && (is.Type != page.L4 || *is == *was), "the guest's program would be put into what does not become an L4"))
}

// exceptInitialise knows that a vCPU that gets a context runs at once.
func exceptInitialise(q *Question) string {
	a := &q.Op.Arg
	fresh := byGuest(q) && a[1] < pvmmu.MaxGuests && !mmops.Of(q.World).CPU[a[1]].Init
	why := either(exceptByTools(q), reasonIf(fresh && a[5] == pvmmu.ModeUser && q.Answer.Code == errno.OK, "no user table has the guest's program"))
	if why != "" || !fresh || a[5] != pvmmu.ModeKernel {
		return why
	}
	return cannotAdopt(q, a[2], q.Answer.Code == errno.OK)
}

func exceptReset(q *Question) string {
	return either(exceptDomctl(q), reasonIf(isProxy(q, q.Op.Arg[1]), proxy), reasonIf(hasDescriptors(q, q.Op.Arg[1]), ownTable))
}

// exceptContext knows that Xen's walk over page_list meets the tables of the guest's
// program, and that a context has a vCPU that runs it begin it anew, also if the rest
// is refused.
func exceptContext(q *Question) string {
	v, stopped := q.Op.Arg[1], q.Op.Arg[6] != 0 && q.Answer.Checks >= q.Op.Arg[6]
	return either(exceptDomctl(q),
		reasonIf(stopped && hasProgram(q), notYet+": stopped on a domain with a guest's program"),
		reasonIf(hasDescriptors(q, v), ownTable),
		reasonIf(isProxy(q, v) && mmops.Of(q.After).CPU[v].UserMode, proxy+", whose program has no user mode"))
}

func exceptUpdate(q *Question) string {
	p := &pool.Of(q.World).Pages[q.Op.Arg[1]]
	elsewhere := q.Op.Arg[2] == pvmmu.SlotM2P && p.Type.IsTable() && p.Type != page.L4 && p.TCount > 0
	return either(guestOrWhole(q), reasonIf(elsewhere, "slot 256 of an L1 to L3 is a slot like others"))
}

func exceptAssist(q *Question) string {
	const relaxed = 0
	return either(exceptByTools(q), reasonIf(q.Op.Arg[2] == relaxed, "there is no call that names no bit"))
}

func exceptPopulate(q *Question) string {
	const another = "Xen would take another frame"
	full := q.Answer.Code != errno.OK && q.Answer.Code != errno.ESRCH && !mmops.Of(q.World).Dying
	return either(guestOrWhole(q), reasonIf(full, another),
		reasonIf(namedFree(q), another+" than the one that an entry names"))
}

// namedFree tells whether an entry of some frame names one that is free.
func namedFree(q *Question) bool {
	pages := &pool.Of(q.World).Pages
	for i := range pages {
		for _, e := range pages[i].Ent {
			if e.Names() && !pages[e.Frame()].Owned {
				return true
			}
		}
	}
	return false
}

func exceptPageInfo(q *Question) string {
	return either(exceptDomctl(q), reasonIf(isGone(q), "there is no such domain any more"))
}

// isGone tells whether nothing is left of the domain.
func isGone(q *Question) bool {
	return mmops.Of(q.World).Gone()
}

// mmuExt is the way of an operation that is one element of mmuext_op.
func mmuExt(spec *model.Spec, element func(s *mmuSession, a *model.Args) abi.MMUExtOp) Way {
	return Way{
		Spec: spec, How: "mmuext_op with one element, by the guest or on behalf of it",
		Except: guestOrWhole, Stops: stopsOf,
		Do: mmuDo(func(s *mmuSession, op model.Op, stops int) (Did, error) {
			r, err := s.issue(op.Arg[0], stops, abi.CallMMUExt, fixed(element(s, &op.Arg)), func(at, dom uint64) []uint64 {
				return []uint64{at, 1, 0, dom}
			})
			return r.did(op.Arg[0]), err
		}),
	}
}

// newBaseptr has a vCPU of the guest stand on another table. Its program comes
// along.
func (s *mmuSession) newBaseptr(op model.Op, stops int) (Did, error) {
	frame := s.machine(op.Arg[1])
	if err := s.lodge(); err != nil {
		return Did{}, err
	}
	if err := s.adopt(frame); err != nil {
		return Did{}, err
	}
	r, err := s.issue(op.Arg[0], stops, abi.CallMMUExt, fixed(abi.MMUExtOp{Command: abi.NewBaseptr, Frame: frame}), func(at, dom uint64) []uint64 {
		return []uint64{at, 1, 0, dom}
	})
	return r.did(op.Arg[0]), err
}

// adopt puts the guest's program into an L4, and into what can become one.
func (s *mmuSession) adopt(frame uint64) error {
	d, err := s.dom.Dump()
	if err != nil {
		return err
	}
	if p := d.Page(frame); p != nil && (p.TypeCount() == 0 || types[p.Type()] == page.L4 && p.Validated()) {
		if rc := s.dom.Adopt(frame); rc != errno.OK {
			return fmt.Errorf("mmu_update: %v", rc)
		}
	}
	return nil
}

// carryOn makes the empty continuation, which has the result that it gives in
// place of a domain.
func (s *mmuSession) carryOn(op model.Op, stops int) (Did, error) {
	r, err := s.issue(op.Arg[0], stops, abi.CallMMUExt, fixed(uint64(0)), func(uint64, uint64) []uint64 {
		return []uint64{0, abi.Continued, 0, 0}
	})
	if r.stopped {
		r.code = int64(errno.ERESTART)
	}
	return r.did(op.Arg[0]), err
}

func (s *mmuSession) update(op model.Op, stops int) (Did, error) {
	a := &op.Arg
	slot := uint64(a[2])
	if a[2] == pvmmu.SlotM2P {
		slot = slotM2P
	}
	commands := [...]uint64{abi.UpdateNormal, abi.UpdatePreserveAD, abi.UpdateUnknown}
	request := abi.MMURequest{Pointer: s.machine(a[1])<<12 | slot<<3 | commands[a[4]], Value: s.pte(page.Entry(a[3]))}
	if a[2] == pvmmu.SlotM2P && request.Value != 0 {
		request.Value = guestBits
	}
	r, err := s.issue(a[0], stops, abi.CallMMUUpdate, fixed(request), func(at, dom uint64) []uint64 {
		if dom != abi.Self {
			dom |= (dom + 1) << 16 // whose tables they are
		}
		return []uint64{at, 1, 0, dom}
	})
	return r.did(a[0]), err
}

func (s *mmuSession) updateVA(op model.Op, _ int) (Did, error) {
	const flush, everywhere, nowhere = 1, 1 << 2, 1 << 30 // the last one is an address
	a := &op.Arg
	flags := [...]uint64{pvmmu.FlushNone: 0, pvmmu.FlushAll: flush | everywhere, pvmmu.FlushBadMask: flush | nowhere}
	address := uint64(a[1])<<21 | uint64(a[2])<<12
	r, err := s.issue(a[0], 0, abi.CallUpdateVAMapping, fixed(uint64(0)), func(uint64, uint64) []uint64 {
		return []uint64{address, s.pte(page.Entry(a[3])), flags[a[4]]}
	})
	return result(errno.Errno(r.code)), err
}

// Operands of set-context.
const (
	relaxed = iota
	strict
)

func (s *mmuSession) setContext(op model.Op, stops int) (Did, error) {
	a := &op.Arg
	s.dom.Forget(int(a[1]))
	return s.domctl(a[0], stops, func() errno.Errno { return s.x.SetContext(s.dom.ID, int(a[1]), s.context(a)) })
}

// context is what set-context and vcpuop.initialise set: of the registers what the
// model speaks of, and otherwise those of the guest's program.
func (s *mmuSession) context(a *model.Args) *abi.VCPUContext {
	ctx := s.dom.Context(int(a[1]))
	ctx.Flags = [...]uint64{pvmmu.ModeKernel: abi.InKernel | abi.Online, pvmmu.ModeUser: abi.Online, pvmmu.ModeOffline: abi.InKernel, pvmmu.ModeBadRegs: abi.InKernel | abi.Online}[a[5]]
	if a[5] == pvmmu.ModeBadRegs {
		ctx.Regs.RIP = 1 << 63
	}
	ctx.ControlRegs[abi.KernelTable] = s.machine(a[2]) << 12
	if a[3] != 0 {
		ctx.ControlRegs[abi.UserTable] = s.machine(a[3]-1) << 12
	}
	ctx.VMAssist = [...]uint64{relaxed: 0, strict: 1 << abi.M2PStrict, 2: 1 << 40}[a[4]]
	return ctx
}

// initialise has a vCPU give another one a context. That runs at once, unless it is
// offline.
func (s *mmuSession) initialise(op model.Op, stops int) (Did, error) {
	a := &op.Arg
	if err := s.lodge(); err != nil {
		return Did{}, err
	}
	if _, _, rc := s.x.BasePointers(s.dom.ID, int(a[1])); rc != errno.OK && a[5] == pvmmu.ModeKernel {
		if err := s.adopt(s.machine(a[2])); err != nil {
			return Did{}, err
		}
	}
	if err := s.dom.WriteExtra(s.context(a)); err != nil {
		return Did{}, err
	}
	return s.vcpuOp(a[0], stops, abi.VCPUInitialise, uint64(a[1]))
}

func (s *mmuSession) down(op model.Op, _ int) (Did, error) {
	if op.Arg[0] == op.Arg[1] {
		return result(errno.OK), s.goesDown(op.Arg[0])
	}
	return s.vcpuOp(op.Arg[0], 0, abi.VCPUDown, uint64(op.Arg[1]))
}

// goesDown has a vCPU take itself down, which it does not come back from.
func (s *mmuSession) goesDown(v uint8) error {
	if !s.runs {
		if err := s.enter(); err != nil {
			return err
		}
		defer s.x.Control(abi.DomctlPause, s.dom.ID)
	}
	s.dom.Begin(int(v), &subject.Call{Number: abi.CallVCPU, Args: [5]uint64{abi.VCPUDown, uint64(v)}})
	for range 1000 {
		s.x.Yield()
		info, _ := s.x.DomainInfo(s.dom.ID)
		if online, _ := s.x.Online(s.dom.ID, int(v)); !online || info.ShutDown() {
			return nil
		}
		time.Sleep(time.Millisecond / 10)
	}
	return fmt.Errorf("vcpu %d does not go down", v)
}

func (s *mmuSession) vcpuOp(cpu uint8, stops int, cmd, vcpu uint64) (Did, error) {
	r, err := s.issue(cpu, stops, abi.CallVCPU, fixed(uint64(0)), func(uint64, uint64) []uint64 {
		return []uint64{cmd, vcpu, subject.ExtraVA}
	})
	return result(errno.Errno(r.code)), err
}

// domctl has a toolstack's vCPU make one, and finishes what that has left to
// old_guest_table, if dom0's kernel would carry it on when it maps what is looked at.
func (s *mmuSession) domctl(cpu uint8, stops int, call func() errno.Errno) (Did, error) {
	s.x.Mark(cpu-pvmmu.MaxGuests, stops)
	rc := call()
	s.x.Unmark()
	if s.x.Instrumented {
		return result(rc), nil
	}
	then := mmops.Continue.Of(cpu, 0)
	_, err := s.carryOn(then, 0)
	return Did{Result: rc.String(), Then: []model.Op{then}}, err
}

func (s *mmuSession) destroy(op model.Op, stops int) (Did, error) {
	if err := s.letGo(); err != nil {
		return Did{}, err
	}
	s.x.Mark(op.Arg[0]-pvmmu.MaxGuests, stops)
	defer s.x.Unmark()
	return result(s.dom.Destroy()), nil
}

func (s *mmuSession) assist(op model.Op, _ int) (Did, error) {
	a := &op.Arg
	bit := [...]uint64{strict: abi.M2PStrict, 2: 40}[a[2]]
	r, err := s.issue(a[0], 0, abi.CallVMAssist, fixed(uint64(0)), func(uint64, uint64) []uint64 { return []uint64{uint64(a[1]), bit} })
	return result(errno.Errno(r.code)), err
}

// memory makes a memory operation of one page. It returns how many pages are
// done, and an error is told by none.
func (s *mmuSession) memory(cpu uint8, cmd, frame uint64) (d Did, extent uint64, err error) {
	type onePage struct {
		abi.Reservation
		Extent uint64
	}
	const extentAt = 32
	arg := onePage{abi.Reservation{Number: 1}, frame}
	r, err := s.issue(cpu, 0, abi.CallMemory, func(at, dom uint64) any {
		arg.Extents, arg.Domain = at+extentAt, uint16(dom)
		return arg
	}, func(at, _ uint64) []uint64 { return []uint64{cmd, at} })
	if err != nil || r.code != 1 {
		return Did{Result: conform.Failed}, 0, err
	}
	abi.Decode(r.data, &arg)
	return result(errno.OK), arg.Extent, nil
}

// exchange takes another frame for a page: the pool's first free one, whatever number
// it has.
func (s *mmuSession) exchange(op model.Op, _ int) (Did, error) {
	d, err := s.dom.Dump()
	if err != nil {
		return Did{}, err
	}
	free := slices.IndexFunc(s.frames, func(frame uint64) bool { return d.Page(frame) == nil })
	type onePage struct {
		abi.Exchange
		In, Out uint64
	}
	const inAt, outAt = 72, 80
	var arg onePage
	r, err := s.issue(op.Arg[0], 0, abi.CallMemory, func(at, dom uint64) any {
		arg = onePage{In: s.machine(op.Arg[1]), Out: uint64(op.Arg[1])}
		arg.Exchange.In = abi.Reservation{Extents: at + inAt, Number: 1, Domain: uint16(dom)}
		arg.Exchange.Out = abi.Reservation{Extents: at + outAt, Number: 1, Domain: uint16(dom)}
		return arg
	}, func(at, _ uint64) []uint64 { return []uint64{abi.MemoryExchange, at} })
	if err != nil || r.code != 0 {
		return result(errno.Errno(r.code)), err
	}
	if abi.Decode(r.data, &arg); free >= 0 && arg.Exchanged > 0 {
		s.rename(uint8(free), arg.Out)
	}
	return result(errno.OK), nil
}

func (s *mmuSession) decrease(op model.Op, _ int) (Did, error) {
	d, _, err := s.memory(op.Arg[0], abi.DecreaseReservation, s.machine(op.Arg[1]))
	return d, err
}

func (s *mmuSession) populate(op model.Op, _ int) (Did, error) {
	d, frame, err := s.memory(op.Arg[0], abi.PopulatePhysmap, uint64(op.Arg[1]))
	if err == nil && d.Result == errno.OK.String() {
		s.rename(op.Arg[1], frame)
	}
	return d, err
}

// rename makes a machine frame the f-th of the pool. If it was another one of the
// pool, which is free then, the two change places.
func (s *mmuSession) rename(f uint8, frame uint64) {
	if other := s.frame(frame); other >= 0 {
		s.frames[other] = s.frames[f]
	}
	s.frames[f] = frame
}

func (s *mmuSession) pageInfo(op model.Op, _ int) (Did, error) {
	code, rc := s.x.PageInfo(s.dom.ID, s.machine(op.Arg[1]))
	if rc == errno.OK {
		rc = errno.Errno(code)
	}
	return result(rc), nil
}
