package grant

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// copies lists what must hold of copies and transfers.
var copies = []invariants.Invariant{
	{
		ID:    "GR-I13",
		Title: "a copy stores only where it may",
		Doc: `When a copy is about to store, the frame it stores to is writable for it: somebody owns it, it has a reference, its type is writable, and there is a typed reference for each such copy beside those of writable page-table entries.

What a claim has checked and referenced has to be the frame that the copy then uses. If it is another one, the copy writes into whatever that has become, a page table perhaps.`,
		Refs:  []string{"XSA-500", "61b0a59ce2"},
		State: of(copyTarget),
	},
	{
		ID:    "GR-I17",
		Title: "a status is one, and means what it says",
		Doc: `A status is 0 or negative. A copy that is answered with success has copied; one that has to be made again is not answered at all.

Backends index arrays and free pages by what they are told.`,
		Refs: []string{"XSA-316", "da0c66c8f4", "XSA-318", "d6f22d5d9e", "xen/include/public/grant_table.h"},
		Step: func(_ *invariants.Probe, _ *model.World, op model.Op, a model.Answer, after *model.World) error {
			if op.Spec().Area() == gntops.Area && a.Code > 0 {
				return fmt.Errorf("%s was answered with %d, which is neither success nor an error", op.Spec().Name, a.Code)
			}
			return model.Require(!gntops.Book(after).Uncopied, "a copy was answered with success and has copied nothing")
		},
	},
	{
		ID:    "GR-I18",
		Title: "a transferred page comes without a past",
		Doc: `While a page is between its owners nobody has a reference, and it has no type. When it has come, it is its new owner's alone: one general reference, no typed one, nothing validated; no other domain has a way to it, not even one that its CPUs have cached.

A type that was validated for one kind of guest is not checked again for another; a stale translation is a way to write into what the page becomes.`,
		Refs: []string{"XSA-214", "eaf537342c", "XSA-217", "fae7d5be8b"},
		Step: func(p *invariants.Probe, before *model.World, op model.Op, _ model.Answer, after *model.World) error {
			if op.Spec().Area() != gntops.Area || actOf(gntops.Of(before), op).deed != may(grant.WorkTransfer) {
				return nil // what is given back may have another owner at once
			}
			return transferred(p.Config(), before, after)
		},
	},
}

// claiming tells whether a copy follows a reference to a third domain just now, so that
// the status is ahead of the pin.
func (v *view) claiming(d, r uint8) bool {
	for cpu := range v.s.Task {
		t := &v.s.Task[cpu]
		if (t.PC == grant.MSet || t.PC == grant.MFrame) && t.Dom == d && t.Ref == r {
			return true // a map has set it, and pins in a section to come
		}
		for _, b := range [2]*grant.Buf{&t.Src, &t.Dst} {
			if b.Flags&grant.Claiming != 0 && b.Dom == d && b.Ref == r {
				return true
			}
		}
	}
	return false
}

func copyTarget(v *view) error {
	if v.b.Harm&ledger.Outside != 0 {
		return errors.New("a copy has stored beyond the part of a page that is granted")
	}
	for cpu := range v.s.Task {
		t := &v.s.Task[cpu]
		if t.PC != grant.CStore {
			continue
		}
		m := t.Dst.MFN
		p := &pool.Of(v.w).Pages[m]
		switch {
		case p.Count == 0 || v.s.Owner[m] == grant.NoDomain:
			return fmt.Errorf("a copy will store to frame %d, which is free", m)
		case p.Type != page.Writable || p.TCount < v.writers(m):
			return fmt.Errorf("a copy will store to frame %d: type %v, type count %d, where %d write", m, p.Type, p.TCount, v.writers(m))
		}
	}
	return nil
}

// writers counts copies that will store to a frame, and writable page-table entries
// of its owner.
func (v *view) writers(m uint8) (n uint8) {
	for cpu := range v.s.Task {
		if t := &v.s.Task[cpu]; t.PC == grant.CStore && t.Dst.MFN == m {
			n++
		}
	}
	if d := v.s.Owner[m]; d < grant.NumDomains {
		for _, e := range v.s.Dom[d].PTE {
			if e.Present() && e.Frame() == m && e.Kind() == page.RW {
				n++
			}
		}
	}
	return n
}

// transferred looks at pages that have lost an owner, or have another one.
func transferred(c *model.Config, before, after *model.World) error {
	was, is := gntops.Of(before), gntops.Of(after)
	for m := range pool.Conf(c).Frames {
		from, to := was.Owner[m], is.Owner[m]
		if from == to || from == grant.NoDomain || to == grant.NoDomain || to == grant.DomV {
			continue
		}
		p := &pool.Of(after).Pages[m]
		if p.Validated || p.TCount != 0 {
			return fmt.Errorf("frame %d leaves its owner with type %v, validated %v, type count %d", m, p.Type, model.YesNo(p.Validated), p.TCount)
		}
		if to >= grant.NumDomains {
			if p.Count != 0 {
				return fmt.Errorf("frame %d is between two owners, and its count is %d", m, p.Count)
			}
			continue
		}
		if p.Count != 1 || !p.Allocated {
			return fmt.Errorf("frame %d comes with count %d, allocated %v", m, p.Count, model.YesNo(p.Allocated))
		}
		if err := reachedBy(is, to, m); err != nil {
			return err
		}
	}
	return nil
}

// reachedBy tells who else has a way to a page that has a new owner.
func reachedBy(s *grant.State, owner, m uint8) error {
	for d := range s.Dom {
		if reads, _ := gntview.Reaches(&s.Dom[d], m); reads && uint8(d) != owner {
			return errors.New(domNames[d] + " still has a way to a page that was transferred")
		}
	}
	return nil
}
