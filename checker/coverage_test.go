package checker

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTally(t *testing.T) {
	var counts tally
	for _, a := range []Answer{{1, 0}, {255, -133}, {1, 0}, {1, 32000}, {1, -32000}, {1, 256}, {1, -1}, {1, 255}, {1, -1001}, {1, 256}, {1, -1}, {1, 32000}} {
		counts.add(a.Kind, a.Code)
	}
	got := Coverage{}
	counts.empty(got)
	want := Coverage{{1, 0}: 2, {255, -133}: 1, {1, 32000}: 2, {1, -32000}: 1, {1, 256}: 2, {1, -1}: 2, {1, 255}: 1, {1, -1001}: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	counts.add(1, 0)
	counts.empty(nil)
	counts.empty(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after emptying (-want +got):\n%s", diff)
	}
}

func TestCoverage(t *testing.T) {
	c := Coverage{{2, -1}: 1, {1, 5}: 2, {1, -5}: 3}
	c.Merge(Coverage{{1, 5}: 1, {0, 0}: 1})
	var order []Answer
	for a := range c.All() {
		order = append(order, a)
	}
	if diff := cmp.Diff([]Answer{{0, 0}, {1, -5}, {1, 5}, {2, -1}}, order); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !c.Seen(1, 5) || c[Answer{1, 5}] != 3 || c.Seen(1, 0) {
		t.Error(c)
	}
	for range c.All() {
		break // stopping early is allowed
	}
}
