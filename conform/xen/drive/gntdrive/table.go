package gntdrive

import (
	"encoding/binary"
	"fmt"

	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model/grant"
)

// table is a domain's grant table as dom0 sees it, which stores to it for the
// domain's kernel.
type table struct {
	subject.GrantTable
	// trans and granted are what the kernel knows: whose reference a transitive
	// entry names, for as long as other kinds have no room for it; and what it has
	// not got back.
	trans   [grant.MaxRefs]uint8
	granted [grant.MaxRefs]bool
	layout  int // that the kernel uses; 0: that of the table
}

// kernelLayout is the layout that the kernel uses.
func (t *table) kernelLayout() int {
	if t.layout != 0 {
		return t.layout
	}
	return t.Version
}

// tableEntry is an entry that a table has, or has not.
type tableEntry struct {
	grant.Entry
	there, known bool // known: of what the model has
	raw          uint64
}

// What an entry for a part of a page allows: its beginning.
const partLength = abi.PageSize / 2

// Flags that have other bits in Xen than in the model.
const flagsAlike = grant.SubPage - 1

func flagsOf(bits uint16) uint8 {
	f := uint8(bits) & flagsAlike
	if bits&abi.GrantSub != 0 {
		f |= grant.SubPage
	}
	return f
}

func bitsOf(f uint8) uint16 {
	bits := uint16(f & flagsAlike)
	if f&grant.SubPage != 0 {
		bits |= abi.GrantSub
	}
	return bits
}

// read takes an entry apart.
func (s *grantSession) read(d int, r uint8) (e tableEntry) {
	t := &s.table[d]
	b := t.At(refOf(r))
	if b == nil {
		return e
	}
	e.there = true
	e.Flags = flagsOf(binary.LittleEndian.Uint16(b))
	e.Domid = s.domain(binary.LittleEndian.Uint16(b[2:]))
	e.raw = uint64(binary.LittleEndian.Uint32(b[4:]))
	if t.Version == 2 {
		e.raw = binary.LittleEndian.Uint64(b[8:])
	}
	e.Trans = t.trans[r]
	if t.Version == 2 && e.Flags&grant.TypeMask == grant.Transitive {
		e.Trans = s.domain(binary.LittleEndian.Uint16(b[4:]))
		e.Frame, e.known = refNumber(e.raw)
		return e
	}
	e.Frame, e.known = s.meaning(d, e.raw)
	return e
}

// refNumber is what a reference was made of.
func refNumber(ref uint64) (uint8, bool) {
	for r, n := range refs {
		if uint64(n) == ref {
			return uint8(r), true
		}
	}
	if ref == beyond+1 {
		return grant.BigFrame, true
	}
	return grant.MaxRefs, ref == beyond
}

// write stores an entry as a whole.
func (s *grantSession) write(d int, r uint8, e *grant.Entry) {
	t := &s.table[d]
	b := t.At(refOf(r))
	t.trans[r] = e.Trans
	binary.LittleEndian.PutUint16(b[2:], s.id(e.Domid))
	switch {
	case t.Version == 1:
		binary.LittleEndian.PutUint32(b[4:], uint32(s.meant(d, e.Frame)))
	case e.Flags&grant.TypeMask == grant.Transitive:
		binary.LittleEndian.PutUint32(b[4:], uint32(s.id(e.Trans)))
		binary.LittleEndian.PutUint64(b[8:], uint64(refOf(e.Frame)))
	default:
		binary.LittleEndian.PutUint32(b[4:], partLength<<16)
		binary.LittleEndian.PutUint64(b[8:], s.meant(d, e.Frame))
	}
	binary.LittleEndian.PutUint16(b, bitsOf(e.Flags))
}

// entries are all entries of all domains.
func (s *grantSession) entries() (all [grant.NumDomains][grant.MaxRefs]tableEntry) {
	for d := range s.dom {
		for r := range grant.MaxRefs {
			all[d][r] = s.read(d, uint8(r))
		}
	}
	return all
}

// tidy has entries of zeros be what they are in the model: of frame 0 and F, and not
// valid. A kernel that stores to one of their fields means these.
func (s *grantSession) tidy(d int) error {
	if s.dom[d] == nil || !s.table[d].IsOpen() {
		return nil
	}
	g, err := subject.AllGrants(s.x, s.dom[d])
	if err != nil {
		return err
	}
	t := &s.table[d]
	t.Version = g[0].Version
	if err := t.Open(s.dom[d], g[0].Frames); err != nil {
		return err
	}
	for r := range uint8(grant.MaxRefs) {
		if b := t.At(refOf(r)); b != nil && string(b) == string(make([]byte, len(b))) {
			s.write(d, r, &grant.Entry{})
		}
	}
	return nil
}

// withStatus has a look at a domain's status words, or changes some. They are mapped no
// longer than that: a change of the version needs the last reference.
func (s *grantSession) withStatus(d int, look func(words []byte)) error {
	m, err := s.x.MapTable(s.dom[d].ID, true, 0)
	if err != nil {
		return fmt.Errorf("status frame: %w", err)
	}
	look(m)
	return s.x.Unmap(m)
}

// status is the status word of a reference.
func status(words []byte, r uint8) uint8 {
	return uint8(binary.LittleEndian.Uint16(words[2*refOf(r):]))
}
