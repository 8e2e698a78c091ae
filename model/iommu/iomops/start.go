package iomops

import (
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/page/pool"
)

// Start is how the area begins.
type Start iommu.Start

// Area is the one that begins so.
func (Start) Area() *model.Area { return Area }

// Build makes the domains and devices.
func (s Start) Build(c *model.Config, w *model.World) {
	own := *Conf(c)
	own.Frames = pool.Conf(c).Frames
	plain := iommu.Start(s)
	*Of(w), *pool.Of(w) = iommu.New(&own, &plain)
}

// Needs raises the number of frames to those that somebody owns, and the others to what is
// named.
func (s Start) Needs(least *model.Config) {
	pool.Conf(least).Frames = max(pool.Conf(least).Frames, s.D0+s.D1.Own+s.D2.Own)
	own := Conf(least)
	own.Gfns = max(own.Gfns, s.D1.Own, s.D2.Own)
	for v, dev := range s.Dev {
		if dev.There {
			own.Devs, own.IOMMUs = max(own.Devs, uint8(v)+1), max(own.IOMMUs, dev.IOMMU+1)
		}
	}
}

// Begin is a start state of the area alone.
func Begin(name string, s iommu.Start, do ...model.Op) model.Start {
	return model.Start{Name: name, Areas: []model.Setup{Start(s)}, Do: do}
}
