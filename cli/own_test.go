package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"hvcheck/judge"
	"hvcheck/scenarios"
)

// withOwn runs a command line with a scenario of somebody else's, which is
// forgotten afterwards.
func withOwn(own scenarios.Scenario, args ...string) (out string, code int) {
	kept := scenarios.All
	scenarios.All = slices.Clone(kept)
	defer func() { scenarios.All = kept }()
	var b bytes.Buffer
	code = Execute(args, &b, &b, own)
	return b.String(), code
}

// A scenario of one's own is known by its name beside the others.
func TestOwnScenario(t *testing.T) {
	own, _ := scenarios.ByName("mmu.pin-first")
	mine := *own
	mine.Name, mine.Goals = "own.pin-first", nil
	out, code := withOwn(mine, "explore", "own.pin-first", "--design", "MM-V0", "--out", t.TempDir())
	if code != judge.ExitViolated || !strings.Contains(out, "own.pin-first, fixup=MM-V0") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	out, code = withOwn(mine, "explore", "mmu.pin-first")
	if code != judge.ExitHolds {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

// One that cannot be is refused before anything is done, whatever was asked.
func TestOwnScenarioRefused(t *testing.T) {
	own, _ := scenarios.ByName("mmu.pin-first")
	small := *own
	small.Name, small.Config = "own.small", scenarios.Scenario{}.Config
	for want, s := range map[string]scenarios.Scenario{
		`hvcheck: scenario "mmu.pin-first": there is one of that name already, or it has none; give it another name`: *own,
		`hvcheck: scenario "": there is one of that name already`:                                                    {},
		"hvcheck: scenario own.small: ": small,
	} {
		if out, code := withOwn(s, "list"); code != judge.ExitUsage || !strings.HasPrefix(out, want) || strings.Count(out, "\n") != 1 {
			t.Errorf("exit code %d: %s\nwant %s", code, out, want)
		}
	}
}
