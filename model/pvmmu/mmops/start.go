package mmops

import (
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
)

// Start is how the area begins, by what differs from a domain that owns every
// frame, in list order, with nothing in them.
type Start struct {
	Name string                 // of a start state of this area alone
	Ent  map[uint8][]page.Entry // contents of a frame, by slot
	Slot map[uint8]page.Slot    // contents of a frame's RO_MPT slot
	List []uint8                // page_list from head to tail; frames not named are free
	// Running: the guest's vCPUs run, on tables that are not in the pool.
	Running bool
}

// Starts are start states of this area alone.
func Starts(list []Start) []model.Start {
	starts := make([]model.Start, len(list))
	for i, s := range list {
		starts[i] = model.Start{Name: s.Name, Areas: []model.Setup{s}}
	}
	return starts
}

// Area is the one that begins so.
func (Start) Area() *model.Area { return Area }

// Build writes the area's parts of an empty World.
func (s Start) Build(c *model.Config, w *model.World) {
	list := s.List
	if list == nil {
		for f := range pool.Conf(c).Frames {
			list = append(list, f)
		}
	}
	pages := pool.Of(w)
	pvmmu.Own(pages, Of(w), list)
	Book(w).Own(list)
	for f, ents := range s.Ent {
		copy(pages.Pages[f].Ent[:], ents)
	}
	for f, slot := range s.Slot {
		pages.Pages[f].ROMpt = slot
	}
	for v := range Conf(c).Guests {
		Of(w).CPU[v].Init, Of(w).CPU[v].Down = s.Running, !s.Running
	}
}

// Needs raises the bounds to the frames and slots that the start names.
func (s Start) Needs(least *model.Config) {
	b := pool.Conf(least)
	for f, ents := range s.Ent {
		b.Frames, b.Slots = max(b.Frames, f+1), max(b.Slots, uint8(len(ents)))
		for _, e := range ents {
			if e.Names() {
				b.Frames = max(b.Frames, e.Frame()+1)
			}
		}
	}
	for f := range s.Slot {
		b.Frames = max(b.Frames, f+1)
	}
	for _, f := range s.List {
		b.Frames = max(b.Frames, f+1)
	}
}
