package runstate

import "encoding/binary"

// Layout is that of struct vcpu_runstate_info in the guest's memory.
type Layout uint8

// The layouts.
const (
	Layout64 Layout = iota
	Layout32
	NumLayouts
)

// EntryAt is the offset of state_entry_time. The times follow.
func (l Layout) EntryAt() uint8 { return 8 - 4*uint8(l) }

// Len is the size of the structure.
func (l Layout) Len() uint8 { return l.EntryAt() + 8 + 8*NumStates }

// FlagAt is the offset of the byte with XEN_RUNSTATE_UPDATE.
func (l Layout) FlagAt() uint8 { return l.EntryAt() + 7 }

// TimeAt is the offset of a state's time.
func (l Layout) TimeAt(state uint8) uint8 { return l.EntryAt() + 8 + 8*state }

// First is how many bytes of an area lie in the page that it begins in.
func (l Layout) First(at uint8) uint8 {
	end := uint8(Window)
	if at >= Window {
		end = MemSize
	}
	return min(l.Len(), end-at)
}

// Split tells whether an area goes on in the next page.
func (l Layout) Split(at uint8) bool { return l.First(at) < l.Len() }

// MaxLen is the size of the longer layout.
const MaxLen = 48

// Image is a record as it lies in memory, with the flag or not.
func (l Layout) Image(r *Record, flag bool) (image [MaxLen]byte) {
	entry := r.Entry
	if flag {
		entry |= Update
	}
	binary.LittleEndian.PutUint32(image[:], uint32(r.State))
	binary.LittleEndian.PutUint64(image[l.EntryAt():], entry)
	for i, t := range r.Time {
		binary.LittleEndian.PutUint64(image[l.TimeAt(uint8(i)):], t)
	}
	return image
}

// Word is the 64-bit word at an address.
func (s *State) Word(at uint8) uint64 { return binary.LittleEndian.Uint64(s.Mem[at:]) }

// Decode reads an area, flag and all.
func (s *State) Decode(l Layout, at uint8) (r Record) {
	r.State = uint64(binary.LittleEndian.Uint32(s.Mem[at:]))
	r.Entry = s.Word(at + l.EntryAt())
	for i := range r.Time {
		r.Time[i] = s.Word(at + l.TimeAt(uint8(i)))
	}
	return r
}
