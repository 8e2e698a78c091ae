package vmm

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"hvcheck/conform/kvm/abi"
	"hvcheck/model/errno"
)

// gate is the way into the kernel.
type gate struct {
	own   [2]*thread // of a vCPU
	at    int        // the one that runs it
	hog   *thread
	used  int // sessions of these threads; many if one has waited, or was moved to
	begun int // sessions, about
}

// The vCPU's thread goes before all others, and the one that takes its CPU away before
// that. Both are on the first CPU.
const (
	ownPriority = 1
	hogPriority = 2
)

func openGate() (*gate, error) {
	hog, err := startThread(hogPriority)
	return &gate{hog: hog}, err
}

// most is how many sessions threads are used for.
const most = 32

// Begin has threads for a vCPU which have waited for a CPU alike.
func (g *gate) Begin() (err error) {
	g.at = 0
	if g.used++; g.own[0] != nil && g.used < most {
		return nil
	}
	g.used = 0
	for i, t := range g.own {
		if t != nil {
			t.end()
			g.own[i] = nil
		}
	}
	g.own, err = alike()
	return err
}

// alike starts threads until two of them have waited for a CPU about as long as each other,
// before they had their priority: what they differ in may be booked each time the vCPU goes
// from one to the other.
func alike() (pair [2]*thread, err error) {
	const (
		tries = 50
		much  = uint64(250 * time.Microsecond) // a sixty-fourth of a tick
	)
	var others []*thread
	defer func() {
		for _, t := range others {
			t.end()
		}
	}()
	for range tries {
		t, err := startThread(ownPriority)
		if err != nil {
			return pair, err
		}
		i := slices.IndexFunc(others, func(o *thread) bool { return max(o.waited, t.waited)-min(o.waited, t.waited) <= much })
		if i >= 0 {
			pair = [2]*thread{others[i], t}
			others = slices.Delete(others, i, i+1)
			return pair, nil
		}
		others = append(others, t)
	}
	return pair, errors.New("no two threads have waited for a CPU alike")
}

// Ioctl makes a call.
func (g *gate) Ioctl(fd int, request uint64, structure []byte, number uint64) (int, errno.Errno) {
	arg := uintptr(number)
	if structure != nil {
		arg = uintptr(unsafe.Pointer(&structure[0]))
	}
	r, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), arg)
	runtime.KeepAlive(structure)
	if e != 0 {
		return 0, -errno.Errno(e)
	}
	return int(r), errno.OK
}

// Shared maps what a vCPU shares.
func (g *gate) Shared(fd, size int) ([]byte, error) {
	return unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

// Unmap ends that.
func (g *gate) Unmap(shared []byte) error { return unix.Munmap(shared) }

// Close closes a file.
func (g *gate) Close(fd int) error { return unix.Close(fd) }

// Own has something done by the thread that runs the vCPU.
func (g *gate) Own(do func()) { g.own[g.at].do(do) }

// Move has the other thread run it.
func (g *gate) Move() { g.at, g.used = 1-g.at, most }

// Wait has the vCPU's thread wait for a CPU. It has to be called by that.
func (g *gate) Wait(ns uint64) error {
	g.used = most
	g.hog.do(func() {
		for began := time.Now(); time.Since(began) < time.Duration(ns); {
		}
	})
	return nil
}

// Waited is how long the calling thread has waited for a CPU so far.
func (g *gate) Waited() (uint64, error) { return waited() }

// Rest collects garbage, now and then, and gives the memory back at once: while some
// other thread does that later, KVM would have the vCPU's thread wait for it, and
// would not let it run.
func (g *gate) Rest() {
	const often = 64
	if g.begun++; g.begun%often == 0 {
		debug.FreeOSMemory()
	}
}

// thread is a thread of its own.
type thread struct {
	work     func()
	ask, did int    // eventfds
	waited   uint64 // for a CPU, before it had its place, in nanoseconds
}

func startThread(priority int) (t *thread, err error) {
	t = &thread{}
	if t.ask, err = unix.Eventfd(0, 0); err != nil {
		return nil, err
	}
	if t.did, err = unix.Eventfd(0, 0); err != nil {
		return nil, err
	}
	failed := make(chan error)
	go t.run(priority, failed)
	return t, <-failed
}

// run does what is asked for. It ends with its thread.
func (t *thread) run(priority int, failed chan<- error) {
	runtime.LockOSThread()
	err := settle(priority)
	if err == nil {
		t.waited, err = waited()
	}
	failed <- err
	for err == nil {
		wait(t.ask)
		work := t.work
		if work != nil {
			work()
		}
		wake(t.did)
		if work == nil {
			return
		}
	}
}

// waited is how long the calling thread has waited for a CPU so far.
func waited() (ns uint64, err error) {
	data, err := os.ReadFile("/proc/thread-self/schedstat")
	if err != nil {
		return 0, err
	}
	var ran uint64
	_, err = fmt.Sscan(string(data), &ran, &ns)
	return ns, err
}

// settle gives the calling thread its place.
func settle(priority int) error {
	var first unix.CPUSet
	first.Set(0)
	if err := unix.SchedSetaffinity(0, &first); err != nil {
		return err
	}
	return unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: uint32(priority)}, 0)
}

// do has the thread do something, and waits for it.
func (t *thread) do(work func()) {
	t.work = work
	wake(t.ask)
	wait(t.did)
}

// end ends the thread.
func (t *thread) end() {
	t.do(nil)
	_ = unix.Close(t.ask)
	_ = unix.Close(t.did)
}

func wake(fd int) {
	one := [8]byte{1}
	_, _ = unix.Write(fd, one[:])
}

func wait(fd int) {
	var b [8]byte
	for {
		if n, err := unix.Read(fd, b[:]); n == len(b) || err != unix.EINTR {
			return
		}
	}
}

// memory is a file in memory, mapped.
type memory struct {
	fd     int
	mapped []byte
	spare  []byte // is where a page was that went
}

// Memory makes some.
func (g *gate) Memory(pages int) (abi.Memory, error) {
	fd, err := unix.MemfdCreate("guest", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	m := &memory{fd: fd}
	if err = unix.Ftruncate(fd, int64(pages)*abi.PageSize); err == nil {
		m.mapped, err = unix.Mmap(fd, 0, pages*abi.PageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	}
	return m, err
}

func (m *memory) Address(page int) uint64 {
	return uint64(uintptr(unsafe.Pointer(&m.mapped[page*abi.PageSize])))
}

func (m *memory) Page(page int) []byte { return m.mapped[page*abi.PageSize:][:abi.PageSize] }

func (m *memory) Read(page int, to []byte) error {
	_, err := unix.Pread(m.fd, to, int64(page)*abi.PageSize)
	return err
}

func (m *memory) Write(page, at int, data []byte) error {
	_, err := unix.Pwrite(m.fd, data, int64(page)*abi.PageSize+int64(at))
	return err
}

// Evict cuts the page out of the file, has something else take its frame, and writes
// it anew.
func (m *memory) Evict(page int) error {
	const cut = unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_KEEP_SIZE
	content := make([]byte, abi.PageSize)
	if err := m.Read(page, content); err != nil {
		return err
	}
	if err := unix.Fallocate(m.fd, cut, int64(page)*abi.PageSize, abi.PageSize); err != nil {
		return err
	}
	was := m.spare
	var err error
	if m.spare, err = unix.Mmap(-1, 0, abi.PageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_POPULATE); err != nil {
		return err
	}
	if err := m.Write(page, 0, content); err != nil || was == nil {
		return err
	}
	return unix.Munmap(was)
}

func (m *memory) Close() error {
	if m.spare != nil {
		if err := unix.Munmap(m.spare); err != nil {
			return err
		}
	}
	if err := unix.Munmap(m.mapped); err != nil {
		return err
	}
	return unix.Close(m.fd)
}
