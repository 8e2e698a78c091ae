package ledger

import (
	"slices"

	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
)

// Keeper brings a Book up to date, operation by operation.
type Keeper struct {
	b    *Book
	task grant.Task // of the CPU that acts, before
	cpu  uint8
	gone [grant.NumDomains]bool // domains that were not to be found
}

// Before looks at a State before an operation that a CPU makes.
func (k *Keeper) Before(s *grant.State, b *Book, cpu uint8) {
	k.b, k.cpu, k.task = b, cpu, s.Task[cpu]
	for d := range k.gone {
		k.gone[d] = !gntview.There(s, uint8(d))
	}
}

// Maps notes a map that was asked for. It is called before After.
func (k *Keeper) Maps(dom, ref, flags uint8) {
	k.b.Doing[k.cpu] = Doing{Map: true, Elems: 1, Elem: [grant.MaxBlock]Part{{Flags: flags, Dom: dom, Ref: ref}}}
}

// Unmaps notes an element of an unmap, of a handle's parts as the caller selects
// them. s is the State after its first section, with its status.
func (k *Keeper) Unmaps(s *grant.State, handle, flags uint8, code errno.Errno, seen []grant.Event) {
	d, t := &k.b.Doing[k.cpu], &s.Task[k.cpu]
	part, last := Part{}, false
	if handle < grant.MaxHandles && !k.fails(t, handle, code, seen) {
		part, last = k.takes(handle, flags)
	}
	if part.Gone() { // Xen has dropped what it held
		part, last = Part{}, false
	}
	if t.Busy() && d.Elems < grant.MaxBlock { // one for each of the Task's, also if nothing is done
		d.Last[d.Elems], d.Elem[d.Elems] = last, part
		d.Elems++
	}
}

// fails tells whether an element of an unmap has failed, and left everything as it was. One
// that fails because of the IOMMU has not.
func (k *Keeper) fails(t *grant.Task, handle uint8, code errno.Errno, seen []grant.Event) bool {
	if p := k.b.Told[grant.DomainOf(k.cpu)][handle]; p.Some() && !p.Gone() && k.gone[p.Dom] {
		return true
	}
	late := slices.ContainsFunc(seen, func(e grant.Event) bool { return e.Kind == grant.Untracks })
	return !late && (code < 0 || t.Busy() && t.Status < 0)
}

// takes takes parts of a handle away from whoever was told of it.
func (k *Keeper) takes(handle, flags uint8) (part Part, last bool) {
	told := &k.b.Told[grant.DomainOf(k.cpu)][handle]
	if !told.Some() {
		k.fault(WrongPart)
		return part, false
	}
	part = *told
	if part.Flags &= flags | grant.MapReadonly | Revoked; !part.Some() {
		return Part{}, false
	}
	if told.Flags &^= flags & (grant.HostMap | grant.DeviceMap); !told.Some() {
		*told, last = Part{}, true
	}
	return part, last
}

func (k *Keeper) fault(f Fault) {
	if k.b.Fault == NoFault {
		k.b.Fault = f
	}
}

// Swaps notes that a kernel has exchanged two entries: it knows what it has granted.
func (k *Keeper) Swaps(a, b uint8, code errno.Errno) {
	if g := &k.b.Given[grant.DomainOf(k.cpu)]; code == errno.OK && a < grant.MaxRefs && b < grant.MaxRefs {
		g[a], g[b] = g[b], g[a]
	}
}

// Gives notes that a kernel grants a frame.
func (k *Keeper) Gives(ref, frame uint8) { k.b.Given[grant.DomainOf(k.cpu)][ref] = frame + 1 }

// After brings the books up to date with what the operation has done.
func (k *Keeper) After(s *grant.State, code errno.Errno, seen []grant.Event) {
	if k.cpu >= grant.NumCPUs-1 {
		return
	}
	t, d := &s.Task[k.cpu], &k.b.Doing[k.cpu]
	k.copies(s, code, seen)
	if d.Map {
		k.maps(s, t, d, code, seen)
	} else if !t.Busy() || t.PC == grant.Next && t.Elems == 0 {
		*d = Doing{}
	}
	k.ends(s)
}

// maps is After for a CPU that maps.
func (k *Keeper) maps(s *grant.State, t *grant.Task, d *Doing, code errno.Errno, seen []grant.Event) {
	if k.task.PC <= grant.M1 && t.PC > grant.M1 && t.PC <= grant.MUnpin {
		part := d.Elem[0]
		d.Elems = 0 // itself does not count
		d.First = k.b.Pins(s, part.Dom, part.Ref) == [grant.NumPins]uint8{}
		d.Elems = 1
		d.Elem[0].MFN = t.MFN
	}
	if t.Work == grant.WorkMap && t.PC != grant.Next {
		return
	}
	part := d.Elem[0]
	*d = Doing{}
	if code != errno.OK {
		return
	}
	for _, e := range seen {
		if e.Kind != grant.Answers {
			continue
		}
		told := &k.b.Told[e.Dom][e.Ref]
		if told.Some() {
			k.fault(ToldTwice)
		}
		part.MFN = e.Frame
		part.Flags &= grant.HostMap | grant.DeviceMap | grant.MapReadonly
		*told = part
		return
	}
	k.fault(Unanswered)
}

// ends notes what the kernels take to be ended now.
func (k *Keeper) ends(s *grant.State) {
	for d := range s.Dom {
		for r := range k.b.Given[d] {
			switch b := &s.Dom[d].Belief[r]; {
			case b.State == grant.Free:
				k.b.Given[d][r] = 0
			case s.Dom[d].HVM && k.b.Pins(s, uint8(d), uint8(r)) == [grant.NumPins]uint8{}:
				k.moves(s, uint8(d), uint8(r), b.Frame)
			}
		}
	}
}

// moves notes what a translated kernel's grant is of, when nobody uses it: the page that
// is at its gfn now.
func (k *Keeper) moves(s *grant.State, d, r, gfn uint8) {
	if m, there := gntview.FrameOf(s, d, gfn); there {
		k.b.Given[d][r] = m + 1
	}
}
