package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// smallMatrix is a table of two fix-ups against two orders of the toolstack.
func smallMatrix() scenarios.Matrix {
	fixup := func(id string) scenarios.Column {
		return scenarios.Column{Name: id, Design: []model.Choice{{Name: "fixup", Value: id}}}
	}
	return scenarios.Matrix{
		Name: "orders", Title: "fix-ups against the order of the toolstack", Doc: "A table of the tests.", Seed: "002",
		Rows:  []scenarios.Column{fixup("MM-V0"), fixup("MM-V2")},
		Heads: []scenarios.Head{{Name: "pin first", Scenario: "mmu.pin-first"}, {Name: "context first", Scenario: "mmu.context-first"}},
		Properties: []scenarios.MatrixProperty{
			{IDs: []string{"MM-I10", "MM-I1"}, What: "an empty slot"}, {IDs: []string{"MM-I7"}, What: "a crash"},
		},
		Want: [][]string{{"F 2/-", "-"}, {"H", "H"}},
	}
}

// withMatrix runs a command line while the table is the only one.
func withMatrix(t *testing.T, m scenarios.Matrix, args ...string) (out string, code int) {
	t.Helper()
	kept := scenarios.Matrices
	scenarios.Matrices = []scenarios.Matrix{m}
	defer func() { scenarios.Matrices = kept }()
	var b bytes.Buffer
	code = Execute(args, &b, &b)
	return b.String(), code
}

func TestTableFilledIn(t *testing.T) {
	out, code := withMatrix(t, smallMatrix(), "table", "orders")
	const want = `orders: fix-ups against the order of the toolstack

DESIGN  pin first  context first
MM-V0   2/-        -
MM-V2   H          H

H holds; numbers are failures, the number of operations of the shortest story to each of: an empty
slot (MM-I10, MM-I1); a crash (MM-I7). A - is none of that; alone it does not apply.

2 designs, 2 scenarios: 2 cells hold (complete searches of 101 to 130 states),
1 fail, 0 open, 1 do not apply.
All as expected.  The story of a cell, such as the first that fails:
  hvcheck explore mmu.pin-first --design fixup=MM-V0 --invariant MM-I10,MM-I1
`
	if out != want || code != judge.ExitHolds {
		t.Errorf("exit code %d:\n%s\nwant:\n%s", code, out, want)
	}
}

// A cell that differs fails the run, unless a note says what is found instead.
func TestTableDiffers(t *testing.T) {
	m := smallMatrix()
	m.Want[0][0], m.Want[1][1] = "F 3/-", "F"
	out, code := withMatrix(t, m, "table", "orders")
	for _, want := range []string{
		"MM-V0   2/-!       -", "MM-V2   H          H!",
		"MM-V0, pin first: found F 2/-, expected F 3/-.\n  hvcheck explore mmu.pin-first --design fixup=MM-V0 ",
		"MM-V2, context first: found H, expected F.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
	if code != judge.ExitViolated {
		t.Errorf("exit code %d", code)
	}
	m.Notes = []scenarios.CellNote{
		{Row: "MM-V0", Head: "pin first", Found: "F 2/-", Text: "the prototype counts the boot"},
		{Row: "MM-V0", Text: "the tree before the fix"},
		{Row: "MM-V2", Head: "context first", Found: "H", Text: "it was read, not measured"},
	}
	out, code = withMatrix(t, m, "table", "orders")
	for _, want := range []string{
		"MM-V0   2/- [1]    - [2]", "MM-V2   H          H [3]", "All as expected.",
		"[1] the prototype counts the boot (expected at first: F 3/- in pin first, MM-V0)\n", "[2] the tree before the fix\n",
		"[3] it was read, not measured (expected at first: F in context first, MM-V2)\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
	if code != judge.ExitHolds {
		t.Errorf("exit code %d", code)
	}
}

func TestTableCutOff(t *testing.T) {
	out, code := withMatrix(t, smallMatrix(), "table", "--budget", "1ns")
	if code != judge.ExitInconclusive || !strings.Contains(out, "open") || !strings.Contains(out, "so far") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestTableJSON(t *testing.T) {
	out, code := withMatrix(t, smallMatrix(), "table", "--json")
	for _, want := range []string{`"found": "F 2/-"`, `"as_expected": true`, `"format": "hvcheck/1"`, `"what": "a crash"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
	if code != judge.ExitHolds {
		t.Errorf("exit code %d", code)
	}
}

func TestTableWrongCommands(t *testing.T) {
	for _, tc := range []struct{ args, want string }{
		{"table order", "hvcheck: table \"order\" is unknown; the nearest are orders\n"},
		{"table --write /dev/null/x orders", "hvcheck: --write /dev/null/x: not a directory; give a folder that can be written to\n"},
	} {
		if out, code := withMatrix(t, smallMatrix(), strings.Fields(tc.args)...); code != judge.ExitUsage || out != tc.want {
			t.Errorf("%s: exit code %d: %s", tc.args, code, out)
		}
	}
}

// The stories of the cells can be kept.
func TestTableKept(t *testing.T) {
	dir := t.TempDir()
	if out, code := withMatrix(t, smallMatrix(), "table", "--write", dir); code != judge.ExitHolds {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 || !strings.HasPrefix(files[0].Name(), "MM-I10-") {
		t.Errorf("kept %v", files)
	}
}

// Without any table, nothing is wrong.
func TestNoTables(t *testing.T) {
	kept := scenarios.Matrices
	scenarios.Matrices = nil
	defer func() { scenarios.Matrices = kept }()
	var b bytes.Buffer
	if code := Execute([]string{"table"}, &b, &b); code != judge.ExitHolds || !strings.HasPrefix(b.String(), "There are no tables.") {
		t.Errorf("exit code %d: %s", code, b.String())
	}
}
