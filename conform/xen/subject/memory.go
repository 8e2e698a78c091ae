package subject

import (
	"encoding/binary"
	"sync/atomic"
	"unsafe"
)

// Numbers in memory that a guest shares.

func put(b []byte, at int, v uint64) { binary.LittleEndian.PutUint64(b[at:], v) }

func get(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

func load(b []byte, at int) uint64 { return atomic.LoadUint64((*uint64)(unsafe.Pointer(&b[at]))) }

func store(b []byte, at int, v uint64) {
	atomic.StoreUint64((*uint64)(unsafe.Pointer(&b[at])), v)
}
