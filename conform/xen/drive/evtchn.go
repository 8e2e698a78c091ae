package drive

import (
	"encoding/binary"
	"fmt"
	"time"

	view "hvcheck/conform/evtchn"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// events drives the area evtchn with two domains. Their guests keep upcalls masked, so
// that what Xen notes for them stays to be seen: what a kernel does with it, dom0 does,
// which has the guest's memory mapped.
var events = &Mapping{View: view.View, Ways: eventWays, Fits: eventsFit, Begin: beginEvents}

// eventsFit asks whether the start state is one that can be made.
func eventsFit(c *model.Config, w *model.World) string {
	s := evops.Of(w)
	if !s.Host.Has(evtchn.FIFO) {
		return noOldHost
	}
	if h := evops.Conf(c).Handover; h != evtchn.V4 && h != evtchn.V4c {
		return "a hand-over that is not today's"
	}
	for d := range s.Dom {
		for p := range s.Dom[d].Port {
			state := s.Dom[d].Port[p].State
			if state == evtchn.PIRQ || d == evtchn.Backend && state > evtchn.Reserved && state != evtchn.Interdomain {
				return fmt.Sprintf("port %d is %s in the beginning, which is not made yet", p, view.States[state])
			}
		}
	}
	return ""
}

// eventSession is a guest and a backend.
type eventSession struct {
	x      *abi.Xen
	c      model.Config
	dom    [2]*subject.Domain
	shared []byte // the guest's shared_info
	memory eventMemory
	gone   bool // the guest

	// The guest's kernels, as dom0 plays them.
	cur     uint8
	plan    [evtchn.MaxKernels]evtchn.Transition
	kernel  [evtchn.MaxKernels]evtchn.Kernel
	handler [evtchn.MaxVCPUs]eventHandler
	param   uint8 // the port that the toolstack has told it
	step    uint8 // of a soft reset, that the toolstack does next

	fifo, array bool // what Xen has been seen to have: a control block, an array page
	polls, down [evtchn.MaxVCPUs]bool
	moved       [evtchn.MaxVCPUs]bool // to a vcpu_info that was registered
	servers     map[uint8]uint16      // ioreq servers, by their ports
	between     []uint32              // ports that the model does not have, taken since a reset began
	leaves      int                   // vCPU + 1 that has shut the guest down
}

func beginEvents(x *abi.Xen, c *model.Config, w *model.World) (Session, error) {
	s := &eventSession{x: x, c: *c, servers: map[uint8]uint16{}}
	err := s.make(evops.Of(w))
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// make makes both domains and the start state.
func (s *eventSession) make(w *evtchn.State) (err error) {
	conf := evops.Conf(&s.c)
	if err = s.create(evtchn.Guest, int(conf.VCPUs), guestPort(conf.MaxPort), !conf.PV); err != nil {
		return err
	}
	if err = s.create(evtchn.Backend, evtchn.MaxVCPUs, uint32(conf.MaxPort), false); err != nil {
		return err
	}
	if err = s.furnish(); err != nil {
		return err
	}
	s.plan, s.kernel, s.cur, s.param = w.Plan, w.Kernel, w.Cur, w.Param
	if err = s.connect(w); err != nil {
		return err
	}
	return s.registered(w)
}

// create makes a domain with a guest, and ports up to a number.
func (s *eventSession) create(dom, vcpus int, last uint32, translated bool) (err error) {
	limits := abi.Defaults(vcpus, subject.MaxPages)
	limits.LastPort, limits.HVM = int(last), translated
	if s.dom[dom], err = subject.CreateWithin(s.x, limits); err != nil {
		return err
	}
	return s.boot(s.dom[dom], translated)
}

// boot gives a domain its guest, and takes the timers that it does not know of.
func (s *eventSession) boot(d *subject.Domain, translated bool) error {
	first, n, boot := 0, subject.Tables, d.Boot
	if translated {
		first, n, boot = subject.OwnGfn, subject.TranslatedPages, d.BootTranslated
	}
	frames, rc := s.x.Populate(d.ID, first, n)
	if rc != errno.OK {
		return fmt.Errorf("populate_physmap: %v", rc)
	}
	copy(d.Own[:], frames)
	if err := boot(); err != nil {
		return err
	}
	return d.StopTimers()
}

// connect makes the ports of the start state, lowest first, and then writes what
// the guest's shared_info has.
func (s *eventSession) connect(w *evtchn.State) error {
	ports := &w.Dom[evtchn.Guest].Port
	last := evtchn.MaxPorts - 1
	for last > 0 && ports[last].State == evtchn.Free {
		last--
	}
	for p := 1; p <= last; p++ {
		if err := s.bind(p, &ports[p]); err != nil {
			return fmt.Errorf("port %d cannot be made: %w", p, err)
		}
	}
	for p := 1; p <= last; p++ {
		if ports[p].State != evtchn.Free { // it has kept the place of one that is
			continue
		}
		if err := s.must(evtchn.VCPU0, abi.EventClose, abi.PortArg{Port: guestPort(uint8(p))}); err != nil {
			return err
		}
	}
	for p := range uint8(evtchn.MaxPorts) {
		s.setBit(abi.SharedPending, p, w.Pending>>p&1 != 0)
		s.setBit(abi.SharedMask, p, w.Mask>>p&1 != 0)
	}
	for v := range s.dom[evtchn.Guest].VCPUs {
		s.info(v)[abi.InfoUpcallPending] = byteOf(w.VCPU[v].Flag)
		binary.LittleEndian.PutUint64(s.info(v)[abi.InfoSelector:], uint64(w.VCPU[v].Sel))
	}
	return nil
}

// registered has Xen know the control blocks and the array of the start state, and then
// writes what these have.
func (s *eventSession) registered(w *evtchn.State) error {
	for v := range evops.Conf(&s.c).VCPUs {
		if w.VCPU[v].Block == 0 {
			continue
		}
		if err := must(s.initControl(evtchn.VCPU0, v, evtchn.PageOwn, evtchn.OffsetGood)); err != nil {
			return fmt.Errorf("init_control: %w", err)
		}
	}
	if w.Pages == 0 {
		return nil
	}
	if err := must(s.expand(evtchn.VCPU0, evtchn.PageOwn)); err != nil {
		return fmt.Errorf("expand_array: %w", err)
	}
	for p := range uint8(evtchn.MaxPorts) {
		if word := w.Word(p); word != nil {
			const high = 24 // the bits are there in Xen's words
			put32(s.word(s.cur, guestPort(p)), uint32(*word&^evtchn.LinkBit)<<high|guestPort(*word&evtchn.LinkBit))
		}
	}
	return nil
}

// bind makes the guest's port p.
func (s *eventSession) bind(p int, port *evtchn.Port) (err error) {
	guest, backend := s.id(evtchn.Guest), s.id(evtchn.Backend)
	switch port.State {
	case evtchn.VIRQ:
		return s.must(evtchn.VCPU0, abi.EventBindVIRQ, abi.BindVIRQArg{VIRQ: view.VIRQs[port.Number], VCPU: uint32(port.Notify)})
	case evtchn.IPI:
		return s.must(evtchn.VCPU0, abi.EventBindIPI, abi.BindIPIArg{VCPU: uint32(port.Notify)})
	}
	number := guestPort(uint8(p))
	err = s.must(evtchn.Tool, abi.EventAllocUnbound, abi.AllocUnboundArg{Domain: guest, Remote: backend})
	if err == nil && port.State == evtchn.Interdomain {
		err = s.must(evtchn.Back0, abi.EventBindInterdomain, abi.BindInterdomainArg{Remote: guest, RemotePort: number})
	}
	if err == nil && port.State > evtchn.Reserved && port.Notify != 0 {
		err = s.must(evtchn.VCPU0, abi.EventBindVCPU, abi.PortArg{Port: number, Second: uint32(port.Notify)})
	}
	return err
}

// must makes an operation that has to succeed.
func (s *eventSession) must(cpu uint8, op uint64, arg any) error {
	r, err := s.issue(cpu, op, arg, 0)
	return must(errno.Errno(r.code), err)
}

func must(rc errno.Errno, err error) error {
	if err == nil && rc != errno.OK {
		err = fmt.Errorf("%v", rc)
	}
	return err
}

func byteOf(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// Close ends both domains. What was mapped last goes first.
func (s *eventSession) Close() error {
	s.letGo()
	for i := range s.dom {
		d := s.dom[len(s.dom)-1-i]
		if d == nil {
			continue
		}
		if rc := d.Destroy(); rc != errno.OK && rc != errno.ESRCH {
			return fmt.Errorf("destroydomain: %v", rc)
		}
	}
	return nil
}

// letGo drops what dom0 has mapped of the guest's memory.
func (s *eventSession) letGo() {
	for _, m := range []*[]byte{&s.memory.mem, &s.memory.shared} {
		if *m != nil {
			_ = s.x.Unmap(*m)
			*m = nil
		}
	}
	s.shared = nil
}

// noDomain is the number of a domain that there is not.
const noDomain = 0x7000

// id is the number of a domain.
func (s *eventSession) id(dom uint8) uint16 {
	if dom >= evtchn.NoDomain {
		return noDomain
	}
	return s.dom[dom].ID
}

// allocates are the operations that take a free port.
var allocates = map[uint64]bool{
	abi.EventAllocUnbound: true, abi.EventBindInterdomain: true, abi.EventBindVIRQ: true, abi.EventBindIPI: true,
}

// issue has a CPU make an operation on event channels, stopped so often.
func (s *eventSession) issue(cpu uint8, op uint64, arg any, stops int) (reply, error) {
	if allocates[op] {
		if err := s.fill(); err != nil {
			return reply{}, err
		}
	}
	args := func(at, _ uint64) []uint64 { return []uint64{op, at} }
	return s.call(cpu, stops, abi.CallEventChannel, fixed(arg), args)
}

// call has a CPU make a hypercall.
func (s *eventSession) call(cpu uint8, stops int, nr uint64, arg func(at, dom uint64) any, args func(at, dom uint64) []uint64) (reply, error) {
	switch {
	case cpu == evtchn.Tool:
		return byTools(s.x, 0, nr, arg, args), nil
	case cpu >= evtchn.Back0:
		return byVCPU(s.dom[evtchn.Backend], int(cpu-evtchn.Back0), stops, nr, arg, args)
	}
	if err := s.awake(cpu); err != nil {
		return reply{}, err
	}
	flag := s.info(int(cpu))[abi.InfoUpcallPending]
	r, err := byVCPU(s.dom[evtchn.Guest], int(cpu), stops, nr, arg, args)
	if stops > 0 && s.shared != nil { // the event that stops it is none
		s.info(int(cpu))[abi.InfoUpcallPending] = flag
	}
	return r, err
}

// awake waits for a vCPU that has slept.
func (s *eventSession) awake(v uint8) error {
	if !s.polls[v] {
		return nil
	}
	s.polls[v] = false
	return s.dom[evtchn.Guest].Finish(int(v))
}

// shutDown waits until the guest is shut down.
func (s *eventSession) shutDown() error {
	for range 1000 {
		s.x.Yield()
		if info, rc := s.x.DomainInfo(s.id(evtchn.Guest)); rc == errno.OK && info.ShutDown() {
			return nil
		}
		time.Sleep(time.Millisecond / 10)
	}
	return fmt.Errorf("the domain does not shut down")
}
