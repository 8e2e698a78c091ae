// Package race has a real KVM update an area as fast as it can while another CPU reads
// it, as a guest does: the entry time, the area, and the entry time again.
//
//	Storm -> Run, in the machine: updates by the vCPU's thread, copies by another CPU -> Count
//
// Which accesses meet, nobody chooses: what is found is there, and what is not found
// may be.
package race

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"hvcheck/conform/kvm/abi"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
)

// Storm is what is tried.
type Storm struct {
	Alone  bool // there is no reader, but who takes the CPU away
	At     int  // of the area, from the beginning of the first page
	Layout runstate.Layout
	Flag   bool // the guest has asked for XEN_RUNSTATE_UPDATE
	Millis int  // how long
}

// Count is what was seen.
type Count struct {
	Updates  int
	Back     int // updates with which a time went back, on one CPU
	Accepted int // copies that a guest would take
	Flagged  int // entry times with the flag
	Torn     int // copies that were accepted, and whose times do not make up the entry time
}

// Storms are those that are tried: areas that are split between two fields or within
// one, with and without the flag.
func Storms() (list []Storm) {
	const millis = 500
	for _, flag := range []bool{true, false} {
		for _, at := range []int{0xfd0, 0xfe4, 0xff0, 0xff1, 0xff4, 0xffc} {
			list = append(list, Storm{At: at, Flag: flag, Millis: millis})
		}
		for _, at := range []int{0xff0, 0xff5} {
			list = append(list, Storm{At: at, Layout: runstate.Layout32, Flag: flag, Millis: millis})
		}
	}
	return list
}

// Alone is updates by a thread that is preempted again and again: the clock and the time
// that it has waited are read one after the other (RS-A1).
func Alone() []Storm {
	const millis = 3000
	return []Storm{{Alone: true, At: 0xfd0, Millis: millis}}
}

// String tells of it in a line.
func (s Storm) String() string {
	if s.Alone {
		return "one CPU that others want, too"
	}
	flag := "off"
	if s.Flag {
		flag = "on"
	}
	return fmt.Sprintf("flag %-3s  %d-bit at %#x", flag, 64-32*s.Layout, s.At)
}

const (
	pageAt = 0x200000
	pages  = 5 // in the VMM's memory, the second one of the area first
	first  = 3
	second = 1
)

// Run does it. apart is called in a goroutine of its own and has its thread where it is
// to be: on another CPU, or, alone, on the same.
func Run(k *abi.KVM, s Storm, apart func(do func())) (c Count, err error) {
	if err := k.Begin(); err != nil {
		return c, err
	}
	v, err := k.Create(0)
	if err != nil {
		return c, err
	}
	defer v.Close()
	m, err := k.Memory(pages)
	if err != nil {
		return c, err
	}
	defer m.Close()
	flag := uint64(0)
	if s.Flag {
		flag = 1
	}
	for _, rc := range []errno.Errno{
		v.Slot(1, abi.Plain, pageAt, m.Address(first), 1), v.Slot(2, abi.Plain, pageAt+abi.PageSize, m.Address(second), 1),
		v.Set(abi.LongMode, uint64(1-s.Layout)), v.Set(abi.UpdateFlag, flag), v.SetVCPU(abi.RunstateAddress, pageAt+uint64(s.At)),
	} {
		if rc != errno.OK {
			return c, fmt.Errorf("%v cannot be tried: %v", s, rc)
		}
	}
	if s.Alone {
		err = s.alone(v, &c, apart)
		return c, err
	}
	err = s.storm(k, v, &reader{m.Page(first)[s.At:], m.Page(second), s.Layout}, &c, apart)
	return c, err
}

// storm updates and reads.
func (s Storm) storm(k *abi.KVM, v *abi.VM, r *reader, c *Count, apart func(do func())) (err error) {
	var over atomic.Bool
	done := make(chan struct{})
	go apart(func() {
		for !over.Load() {
			r.read(c)
		}
		close(done)
	})
	k.Own(func() {
		until := time.Now().Add(time.Duration(s.Millis) * time.Millisecond)
		for ; time.Now().Before(until) && err == nil; c.Updates++ {
			if v.SetVCPU(abi.RunstateCurrent, uint64(runstate.Blocked)) != errno.OK || v.SetVCPU(abi.RunstateCurrent, uint64(runstate.Running)) != errno.OK {
				err = errors.New("the vCPU cannot change its state")
			}
		}
	})
	over.Store(true)
	<-done
	return err
}

// alone updates, and has somebody else want the CPU all the time.
func (s Storm) alone(v *abi.VM, c *Count, busy func(do func())) error {
	var over atomic.Bool
	done := make(chan struct{})
	go busy(func() {
		for !over.Load() {
		}
		close(done)
	})
	defer func() {
		over.Store(true)
		<-done
	}()
	var was abi.Record
	for until := time.Now().Add(time.Duration(s.Millis) * time.Millisecond); time.Now().Before(until); c.Updates++ {
		rc := v.SetVCPU(abi.RunstateCurrent, [...]uint64{uint64(runstate.Running), uint64(runstate.Blocked)}[c.Updates%2])
		r, code := v.GetRecord()
		if rc != errno.OK || code != errno.OK {
			return errors.New("the vCPU cannot change its state")
		}
		for i, t := range r.Time {
			if t < was.Time[i] {
				c.Back++
			}
		}
		was = r
	}
	return nil
}

// reader is a guest's CPU: what it has of the area in both pages.
type reader struct {
	first, second []byte
	layout        runstate.Layout
}

// read makes one copy, as drivers/xen/time.c does.
func (r *reader) read(c *Count) {
	entry := r.word(r.layout.EntryAt())
	if entry&runstate.Update != 0 {
		c.Flagged++
		return
	}
	sum := uint64(0)
	for i := range runstate.NumStates {
		sum += r.word(r.layout.TimeAt(i))
	}
	if r.word(r.layout.EntryAt()) != entry {
		return
	}
	c.Accepted++
	if sum != entry {
		c.Torn++
	}
}

// word reads 8 bytes, at once where they are aligned, else byte by byte from the lowest
// on.
func (r *reader) word(at uint8) uint64 {
	if b := r.from(at); len(b) >= 8 && uintptr(unsafe.Pointer(&b[0]))%8 == 0 {
		return atomic.LoadUint64((*uint64)(unsafe.Pointer(&b[0])))
	}
	var b [8]byte
	for i := range b {
		b[i] = load(&r.from(at + uint8(i))[0])
	}
	return binary.LittleEndian.Uint64(b[:])
}

// load reads memory, whatever the compiler knows of it.
//
//go:noinline
func load(b *byte) byte { return *b }

// from is what is there of the area from an offset on, in the page of that.
func (r *reader) from(at uint8) []byte {
	if n := len(r.first); int(at) >= n {
		return r.second[int(at)-n:]
	}
	return r.first[at:]
}
