package pages

import (
	"context"
	"slices"
	"strings"
	"testing"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// otherThread is a claim of another thread, with designs of several choices,
// verdicts decided in different places, and a promise.
func otherThread() (*scenarios.Thread, []scenarios.Column, scenarios.Claim) {
	columns := []scenarios.Column{
		{Name: "T-A", Title: "the first", Design: []model.Choice{{Name: "fixup", Value: "MM-V0"}}},
		{Name: "T-B", Title: "the second", Design: []model.Choice{{Name: "fixup", Value: "MM-V0"}, {Name: "EV-M12", Value: "on"}}},
	}
	return &scenarios.Thread{ID: "999", Title: "another discussion", List: "nowhere", Subject: "nothing"}, columns, scenarios.Claim{
		ID: "T-C1", Seed: "999", Text: "the toolstack is right in the end", Doc: "Nobody said so.",
		Scenario: "mmu.pin-first", Properties: []string{"MM-I10"},
		Verdicts: []scenarios.Verdict{
			{Variant: "T-A", Want: scenarios.Fails, Length: 2},
			{Variant: "T-B", Want: scenarios.Fails, Length: 5, Scenario: "evtchn.soft-reset", Properties: []string{"EV-L7"}},
		},
	}
}

// Each thread has a page with a table of its own designs, and the page of
// designs names them.
func TestPageOfAnotherThread(t *testing.T) {
	places() // are made once and for all, without this thread
	thread, columns, claim := otherThread()
	oldColumns, oldClaims := scenarios.Columns, scenarios.Claims
	defer func() { scenarios.Columns, scenarios.Claims = oldColumns, oldClaims }()
	scenarios.Columns = slices.Concat(oldColumns, columns)
	scenarios.Claims = append(slices.Clone(oldClaims), claim)

	page, err := NewWriter(&judge.Judge{Workers: 2}).thread(context.Background(), thread)
	if err != nil {
		t.Fatal(err)
	}
	lacks(t, page,
		"# Another discussion\n\nnowhere: \"nothing\".\n",
		"**Under every design a claim fails.** The fewest do under T-A, the first (1 of 1 claim): T-C1 ([2](999-stories.md#mm-i10-",
		"\n| claim | what is claimed | T-A | T-B |\n", "\n| by | in | T-A | T-B |\n",
		"\n| T-C1 | the toolstack is right in the end | [fails 2](999-stories.md#mm-i10-",
		"\n| [EV-L7](../areas/evtchn.md#ev-l7) | [evtchn.soft-reset](../areas/evtchn-scenarios.md#evtchn.soft-reset) |  | [fails 5](999-stories.md#ev-l7-",
		"\nDecided in [mmu.pin-first](../areas/pvmmu-scenarios.md#mmu.pin-first), [evtchn.soft-reset](../areas/evtchn-scenarios.md#evtchn.soft-reset).\n")
	if strings.Contains(page, "MM-V2") || strings.Contains(page, "MM-C1") {
		t.Errorf("another thread's designs or claims stand in:\n%s", page)
	}
	lacks(t, designs(designsPage), "| T-B | the second | fixup=MM-V0, EV-M12=on |")
}

// lacks reports parts that a page has not.
func lacks(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("%q is missing in:\n%s", part, page)
		}
	}
}
