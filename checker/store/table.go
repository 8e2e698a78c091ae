package store

import (
	"sync/atomic"
	"unsafe"
)

// firstSlots is the size of a new table, hugeSlots the size from which on huge
// pages are asked for.
const (
	firstSlots = 1 << 12
	hugeSlots  = 1 << 19
)

// table is a set of record numbers found by a 32-bit tag: open addressing with
// linear probing, a slot holding number+1 and tag. The tag's order is the order
// of the home slots, so growing reads and writes memory from one end to the
// other, and the size need not be a power of two.
//
// One goroutine inserts; others may look numbers up meanwhile, except while
// the table grows.
type table struct {
	slots []uint64
	used  int
	mem   []byte
}

func (t *table) full() bool { return t.used >= len(t.slots)-len(t.slots)/3 }

// nextSize is the number of slots after growing: doubling is kind to time,
// half as much again to memory.
func (t *table) nextSize() int {
	switch n := len(t.slots); {
	case n == 0:
		return firstSlots
	case n < hugeSlots:
		return 2 * n
	default:
		return n + n/2
	}
}

func (t *table) grow() error {
	n := t.nextSize()
	mem, err := mapMemory(8*n, n >= hugeSlots)
	if err != nil {
		return err
	}
	old := *t
	*t = table{slots: unsafe.Slice((*uint64)(unsafe.Pointer(&mem[0])), n), used: old.used, mem: mem}
	for _, v := range old.slots {
		if v != 0 {
			t.slots[t.free(uint32(v))] = v
		}
	}
	unmapMemory(old.mem)
	return nil
}

func (t *table) home(tag uint32) int { return int(uint64(tag) * uint64(len(t.slots)) >> 32) }

// free is the slot into which a new number with this tag goes.
func (t *table) free(tag uint32) int {
	i := t.home(tag)
	for t.slots[i] != 0 {
		if i++; i == len(t.slots) {
			i = 0
		}
	}
	return i
}

// touch brings the home slot of a tag into the cache. Calls for many tags in a
// row wait for memory together instead of one after the other.
func (t *table) touch(tag uint32) uint64 { return atomic.LoadUint64(&t.slots[t.home(tag)]) }

// first is the first number with this tag.
func (t *table) first(tag uint32) (number uint32, found bool) {
	number, _, found = t.find(tag, func(uint32) bool { return true })
	return number, found
}

// find returns the number with this tag that is accepted, or the free slot.
func (t *table) find(tag uint32, accept func(uint32) bool) (number uint32, slot int, found bool) {
	i := t.home(tag)
	for {
		v := atomic.LoadUint64(&t.slots[i])
		if v == 0 {
			return 0, i, false
		}
		if uint32(v) == tag && accept(uint32(v>>32)-1) {
			return uint32(v>>32) - 1, i, true
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
}

// put fills a free slot. Whatever the number stands for was written before.
func (t *table) put(slot int, number, tag uint32) {
	atomic.StoreUint64(&t.slots[slot], uint64(number+1)<<32|uint64(tag))
	t.used++
}

func (t *table) bytes() uint64 { return 8 * uint64(len(t.slots)) }

func (t *table) release() {
	unmapMemory(t.mem)
	*t = table{}
}
