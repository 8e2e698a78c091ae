package toyarea_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hvcheck/areas/toyarea"
	"hvcheck/cli"
	"hvcheck/gen"
	"hvcheck/scenarios"
)

// The area stands beside those that come with hvcheck, which know nothing of it.
func init() { scenarios.RegisterArea(toyarea.Area) }

// says runs a command line, which has to exit with the code and to print lines
// that match.
func says(t *testing.T, code int, command string, lines ...string) {
	t.Helper()
	var out bytes.Buffer
	if got := cli.Execute(strings.Fields(command), &out, &out); got != code {
		t.Errorf("hvcheck %s: exit code %d, want %d:\n%s", command, got, code, out.String())
	}
	for _, line := range lines {
		if !regexp.MustCompile("(?m)" + line).MatchString(out.String()) {
			t.Errorf("hvcheck %s: no line is %q:\n%s", command, line, out.String())
		}
	}
}

// only is the one file of a folder.
func only(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%s has %v, want one file (%v)", dir, files, err)
	}
	return filepath.Join(dir, files[0].Name())
}

// write writes a story by hand.
func write(t *testing.T, head string, ops ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "story.txt")
	text := "format: hvcheck/1\nscenario: toy.door\n" + head + "\n\n" + strings.Join(ops, "\n") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// Its scenario is searched and sampled, with its goal, promise and results.
func TestRun(t *testing.T) {
	says(t, 0, "run toy.door --budget 300ms",
		`^toy\.door  toy +15 +4  exhaustive +[0-9].* steps +holds`, `1 of 1 reach goals met`,
		`^6 \(operation, result\) pairs seen, 1 of 1 switchable rules in play`, `^1 promise kept`)
	says(t, 0, "run toy.door --budget 300ms --json", `"area": "toy"`, `"locks": 2`, `"sampled_traces": [1-9]`, `"id": "TOY-L1"`, `"toy.push -EPERM"`)
	says(t, 2, "run toy.doo", `toy\.door`)
}

// Its bounds are flags: they are kept within what it says, and change what is
// found; what it has not is refused.
func TestExplore(t *testing.T) {
	says(t, 0, "explore toy.door", `^scenario +toy\.door, locks=2, turns=3$`, `^states +15$`, `^promise TOY-L1 +kept`, `^goal toy\.door/open +met at depth 1$`)
	says(t, 0, "explore toy.door --turns 2 --locks 1", `^scenario +toy\.door, locks=1, turns=2$`, `^states +7$`)
	says(t, 2, "explore toy.door --locks 3", `^hvcheck: --locks 3: want 1 to 2 locks`)
	says(t, 2, "explore toy.door --frames 3", `is of area toy, which has no frames`)
	says(t, 2, "explore mmu.pin-first --locks 2", `is of area pvmmu, which has no locks`)
	says(t, 0, "explore --help", `^ +--locks number +toy: locks of the door, at most 2$`, `^ +--turns number +toy: keys turned`)
}

// It is sampled alone; a mix can be directed at its operations.
func TestSample(t *testing.T) {
	says(t, 0, "sample toy.door --budget 200ms", `^toy\.door  toy +all +.* nothing found`, `^1 scenario, `)
	says(t, 0, "sample toy.door --budget 200ms --mix flat:toy.turn --json", `"toy\.turn -EBUSY"`, `"mix": "flat:toy\.turn"`)
	dir := t.TempDir()
	says(t, 1, "sample toy.door --budget 20s --design TOY-B1 --out "+dir, `^toy\.door .* fails TOY-I1`, `^   1  toy\.turn  lock=1  # 0$`)
	says(t, 0, "replay "+only(t, dir), `^As recorded: TOY-I1 is violated at step 2\.`)
}

// The area is a name for its scenarios. What is another area's cannot speak
// about it, and its own is in play.
func TestAsked(t *testing.T) {
	says(t, 0, "run toy --budget 300ms", `^toy\.door `)
	says(t, 2, "explore toy.door --invariant MM-I1", `MM-I1 is about pvmmu, and scenario toy\.door about toy: it cannot speak there`)
	says(t, 2, "explore mmu.pin-first --invariant TOY-I1", `TOY-I1 is about toy, and scenario mmu\.pin-first about pvmmu: it cannot speak there`)
	says(t, 0, "explore toy.door --design TOY-V1 --invariant TOY-I1", `^verdict +holds$`)
	says(t, 3, "run toy.door --budget 300ms --design MM-V0", `MM-V0`)
}

// A violation is found, told, kept, and carried out again.
func TestViolation(t *testing.T) {
	dir := t.TempDir()
	says(t, 1, "run toy.door --design TOY-V2 --out "+dir,
		`^TOY-I1 violated: a locked door is not open$`, `^  with TOY-V2: a locked door opens$`, `^   1  toy\.turn  lock=0  # 0$`,
		`^   2  toy\.push          # 0  <- TOY-I1$`, `^    toy  Open +false  true$`, `^    the door opened although a lock is locked$`)
	file := only(t, dir)
	says(t, 0, "replay "+file, `^      toy  Locked\[0\]  false -> true$`, `^As recorded: TOY-I1 is violated at step 2\.`)
	says(t, 0, "replay --all "+file, `^        Gone +false$`)
	says(t, 0, "replay --story "+file, `^design: door=TOY-V2$`, `^toy\.turn lock=0  # 0$`)
	says(t, 0, "replay --json "+file, `"op": "toy.turn lock=0"`, `"name": "Locked\[0\]"`)
}

// A broken promise is a story with a loop.
func TestLoop(t *testing.T) {
	dir := t.TempDir()
	says(t, 1, "explore toy.door --turns 255 --out "+dir, `^promise TOY-L1 +broken$`, `^  toy\.door, no bound on turns$`, `^  # and so on for ever  <- TOY-L1$`)
	says(t, 0, "replay "+only(t, dir), `^As recorded: TOY-L1 is violated by repeating steps 1 to 2 for ever\.`)
}

// A story by hand is made shorter and simpler; one that cannot be is refused
// at its place.
func TestByHand(t *testing.T) {
	dir := t.TempDir()
	long := write(t, "design: door=TOY-V2", "toy.push", "toy.turn lock=1", "toy.turn lock=1", "toy.turn lock=1", "toy.push")
	says(t, 0, "minimize --out "+dir+" "+long, `^5 operations before, 2 now\.$`, `^   1  toy\.turn  lock=0  # 0$`, `^   2  toy\.push          # 0  <- TOY-I1$`)
	says(t, 0, "replay "+only(t, dir), `^As recorded: `)
	says(t, 2, "replay "+write(t, "", "toy.turn lock=2"), `story\.txt:5: toy\.turn: lock=2 is out of range; the bounds are locks=2 turns=3$`)
	says(t, 2, "replay "+write(t, "", "toy.tun lock=1"), `story\.txt:5: operation "toy\.tun" is unknown; did you mean "toy\.turn"\?$`)
}

// Its bug is found by search and by sampling, its claim and its table are
// decided.
func TestDecided(t *testing.T) {
	says(t, 0, "bugs TOY-B1 --seeds 2", `^TOY-B1  the apprentice  TOY-I1 +7 states +.* \(2 of 2\) +2 +2$`)
	says(t, 0, "claims TOY-C1", `^TOY-V1   TOY-I1  holds +holds +exhaustive +15 `, `^TOY-V2   TOY-I1  fails 2 +fails 2 `, `^All as expected\.$`)
	says(t, 0, "table doors", `^TOY-V1  H$`, `^TOY-V2  2$`, `^All as expected\.`)
}

// Whatever it has with an id is listed and explained.
func TestTold(t *testing.T) {
	says(t, 0, "list", `^  toy\.door  `, `^  TOY-I1  `, `^  TOY-L1  `, `^  TOY-C1  `, `^  doors  `, `^  TOY-V2  `, `^  TOY-B1  `, `^  toy\.turn  `, `^  door  `, `^  toy\.door/open  `)
	for id, line := range map[string]string{
		"toy.door":      `^  bounds +locks=2, turns=3$`,
		"toy.turn":      `^  lock +a lock of the door$`,
		"TOY-I1":        `^  area +toy$`,
		"TOY-L1":        `^  push +somebody pushes$`,
		"TOY-C1":        `^  thread +the carpenters' list, 1886-01-29: doors$`,
		"doors":         `^  TOY-I1  a locked door that opens$`,
		"TOY-V2":        `^  TOY-C1  fails 2 +a locked door stays shut$`,
		"TOY-B1":        `^  to bring it back +hvcheck run toy\.door --design TOY-B1$`,
		"door":          `^  TOY-V1  the baseline  a locked door stays shut$`,
		"toy.door/open": `^toy\.door/open \(goal\): the door is open$`,
		"EBUSY":         `^  toy\.turn +no more turns, or the door is not there$`,
	} {
		says(t, 0, "explain "+id, line)
	}
}

// Its pages are written by the command too.
func TestDoc(t *testing.T) {
	dir := t.TempDir()
	says(t, 0, "doc --dir "+dir+" areas/toy areas/toy-operations")
	for name, want := range map[string]string{"toy": "TOY-I1", "toy-operations": "toy.turn"} {
		if text, err := os.ReadFile(filepath.Join(dir, "areas", name+".md")); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s does not tell %s: %v\n%s", name, want, err, text)
		}
	}
}

// Tests of one's own draw stories of it.
func TestCheck(t *testing.T) {
	s, ok := scenarios.ByName("toy.door")
	if !ok {
		t.Fatal("toy.door is not registered")
	}
	gen.Check(t, s)
	drawn := map[string]bool{}
	gen.ForAll(t, s, func(story gen.Story) error {
		for _, op := range story.Ops {
			drawn[op.Spec().Name] = true
		}
		return nil
	})
	if want := s.OpNames(&s.Config); len(drawn) != len(want) || len(want) != 3 {
		t.Errorf("drawn: %v, of %v", drawn, want)
	}
}
