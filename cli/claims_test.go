package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// otherThread is a claim of another thread, with designs of several choices,
// verdicts decided in different places, and a promise.
func otherThread() ([]scenarios.Column, scenarios.Claim) {
	columns := []scenarios.Column{
		{Name: "T-A", Design: []model.Choice{{Name: "fixup", Value: "MM-V0"}}},
		{Name: "T-B", Design: []model.Choice{{Name: "fixup", Value: "MM-V0"}, {Name: "MM-B3", Value: "on"}}},
	}
	return columns, scenarios.Claim{
		ID: "T-C1", Seed: "999", Text: "the toolstack is right in the end", Doc: "Nobody said so.",
		Scenario: "mmu.pin-first", Properties: []string{"MM-I10"},
		Verdicts: []scenarios.Verdict{
			{Variant: "T-A", Want: scenarios.Fails, Length: 2},
			{Variant: "T-B", Want: scenarios.Fails, Length: 3, Scenario: "test.promises", Properties: []string{"TEST-L2"}},
			{Variant: "T-A", Want: scenarios.Fails, Length: 1, Scenario: "test.promises", Properties: []string{"TEST-L1"}},
			{Variant: "T-B", Want: scenarios.Holds, Scenario: "test.promises", Properties: []string{"TEST-L3", "MM-I1"}},
		},
	}
}

// whileThere calls f while the other thread is there. It is in no topics, which
// are made once and for all.
func whileThere(f func()) {
	topic.Topics()
	columns, claim := otherThread()
	oldColumns, oldClaims := scenarios.Columns, scenarios.Claims
	defer func() { scenarios.Columns, scenarios.Claims = oldColumns, oldClaims }()
	scenarios.Columns = slices.Concat(oldColumns, columns)
	scenarios.Claims = append(slices.Clone(oldClaims[:2]), claim)
	f()
}

// claimed runs a command line while the other thread is there.
func claimed(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	whileThere(func() {
		if code := Execute(args, &out, &out); code != judge.ExitHolds {
			t.Errorf("%v: exit code %d:\n%s", args, code, out.String())
		}
	})
	return out.String()
}

// Each thread has a table with its own designs.
func TestClaimsOfTwoThreads(t *testing.T) {
	got := claimed(t, "claims")
	for _, want := range []string{
		"Thread 002\n\nCLAIM  WHAT IS CLAIMED ", "\n\nThread 999\n\nCLAIM  WHAT IS CLAIMED                    A        B\n",
		"T-C1   the toolstack is right in the end  fails 2  fails 3\n",
		"T-C1   the toolstack is right in the end  fails 1  holds\n",
		"3 claims, 18 verdicts: ", "All as expected.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	if got := claimed(t, "claims", "--seed", "999"); strings.Contains(got, "Thread") || strings.Contains(got, "MM-C1") {
		t.Errorf("one thread:\n%s", got)
	}
}

// Told alone, a claim says where each verdict was decided, and shows lassos.
func TestClaimToldWithLassos(t *testing.T) {
	got := claimed(t, "claims", "T-C1")
	for _, want := range []string{
		"mmu.pin-first, frames=", "\ntest.promises, frames=2, ",
		"VARIANT  ASKED          IN         EXPECTED  FOUND    SEARCHED    STATES  PROTOTYPE\n",
		"T-B      TEST-L2        promises   fails 3   fails 3  exhaustive ",
		"T-B      TEST-L3 MM-I1  promises   holds     holds    exhaustive ",
		"Under T-B:\n\nTEST-L2 violated: a vCPU with a context comes to its end\n",
		"  story: 1 step and then 2 steps for ever (found among all ",
		"  # from here on again and again\n  loop:\n   2  vcpu-reset ", "  # and so on for ever  <- TEST-L2\n",
		"  story: 1 step and then nothing more (found among all ", "  # nothing that must happen can happen any more  <- TEST-L1\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}

// Rules of today's code are tried like bugs, and told apart.
func TestAsIs(t *testing.T) {
	withAsIs("MM-B2", func() {
		var out bytes.Buffer
		if code := Execute([]string{"bugs", "MM-B3", "MM-B2", "--sampling=false"}, &out, &out); code != judge.ExitHolds {
			t.Errorf("exit code %d", code)
		}
		for _, want := range []string{
			"\n\nOpen questions about today's code: its rules that differ from what the invariants ask\n\nRULE   ORIGIN ",
			"1 of 1 found by search.", "\nOpen questions about today's code, 1 of 1 with a story; none is a bug until a real system shows it.\n",
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is missing in:\n%s", want, out.String())
			}
		}
		if strings.Index(out.String(), "MM-B3") > strings.Index(out.String(), "MM-B2") {
			t.Errorf("the bugs come first:\n%s", out.String())
		}
		out.Reset()
		Execute([]string{"run", "mmu.errors", "--design", "MM-B2", "--budget", "1s", "--out", t.TempDir()}, &out, &out)
		if want := "as today's code does with MM-B2: this is an open question about it, not a proven bug\n"; !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	})
}
