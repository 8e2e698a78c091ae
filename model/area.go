package model

import (
	"reflect"
	"slices"
	"strings"

	"hvcheck/model/design"
	"hvcheck/model/errno"
)

// Area describes a subsystem. The rest of the program knows areas by these
// descriptions only: what is not in one is not asked of an area.
type Area struct {
	Name  string // one word: it begins the names in stories and documents
	Title string // in a line
	Doc   string // the paragraphs that the documents begin with
	// Stories says what people need to know to read the area's stories, and
	// Sources which state of the code its texts speak of.
	Stories, Sources string
	// Shares are the parts of a World that its operations read and write.
	// Areas that share one are told apart by their operations alone.
	Shares []Share
	Bounds []*Bound // in the order in which they are listed
	// Settings are the choices of a design, and Switches what can be said of
	// their values: variants, bugs, rules of today's code.
	Settings []Setting
	Switches []design.Switch
	Ops      *Table
	// Plain is how the area begins where a start state says nothing of it.
	Plain Setup
	// Calls makes what carries operations out, for one configuration.
	Calls func(c *Config) Calls
	// Rules are the packages with its rules, by PackageOf, for who changes them to
	// see who notices; none if nobody should.
	Rules []string
	// Tell tells what is true of a World, the same facts in the same order for
	// every World of a configuration. Without it the parts are told field by field.
	Tell func(t *Teller, c *Config, w *World)
	// Options lists the options of its model that a configuration has on, beside
	// bounds and settings; nil if there are none.
	Options func(c *Config) []string
	// Traits are what operations are to be tried with.
	Traits []Trait
	// Waits lists who waits for whom; nil if nobody in the area ever waits.
	Waits func(c *Config, w *World) []Wait
	// Groups are the names that can be exchanged with each other in a story.
	// Areas may share one.
	Groups []*Group

	bit uint32 // of Config.areas
}

// PackageOf is the path of the package that has a type.
func PackageOf[T any]() string { return reflect.TypeFor[T]().PkgPath() }

// Calls carries out the operations of one area, one at a time. It keeps
// scratch memory.
type Calls interface {
	// Begin binds the operation that comes to a World. preempt is its
	// preemption operand: the preempt-th reached check and all later ones say
	// yes, 0 is never. Until End, op is what the caller asks for, before any rule
	// has seen it: the books that invariants need are kept from that.
	Begin(w *World, op *Op, preempt uint8)
	// End closes it.
	End(code errno.Errno) Answer
	// Drain names the operation that brings w nearer to rest: what has begun
	// is finished, then everything is torn down.
	Drain(w *World) (op Op, more bool)
	// Asked notes the ids of the switchable rules that came into play.
	Asked(note func(id string))
	// Short notes the bounds that kept an operation from being made. A bound
	// that counts operations and is not noted in a whole search might as well
	// be larger.
	Short(note func(b *Bound))
	// Starting brackets the operations of a start state, which are done at
	// once and count for no bound.
	Starting(w *World, on bool)
}

// NoteAsked notes the ids of those switches of a list that came into play.
func NoteAsked(list []design.Switch, came []bool, note func(id string)) {
	for i, asked := range came {
		if asked {
			note(list[i].ID)
		}
	}
}

// Group is a set of names that are interchangeable: frames, say.
type Group struct {
	// Size counts them.
	Size func(c *Config) uint8
	// Rename is the value of an operand after name i became p[i].
	Rename func(t *ArgType, v uint8, p []uint8) uint8
}

// Renamed is the new name of v where p renames the names from first on; other
// names stay.
func Renamed(first uint8, p []uint8, v uint8) uint8 {
	if v < first || int(v-first) >= len(p) {
		return v
	}
	return p[v-first] + first
}

// known lists the areas as packages made them; their place gives their bit.
var known []*Area

// NewArea makes a description. It is called while packages initialise.
func NewArea(a Area) *Area {
	a.bit = 1 << len(known)
	known = append(known, &a)
	a.Ops.area = &a
	return &a
}

// Areas lists the registered areas, in the order that counts wherever several
// are asked.
var Areas []*Area

// What the registered areas have, area by area.
var (
	BoundList []*Bound // each once
	Settings  []Setting
	Switches  []design.Switch
	Specs     []*Spec // in the order of their tables
)

// Register makes an area's bounds, settings and operations known by name.
func Register(a *Area) {
	Areas = append(Areas, a)
	for _, b := range a.Bounds {
		if !slices.Contains(BoundList, b) {
			BoundList = append(BoundList, b)
		}
	}
	Settings = append(Settings, a.Settings...)
	Switches = append(Switches, a.Switches...)
	for _, s := range a.Ops.specs {
		s.place = len(Specs)
		Specs = append(Specs, s)
	}
}

// AreaNamed finds an area by its name.
func AreaNamed(name string) (*Area, bool) {
	i := slices.IndexFunc(Areas, func(a *Area) bool { return a.Name == name })
	if i < 0 {
		return nil, false
	}
	return Areas[i], true
}

// AreaNames writes areas side by side: "a+b".
func AreaNames(list []*Area) string {
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = a.Name
	}
	return strings.Join(names, "+")
}
