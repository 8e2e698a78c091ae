package design_test

import (
	"testing"

	"hvcheck/model/design"
)

func TestKinds(t *testing.T) {
	for k, want := range map[design.Kind]string{
		design.Variant: "variant", design.Bug: "bug", design.Mutant: "mutant", design.AsIs: "as-is",
	} {
		if got := k.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
