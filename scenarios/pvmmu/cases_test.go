package pvmmu_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hvcheck/scenarios/scenariostest"
)

var faults = flag.Bool("faults", false, "put the fault of each case in, build, and ask its scenario; some seconds each")

// fault is what a public report is about, put into the rules: in a file below
// the root of the module, text is replaced. By is the invariant that notices it,
// which does not name it; nobody does where the report's own answer is that the
// change is right.
type fault struct {
	id, what  string
	file      string
	from, to  string
	scenario  string
	by        string
	operation int // of the shortest story, those of the drain that follows it aside
}

// TestCases: what a fault replaces is still there, once, and what notices it
// exists. With -faults, each is put in.
func TestCases(t *testing.T) {
	for _, f := range cases {
		t.Run(f.id+" "+f.what, func(t *testing.T) {
			scenariostest.Must(t, f.scenario)
			source, err := os.ReadFile(filepath.Join("..", "..", f.file))
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(source), f.from); n != 1 {
				t.Fatalf("%s has the text that is replaced %d times:\n%s", f.file, n, f.from)
			}
			if *faults {
				f.put(t, strings.Replace(string(source), f.from, f.to, 1))
			}
		})
	}
}

// put builds the program with the fault in it and searches the scenario.
func (f *fault) put(t *testing.T, source string) {
	dir := t.TempDir()
	changed, overlay, program := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "hvcheck")
	path, err := filepath.Abs(filepath.Join("..", "..", f.file))
	if err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{changed: []byte(source), overlay: list} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-overlay", overlay, "-o", program, "hvcheck/cmd/hvcheck").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	search := exec.Command(program, "explore", f.scenario, "--out", dir)
	out, _ := search.CombinedOutput() // it exits with 1 when it has found something
	f.judge(t, string(out))
}

// judge reads what the search printed.
func (f *fault) judge(t *testing.T, out string) {
	if f.by == "" {
		if !strings.Contains(out, "Nothing violated") {
			t.Errorf("noticed, although the change is right:\n%s", out)
		}
		return
	}
	at := strings.Index(out, " violated: ")
	if at < 0 {
		t.Fatalf("not noticed:\n%s", out)
	}
	words := strings.Fields(out[:at])
	if got := words[len(words)-1]; !slices.Contains(strings.Fields(f.by), got) {
		t.Errorf("noticed by %s, want %s", got, f.by)
	}
	want := strings.TrimSpace(strings.Split(out[strings.Index(out, "shortest story: ")+len("shortest story: "):], " ")[0])
	if want != string(rune('0'+f.operation)) {
		t.Errorf("the shortest story has %s operations, want %d", want, f.operation)
	}
}
