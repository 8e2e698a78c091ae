package cli

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// schema reads one of the schemas that document what is written as JSON.
func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("../docs/schema/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// value reads JSON as the schemas take it.
func value(t *testing.T, text string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// outputs are command lines of every command that writes JSON, with their exit
// codes, by the schema of what they write.
var outputs = []struct {
	schema, args string
	code         int
}{
	{"run", "run mmu.pin-first mmu.context-first --budget 2s", judge.ExitHolds},
	{"run", "run test.promises mmu.pin-first --design MM-V0 --budget 1s", judge.ExitViolated},
	{"run", "run evtchn.reset-ends --design EV-M9 --budget 60s", judge.ExitViolated},
	{"run", "run mmu.pin-first mmu.race --design MM-B8 --tools 2 --budget 1ns", judge.ExitInconclusive},
	{"run", "sample mmu.pin-first --mix flat --budget 1s", judge.ExitHolds},
	{"run", "sample mmu.errors --design MM-B2 --budget 1s", judge.ExitViolated},
	{"explore", "explore mmu.pin-first", judge.ExitHolds},
	{"explore", "explore mmu.pin-first --design MM-V0", judge.ExitViolated},
	{"explore", "explore test.promises --invariant TEST-L1", judge.ExitViolated},
	{"explore", "explore mmu.typing --depth 1 --design today", judge.ExitInconclusive},
	{"claims", "claims", judge.ExitHolds},
	{"claims", "claims EV-C1 --budget 1ns", judge.ExitInconclusive},
	{"bugs", "bugs MM-B2 EV-M15 EV-A1 --seeds 1", judge.ExitHolds},
	{"bugs", "bugs MM-B6 --sampling=false --design MM-B15", judge.ExitViolated},
	{"replay", "replay STORIES", judge.ExitHolds},
	{"replay", "replay MM-I10-6fec5a --design MM-V2", judge.ExitHolds},
	{"replay", "replay EV-L2-534e33 --design EV-M1", judge.ExitHolds},
	{"minimize", "minimize MM-I10-6fec5a", judge.ExitHolds},
	{"conform", "conform --trace ../conform/testdata/model.jsonl", judge.ExitHolds},
	{"list", "list", judge.ExitHolds},
	{"list", "list mixes", judge.ExitHolds},
	{"pairs", "list pairs", judge.ExitHolds},
	{"explain", "explain IDS", judge.ExitHolds},
}

// What commands write as JSON is what docs/schema says, and has no other field.
func TestSchemas(t *testing.T) {
	checked := map[string]bool{"common": true, "story": true, "table": true, "teeth": true} // the last one by package teeth
	for _, tc := range outputs {
		checked[tc.schema] = true
		var out, errOut bytes.Buffer
		if code := Execute(arguments(t, tc.args), &out, &errOut); code != tc.code {
			t.Errorf("%s: exit code %d, want %d: %s", tc.args, code, tc.code, &errOut)
		}
		if err := schema(t, tc.schema).Validate(value(t, out.String())); err != nil {
			t.Errorf("%s: %v", tc.args, err)
		}
	}
	files, err := os.ReadDir("../docs/schema")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(f.Name(), ".schema.json"); !checked[name] {
			t.Errorf("no output is checked with %s", f.Name())
		}
	}
}

// arguments are the words of a command line: STORIES are all that come with
// hvcheck, IDS everything that can be explained, but for stories.
func arguments(t *testing.T, line string) []string {
	args := []string{"--json"}
	for _, word := range strings.Fields(line) {
		switch word {
		case "run", "explore", "sample", "minimize":
			args = append(args, word, "--out", t.TempDir())
		case "STORIES":
			args = append(args, counterexamples.CorpusIDs()...)
		case "IDS":
			args = append(append(args, "--"), explainable()...)
		default:
			args = append(args, word)
		}
	}
	return args
}

func explainable() (ids []string) {
	for _, about := range topic.Topics() {
		if about.Kind != "story" {
			ids = append(ids, about.ID)
		}
	}
	return ids
}

func TestSchemaOfTables(t *testing.T) {
	m := smallMatrix()
	m.Notes = []scenarios.CellNote{{Row: "MM-V0", Text: "the tree before the fix"}}
	for _, more := range [][]string{nil, {"--budget", "1ns"}} {
		out, _ := withMatrix(t, m, append([]string{"table", "--json"}, more...)...)
		if err := schema(t, "table").Validate(value(t, out)); err != nil {
			t.Errorf("%v: %v\n%s", more, err, out)
		}
	}
	// The notation of all cells that are expected, which may say more than what is found.
	for _, m := range scenarios.Matrices {
		for _, word := range slices.Concat(m.Want...) {
			cell := strings.NewReplacer("F 2/-", word).Replace(cellOfATable)
			if err := schema(t, "table").Validate(value(t, cell)); err != nil {
				t.Errorf("cell %q: %v", word, err)
			}
		}
	}
}

const cellOfATable = `[{"table": "a", "row": "b", "design": {}, "head": "c", "scenario": "d", "specified": "F 2/-",
	"expected": "F 2/-", "found": "F 2/-", "as_expected": true, "groups": []}]`

// Every story in the repository is what the schema of the format says.
func TestSchemaOfStories(t *testing.T) {
	ids, s := counterexamples.CorpusIDs(), schema(t, "story")
	if len(ids) < 100 {
		t.Fatalf("only %d stories", len(ids))
	}
	for _, id := range ids {
		text, err := os.ReadFile("../counterexamples/corpus/" + id + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(value(t, string(text))); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// The schemas refuse what is not as they say.
func TestSchemasRefuse(t *testing.T) {
	story := `{"format": "hvcheck/1", "scenario": "mmu.typing", "ops": [{"op": "mmuext.pin", "cpu": "t0", "frame": 0}]}`
	if err := schema(t, "story").Validate(value(t, story)); err != nil {
		t.Error(err)
	}
	for _, tc := range []struct{ schema, text, was, is string }{
		{"story", story, "hvcheck/1", "hvcheck/2"},
		{"story", story, `"op": `, `"operation": `},
		{"story", story, `"ops"`, `"steps"`},
		{"story", story, `"frame": 0`, `"frame": [0]`},
		{"table", cellOfATable, `"design": {}`, `"design": ["fixup=MM-V0"]`},
		{"table", cellOfATable, `"found": "F 2/-"`, `"found": "fails"`},
		{"table", cellOfATable, `"row": "b",`, ``},
		{"table", cellOfATable, `"row": "b",`, `"row": "b", "line": 1,`},
	} {
		text := strings.Replace(tc.text, tc.was, tc.is, 1)
		if err := schema(t, tc.schema).Validate(value(t, text)); err == nil || text == tc.text {
			t.Errorf("%s accepts %s", tc.schema, text)
		}
	}
}

// In JSON a design has one form wherever there is one.
func TestDesignsInJSON(t *testing.T) {
	want := map[string]any{"fixup": "MM-V0"}
	for _, args := range []string{
		"run mmu.pin-first --design MM-V0 --budget 1s", "explore mmu.pin-first --design MM-V0",
		"claims MM-C1", "replay MM-I10-6fec5a",
	} {
		var out bytes.Buffer
		Execute(arguments(t, args), &out, &bytes.Buffer{})
		found := designsIn(value(t, out.String()))
		if len(found) == 0 || cmp.Diff(want, found[0]) != "" {
			t.Errorf("%s: design %v, want %v", args, found, want)
		}
	}
}

// designsIn finds what stands in every field that is called design.
func designsIn(v any) (found []any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			found = append(found, designsIn(item)...)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if name == "design" {
				found = append(found, v[name])
				continue
			}
			found = append(found, designsIn(v[name])...)
		}
	}
	return found
}
