package model

import (
	"fmt"
	"slices"
	"unsafe"
)

// configWords is the room of a Config for the settings of areas.
const configWords = 64

// Config is everything about a model that a run does not change: which areas
// it is about, their bounds, options and design. It is flat and comparable.
type Config struct {
	Preempt uint8 // largest preemption operand, of every area's calls
	areas   uint32
	mem     [configWords]uint64
}

// Conf is one share of every Config: an area's bounds, options and design
// switches, of type T, which is flat.
type Conf[T any] struct{ place }

// confs lists the shares; configEnd is where the next one begins.
var (
	confs     []place
	configEnd uintptr
)

// NewConf takes room in every Config. It is called while packages initialise.
func NewConf[T any](name string) *Conf[T] {
	p := &Conf[T]{newPlace[T](name, &configEnd)}
	if configEnd > unsafe.Sizeof(Config{}.mem) {
		panic(fmt.Sprintf("model: a Config has no room for %s; raise configWords", name))
	}
	confs = append(confs, p.place)
	return p
}

// Of is the share's value in a Config.
func (p *Conf[T]) Of(c *Config) *T { return (*T)(unsafe.Add(unsafe.Pointer(&c.mem), p.at)) }

// Add makes the configuration one that is about an area, too.
func (c *Config) Add(a *Area) { c.areas |= a.bit }

// About tells whether the configuration is about an area.
func (c *Config) About(a *Area) bool { return c.areas&a.bit != 0 }

// Areas lists the areas that the configuration is about, as they were
// registered.
func (c *Config) Areas() (list []*Area) {
	for _, a := range Areas {
		if c.About(a) {
			list = append(list, a)
		}
	}
	return list
}

// And is a configuration about the areas of both, each with its own bounds and
// settings. A share of which both say something has to be the same in both; it
// panics otherwise.
func (c Config) And(other Config) Config {
	both := c
	both.areas |= other.areas
	both.Preempt = max(c.Preempt, other.Preempt)
	for _, p := range confs {
		said, own := other.share(p), both.share(p)
		switch {
		case allZero(said):
		case allZero(own):
			copy(own, said)
		case !slices.Equal(own, said):
			panic("model: two configurations that are joined say different things of " + p.name)
		}
	}
	return both
}

// share is the words of a share.
func (c *Config) share(p place) []uint64 { return c.mem[p.at/8 : (p.at+p.size)/8] }

func allZero(words []uint64) bool {
	return !slices.ContainsFunc(words, func(w uint64) bool { return w != 0 })
}
