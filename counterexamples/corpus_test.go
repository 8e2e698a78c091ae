package counterexamples

import (
	"bytes"
	"slices"
	"testing"
)

// TestCorpus carries every story out again.
func TestCorpus(t *testing.T) {
	stories, err := Corpus()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range stories {
		id := CorpusIDs()[i]
		t.Run(id, func(t *testing.T) {
			if s.ID() != id {
				t.Errorf("the story's id is %s", s.ID())
			}
			if !complete(&s) {
				t.Error("the story does not record everything")
			}
			if data, _ := corpusFS.ReadFile("corpus/" + id + ".json"); !bytes.Equal(data, EncodeJSON(&s)) {
				t.Errorf("the file is not in canonical form:\n%s", EncodeJSON(&s))
			}
			for _, p := range Replay(&s).Problems {
				t.Error(p)
			}
			if found, ok := Find(id + ".json"); !ok || !same(found, &s) {
				t.Error("not found by its name")
			}
		})
	}
}

func TestFindNothing(t *testing.T) {
	if s, ok := Find("MM-I10-000000"); ok {
		t.Error("found", s)
	}
}

// complete tells whether the story says what it violates and every result.
func complete(s *Story) bool {
	unrecorded := func(c Call) bool { return !c.Recorded }
	return s.Fault.Invariant != "" &&
		!slices.ContainsFunc(s.Ops, unrecorded) && !slices.ContainsFunc(s.Drain, unrecorded)
}
