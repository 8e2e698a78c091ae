package pages

import (
	"context"
	"testing"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// A table has a page with its cells as they are found, a note, and its designs.
func TestPageOfATable(t *testing.T) {
	fixup := func(id string) scenarios.Column {
		return scenarios.Column{Name: id, Design: []model.Choice{{Name: "fixup", Value: id}}}
	}
	page, err := NewWriter(&judge.Judge{Workers: 2}).table(context.Background(), &scenarios.Matrix{
		Name: "orders", Title: "fix-ups against the order of the toolstack", Doc: "A table of the tests.", Seed: "002",
		Rows:  []scenarios.Column{fixup("MM-V0"), fixup("MM-V2")},
		Heads: []scenarios.Head{{Name: "pin first", Scenario: "mmu.pin-first"}, {Name: "context first", Scenario: "mmu.context-first"}},
		Properties: []scenarios.MatrixProperty{
			{IDs: []string{"MM-I10", "MM-I1"}, What: "an empty slot"}, {IDs: []string{"MM-I7"}, What: "a crash"},
		},
		Want:  [][]string{{"F 3/-", "-"}, {"H", "F"}},
		Notes: []scenarios.CellNote{{Row: "MM-V0", Head: "pin first", Found: "F 2/-", Text: "the boot was counted"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	lacks(t, page, "# Fix-ups against", "| [MM-V0](../designs.md#mm-v0) | F 2/- [1] | - |", "| [MM-V2](../designs.md#mm-v2) | H | H! |",
		"[1] the boot was counted (expected at first: F 3/- in pin first, [MM-V0](../designs.md#mm-v0))\n",
		"- pin first: [mmu.pin-first](../areas/pvmmu-scenarios.md#mmu.pin-first)\n")
}
