package gntops

import (
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/page/pool"
)

// Start is how the area begins: domains as the toolstack makes them.
type Start grant.Start

// Begin is a start state of this area alone: the domains, then operations.
func Begin(name string, s grant.Start, do ...model.Op) model.Start {
	return model.Start{Name: name, Areas: []model.Setup{Start(s)}, Do: do}
}

// Area is the one that begins so.
func (Start) Area() *model.Area { return Area }

// Build writes the area's part of a World.
func (s Start) Build(c *model.Config, w *model.World) {
	*Of(w), *pool.Of(w) = gntview.New(Conf(c), (*grant.Start)(&s))
}

// Needs raises the bounds to the frames that the domains own.
func (s Start) Needs(least *model.Config) {
	f := &pool.Conf(least).Frames
	*f = max(*f, s.F.Own+s.B.Own+s.C.Own)
}
