package model

import (
	"slices"
	"testing"
)

func TestCycle(t *testing.T) {
	w := func(who, by string) Wait { return Wait{Who: who, On: "to read", For: by} }
	for _, tc := range []struct {
		name       string
		list, want []Wait
	}{
		{"nobody", nil, nil},
		{"one behind the other", []Wait{w("a", "b"), w("b", "c")}, nil},
		{"for itself", []Wait{w("a", "a")}, []Wait{w("a", "a")}},
		{"two", []Wait{w("a", "b"), w("b", "a")}, []Wait{w("a", "b"), w("b", "a")}},
		{"beside others", []Wait{w("d", "a"), w("a", "c"), w("a", "b"), w("b", "e"), w("b", "a")}, []Wait{w("a", "b"), w("b", "a")}},
		{"three", []Wait{w("c", "a"), w("a", "b"), w("b", "c")}, []Wait{w("c", "a"), w("a", "b"), w("b", "c")}},
	} {
		if got := Cycle(tc.list); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
	if got := WaitsText([]Wait{w("a", "b"), w("b", "a")}); got != "a waits to read, for b; b waits to read, for a" {
		t.Error(got)
	}
}
