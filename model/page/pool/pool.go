// Package pool is the pool of page frames as areas share it: its part of every
// World, its bounds, and the operands that name frames and what is in them.
//
// An area that works on pages lists Share and Bounds as its own. Areas of one
// configuration that do so see the same pages.
package pool

import (
	"hvcheck/model"
	"hvcheck/model/page"
)

// Share is the pool's part of a World.
var Share = model.NewPart[page.Pool]("pool")

// Of is the pool of a World.
func Of(w *model.World) *page.Pool { return Share.Of(w) }

// Config is how large the pool is.
type Config struct {
	Frames uint8 // page frames of the domain at the start
	Slots  uint8 // entries of a page table
}

var conf = model.NewConf[Config]("pool")

// Conf is the pool's share of a configuration.
func Conf(c *model.Config) *Config { return conf.Of(c) }

// Bounds are the pool's.
var Bounds = []*model.Bound{
	{Name: "frames", Doc: "page frames of the domain", Min: 1, Max: page.MaxFrames, Names: []*model.ArgType{Frame, FrameOrNone, Ent}, Of: func(c *model.Config) *uint8 { return &Conf(c).Frames }},
	{Name: "slots", Doc: "entries of a page table", Min: 1, Max: page.MaxSlots, Names: []*model.ArgType{Slot}, Of: func(c *model.Config) *uint8 { return &Conf(c).Slots }},
}

// The operand types.
var (
	Frame       = model.Number("frame", "a page frame (mfn) of the pool", func(c *model.Config) uint8 { return Conf(c).Frames }).Interchangeable().NameOf("frame")
	FrameOrNone = model.Optional("frame or none", "a page frame, or none for a base pointer of 0", Frame)

	Slot = SlotType("an entry of a page table, by number")
	Ent  = &model.ArgType{
		Name:      "entry",
		Doc:       "a page-table entry: none, or a frame with ro, rw, pse (writable superpage), bad (flags that no level accepts) or away (not present, with an address)",
		Formatted: func(v uint8) string { return page.Entry(v).String() },
		Read: func(s string) (uint8, error) {
			e, err := page.ParseEntry(s)
			return uint8(e), err
		},
		Thing:    "frame",
		Numbered: func(v uint8) (uint8, bool) { return page.Entry(v).Frame(), page.Entry(v).Present() },
		Values:   func(*model.Config) uint8 { return 1 << 7 },
		Within: func(v uint8, c *model.Config) bool {
			e := page.Entry(v)
			return e.Valid() && (!e.Names() || e.Frame() < Conf(c).Frames)
		},
	}
)

// SlotType is an operand that names an entry of a page table.
func SlotType(doc string) *model.ArgType {
	t := model.Number("slot", doc, func(c *model.Config) uint8 { return Conf(c).Slots })
	t.Read = func(s string) (uint8, error) { return model.ParseNumber(s, "slot", 0, page.MaxSlots-1) }
	return t
}

// Names of frames are interchangeable, wherever operands name them. Start states treat
// them differently, which does no harm: a renamed story is carried out again
// before it is believed.
var Names = &model.Group{
	Size: func(c *model.Config) uint8 { return Conf(c).Frames },
	Rename: func(t *model.ArgType, v uint8, p []uint8) uint8 {
		switch e := page.Entry(v); {
		case t == Frame:
			return model.Renamed(0, p, v)
		case t == FrameOrNone:
			return model.Renamed(1, p, v)
		case t == Ent && e.Names():
			return v - e.Frame() + model.Renamed(0, p, e.Frame())
		}
		return v
	},
}
