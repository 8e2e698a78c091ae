package model

import (
	"fmt"
	"reflect"
	"unsafe"
)

// worldWords is the room of a World, in words of 8 bytes. An area that a
// scenario is not about costs nothing, so there is plenty.
const worldWords = 416

// World is the state of everything: the parts of all areas side by side, as
// flat memory without pointers, compared with ==. Parts of areas that a
// configuration is not about stay zero.
type World struct{ mem [worldWords]uint64 }

// Part is one share of every World: a state of type T, which is flat. Areas
// that use the same Part see the same state.
type Part[T any] struct{ place }

// place says where a part lies: bytes from At, a multiple of 8.
type place struct {
	name     string
	at, size uintptr
	typ      reflect.Type
}

// worldEnd is where the next part begins.
var worldEnd uintptr

// NewPart takes room in every World. It is called while packages initialise.
func NewPart[T any](name string) *Part[T] {
	p := &Part[T]{newPlace[T](name, &worldEnd)}
	if worldEnd > unsafe.Sizeof(World{}) {
		panic(fmt.Sprintf("model: a World has no room for %s; raise worldWords", name))
	}
	return p
}

// newPlace takes room behind end.
func newPlace[T any](name string, end *uintptr) place {
	t := reflect.TypeFor[T]()
	p := place{name: name, at: *end, size: (t.Size() + 7) &^ 7, typ: t}
	*end += p.size
	return p
}

// Of is the part's state in a World.
func (p *Part[T]) Of(w *World) *T { return (*T)(unsafe.Add(unsafe.Pointer(&w.mem), p.at)) }

// Share is a Part as areas list it, whatever its type.
type Share interface {
	// Name is what facts without words are told of.
	Name() string
	// Bytes are the offsets in World between which the part lies, in whole words.
	Bytes() (from, to uintptr)
	// Value is the part's state in a World.
	Value(w *World) reflect.Value
}

// Name is the part's name.
func (p *Part[T]) Name() string { return p.name }

// Bytes tells where the part lies.
func (p *Part[T]) Bytes() (from, to uintptr) { return p.at, p.at + p.size }

// Value is the state in a World, by reflection.
func (p *Part[T]) Value(w *World) reflect.Value { return reflect.ValueOf(p.Of(w)).Elem() }
