package teeth_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"hvcheck/areas/toyarea"
	"hvcheck/report"
	"hvcheck/scenarios"
	"hvcheck/teeth"
)

func init() { scenarios.RegisterArea(toyarea.Area) }

// judged are all mutants of the toy area, and what is kept of them.
func judged(t *testing.T, keep string) *teeth.Result {
	t.Helper()
	areas, err := teeth.Areas([]string{"Toy"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := teeth.Prepare(context.Background(), areas, teeth.Options{Dir: "..", Main: "hvcheck/teeth/testdata/toytest", Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	kept, err := teeth.Open(keep, b.Hash)
	if err != nil {
		t.Fatal(err)
	}
	list, err := b.JudgeAll(context.Background(), kept, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := b.Result(list)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The toy area has mutants of every verdict but those that hang or do not build.
func TestToy(t *testing.T) {
	keep := filepath.Join(t.TempDir(), "kept.jsonl")
	r := judged(t, keep)
	verdicts := map[string]*teeth.Judged{}
	for _, j := range r.List {
		verdicts[j.ID] = j
	}
	for id, want := range map[string]string{
		"toy.go/push/if 1/never":                      "killed: TOY-I1 in toy.door after 2 operations",
		"toy.go/push/assign 2/dropped":                "killed: TOY-L1 in toy.door after 0 operations",
		"toy.go/remove/constant 1/ENOENT to ESRCH":    "killed: result in toy.door after 2 operations",
		"toy.go/calls.Begin/constant 1/false to true": "killed: refusal in toy.door after 1 operation",
		"switch/TOY-B1":                               "killed: TOY-I1 in toy.door after 2 operations",
		"switch/door=TOY-V2":                          "killed: TOY-I1 in toy.door after 2 operations",
		"toy.go/push/constant 7/true to false":        "noticed only: goal toy.door/open is missed",
		"toy.go/remove/if 1/never":                    "noticed only: result toy.remove -ENOENT is never seen",
		"toy.go/shut.Build/assign 1/dropped":          "noticed only: promise TOY-L1 is never made in toy.door",
		"toy.go/turn/assign 2/dropped":                "survived: ",
		"toy.go/turn/operand 1/dropped":               "unchanged: the rule does the same wherever a scenario comes to it",
		"toy.go/push/assign 1/dropped":                "unchanged: rule TOY-B1 never comes into play; rule TOY-V1 never comes into play",
		"toy.go/description/if 1/never":               "never reached: ",
		"toy.go/calls.Begin/assign 1/dropped":         "panics: in toy.door: ",
	} {
		j := verdicts[id]
		if j == nil {
			t.Errorf("no mutant %s", id)
			continue
		}
		got := string(j.Verdict) + ": " + strings.Join(j.Notes, "; ")
		if j.Kill != nil {
			got = string(j.Verdict) + ": " + j.Kill.By()
		}
		if got != want && !(j.Verdict == teeth.Panics && strings.HasPrefix(got, want)) {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	again := judged(t, keep)
	for i, j := range again.List {
		if j.Trials != nil || j.Verdict != r.List[i].Verdict {
			t.Errorf("%s: %s, then %s, tried again: %v", j.ID, r.List[i].Verdict, j.Verdict, j.Trials != nil)
		}
	}
	shown(t, r)
}

// shown checks what is written of a result.
func shown(t *testing.T, r *teeth.Result) {
	var out bytes.Buffer
	p := report.NewPrinter(&out)
	if err := p.ShowTeeth(r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"toy.go/push/if 1/never                        killed: TOY-I1 toy.door 2\n",
		"toy.go/turn/assign 2/dropped: survived\n  - m.st.Locked[a[0]] = !m.st.Locked[a[0]]\n    changes toy.door\n",
		"\nswitches  100.0 %       2 ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
	out.Reset()
	p.Format = "json"
	if err := p.ShowTeeth(r); err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile("../docs/schema/teeth.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Error(err)
	}
}

// Without the source nothing is changed, and the error says so.
func TestWithoutSource(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module other\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	areas, err := teeth.Areas(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = teeth.Prepare(context.Background(), areas, teeth.Options{Dir: dir, Main: "hvcheck/cmd/hvcheck"})
	if err == nil || !strings.Contains(err.Error(), "teeth is run in the source of the module") {
		t.Errorf("error %v", err)
	}
}
