package gntops

import (
	"fmt"
	"strings"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page/pool"
)

// The operand types of area grant.
var (
	CPU = model.Named("grant cpu", "who acts: f0 and f1 are F's vCPUs, b0 and b1 B's, c0 is C's, t0 is the toolstack or Xen itself",
		"f0", "f1", "b0", "b1", "c0", "t0").Naming(needCPU).NameOf("cpu")
	Dom = model.Named("grant domain", "F, which grants; B, which maps; C, a third one; or one that does not exist",
		"f", "b", "c", "none")
	Ref = orNone("reference", "a reference, by number: 0 stands for the reserved ones, 3 exists in the layout of version 1 only; none is beyond the table", "ref", grant.MaxRefs,
		func(c *model.Config) uint8 { return Conf(c).Refs + 1 },
		func(v uint8, least *model.Config) { Conf(least).Refs = max(Conf(least).Refs, v) })
	// OwnRef is one that a kernel itself uses.
	OwnRef = model.Number("reference of its own", "a reference of a kernel's own, by number: 0 stands for the reserved ones, 3 exists in the layout of version 1 only",
		func(c *model.Config) uint8 { return Conf(c).Refs + 1 }).NameOf("ref").
		Naming(func(v uint8, least *model.Config) { Conf(least).Refs = max(Conf(least).Refs, v) })
	Handle = orNone("handle", "a maptrack handle, by number; none is beyond maptrack_limit", "handle", grant.MaxHandles,
		func(c *model.Config) uint8 { return Conf(c).Handles },
		func(v uint8, least *model.Config) { Conf(least).Handles = max(Conf(least).Handles, v+1) })
	// Place is an address of the caller's: of a slot, or of a gfn.
	Place = orWord(orNone("place", "where a domain maps: an entry of its page table, or a gfn; none is no address, and unaligned is inside of the first entry", "slot", grant.MaxGfns,
		func(c *model.Config) uint8 { return pool.Conf(c).Slots },
		func(v uint8, least *model.Config) { pool.Conf(least).Slots = max(pool.Conf(least).Slots, v+1) }), "unaligned", gnttab.Unaligned)
	// Gfn is a frame number as a domain knows it: of a PV domain, a frame.
	Gfn = orNone("gfn", "a page, by the number that its domain knows it by; none is one that does not exist", "gfn", grant.NoGfn, frames, nil)
	// Stored is what a kernel can have in an entry.
	Stored = orWord(orNone("stored gfn", "the number of a page in an entry; none is one that does not exist, and big one that version 1 has no bits for", "gfn", grant.NoGfn, frames, nil),
		"big", grant.BigFrame)
	MapFlags = &model.ArgType{
		Name: "map flags", Doc: "GNTMAP_host_map, device_map, readonly, application_map, contains_pte, by their first syllables",
		Formatted: formatMapFlags, Read: readMapFlags,
		Values: func(*model.Config) uint8 { return 1 << len(mapFlagNames) },
		Within: func(v uint8, _ *model.Config) bool { return v < 1<<len(mapFlagNames) },
	}
	// EntryFlags are stored by kernels that do not behave.
	EntryFlags = &model.ArgType{
		Name: "entry flags", Doc: "GTF_permit_access and so on, with readonly, reading, writing, sub_page",
		Formatted: formatEntryFlags, Read: readEntryFlags,
		Values: func(*model.Config) uint8 { return 1 << 6 },
		Within: func(v uint8, _ *model.Config) bool { return v < 1<<6 },
	}
	// BusAddr is the dev_bus_addr of an unmap.
	BusAddr = model.Named("bus address", "of the device part: none, what the map returned, or another one", "none", "right", "wrong")
	OnOff   = model.Named("yes or no", "no or yes", "no", "yes")
)

func frames(c *model.Config) uint8 { return pool.Conf(c).Frames }

var (
	entryTypes = [...]string{"invalid", "permit", "accept", "transitive"}
	entryBits  = [...]string{"ro", "reading", "writing", "sub"}
)

func formatEntryFlags(v uint8) string {
	s := entryTypes[v&grant.TypeMask]
	for i, w := range entryBits {
		if v>>(2+i)&1 != 0 {
			s += "+" + w
		}
	}
	return s
}

func readEntryFlags(s string) (v uint8, err error) {
	for v = range uint8(1 << 6) {
		if formatEntryFlags(v) == s {
			return v, nil
		}
	}
	return 0, fmt.Errorf("%q are no flags of an entry; want one of %s, with some of %s, such as permit+ro",
		s, strings.Join(entryTypes[:], ", "), strings.Join(entryBits[:], ", "))
}

// orNone numbers something, with a word for what is beyond it.
func orNone(name, doc, thing string, none uint8, values func(*model.Config) uint8, need func(uint8, *model.Config)) *model.ArgType {
	t := model.Number(name, doc, values).NameOf(thing)
	number := t.Formatted
	t.Formatted = func(v uint8) string {
		if v == none {
			return "none"
		}
		return number(v)
	}
	t.Read = func(s string) (uint8, error) {
		if s == "none" {
			return none, nil
		}
		return model.ParseNumber(s, name, 0, none-1)
	}
	t.Numbered = func(v uint8) (uint8, bool) { return v, v < none }
	if need != nil {
		t.Need = func(v uint8, least *model.Config) {
			if v < none {
				need(v, least)
			}
		}
	}
	return t
}

// orWord adds a word for a value of its own.
func orWord(t *model.ArgType, word string, value uint8) *model.ArgType {
	format, read := t.Formatted, t.Read
	t.Formatted = func(v uint8) string {
		if v == value {
			return word
		}
		return format(v)
	}
	t.Read = func(s string) (uint8, error) {
		if s == word {
			return value, nil
		}
		return read(s)
	}
	return t
}

// needCPU raises the number of vCPUs to one of F or B.
func needCPU(v uint8, least *model.Config) {
	switch own := Conf(least); v {
	case grant.Front0, grant.Front1:
		own.Fronts = max(own.Fronts, v-grant.Front0+1)
	case grant.Back0, grant.Back1:
		own.Backs = max(own.Backs, v-grant.Back0+1)
	}
}

// mapFlagNames are the words of MapFlags, from bit 0.
var mapFlagNames = [...]string{"dev", "host", "ro", "app", "pte"}

func formatMapFlags(v uint8) string {
	var words []string
	for i, w := range mapFlagNames {
		if v>>i&1 != 0 {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, "+")
}

func readMapFlags(s string) (v uint8, err error) {
	for v = range uint8(1 << len(mapFlagNames)) {
		if formatMapFlags(v) == s {
			return v, nil
		}
	}
	return 0, fmt.Errorf("%q are no map flags; want none, or some of %s, such as dev+host", s, strings.Join(mapFlagNames[:], ", "))
}

// groups lists the names that are interchangeable. Start states treat them
// differently, which does no harm: a renamed story is carried out again before it
// is believed.
var groups = []*model.Group{
	pool.Names,
	{ // references that are neither reserved nor beyond version 2's range
		Size:   func(c *model.Config) uint8 { return min(Conf(c).Refs, grant.High-1) },
		Rename: renameRef,
	},
	{
		Size:   func(c *model.Config) uint8 { return Conf(c).Handles },
		Rename: renaming(Handle, 0),
	},
	{
		Size:   func(c *model.Config) uint8 { return pool.Conf(c).Slots },
		Rename: renaming(Place, 0),
	},
	{ // B's vCPUs
		Size:   func(c *model.Config) uint8 { return Conf(c).Backs },
		Rename: renaming(CPU, grant.Back0),
	},
	{ // F's
		Size:   func(c *model.Config) uint8 { return Conf(c).Fronts },
		Rename: renaming(CPU, grant.Front0),
	},
	{ // B and C, by their first vCPUs
		Size:   func(*model.Config) uint8 { return 2 },
		Rename: renameMapper,
	},
}

// renaming renames the values of one type from first on.
func renaming(of *model.ArgType, first uint8) func(*model.ArgType, uint8, []uint8) uint8 {
	return func(t *model.ArgType, v uint8, p []uint8) uint8 {
		if t == of {
			return model.Renamed(first, p, v)
		}
		return v
	}
}

// renameRef renames references, those in the ends of copies too.
func renameRef(t *model.ArgType, v uint8, p []uint8) uint8 {
	if e := gnttab.End(v); t == CopyEnd && e.Kind() < gnttab.EndNone {
		return uint8(gnttab.EndOf(e.Kind(), model.Renamed(1, p, e.N())))
	}
	if t == OwnRef {
		return model.Renamed(1, p, v)
	}
	return renaming(Ref, 1)(t, v, p)
}

// renameMapper renames B and C: their vCPUs, and what names them.
func renameMapper(t *model.ArgType, v uint8, p []uint8) uint8 {
	cpus := [...]uint8{grant.Back0, grant.Third0}
	switch e := gnttab.End(v); {
	case t == CPU && v == grant.Back0:
		return cpus[p[0]]
	case t == CPU && v == grant.Third0:
		return cpus[p[1]]
	case t == CopyEnd && e.Kind() < gnttab.EndNone:
		return uint8(gnttab.EndOf(model.Renamed(grant.DomB, p, e.Kind()), e.N()))
	}
	return renaming(Dom, grant.DomB)(t, v, p)
}
