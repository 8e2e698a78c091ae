package evops

import (
	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// Start is how the area begins: a domain as the toolstack makes it. A host that
// is not described has both ABIs.
type Start evtchn.Start

// Begin is a start state of this area alone: the domain, then operations.
func Begin(name string, s evtchn.Start, do ...model.Op) model.Start {
	return model.Start{Name: name, Areas: []model.Setup{Start(s)}, Do: do}
}

// Area is the one that begins so.
func (Start) Area() *model.Area { return Area }

// Build writes the area's part of a World.
func (s Start) Build(c *model.Config, w *model.World) {
	if s.Host == 0 {
		s.Host = evtchn.SetOf(evtchn.TwoLevel, evtchn.FIFO)
	}
	*Of(w) = evtchn.New(&Conf(c).Config, (*evtchn.Start)(&s))
}

// Needs raises the bounds to the ports that are connected.
func (s Start) Needs(least *model.Config) {
	Conf(least).Ports = max(Conf(least).Ports, s.Backend)
}
