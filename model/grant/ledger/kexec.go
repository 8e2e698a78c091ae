package ledger

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
)

// Revoked is a flag of a Part: Xen has taken it away, and its owner may still unmap it.
// Inherited: the kernel that made it has gone.
const (
	Revoked   = 1 << 7
	Inherited = 1 << 6
)

// Harm is what the last operation did that must not happen, bit by bit.
type Harm uint16

// The harms.
const (
	StrayStore  Harm = 1 << iota // a backend stores to a page that K2 uses and has not granted
	StrayLoad                    // it loads from there what K2 has put into it
	Faulted                      // it faults where it has a mapping
	Flow                         // it loads what was put into another grant's page, or into none
	Torn                         // a request loads something else than what it was made with
	NotReadBack                  // a driver does not read what it has written
	Stale                        // a map yields a page that the kernel has not granted
	Dump                         // what a crashed kernel leaves is stored to
	Foreign                      // K2 stores to somebody else's page
	Hole                         // K2 finds no memory where it takes some to be
	Shinfo                       // Xen stores to a page that K2 uses as memory
	NotUnmapped                  // a driver cannot unmap what it has mapped
	Outside                      // a copy goes beyond the part of a page that is granted
)

// Service is what is noted of a grant that B's driver serves.
type Service struct {
	Wrote  bool      // the driver has stored to it
	Asked  grant.Tag // what was in the page when the request in flight was made, + 1
	Stored bool      // that request has stored
}

// Judge notes what the accesses of an operation were; ref is the reference that a driver
// serves, MaxRefs if it is none's.
func (k *Keeper) Judge(s *grant.State, ref uint8, code errno.Errno, seen []grant.Event) {
	k.b.Harm = 0
	for _, e := range seen {
		switch {
		case e.Kind == grant.Answers && e.Dom != grant.DomF:
			k.fresh(s, e)
		case e.Kind == grant.Faults && e.Dom == grant.DomF && s.Kernel.Stage == grant.K2:
			k.b.Harm |= Hole
		case e.Kind == grant.Faults && ref < grant.MaxRefs && code == errno.EFAULT:
			k.b.Harm |= Faulted
		case e.Kind == grant.Stores:
			k.stores(s, ref, e)
		case e.Kind == grant.Loads && e.Dom != grant.DomF:
			k.loads(s, ref, e)
		}
	}
}

// fresh judges the frame that a map of F's has yielded: it is the one that the kernel in
// charge has granted, or, where that has granted none, at least not its own memory.
func (k *Keeper) fresh(s *grant.State, e grant.Event) {
	p := k.b.Told[e.Dom][e.Ref]
	given := k.b.Given[grant.DomF][p.Ref]
	if p.Dom == grant.DomF && given != e.Frame+1 && (given != 0 || gntview.Uses(s, e.Frame)) {
		k.b.Harm |= Stale
	}
}

// ofK2 tells whether K2 uses a frame and has not granted it.
func (k *Keeper) ofK2(s *grant.State, m uint8) bool {
	if s.Kernel.Stage != grant.K2 || !gntview.Uses(s, m) {
		return false
	}
	for _, g := range k.b.Given[grant.DomF] {
		if g == m+1 {
			return false
		}
	}
	return true
}

// mapsItself tells whether the kernel of F that runs now has mapped a frame.
func (k *Keeper) mapsItself(m uint8) bool {
	for _, p := range k.b.Told[grant.DomF] {
		if p.Some() && p.Flags&Inherited == 0 && p.MFN == m {
			return true
		}
	}
	return false
}

func (k *Keeper) stores(s *grant.State, ref uint8, e grant.Event) {
	switch {
	case e.Dom == grant.DomF:
		if s.Kernel.Stage == grant.K2 && s.Owner[e.Frame] != grant.DomF && s.Owner[e.Frame] != grant.DomXen && !k.mapsItself(e.Frame) {
			k.b.Harm |= Foreign
		}
		return
	case e.Dom < grant.NumDomains && s.Dom[e.Dom].Priv:
		// it may map everybody's memory anyway
	case k.ofK2(s, e.Frame):
		k.b.Harm |= StrayStore
	case s.Kernel.Crash && s.Owner[e.Frame] == grant.DomF:
		k.b.Harm |= Dump
	}
	if ref < grant.MaxRefs {
		k.b.Service[ref].Wrote, k.b.Service[ref].Stored = true, true
	}
}

func (k *Keeper) loads(s *grant.State, ref uint8, e grant.Event) {
	if s.Kernel.Stage == grant.K2 && !s.Dom[e.Dom].Priv && e.Tag == grant.TagPrivate && k.ofK2(s, e.Frame) {
		k.b.Harm |= StrayLoad
	}
	if ref >= grant.MaxRefs {
		return
	}
	front, back := grant.TagFront+grant.Tag(ref), grant.TagBack+grant.Tag(ref)
	switch e.Tag {
	case grant.TagClean, front, back:
	case grant.TagPrivate:
		if s.Kernel.Stage != grant.K2 {
			k.b.Harm |= Flow
		}
	default:
		k.b.Harm |= Flow
	}
	sv := &k.b.Service[ref]
	if sv.Wrote && e.Tag != back && s.Kernel.Stage != grant.K2 {
		k.b.Harm |= NotReadBack
	}
	if want := sv.Asked - 1; sv.Asked != 0 && e.Tag != back && (sv.Stored || e.Tag != want) {
		k.b.Harm |= Torn
	}
}

// Uses notes that the kernel of F has used what it takes to be its memory.
func (k *Keeper) Uses(s *grant.State, code errno.Errno) {
	if code == errno.EFAULT && s.Kernel.Stage == grant.K2 {
		k.b.Harm |= Hole
	}
}

// Updates notes that Xen has stored to shared_info.
func (k *Keeper) Updates(s *grant.State) {
	if at := s.Kernel.ShinfoMFN; at != 0 && s.Kernel.Shinfo == 0 && k.ofK2(s, at-1) {
		k.b.Harm |= Shinfo
	}
}

// Requests notes that a request arrives: what is in the page now is what it is made with.
func (k *Keeper) Requests(s *grant.State, ref uint8) {
	if p := k.b.Told[grant.DomB][s.Driver[ref].Handle]; p.Some() {
		k.b.Service[ref].Asked, k.b.Service[ref].Stored = s.Tag[p.MFN]+1, false
	}
}

// Finishes notes that a request is done.
func (k *Keeper) Finishes(ref uint8) {
	k.b.Service[ref].Asked, k.b.Service[ref].Stored = 0, false
}

// Disconnects notes the end of a mapping of the driver's, or that it could not be ended.
func (k *Keeper) Disconnects(s *grant.State, ref uint8, code errno.Errno, seen []grant.Event) {
	for _, e := range seen {
		if e.Kind == grant.Unmaps {
			k.Unmaps(s, e.Ref, grant.HostMap, code, seen)
		}
	}
	if code < 0 {
		k.b.Harm |= NotUnmapped
	}
	if s.Driver[ref].State == grant.DriverOff {
		k.b.Service[ref] = Service{}
	}
}

// Drops notes handles that Xen has ended itself, by a reset or by destruction.
func (k *Keeper) Drops(seen []grant.Event) {
	for _, e := range seen {
		if e.Kind == grant.Releases || e.Kind == grant.Unmaps {
			k.b.Told[e.Dom][e.Ref] = Part{}
		}
	}
}

// TakesOver notes the end of a revocation, or the start of K2.
func (k *Keeper) TakesOver(s *grant.State, revoked, booted bool) {
	for d := range k.b.Told {
		for h := range k.b.Told[d] {
			p := &k.b.Told[d][h]
			switch {
			case revoked && p.Some() && p.Dom == grant.DomF && d != grant.DomF && p.Ref != grant.Reserved:
				p.Flags |= Revoked
			case booted && p.Some() && d == grant.DomF:
				p.Flags |= Inherited
			}
		}
	}
}
