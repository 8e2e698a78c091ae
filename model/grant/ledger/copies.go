package ledger

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// Copying is what a CPU's copy has been asked for, and has done.
type Copying struct {
	Wants  bool // something is to be copied
	Page   bool // a whole page
	Stored bool // and was
}

// Copies notes an element of a copy that was asked for. It is called before After.
func (k *Keeper) Copies(wants, page bool) { k.b.Copying[k.cpu] = Copying{Wants: wants, Page: page} }

// copies is After for a CPU that copies.
func (k *Keeper) copies(s *grant.State, code errno.Errno, seen []grant.Event) {
	c := &k.b.Copying[k.cpu]
	for _, e := range seen {
		if e.Kind != grant.Copies {
			continue
		}
		c.Stored = true
		if t := &k.task; c.Page && t.PC == grant.CStore && (inPart(s, &t.Src) || inPart(s, &t.Dst)) {
			k.b.Harm |= Outside
		}
	}
	if t := &s.Task[k.cpu]; t.Work == grant.WorkCopy && t.PC != grant.Next {
		return
	}
	if c.Wants && !c.Stored && code == errno.OK {
		k.b.Uncopied = true
	}
	*c = Copying{}
}

// claims calls f for each pin that a CPU's copy stands for: of the entry that was named,
// and of the one that it leads to.
func claims(s *grant.State, cpu int, f func(dom, ref uint8, ro bool)) {
	t := &s.Task[cpu]
	if t.Work != grant.WorkCopy {
		return
	}
	for i, end := range [2]*grant.Buf{&t.Src, &t.Dst} {
		if end.Flags&grant.HaveGrant != 0 {
			f(end.Dom, end.Ref, i == 0)
			if act := &s.Dom[end.Dom].Table.Act[end.Ref]; act.Src < grant.NumDomains && act.Src != end.Dom {
				f(act.Src, act.Trans, i == 0)
			}
		}
		if end.Flags&grant.InnerHeld != 0 {
			f(end.Inner-1, end.Trans, i == 0)
		}
	}
}

// copyPins adds what copies have pinned of a reference.
func copyPins(s *grant.State, dom, ref uint8, pins *[grant.NumPins]uint8) {
	for cpu := range s.Task {
		claims(s, cpu, func(d, r uint8, ro bool) {
			switch {
			case d != dom || r != ref:
			case ro:
				pins[grant.PinHostR]++
			default:
				pins[grant.PinHostW]++
			}
		})
	}
}

// copyHolds is what a copy has of a frame: a reference for each end, and a typed one
// for the destination.
func copyHolds(t *grant.Task, m uint8) (general, typed uint8) {
	for i, end := range [2]*grant.Buf{&t.Src, &t.Dst} {
		if end.Page != m {
			continue
		}
		if end.Flags&grant.HavePage != 0 {
			general++
		}
		if end.Flags&grant.HaveType != 0 && i == 1 {
			typed++
		}
	}
	return general, typed
}

// inPart tells whether an end is an entry, or leads to one, of which a part was granted.
func inPart(s *grant.State, b *grant.Buf) bool {
	if b.Flags&grant.HaveGrant == 0 {
		return false
	}
	act := s.Dom[b.Dom].Table.Act[b.Ref]
	if act.Src < grant.NumDomains && act.Src != b.Dom && act.Trans < grant.MaxRefs {
		act = s.Dom[act.Src].Table.Act[act.Trans]
	}
	return act.Sub
}
