package counterexamples

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite testdata; read the difference before committing it")

// TestGolden shows a story in both forms, and its replay. Each file has three
// parts: story.json, story.txt and replay.
func TestGolden(t *testing.T) {
	sc := pinFirst(t)
	for name, s := range map[string]Story{
		"state":   explored(t, sc, with(t, sc, "fixup", "MM-V0"), "MM-I10"),
		"drained": explored(t, sc, with(t, sc, "MM-B15", "on"), "MM-I7"),
		"rest":    lasso(t, "TEST-L1"),
		"loop":    lasso(t, "TEST-L2"),
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, filepath.Join("testdata", name+".txtar"), &txtar.Archive{Files: []txtar.File{
				{Name: "story.json", Data: EncodeJSON(&s)},
				{Name: "story.txt", Data: []byte(EncodeText(&s))},
				{Name: "replay", Data: told(&s)},
			}})
		})
	}
}

// TestGoldenForms reads the golden stories in one form and writes them in the other.
func TestGoldenForms(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		asJSON, asText := a.Files[0].Data, a.Files[1].Data
		if s := decoded(t, asJSON); EncodeText(&s) != string(asText) {
			t.Errorf("%s: JSON to text:\n%s", file, EncodeText(&s))
		}
		if s := decoded(t, asText); !bytes.Equal(EncodeJSON(&s), asJSON) {
			t.Errorf("%s: text to JSON:\n%s", file, EncodeJSON(&s))
		}
	}
}

func golden(t *testing.T, file string, got *txtar.Archive) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(txtar.Format(got), want) {
		t.Errorf("%s differs; got:\n%s", file, txtar.Format(got))
	}
}

func decoded(t *testing.T, data []byte) Story {
	t.Helper()
	s, err := Decode("golden", data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// told is a replay in words.
func told(s *Story) []byte {
	var b bytes.Buffer
	r := Replay(s)
	for _, p := range r.Problems {
		fmt.Fprintln(&b, "problem:", p)
	}
	for _, step := range r.Steps[1:] {
		fmt.Fprintln(&b, step.N, step.Op, "->", step.Result)
		for _, c := range step.Changes {
			fmt.Fprintf(&b, "    %s, %s: %s -> %s\n", c.Subject, c.Name, c.Was, c.Is)
		}
		if step.Violated != "" {
			fmt.Fprintf(&b, "    %s violated: %s\n", step.Violated, step.Detail)
		}
	}
	return b.Bytes()
}
