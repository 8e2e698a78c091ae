package dom0

import (
	"fmt"
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"hvcheck/conform/xen/abi"
)

// gate is the way into the hypervisor through /dev/xen.
type gate struct {
	privcmd int
	arena   []byte // memory that the kernel has made for arguments of hypercalls
	used    int
	// window is where frames of other domains are mapped, mapped which pages of
	// it are. Its neighbours keep the page table that it is in: to make and to pin
	// one for each mapping would take most of the time.
	window unsafe.Pointer
	mapped [windowPages]bool
}

// windowPages is how many frames can be mapped at once.
const windowPages = 64

// arenaSize is more than any call takes.
const arenaSize = 512 << 10

// Commands of privcmd: their number, 'P', and no size.
const (
	ioctlHypercall = 'P'<<8 | 48<<16
	ioctlMapBatch  = 'P'<<8 | 32<<16
	mapBatchV2     = ioctlMapBatch | 4
	mapResource    = ioctlMapBatch | 7
)

func openGate() (*gate, error) {
	const files = unix.O_RDWR | unix.O_CLOEXEC
	fd, err := unix.Open("/dev/xen/privcmd", files, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/xen/privcmd: %w", err)
	}
	buffers, err := unix.Open("/dev/xen/hypercall", files, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/xen/hypercall: %w", err)
	}
	arena, err := unix.Mmap(buffers, 0, arenaSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("/dev/xen/hypercall: %w", err)
	}
	window, err := openWindow()
	if err != nil {
		return nil, err
	}
	return &gate{privcmd: fd, arena: arena, window: window}, nil
}

// openWindow finds room whose page table is there to stay.
func openWindow() (unsafe.Pointer, error) {
	const large = 2 << 20 // what one page table covers
	room, err := unix.Mmap(-1, 0, 2*large, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, err
	}
	skip := int(large - abi.Address(room)%large)
	room[skip+windowPages*abi.PageSize] = 1
	return unsafe.Pointer(&room[skip]), nil
}

func (g *gate) ioctl(request uintptr, arg unsafe.Pointer) (int64, unix.Errno) {
	r, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(g.privcmd), request, uintptr(arg))
	runtime.KeepAlive(arg)
	return int64(r), e
}

// Hypercall makes a call.
func (g *gate) Hypercall(nr uint64, args ...uint64) int64 {
	call := struct {
		nr   uint64
		args [5]uint64
	}{nr: nr}
	copy(call.args[:], args)
	r, e := g.ioctl(ioctlHypercall, unsafe.Pointer(&call))
	if e != 0 {
		return -int64(e)
	}
	return r
}

// Buffer takes zeroed memory from the arena.
func (g *gate) Buffer(n int) []byte {
	const align = 16
	n = (n + align - 1) &^ (align - 1)
	b := g.arena[g.used : g.used+n : g.used+n]
	g.used += n
	clear(b)
	return b
}

// Release gives all buffers back.
func (g *gate) Release() { g.used = 0 }

// Map maps frames of another domain.
func (g *gate) Map(dom uint16, writable bool, frames ...uint64) ([]byte, error) {
	results := make([]int32, len(frames))
	return g.mapping(writable, len(frames), func(at unsafe.Pointer) unix.Errno {
		batch := struct {
			n       uint32
			dom, _  uint16
			address unsafe.Pointer
			frames  *uint64
			results *int32
		}{n: uint32(len(frames)), dom: dom, address: at, frames: &frames[0], results: &results[0]}
		_, e := g.ioctl(mapBatchV2, unsafe.Pointer(&batch))
		runtime.KeepAlive(frames)
		for _, r := range results {
			if r != 0 && e == 0 {
				e = unix.Errno(-r)
			}
		}
		return e
	})
}

// MapTable maps a frame of a domain's grant table.
func (g *gate) MapTable(dom uint16, status bool, frame int) ([]byte, error) {
	const grantTable = 1
	resource := struct {
		dom, _          uint16
		kind, id, first uint32
		n               uint64
		address         unsafe.Pointer
	}{dom: dom, kind: grantTable, first: uint32(frame), n: 1}
	if status {
		resource.id = 1
	}
	return g.mapping(true, 1, func(at unsafe.Pointer) unix.Errno {
		resource.address = at
		_, e := g.ioctl(mapResource, unsafe.Pointer(&resource))
		return e
	})
}

// mapping makes room for n pages and has them mapped there.
func (g *gate) mapping(writable bool, n int, fill func(at unsafe.Pointer) unix.Errno) ([]byte, error) {
	access := unix.PROT_READ
	if writable {
		access |= unix.PROT_WRITE
	}
	size := uintptr(n) * abi.PageSize
	first := g.room(n)
	if first < 0 {
		return nil, fmt.Errorf("%d frames do not fit into the window", n)
	}
	at := unsafe.Add(g.window, first*abi.PageSize)
	if _, err := unix.MmapPtr(g.privcmd, 0, at, size, access, unix.MAP_SHARED|unix.MAP_FIXED); err != nil {
		return nil, err
	}
	e := fill(at)
	g.mark(at, size, true)
	m := unsafe.Slice((*byte)(at), size)
	if e != 0 {
		_ = g.Unmap(m)
		return nil, e
	}
	return m, nil
}

// room finds n pages of the window, one after the other, that are free; -1 if there
// are none.
func (g *gate) room(n int) int {
	for first := range windowPages - n + 1 {
		if !slices.Contains(g.mapped[first:first+n], true) {
			return first
		}
	}
	return -1
}

// mark notes whether pages of the window are mapped.
func (g *gate) mark(at unsafe.Pointer, size uintptr, mapped bool) {
	first := (uintptr(at) - uintptr(g.window)) / abi.PageSize
	for i := range size / abi.PageSize {
		g.mapped[first+i] = mapped
	}
}

// Unmap ends a mapping.
func (g *gate) Unmap(mem []byte) error {
	at, size := unsafe.Pointer(&mem[0]), uintptr(len(mem))
	_, err := unix.MmapPtr(-1, 0, at, size, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_FIXED)
	g.mark(at, size, false)
	return err
}
