package drive

import (
	"time"

	view "hvcheck/conform/evtchn"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// Reasons why something cannot be driven.
const (
	device    = "the guest has no device, and no device model"
	notDriven = "no design that is today's has it"
	noOldHost = "a host without the FIFO ABI: Xen offers it to every domain"
	asleep    = "no vCPU of the guest runs that could make the call"
)

// events of which a structure tells the port that was taken.
type taker func(data []byte) uint32

// event is a way of an operation on event channels: what is called, with which
// structure. Those that take a port have it at place port of their operands; -1 for
// others. taken is nil but for those that allocate one.
func event(spec *model.Spec, port int, call uint64, arg func(s *eventSession, a *model.Args) any, taken taker) Way {
	return Way{
		Spec: spec, How: "event_channel_op by a vCPU of either domain, or by dom0",
		Except: func(q *Question) string { return exceptEvent(q, port) },
		Do: func(s Session, op model.Op, _ int) (Did, error) {
			e := s.(*eventSession)
			r, err := e.issue(op.Arg[0], call, arg(e, &op.Arg), 0)
			switch {
			case r.code != 0 || err != nil:
			case taken != nil:
				e.takes(op, taken(r.data))
			case spec == evops.EventStatus:
				var st abi.StatusArg
				abi.Decode(r.data, &st)
				r.code = int64(st.Status)
			case spec == evops.CloseEvent && op.Arg[0] <= evtchn.VCPU1:
				e.running().Map &^= 1 << op.Arg[1]
			}
			return result(errno.Errno(r.code)), err
		},
	}
}

// takes notes that the kernel handles a port that it has just got.
func (s *eventSession) takes(op model.Op, port uint32) {
	if p, known := guestPortOf(port); known && op.Arg[0] <= evtchn.VCPU1 {
		s.running().Map |= 1 << p
	}
}

// ownPort is the port at a place of the operands, in the domain of who makes the call.
func ownPort(a *model.Args, i int) uint32 {
	dom := uint8(evtchn.Guest)
	if a[0] >= evtchn.Back0 && a[0] != evtchn.Tool {
		dom = evtchn.Backend
	}
	return portOf(dom, a[i])
}

// named are the operations that name the domain that they are about.
var named = map[model.Kind]bool{evops.AllocUnbound.Kind(): true, evops.EventStatus.Kind(): true, evops.ResetEvents.Kind(): true, evops.ResetEventsCont.Kind(): true}

func exceptEvent(q *Question, port int) string {
	const buckets = "a port beyond the buckets that the model has; Xen's have more ports"
	s, cpu := evops.Of(q.World), q.Op.Arg[0]
	beyond := false
	if port >= 0 {
		back := cpu >= evtchn.Back0 && cpu != evtchn.Tool
		if q.Op.Kind == evops.EventStatus.Kind() || q.Op.Kind == evops.BindInterdomain.Kind() {
			back = q.Op.Arg[1] == evtchn.Backend
		}
		beyond = back && q.Op.Arg[port] >= s.Dom[evtchn.Backend].Valid
	}
	return either(
		reasonIf(cpu == evtchn.Tool && !named[q.Op.Kind], "dom0's own ports are its kernel's"),
		exceptFull(q),
		reasonIf(q.Op.Kind == evops.BindInterdomain.Kind() && consumed(q), "who binds a port of Xen's is dom0, which is the device model"),
		reasonIf(q.Op.Kind == evops.EventStatus.Kind() && consumed(q), "Xen 4.17 has EV-B34: it does not tell of ports of its own"),
		reasonIf(beyond, buckets),
	)
}

// portAlone is what takes a port and nothing else.
func portAlone(_ *eventSession, a *model.Args) any { return abi.PortArg{Port: ownPort(a, 1)} }

// portAnd is what takes a port and a number.
func portAnd(number func(v uint8) uint32) func(*eventSession, *model.Args) any {
	return func(_ *eventSession, a *model.Args) any {
		return abi.PortArg{Port: ownPort(a, 1), Second: number(a[2])}
	}
}

// decoded reads a structure.
func decoded[T any](port func(v *T) uint32) taker {
	return func(data []byte) uint32 {
		var v T
		abi.Decode(data, &v)
		return port(&v)
	}
}

// eventWays has a way for every operation of the area.
var eventWays = []Way{
	event(evops.AllocUnbound, -1, abi.EventAllocUnbound, func(s *eventSession, a *model.Args) any {
		return abi.AllocUnboundArg{Domain: s.id(a[1]), Remote: s.id(a[2])}
	}, decoded(func(v *abi.AllocUnboundArg) uint32 { return v.Port })),
	event(evops.BindInterdomain, 2, abi.EventBindInterdomain, func(s *eventSession, a *model.Args) any {
		return abi.BindInterdomainArg{Remote: s.id(a[1]), RemotePort: portOf(a[1], a[2])}
	}, decoded(func(v *abi.BindInterdomainArg) uint32 { return v.Local })),
	event(evops.BindVIRQ, -1, abi.EventBindVIRQ, func(_ *eventSession, a *model.Args) any {
		return abi.BindVIRQArg{VIRQ: view.VIRQs[a[1]], VCPU: uint32(a[2])}
	}, decoded(func(v *abi.BindVIRQArg) uint32 { return v.Port })),
	event(evops.BindIPI, -1, abi.EventBindIPI, func(_ *eventSession, a *model.Args) any {
		return abi.BindIPIArg{VCPU: uint32(a[1])}
	}, decoded(func(v *abi.BindIPIArg) uint32 { return v.Port })),
	{Spec: evops.BindPIRQ, Never: device},
	event(evops.CloseEvent, 1, abi.EventClose, portAlone, nil),
	event(evops.Send, 1, abi.EventSend, portAlone, nil),
	event(evops.EventStatus, 2, abi.EventStatus, func(s *eventSession, a *model.Args) any {
		return abi.StatusArg{Domain: s.id(a[1]), Port: portOf(a[1], a[2])}
	}, nil),
	event(evops.BindVCPU, 1, abi.EventBindVCPU, portAnd(func(v uint8) uint32 { return uint32(v) }), nil),
	event(evops.UnmaskEvent, 1, abi.EventUnmask, portAlone, nil),
	event(evops.SetPriority, 1, abi.EventSetPriority, portAnd(func(v uint8) uint32 { return view.Priorities[v] }), nil),
	{
		Spec: evops.RaiseVIRQ, How: "VIRQ_TIMER: a single-shot timer of the vCPU's own that has expired already; VIRQ_DOM_EXC: another domain is destroyed",
		Except: exceptRaise, Do: eventDo((*eventSession).raise),
	},
	{Spec: evops.RaisePIRQ, Never: device},
	{Spec: evops.AllocConsumer, How: "XEN_DMOP_create_ioreq_server of a translated guest with one vCPU", Except: exceptConsumer, Do: eventDo((*eventSession).createServer)},
	{Spec: evops.FreeConsumer, How: "XEN_DMOP_destroy_ioreq_server", Do: eventDo((*eventSession).destroyServer)},
	{
		Spec: evops.SetVIRQHandler, How: "XEN_DOMCTL_set_virq_handler of VIRQ_DOM_EXC, which dom0 does not listen to",
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) {
			return s.x.SetVIRQHandler([...]uint16{0, s.id(evtchn.Guest)}[a[0]], view.VIRQs[evtchn.VIRQGlobal]), nil
		}),
	},
	{
		Spec: evops.InitControl, How: "EVTCHNOP_init_control by a vCPU", Except: exceptControl,
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) {
			return s.initControl(a[0], a[1], a[2], a[3])
		}),
	},
	{
		Spec: evops.ExpandArray, How: "EVTCHNOP_expand_array by a vCPU: one page has the words of all ports, for which the model has several", Except: exceptExpand,
		Do: expandDo(func(s *eventSession, a *model.Args) (errno.Errno, error) { return s.expand(a[0], a[1]) }),
	},
	{
		Spec: evops.ResetEvents, How: "EVTCHNOP_reset by a vCPU of either domain, or by dom0; a vCPU of a PV guest is stopped behind port 64",
		Except: exceptResetEvents, Stops: stopsReset, Do: resetDo(abi.EventReset),
	},
	{
		Spec: evops.ResetEventsCont, How: "EVTCHNOP_reset_cont, likewise",
		Except: func(q *Question) string { return either(exceptResetEvents(q), exceptCont(q)) }, Stops: stopsReset, Do: resetDo(abi.EventResetCont),
	},
	{
		Spec: evops.SoftReset, How: "XEN_DOMCTL_soft_reset", Except: exceptSoftReset,
		Do: eventDo(func(s *eventSession, _ *model.Args) (errno.Errno, error) { return s.softReset(abi.DomctlSoftReset) }),
	},
	{
		Spec: evops.SoftResetCont, How: "XEN_DOMCTL_soft_reset_cont", Except: func(q *Question) string { return either(exceptSoftReset(q), exceptCont(q)) },
		Do: eventDo(func(s *eventSession, _ *model.Args) (errno.Errno, error) { return s.softReset(abi.DomctlSoftResetCont) }),
	},
	{Spec: evops.DestroyEvents, How: "XEN_DOMCTL_destroydomain", Except: exceptTool, Do: eventDo((*eventSession).destroy)},
	{
		Spec: evops.RegisterInfo, How: "VCPUOP_register_vcpu_info by a vCPU", Except: func(q *Question) string { return exceptPage(q, pageOf[q.Op.Arg[2]]) },
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) { return s.registerInfo(a[0], a[1], a[2]) }),
	},
	{Spec: evops.SetVector, How: "HVMOP_set_evtchn_upcall_vector by a vCPU; what its local APIC holds is not looked at", Do: eventDo((*eventSession).setVector)},
	{Spec: evops.Poll, How: "SCHEDOP_poll by a vCPU", Except: exceptPoll, Do: eventDo((*eventSession).poll)},
	{
		Spec: evops.EventVCPUDown, How: "VCPUOP_down by another vCPU", Except: exceptOther,
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) {
			return s.vcpuOp(other(a[0]), a[0], abi.VCPUDown)
		}),
	},
	{
		Spec: evops.EventVCPUUp, How: "VCPUOP_up by another vCPU", Except: exceptOther,
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) {
			return s.vcpuOp(other(a[0]), a[0], abi.VCPUUp)
		}),
	},
	{Spec: evops.PauseDomain, How: "XEN_DOMCTL_pausedomain and unpausedomain", Do: eventDo((*eventSession).pause)},
	{Spec: evops.Become32, Never: "32-bit PV guests are not built in"},
	{Spec: evops.XenStep, Never: inside},
	{
		Spec: evops.GuestUpcall, How: "loads and stores of a handler like Linux's, by dom0, which has the guest's memory mapped",
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) { return errno.OK, s.upcall(a[0]) }),
	},
	{
		Spec: evops.GuestStep, How: "the next load or store of such a handler",
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) {
			s.handle(a[0])
			return errno.OK, nil
		}),
	},
	{
		Spec: evops.GuestMask, How: "a store to evtchn_mask, or to the event word, by dom0",
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) {
			s.mask(a[1])
			return errno.OK, nil
		}),
	},
	{
		Spec: evops.GuestUnmask, How: "stores by dom0, and EVTCHNOP_unmask by the vCPU, as Linux does",
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) { return errno.OK, s.unmask(a[0], a[1]) }),
	},
	{
		Spec: evops.GuestClearMask, How: "a store to the event word by dom0",
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) {
			change(s.word(s.cur, guestPort(a[1])), 0, abi.WordMasked)
			return errno.OK, nil
		}),
	},
	{
		Spec: evops.GuestMove, How: "EVTCHNOP_bind_vcpu by a vCPU, with the port masked meanwhile",
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) { return s.move(a[0], a[1], a[2]) }),
	},
	{Spec: evops.GuestEvents, Never: "the program in the guest keeps upcalls off"},
	{
		Spec: evops.KernelStart, How: "EVTCHNOP_init_control for each vCPU, or stores to evtchn_mask",
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) { return s.start(a[0]) }),
	},
	{
		Spec: evops.KernelUse, How: "EVTCHNOP_bind_virq for the timer, EVTCHNOP_expand_array, and what unmasks", Except: exceptFull,
		Do: expandDo(func(s *eventSession, a *model.Args) (errno.Errno, error) { return s.use(a[0], a[1]) }),
	},
	{
		Spec: evops.KernelJump, How: "SCHEDOP_shutdown by a vCPU, XEN_DOMCTL_soft_reset, and a new port for xenstore; another domain with the same memory, where it migrates; nothing, where firmware ends", Except: exceptJump,
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) { return errno.OK, s.jump(a[0]) }),
	},
	{Spec: evops.KernelReset, Never: notDriven},
	{
		Spec: evops.KernelStop, How: "SCHEDOP_shutdown for a soft reset by a vCPU", Except: exceptStop,
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) { return errno.OK, s.leave(a[0]) }),
	},
	{
		Spec: evops.ToolstackStep, How: "the backend closes its ports, and XEN_DOMCTL_pausedomain; XEN_DOMCTL_soft_reset; EVTCHNOP_alloc_unbound; XEN_DOMCTL_unpausedomain", Except: exceptTool,
		Do: eventDo(func(s *eventSession, _ *model.Args) (errno.Errno, error) { return s.toolstack() }),
	},
	{Spec: evops.SetOffer, How: "nothing is asked of Xen, which offers both ABIs whatever the toolstack wants", Do: eventDo(func(*eventSession, *model.Args) (errno.Errno, error) {
		return errno.OK, nil
	})},
	{
		Spec: evops.QueryOffer, How: "EVTCHNOP_init_control by a vCPU",
		Do: eventDo(func(s *eventSession, a *model.Args) (errno.Errno, error) {
			return s.initControl(a[0], 0, evtchn.PageOwn, evtchn.OffsetGood)
		}),
	},
}

// eventDo makes a way's Do of a function on a session of this area.
func eventDo(do func(s *eventSession, a *model.Args) (errno.Errno, error)) func(Session, model.Op, int) (Did, error) {
	return func(s Session, op model.Op, _ int) (Did, error) {
		rc, err := do(s.(*eventSession), &op.Arg)
		return result(rc), err
	}
}

// expandDo does the same for what may give Xen an array page.
func expandDo(do func(s *eventSession, a *model.Args) (errno.Errno, error)) func(Session, model.Op, int) (Did, error) {
	return func(s Session, op model.Op, _ int) (Did, error) {
		e := s.(*eventSession)
		had := e.array
		rc, err := do(e, &op.Arg)
		did := result(rc)
		did.Then = e.expanded(had)
		return did, err
	}
}

func resetDo(call uint64) func(Session, model.Op, int) (Did, error) {
	return func(s Session, op model.Op, stops int) (Did, error) {
		e := s.(*eventSession)
		if call == abi.EventResetCont {
			if err := e.empty(); err != nil {
				return Did{}, err
			}
		}
		r, err := e.issue(op.Arg[0], call, abi.ResetArg{Domain: e.id(evtchn.Guest)}, stops)
		if c := errno.Errno(r.code); c == errno.OK || c == errno.ERESTART || c == errno.EAGAIN {
			e.between = nil
		}
		if k := e.running(); err == nil && r.code == 0 && op.Arg[0] <= evtchn.VCPU1 && k.Belief != evtchn.NoABI {
			k.Belief, k.Map, k.Own = evtchn.TwoLevel, 0, 0
		}
		return result(errno.Errno(r.code)), err
	}
}

// runs tells whether a vCPU of the guest makes calls.
func runs(q *Question, v uint8) bool { return !evops.Of(q.World).Paused && runsOnce(q, v) }

// runsOnce tells whether it does when the guest is not paused.
func runsOnce(q *Question, v uint8) bool {
	s := evops.Of(q.World)
	up := v < evops.Conf(&q.Machine.Config).VCPUs && !s.VCPU[v].Down && s.VCPU[v].Poll == 0
	return up && !s.Shutdown && !s.Crashed && !s.Dom[evtchn.Guest].Dying
}

func exceptRaise(q *Question) string {
	return either(
		reasonIf(q.Op.Arg[1] == evtchn.VIRQArgo, "this build of Xen has no Argo, and nothing else raises it"),
		reasonIf(q.Op.Arg[1] == evtchn.VIRQTimer && !runs(q, q.Op.Arg[2]), asleep))
}

// raise makes Xen raise a VIRQ.
func (s *eventSession) raise(a *model.Args) (errno.Errno, error) {
	if a[1] == evtchn.VIRQTimer {
		return s.raiseTimer(a)
	}
	d, err := subject.Create(s.x, 1)
	if err != nil {
		return errno.OK, err
	}
	rc := d.Destroy()
	s.awaitEnd(d)
	return rc, nil
}

// raiseTimer has a vCPU of the guest set a timer that expires before the call
// returns to it.
func (s *eventSession) raiseTimer(a *model.Args) (errno.Errno, error) {
	v := a[2]
	args := func(at, _ uint64) []uint64 { return []uint64{abi.VCPUSetSingleshotTimer, uint64(v), at} }
	r, err := s.call(v, 0, abi.CallVCPU, fixed(abi.SingleshotArg{Timeout: 1}), args)
	return errno.Errno(r.code), err
}

// stopped tells whether the model's operation is stopped at a check.
func stopped(q *Question) bool {
	k := q.Op.Arg[len(q.Op.Spec().Args)-1]
	return k > 0 && q.Answer.Checks >= k
}

func stopsReset(q *Question) int {
	if stopped(q) {
		return 1
	}
	return 0
}

func exceptResetEvents(q *Question) string {
	is, byGuest := stopped(q), q.Op.Arg[0] <= evtchn.VCPU1
	return either(exceptEvent(q, -1),
		reasonIf(is && !byGuest, Instrument),
		reasonIf(is && !evops.Conf(&q.Machine.Config).PV, "the program in a translated guest cannot be stopped there"),
		reasonIf(is && byGuest && evops.Of(q.World).VCPU[q.Op.Arg[0]].Info == evtchn.InfoRegistered, "the program in the guest knows its first vcpu_info alone"),
		reasonIf(is && q.Op.Arg[1] > 1, "a reset is stopped at the first check that it meets: it goes on at the same port"))
}

// exceptCont wants a vCPU that closes the ports which only Xen has, where a reset goes on.
func exceptCont(q *Question) string {
	const unclosed = "no vCPU of the guest runs that could close the ports between those of the model"
	s, helps := evops.Of(q.World), runsOnce(q, evtchn.VCPU0) || runsOnce(q, evtchn.VCPU1)
	return reasonIf(s.Dom[evtchn.Guest].Next != 0 && !s.Dead && !helps, unclosed)
}

func exceptTool(q *Question) string { return reasonIf(stopped(q), Instrument) }

func exceptSoftReset(q *Question) string {
	return either(reasonIf(q.Op.Arg[0] != evtchn.Tool, policy), exceptTool(q))
}

func exceptControl(q *Question) string {
	return either(exceptEvent(q, -1), exceptPage(q, q.Op.Arg[2]))
}

// pageOf is the page of a place for a vcpu_info.
var pageOf = [...]uint8{evtchn.AreaGood: evtchn.PageOwn, evtchn.AreaBad: evtchn.PageMissing, evtchn.AreaCrossing: evtchn.PageOwn, evtchn.AreaReadOnly: evtchn.PageReadOnly}

// exceptPage knows that a translated guest's pages can all be written.
func exceptPage(q *Question, page uint8) string {
	return reasonIf(page == evtchn.PageReadOnly && !evops.Conf(&q.Machine.Config).PV, "a translated guest has no page that Xen could not map")
}

func exceptExpand(q *Question) string {
	return either(exceptPage(q, q.Op.Arg[1]),
		reasonIf(evops.Of(q.World).Pages > 0, "Xen's array has room for more pages than the model's"))
}

// exceptFull knows that Xen's limits can be had from the toolstack alone.
func exceptFull(q *Question) string {
	conf := evops.Conf(&q.Machine.Config)
	return reasonIf(q.Answer.Code == errno.ENOSPC && conf.Limits(evops.Of(q.World), evtchn.Guest) <= conf.MaxPort,
		"Xen's ABIs have room for more ports than those of the model")
}

// consumed tells whether the port of the guest that bind_interdomain or status names is
// Xen's.
func consumed(q *Question) bool {
	p := q.Op.Arg[2]
	return q.Op.Arg[1] == evtchn.Guest && p < evtchn.MaxPorts && evops.Of(q.World).Dom[evtchn.Guest].Port[p].Consumer
}

func exceptConsumer(q *Question) string {
	conf := evops.Conf(&q.Machine.Config)
	return either(reasonIf(conf.PV, device), reasonIf(evops.Of(q.World).Dead, "Xen does nothing for a domain that is gone"), reasonIf(conf.VCPUs > 1, "an ioreq server has a port for each vCPU"), exceptFull(q))
}

// createServer makes an ioreq server, which has one port.
func (s *eventSession) createServer(*model.Args) (errno.Errno, error) {
	if err := s.fill(); err != nil {
		return errno.OK, err
	}
	server, rc := s.x.CreateServer(s.id(evtchn.Guest))
	if rc != errno.OK {
		return rc, nil
	}
	lists, err := subject.Ports(s.x, s.dom[evtchn.Guest])
	if err != nil {
		return rc, err
	}
	for n, port := range lists[0].Ports {
		p, known := guestPortOf(uint32(n))
		if _, old := s.servers[p]; port.Consumer && known && !old {
			s.servers[p] = server
		}
	}
	return rc, nil
}

func (s *eventSession) destroyServer(a *model.Args) (errno.Errno, error) {
	rc := s.x.DestroyServer(s.id(evtchn.Guest), s.servers[a[1]])
	delete(s.servers, a[1])
	return rc, nil
}

// exceptStop knows that a shutdown is an event for who listens to VIRQ_DOM_EXC.
func exceptStop(q *Question) string {
	s := evops.Of(q.World)
	return reasonIf(s.Handler == 1 && s.Global != 0, "the guest would get VIRQ_DOM_EXC for its own shutdown")
}

func exceptJump(q *Question) string {
	s := evops.Of(q.World)
	if why := exceptStop(q); why != "" {
		return why
	}
	if s.Cur+1 == evtchn.MaxKernels || s.Plan[s.Cur+1] != evtchn.Migrate {
		return ""
	}
	return either(
		reasonIf(s.Target != 0 && !s.Target.Has(evtchn.FIFO), noOldHost),
		reasonIf(evops.Conf(&q.Machine.Config).Models, device))
}

// exceptOther wants another vCPU of the guest to make the call.
func exceptOther(q *Question) string { return reasonIf(!runs(q, other(q.Op.Arg[0])), asleep) }

// other is the other vCPU.
func other(v uint8) uint8 { return evtchn.VCPU1 - v }

// vcpuOp has a vCPU make an operation on another one.
func (s *eventSession) vcpuOp(cpu, v uint8, op uint64) (errno.Errno, error) {
	r, err := s.call(cpu, 0, abi.CallVCPU, fixed(uint32(0)), func(uint64, uint64) []uint64 { return []uint64{op, uint64(v), 0} })
	if r.code == 0 && err == nil {
		s.down[v] = op == abi.VCPUDown
	}
	return errno.Errno(r.code), err
}

// setVector gives a vCPU an interrupt of its own, which it never takes.
func (s *eventSession) setVector(a *model.Args) (errno.Errno, error) {
	const vector = 0x40
	args := func(at, _ uint64) []uint64 { return []uint64{abi.HVMSetVector, at} }
	r, err := s.call(a[0], 0, abi.CallHVM, fixed(abi.SetVectorArg{VCPU: uint32(a[1]), Vector: vector}), args)
	return errno.Errno(r.code), err
}

func (s *eventSession) pause(a *model.Args) (errno.Errno, error) {
	if a[0] == 0 {
		return errno.OK, s.resume()
	}
	return s.x.Control(abi.DomctlPause, s.id(evtchn.Guest)), nil
}

// exceptPoll knows that upcalls are off: a poll does not return at once because of one.
func exceptPoll(q *Question) string {
	return either(exceptEvent(q, 1), reasonIf(evops.Of(q.World).Deliverable(q.Op.Arg[0]), "the program in the guest keeps upcalls off"))
}

// poll has a vCPU poll a port, and leaves it if it sleeps.
func (s *eventSession) poll(a *model.Args) (errno.Errno, error) {
	d, v := s.dom[evtchn.Guest], int(a[0])
	if err := s.awake(a[0]); err != nil {
		return errno.OK, err
	}
	at := d.DataAt(v)
	c := &subject.Call{
		Number: abi.CallSched, Args: [5]uint64{abi.SchedPoll, at},
		Data: abi.Encode(abi.PollArg{Ports: at + abi.PollPortAt, Number: 1, Port: guestPort(a[1])}),
	}
	const moment = 20 // yields
	done, err := d.Try(v, c, moment)
	s.polls[v] = !done
	return errno.Errno(c.Result), err
}

// destroy ends the guest. It is gone when nobody has a page of its any more.
func (s *eventSession) destroy(*model.Args) (errno.Errno, error) {
	s.letGo()
	s.gone = true
	d := s.dom[evtchn.Guest]
	rc := d.Destroy()
	s.awaitEnd(d)
	return rc, nil
}

// awaitEnd waits until a domain is gone that has been destroyed.
func (s *eventSession) awaitEnd(d *subject.Domain) {
	for range 1000 {
		if _, rc := s.x.DomainInfo(d.ID); rc != errno.OK {
			return
		}
		s.x.Yield()
		time.Sleep(time.Millisecond / 10)
	}
}
