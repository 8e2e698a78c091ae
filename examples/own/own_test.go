package main

import (
	"testing"

	_ "hvcheck/areas" // registers the areas with their scenarios
	"hvcheck/gen"
	"hvcheck/scenarios"
)

func TestFixup(t *testing.T) {
	s, ok := scenarios.ByName("mmu.fixup")
	if !ok {
		t.Fatal("there is no scenario mmu.fixup")
	}
	gen.Check(t, s) // no invariant of the scenario is violated, whatever comes in whatever order
}

func TestPinReset(t *testing.T) { gen.Check(t, &pinReset) }
