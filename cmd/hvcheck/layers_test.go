package main

import (
	"go/build"
	"slices"
	"strings"
	"testing"
)

// Layers point one way: what each package may import of this module and of
// rapid, tests aside.
func TestLayers(t *testing.T) {
	for pkg, allowed := range map[string]string{
		"model/errno":     "",
		"model/design":    "",
		"model/page":      "",
		"model/pvmmu":     "model/errno model/design model/page",
		"model/evtchn":    "model/errno model/design",
		"model":           "model/errno model/design model/page model/pvmmu model/evtchn",
		"invariants":      "model model/errno model/page model/pvmmu model/evtchn",
		"checker":         "",
		"scenarios":       "checker invariants model model/errno model/page model/pvmmu model/evtchn",
		"counterexamples": "checker invariants scenarios model model/errno model/page model/pvmmu model/evtchn",
		"gen":             "checker counterexamples scenarios model pgregory.net/rapid",
	} {
		p, err := build.ImportDir("../../"+pkg, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range p.Imports {
			inner, ours := strings.CutPrefix(path, "hvcheck/")
			if ours || strings.HasPrefix(path, "pgregory.net/") {
				if !slices.Contains(strings.Fields(allowed), inner) {
					t.Errorf("%s must not import %s", pkg, path)
				}
			}
		}
	}
}
