package rsdrive

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"hvcheck/conform/ways"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/drive"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// The vCPUs of the domain: one that makes calls, and the one that is looked at.
const (
	caller = iota
	target
	vcpus
)

// session is a domain with a guest, and one that takes CPUs away.
type session struct {
	x     *abi.Xen
	cfg   runstate.Config
	start runstate.State // of the model
	was   *abi.Schedule  // how CPUs were shared
	hog   *subject.Domain
	hogs  bool // it has the target's CPU, or waits for it
	guest
	done []step // so far
}

// guest is the domain, and what is known of it.
type guest struct {
	dom   *subject.Domain
	frame [runstate.NumPages]uint64 // of the pages of the area
	mem   []byte                    // they, as dom0 has them mapped
	away  bool                      // the target has not come back from a call
	user  bool                      // it is in user mode
	at    uint8                     // where the area is
	now   uint64                    // the model's clock
	books books
	known shadow
	rd    runstate.Reader
	flag  bool
	width runstate.Layout
	held  runstate.Layout // the width when the area was registered
}

// layout is that of the area: in a page that Xen holds, as it was registered.
func (s *session) layout() runstate.Layout {
	if s.cfg.Access == runstate.VP {
		return s.held
	}
	return s.width
}

// step is an operation.
type step struct {
	do   func(s *session, a *model.Args) (errno.Errno, error)
	args model.Args
	// changes tells that it has the target go to another state.
	changes bool
}

func begin(x *abi.Xen, c *model.Config, w *model.World) (ways.Session, error) {
	s := &session{x: x, cfg: rsops.Conf(c).Config, start: *rsops.Of(w)}
	err := s.furnish()
	if err == nil {
		err = s.make()
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// furnish has vCPUs keep their CPUs for long, and makes the one that takes them away.
func (s *session) furnish() (err error) {
	const slice, limit = 1000, 500_000 // the longest that there are, in milliseconds and microseconds
	is, rc := s.x.SetSchedule(nil)
	if rc == errno.OK {
		s.was = &is
		_, rc = s.x.SetSchedule(&abi.Schedule{Slice: slice, RateLimit: limit, Migration: is.Migration})
	}
	if rc != errno.OK {
		return fmt.Errorf("the scheduler: %v", rc)
	}
	if s.hog, err = s.create(1); err != nil {
		return err
	}
	s.hog.Waits[0] = subject.Spins
	if rc := either(s.x.Pin(s.hog.ID, 0, abi.OtherCPU), s.x.Share(s.hog.ID, abi.MostWeight)); rc != errno.OK {
		return fmt.Errorf("the domain that takes CPUs: %v", rc)
	}
	if err := s.boot(s.hog, false); err != nil {
		return err
	}
	s.hogs = true
	return s.release()
}

// either is the first code that is none of success.
func either(a, b errno.Errno) errno.Errno {
	if a != errno.OK {
		return a
	}
	return b
}

func (s *session) create(vcpus int) (*subject.Domain, error) {
	limits := abi.Defaults(vcpus, 2*subject.Tables+int(runstate.NumPages))
	limits.HVM = vcpus > 1 && !s.cfg.PV
	return subject.CreateWithin(s.x, limits)
}

// boot gives a domain its memory and its guest, and stops the timers that it does not
// know of.
func (s *session) boot(d *subject.Domain, translated bool) error {
	first, n, start := 0, subject.Tables+len(d.Extra)+len(d.User), d.Boot
	if translated {
		first, n, start = subject.OwnGfn, subject.TranslatedPages, d.BootTranslated
	}
	frames, rc := s.x.Populate(d.ID, first, n)
	if rc != errno.OK {
		return fmt.Errorf("populate_physmap: %v", rc)
	}
	copy(d.Own[:], frames)
	if !translated {
		copy(d.User, frames[subject.Tables+copy(d.Extra, frames[subject.Tables:]):])
	}
	if err := start(); err != nil {
		return err
	}
	return d.StopTimers()
}

// Where a translated guest has the area's pages.
const firstGfn = 0x20

// make makes the domain and the start state.
func (s *session) make() (err error) {
	s.guest = guest{at: runstate.Nowhere, now: s.start.Now}
	if s.dom, err = s.create(vcpus); err != nil {
		return err
	}
	s.dom.Waits[caller], s.dom.Waits[target] = subject.Turns, subject.Spins
	if s.cfg.PV {
		s.dom.Extra, s.dom.User = make([]uint64, runstate.NumPages), make([]uint64, subject.Tables)
	}
	if rc := s.x.Pin(s.dom.ID, target, abi.OtherCPU); rc != errno.OK {
		return fmt.Errorf("setvcpuaffinity: %v", rc)
	}
	if err := s.boot(s.dom, !s.cfg.PV); err != nil {
		return err
	}
	if err := s.place(); err != nil {
		return err
	}
	s.known.begin(s)
	if err := s.books.open(s); err != nil {
		return err
	}
	return s.ask()
}

// place makes the pages of the area.
func (s *session) place() (err error) {
	if s.cfg.PV {
		copy(s.frame[:], s.dom.Extra)
	} else {
		if _, rc := s.x.Populate(s.dom.ID, firstGfn, int(runstate.NumPages)); rc != errno.OK {
			return fmt.Errorf("populate_physmap: %v", rc)
		}
		for p := range s.frame {
			s.frame[p] = firstGfn + uint64(p)
			if err := s.dom.MapTranslated(p, s.frame[p]); err != nil {
				return err
			}
		}
	}
	if s.mem, err = s.x.Map(s.dom.ID, true, s.frame[:]...); err != nil {
		return err
	}
	for i := range s.mem {
		s.mem[i] = canary
	}
	return nil
}

// ask has the guest ask for what it has asked for at the start.
func (s *session) ask() error {
	if s.start.Layout != s.width {
		if rc, err := s.setWidth(&model.Args{uint8(s.start.Layout)}); err != nil || rc != errno.OK {
			return fmt.Errorf("set_param: %v, %w", rc, err)
		}
	}
	if s.start.FlagOn {
		if rc, err := s.setFlag(&model.Args{1}); err != nil || rc != errno.OK {
			return fmt.Errorf("vm_assist: %v, %w", rc, err)
		}
	}
	register := s.register
	if s.start.Phys {
		register = s.registerPhys
	}
	if s.start.Handle || s.start.Phys {
		if rc, err := register(&model.Args{s.start.At + 1}); err != nil || rc != errno.OK {
			return fmt.Errorf("the area: %v, %w", rc, err)
		}
	}
	_, err := s.look()
	return err
}

// enough is how often something is looked at that comes soon.
const enough = 300

// errMissed says that something that comes soon has not come.
var errMissed = errors.New("it does not come")

// until waits for something that comes soon.
func until(what string, is func() (bool, error)) error {
	for range enough {
		if ok, err := is(); ok || err != nil {
			return err
		}
		time.Sleep(100 * time.Microsecond)
	}
	return fmt.Errorf("%s: %w", what, errMissed)
}

// tries is how often an operation is done if something else happens meanwhile.
const tries = 6

// carryOut does an operation, and looks at what came of it. If something else has
// happened, because the machine was too slow, all is done again.
func (s *session) carryOut(one step) (rc errno.Errno, err error) {
	went := astray
	for n := 0; n < tries && went != clear; n++ {
		if n > 0 {
			if went, err = s.again(); err != nil {
				return rc, err
			}
			if went == astray {
				continue
			}
		}
		if rc, went, err = s.attempt(one); err != nil {
			return rc, err
		}
	}
	if went == astray {
		return rc, fmt.Errorf("%w: the machine is too slow", ways.ErrDisturbed)
	}
	s.done = append(s.done, one)
	return rc, nil
}

// attempt is once, where what has not come is astray.
func (s *session) attempt(one step) (errno.Errno, going, error) {
	rc, went, err := s.once(one)
	if errors.Is(err, errMissed) {
		return rc, astray, nil
	}
	return rc, went, err
}

// going is how an operation went.
type going int

const (
	clear   going = iota
	unclear       // it is not clear where a time was spent
	astray        // the target has come to run by itself
)

// once does an operation. A vCPU that is runnable comes to run if it takes long.
func (s *session) once(one step) (rc errno.Errno, went going, err error) {
	was := s.books.real
	if still, err := s.still(); err != nil || !still {
		return rc, astray, err
	}
	if rc, err = one.do(s, &one.args); err != nil {
		return rc, astray, err
	}
	told, err := s.look()
	switch {
	case !one.changes && was.State == uint64(runstate.Runnable) && s.books.real.Entry != was.Entry:
		return rc, astray, err
	case !told:
		return rc, unclear, err
	}
	return rc, clear, err
}

// again makes the domain anew, and has done what was done.
func (s *session) again() (went going, err error) {
	if err := errors.Join(s.release(), s.drop(), s.make()); err != nil {
		return astray, err
	}
	for _, one := range s.done {
		if _, went, err = s.attempt(one); err != nil || went == astray {
			return went, err
		}
	}
	return clear, nil
}

// drop ends the domain.
func (s *session) drop() error {
	if s.mem != nil {
		_ = s.x.Unmap(s.mem)
		s.mem = nil
	}
	return end(s.dom)
}

func end(d *subject.Domain) error {
	if d == nil {
		return nil
	}
	if rc := d.Destroy(); rc != errno.OK && rc != errno.ESRCH {
		return fmt.Errorf("destroydomain: %v", rc)
	}
	return nil
}

// Close ends both domains.
func (s *session) Close() error {
	err := errors.Join(s.drop(), end(s.hog))
	if s.was != nil {
		_, _ = s.x.SetSchedule(s.was)
	}
	return err
}

// call has a vCPU make a hypercall.
func (s *session) call(v int, nr uint64, arg any, args func(at uint64) []uint64) (errno.Errno, []byte, error) {
	r, err := drive.ByVCPU(s.dom, v, 0, nr, drive.Fixed(arg), func(at, _ uint64) []uint64 { return args(at) })
	return errno.Errno(r.Code), r.Data, err
}

// as has a vCPU make one in 64-bit or in 32-bit mode.
func (s *session) as(width runstate.Layout, v int, nr uint64, arg any, args func(at uint64) []uint64) (errno.Errno, error) {
	if width == runstate.Layout32 {
		number := nr
		nr = math.MaxUint64 + 1 + subject.Narrow
		wide := args
		args = func(at uint64) []uint64 { return append([]uint64{number}, wide(at)...) }
	}
	rc, _, err := s.call(v, nr, arg, args)
	return rc, err
}

// vcpuOp has a vCPU make a call about the target.
func (s *session) vcpuOp(v int, op uint64, arg any) (errno.Errno, []byte, error) {
	return s.call(v, abi.CallVCPU, arg, func(at uint64) []uint64 { return []uint64{op, target, at} })
}

// must makes a call that has to succeed.
func must(rc errno.Errno, err error) error {
	if err == nil && rc < 0 {
		err = fmt.Errorf("%v", rc)
	}
	return err
}

// take has the other domain take the target's CPU. It has just woken up then, so that
// nobody else who wakes up comes before it.
func (s *session) take() error {
	if err := s.release(); err != nil {
		return err
	}
	s.hogs = true
	return must(s.x.Control(abi.DomctlUnpause, s.hog.ID), nil)
}

// release gives the CPU back.
func (s *session) release() error {
	if !s.hogs {
		return nil
	}
	s.hogs = false
	return must(s.x.Control(abi.DomctlPause, s.hog.ID), nil)
}

// canary is what the pages of the area hold that nobody has written.
const canary = 0xa5

// window is the part of both pages that the model has.
func (s *session) window() []byte {
	return s.mem[abi.PageSize-runstate.Window:][:runstate.MemSize]
}

// rest tells whether a page has nothing else in it.
func (s *session) rest(page int) bool {
	part := s.mem[:abi.PageSize-runstate.Window]
	if page > 0 {
		part = s.mem[abi.PageSize+runstate.Window:]
	}
	return !slices.ContainsFunc(part, func(b byte) bool { return b != canary })
}
