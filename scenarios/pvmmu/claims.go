package pvmmu

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/pvmmu"
	"hvcheck/scenarios"
)

const seed002 = "002"

// columns are the fix-ups that the thread compares.
var columns = fixups(pvmmu.V0, pvmmu.V1, pvmmu.V2, pvmmu.V3, pvmmu.V3u, pvmmu.V5, pvmmu.V6)

func fixups(list ...pvmmu.Fixup) []scenarios.Column {
	columns := make([]scenarios.Column, len(list))
	for i, f := range list {
		id := pvmmu.Variants[f].ID
		columns[i] = scenarios.Column{Name: id, Design: []model.Choice{{Name: "fixup", Value: id}}}
	}
	return columns
}

// ownAlphabet is why some searches visit another number of states than the
// prototype did.
const ownAlphabet = "the prototype's alphabet for this claim is not recorded; the scenario tells the one used here"

// claims lists the claims of the discussion.
var claims = []scenarios.Claim{
	{
		ID: "MM-C1", Seed: seed002,
		Text:     "pinning first and then setting a strict context leaves all L4s right",
		Doc:      `What the patch is for (Beulich, 2016-01-12): a toolstack that pins before it loads the context has its L4s initialised for the wrong mode, and migration of guests that enable m2p-strict fails. Nothing else runs between a preempted set-context and its continuation.`,
		Scenario: "mmu.pin-first", Properties: []string{"MM-I10"},
		Verdicts: scenarios.Row(columns, "F2 H130 H130 F2 F2 H130 H80"),
	},
	{
		ID: "MM-C2", Seed: seed002,
		Text:     "with the context set first, no fix-up is needed",
		Doc:      `The order of migration version 2, with vCPU 0 first, which the patch says is not the only thing that depends on it.`,
		Scenario: "mmu.context-first", Properties: []string{"MM-I9", "MM-I10"},
		Verdicts: scenarios.Row(columns, "H121 H121 H121 H121 H121 H121 H123"),
	},
	{
		ID: "MM-C3", Seed: seed002,
		Text: "MM-C1 holds also while another CPU pins",
		Doc: `Nobody says so in the thread; the code looks as if it did. The loop holds page_alloc_lock, which does not keep another CPU from pinning, and it gives the lock up when it is preempted.

Under MM-V2 the flag is still relaxed while the loop is preempted: an L4 that is pinned then, behind the place that the loop has reached, starts empty, and the continuation stops at the first filled slot. Under MM-V1 the flag is strict already: the newly pinned L4 is filled, and it is the one that stops the loop before an L4 that has not been visited.`,
		Scenario: "mmu.pin-race", Properties: []string{"MM-I10"},
		Verdicts: scenarios.Row(columns, "F2 F4 F4 F2 F2 F4 H363"),
	},
	{
		ID: "MM-C4", Seed: seed002,
		Text: "vCPU 0 need not get its context first",
		Doc: `The patch's description leaves a dependency on vCPU 0 being first. When vCPU 1 comes first, in relaxed mode, its user table is audited with an empty slot, which is right in either mode; then the strict context of vCPU 0 makes the loop fill it, and nothing empties it again (MM-I9). The loop cannot tell a user table from others.

And vCPU 1's kernel table is filled when it is installed, in relaxed mode. The loop ends where it meets that one: an L4 behind it on page_list, be it vCPU 0's own, stays empty (MM-I10).`,
		Scenario: "mmu.vcpu-order", Properties: []string{"MM-I9", "MM-I10"},
		Verdicts: slices.Concat(
			scenarios.Of(scenarios.Noted(scenarios.Row(columns, "H426 F2 F2 F3 F2 F2 H420"), ownAlphabet, "MM-V6"), "MM-I9"),
			scenarios.Of(scenarios.Row(columns, "F2 F3 F3 F2 F2 F3 H"), "MM-I10")),
	},
	{
		ID: "MM-C5", Seed: seed002,
		Text:     "filling cannot wait until CR3 is set without exposing the M2P to user mode",
		Doc:      `Beulich, 2016-01-12: deferring until after CR3 got set up is not an option, as it would defeat the purpose of strict mode. Decided as MM-I9 for a single vCPU: MM-V3 fills between the kernel and the user table, and exposes nothing; MM-V3u fills after both, and the user table stays filled.`,
		Scenario: "mmu.fixup", Properties: []string{"MM-I9"},
		Verdicts: scenarios.Noted(scenarios.Row(columns, "- H H H314 F2 H H"), ownAlphabet, "MM-V3"),
	},
	{
		ID: "MM-C6", Seed: seed002,
		Text:     "looking at the kernel L4's slot is enough to find out whether tables are wrong",
		Doc:      `Cooper, 2016-01-12 and 2016-01-13: gate the loop on whether the guest's table has inappropriate strictness. A kernel table that this very call has audited is right already, while an L4 that was pinned before is not.`,
		Scenario: "mmu.pin-first", Properties: []string{"MM-I10"},
		Verdicts: scenarios.Row(columns, "- - - F2 - - -"),
	},
	{
		ID: "MM-C7", Seed: seed002,
		Text:     "with the context first, the loop is skipped at first entry",
		Doc:      `Cooper, 2016-01-12, asks that domains of migration version 2 skip the loop. nr_l4_pages is 0 then, or the kernel table is right.`,
		Scenario: "mmu.context-first", Properties: []string{"MM-P7"},
		Verdicts: scenarios.Row(columns, "- H H H H H -"),
	},
	{
		ID: "MM-C8", Seed: seed002,
		Text:     "a continuation of the same call enters the loop, perhaps several times",
		Doc:      `Cooper, 2016-01-13: a second entry will hit the loop unconditionally. Once the kernel table has been validated and the audit of the user table is preempted, nr_l4_pages is no longer 0. With the condition on the old flag (MM-V2) the mode is strict by then.`,
		Scenario: "mmu.user-preempted", Properties: []string{"MM-P8"},
		Verdicts: scenarios.Row(columns, "- W2 N - - N N"),
	},
	{
		ID: "MM-C9", Seed: seed002,
		Text:     "a validated L4's slot has only two possible values",
		Doc:      `Beulich, 2016-01-12, against Cooper's objection of the same day that relying on zero is fragile. It needs the audit to overwrite what the guest wrote, and page_lock() to refuse partial pages (mutants MM-M4 and MM-M5).`,
		Scenario: "mmu.fixup-partial", Properties: []string{"MM-I8"},
		Verdicts: scenarios.Row(columns, "H H H H H H H"),
	},
	{
		ID: "MM-C10", Seed: seed002,
		Text:     "meeting a filled slot means that every L4 has been visited",
		Doc:      `The loop's way to end. A table that was filled by its use as a kernel table in relaxed mode stops the loop at once. Decided through MM-I10, with resets between contexts.`,
		Scenario: "mmu.resets", Properties: []string{"MM-I10"},
		Verdicts: scenarios.Noted(scenarios.Row(columns, "- F5 F5 - - H299 -"), ownAlphabet, "MM-V5"),
	},
	{
		ID: "MM-C11", Seed: seed002,
		Text:     "a second set-context, after a reset, walks the list again",
		Doc:      `Cooper, 2016-01-13: a toolstack can enter this function several times for the same vCPU, by resetting it in between. An initialised vCPU never gets to the loop.`,
		Scenario: "mmu.second-context", Properties: []string{"MM-P11"},
		Verdicts: scenarios.Row(columns, "- W4 N13 N13 N W4 N"),
	},
	{
		ID: "MM-C12", Seed: seed002,
		Text:     "looking at the flag's previous setting is enough to skip the loop",
		Doc:      `Beulich, 2016-01-12: a much simpler way to avoid the loop. It became part of what was committed.`,
		Scenario: "mmu.resets", Properties: []string{"MM-P12"},
		Verdicts: scenarios.Row(columns, "- - H - - H H"),
	},
	{
		ID: "MM-C13", Seed: seed002,
		Text:     "resets in between are harmless",
		Doc:      `Cooper, 2016-01-13, asks how much one cares; Beulich, 2016-01-13: if at all, another piece of code in the reset path is needed. Pin K and P, set a relaxed context with K, reset, set a strict one: K was filled by being used as kernel table, the loop meets K first and is done, P stays empty. With MM-V5 the reset empties K.`,
		Scenario: "mmu.resets", Properties: []string{"MM-I10"},
		Verdicts: scenarios.Noted(scenarios.Row(columns, "F2 F5 F5 F2 F2 H299 H279"), ownAlphabet, "MM-V5", "MM-V6"),
	},
	{
		ID: "MM-C14", Seed: seed002,
		Text:     "swapping pins and contexts in the toolstack breaks strict mode again",
		Doc:      `Beulich, 2016-01-12: the loop is skipped only as long as nobody moves pinning ahead of the context load again.`,
		Scenario: "mmu.pin-first", Properties: []string{"MM-I10"},
		Verdicts: scenarios.Row(columns, "W2 N N W2 W2 N N"),
	},
	{
		ID: "MM-C15", Seed: seed002,
		Text:     "the loop's work is proportional to the domain's pages",
		Doc:      `Cooper, 2016-01-12: preemptible, but a delay in proportion to the size of the domain while it is down. Decided as: at most one rotation of page_list and the pages up to the first L4; for MM-V6 exactly one rotation. The L4s here are audited in one go: what a count that is wrong, or an L4 that is half un-audited, does to the loop is told with MM-C17 and MM-C18.`,
		Scenario: "mmu.fixup", Properties: []string{"MM-P15"},
		Verdicts: scenarios.Row(columns, "- H H H H H H"),
	},
	{
		ID: "MM-C16", Seed: seed002,
		Text:     "the loop leaves page_list a permutation",
		Doc:      `It takes each page off the head and puts it back at the tail, whether it could lock it or not.`,
		Scenario: "mmu.fixup-partial", Properties: []string{"MM-I12"},
		Verdicts: scenarios.Row(columns, "H H H H H H H"),
	},
	{
		ID: "MM-C17", Seed: seed002,
		Text: "the loop always ends",
		Doc: `The loop ends at an L4 whose slot is not empty; nr_l4_pages is to say that there is one. But a pin that fails behind its first entry is counted down when it is undone, and was never counted up. After one such pin and no good one, the count is -1, the loop is entered, and there is no L4 to end it.

In the deferred variants the kernel table itself is validated before the loop begins.`,
		Scenario: "mmu.fixup-errors", Properties: []string{"MM-L1"},
		Verdicts: scenarios.Noted(scenarios.Row(columns, "- F3 F3 H22334 H14119 F3 H16173"), "unpins, relaxed contexts and resets are in the alphabet here, and runs end where nr_l4_pages would leave -6 to 6", "MM-V3", "MM-V3u", "MM-V6"),
	},
	{
		ID: "MM-C18", Seed: seed002,
		Text: "nr_l4_pages is the number of validated L4s",
		Doc: `Too low: a failing pin is counted down by its clean-up. With one good L4 the count is then 0 and the loop is skipped, with none it is -1 and the loop does not end (MM-C17).

Too high: pin, preempt the unpin, and another CPU pins the table again: the audit resumes, ends, and is counted a second time. The count also covers L4s that are half un-audited, which the loop cannot lock.`,
		Scenario: "mmu.fixup-count", Properties: []string{"MM-P18a", "MM-P18b"},
		Verdicts: slices.Concat(
			scenarios.Of(scenarios.Row(columns, "- F2 F2 F2 F2 F2 F2"), "MM-P18a"),
			scenarios.Of(scenarios.Row(columns, "- F3 F3 F3 F3 F3 F3"), "MM-P18b")),
	},
	{
		ID: "MM-C19", Seed: seed002,
		Text:     "the documented semantics hold at creation and at user and kernel use",
		Doc:      `Beulich, 2016-01-12: strict mode needs to strictly mean that L4s start with the slot filled and user-mode uses clear it. A preempted set-context is continued with the context that it began with.`,
		Scenario: "mmu.slot-rules", Properties: []string{"MM-P19"},
		Verdicts: scenarios.Row(columns, "H H H H F H H"),
	},
	{
		ID: "MM-C20", Seed: seed002,
		Text:     "turning strict mode on at run time works",
		Doc:      `The vm_assist hypercall sets the flag and processes no table: L4s that were audited in relaxed mode stay without the slot (MM-I10), and a user table that had it filled keeps it (MM-I9).`,
		Scenario: "mmu.run-time", Properties: []string{"MM-I10", "MM-I9"},
		Verdicts: slices.Concat(
			scenarios.Of(scenarios.Row(columns, "F F3 F3 F F F3 F3"), "MM-I10"),
			scenarios.Of(scenarios.Row(columns, "F3 F3 F3 F3 F3 F3 F3"), "MM-I9")),
	},
	{
		ID: "MM-C21", Seed: seed002,
		Text: "set-context ends in the same state however often it is preempted",
		Doc: `What makes a continuation that reads the whole context again right. With a loop, up to the rotation of page_list.

The deferred variants break it: what gates the loop is the kernel table's slot, and the part of the loop before the preemption has filled it. The continuation finds it filled and skips the rest.`,
		Scenario: "mmu.user-preempted", Properties: []string{"MM-I14"},
		Verdicts: scenarios.Noted(scenarios.Row(columns, "H H H F3 F2 H H"), "expected to hold, by reading only; the variants' own rule, a gate on the kernel table's slot, is what breaks it", "MM-V3", "MM-V3u"),
	},
}
