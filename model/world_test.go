package model

import (
	"testing"
	"unsafe"
)

// TestPlaces: parts of whatever size come one after the other, in whole words.
func TestPlaces(t *testing.T) {
	var end uintptr
	for i, p := range []place{
		newPlace[[3]byte]("odd", &end), newPlace[uint64]("word", &end), newPlace[struct{}]("nothing", &end), newPlace[[17]bool]("many", &end),
	} {
		want := []struct{ at, size uintptr }{{0, 8}, {8, 8}, {16, 0}, {16, 24}}[i]
		if p.at != want.at || p.size != want.size {
			t.Errorf("%s lies at %d, %d bytes; want %+v", p.name, p.at, p.size, want)
		}
	}
	if end != 40 {
		t.Errorf("the next one begins at %d", end)
	}
}

// Shares of a test's own.
var (
	partOne, partTwo = NewPart[[3]byte]("one"), NewPart[[5]uint16]("two")
	confOne, confTwo = NewConf[[9]bool]("one"), NewConf[uint32]("two")
)

// TestParts: what is written to one is in no other, and at its place.
func TestParts(t *testing.T) {
	var w World
	*partOne.Of(&w), *partTwo.Of(&w) = [3]byte{255, 255, 255}, [5]uint16{1, 2, 3, 4, 5}
	if got := *partOne.Of(&w); got != [3]byte{255, 255, 255} {
		t.Errorf("the first is %v", got)
	}
	if got := partTwo.Value(&w).Interface(); got != [5]uint16{1, 2, 3, 4, 5} {
		t.Errorf("the second is %v", got)
	}
	from, to := partTwo.Bytes()
	for i, b := range w.bytes() {
		inside := uintptr(i) >= from && uintptr(i) < to
		if own := uintptr(i) < from && b == 255; b != 0 && !inside && !own {
			t.Errorf("byte %d is %d", i, b)
		}
	}
	if partOne.Name() != "one" || from%8 != 0 || to-from != 16 {
		t.Errorf("%s; the second lies from %d to %d", partOne.Name(), from, to)
	}
	var c Config
	*confOne.Of(&c), *confTwo.Of(&c) = [9]bool{8: true}, 1<<32-1
	if *confOne.Of(&c) != [9]bool{8: true} || *confTwo.Of(&c) != 1<<32-1 || c.Preempt != 0 || c.areas != 0 {
		t.Error("shares of a configuration overlap")
	}
}

// TestNoRoom: a part that does not fit is refused when the program starts.
func TestNoRoom(t *testing.T) {
	refused := func(name string, end *uintptr, makeOne func()) {
		before, list := *end, confs
		defer func() {
			if *end, confs = before, list; recover() == nil {
				t.Errorf("a %s has room for anything", name)
			}
		}()
		makeOne()
	}
	refused("World", &worldEnd, func() { NewPart[[unsafe.Sizeof(World{})]byte]("all") })
	refused("Config", &configEnd, func() { NewConf[[configWords * 8]byte]("all") })
}
