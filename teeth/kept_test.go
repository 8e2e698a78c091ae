package teeth

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/model"
	"hvcheck/teeth/places"
)

var toyish = &model.Area{Name: "toyish"}

func mutant(id, text string) *Mutant {
	return &Mutant{Mutant: &places.Mutant{ID: id, Text: text}, Area: toyish}
}

// What is kept is known again for the same source, and a line that was cut off
// is not.
func TestKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.jsonl")
	a, b, c := mutant("a", ""), mutant("b", ""), mutant("c", "")
	first, err := Open(path, "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range []*Judged{
		{Mutant: a, Verdict: Killed, Kill: &Kill{Property: "I1", Scenario: "s", Length: 3}},
		{Mutant: b, Verdict: Noticed, Notes: []string{"goal g is missed"}, Changed: []string{"s"}},
	} {
		if err := first.keep(j); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, `{"source":"1","area":"toyish","id":"c","verd`...), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{"1", "2"} {
		k, err := Open(path, hash)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []*Mutant{a, b, c} {
			if known := k.known(m) != nil; known != (hash == "1" && m != c) {
				t.Errorf("source %s: mutant %s known: %v", hash, m.ID, known)
			}
		}
		if hash == "1" && (k.known(a).Kill.Length != 3 || k.known(b).Verdict != Noticed || k.known(b).Notes[0] != "goal g is missed") {
			t.Errorf("kept %+v and %+v", k.known(a), k.known(b))
		}
		if err := k.keep(&Judged{Mutant: c, Verdict: Survived}); err != nil {
			t.Fatal(err)
		}
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
	}
	k, err := Open(path, "2")
	if err != nil || k.known(c) == nil || k.known(a) != nil {
		t.Errorf("after a cut off line: %v, %+v", err, k.lines)
	}
}

// A file of something else is refused, and stays as it is.
func TestKeptRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.jsonl")
	if err := os.WriteFile(path, []byte("a diary\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, "1"); err == nil {
		t.Error("taken for a file of hvcheck teeth")
	}
	if text, _ := os.ReadFile(path); string(text) != "a diary\n" {
		t.Errorf("it reads %q now", text)
	}
}

// The rows of a document are those of its tables that begin with an id; those
// that are about nothing any more are told.
func TestReasons(t *testing.T) {
	list := reasonsIn("# Survivors\n\n| mutant | changes | reason |\n| --- | --- | --- |\n" +
		"| `a` | `x \\| y` | Equivalent: y is x |\n| `b` | `z` | a gap |\n| `c` | `old` | equivalent |\n| `d` | `w` |  |\n| `e` |\n")
	b := &Bench{All: []*Mutant{mutant("a", "x | y"), mutant("b", "z"), mutant("c", "new"), mutant("d", "w")}}
	for _, r := range list {
		r.area = toyish
	}
	judged := []*Judged{
		{Mutant: b.All[0], Verdict: Survived, Changed: []string{"s"}},
		{Mutant: b.All[1], Verdict: Killed, Kill: &Kill{Property: "I1", Scenario: "s", Length: 1}},
		{Mutant: b.All[3], Verdict: Survived},
	}
	want := []Stale{
		{toyish, "b", "it is killed: I1 in s after 1 operation"}, {toyish, "c", "the place reads differently: new"}, {toyish, "e", "there is no such mutant"},
	}
	stale := b.StaleOf(list, judged)
	if len(stale) != len(want) {
		t.Fatalf("stale: %v", stale)
	}
	for i := range want {
		if stale[i] != want[i] {
			t.Errorf("stale %v, want %v", stale[i], want[i])
		}
	}
	b.Areas = []*model.Area{toyish}
	r := &Result{b, judged, list, stale}
	if n := r.Equivalent(toyish); n != 1 {
		t.Errorf("%d equivalent, want 1", n)
	}
	if open := r.Open(toyish); len(open) != 1 || open[0].ID != "d" {
		t.Errorf("without a reason: %v", open)
	}
	rows := []string{"| `a` | `x \\| y` | Equivalent: y is x |", "| `d` | `w` | |"}
	if diff := cmp.Diff(rows, r.Rows(toyish)); diff != "" {
		t.Errorf("rows (-want +got)\n%s", diff)
	}
}

// A score leaves out what changed nothing, panicked or hung.
func TestScore(t *testing.T) {
	var list []*Judged
	for v, n := range map[Verdict]int{Killed: 6, Noticed: 1, Survived: 1, Unchanged: 5, Unreached: 2, Panics: 3, Hangs: 1, Unbuilt: 1} {
		for range n {
			list = append(list, &Judged{Mutant: mutant("m", ""), Verdict: v})
		}
	}
	if s := Total(list); s.Percent() != 75 || s.Changed() != 8 || s.Mutants() != 20 {
		t.Errorf("%v %% of %d of %d", s.Percent(), s.Changed(), s.Mutants())
	}
	if s := Total(nil); s.Percent() != 100 {
		t.Errorf("nothing: %v %%", s.Percent())
	}
}

// A sample is drawn by its seed, and comes in the order of all.
func TestSample(t *testing.T) {
	var all []*Mutant
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		all = append(all, mutant(id, ""))
	}
	draw := func(seed uint64) (ids string) {
		o := Options{Sample: 4, Seed: seed}
		list, err := o.choose(all)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			ids += m.ID
		}
		return ids
	}
	seen := map[string]bool{}
	for seed := range uint64(20) {
		ids := draw(seed)
		if ids != draw(seed) || len(ids) != 4 {
			t.Errorf("seed %d: %s, then %s", seed, ids, draw(seed))
		}
		for i := 1; i < len(ids); i++ {
			if ids[i-1] >= ids[i] {
				t.Errorf("seed %d: %s", seed, ids)
			}
		}
		seen[ids] = true
	}
	if len(seen) < 5 {
		t.Errorf("20 seeds draw %v", seen)
	}
}

// One mutant is chosen by its id, several by what their ids begin with.
func TestOnly(t *testing.T) {
	all := []*Mutant{mutant("a/f/if 1/never", ""), mutant("a/g/if 1/never", ""), mutant("b/f/if 1/never", "")}
	for only, want := range map[string]int{"a/f/if 1/never": 1, "a/": 2, "a/g/": 1, "a": 0, "c/": 0} {
		o := Options{Only: only}
		if list, err := o.choose(all); len(list) != want || (err == nil) != (want > 0) {
			t.Errorf("%s: %d mutants, error %v, want %d", only, len(list), err, want)
		}
	}
}
