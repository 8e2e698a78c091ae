package runstate

import (
	"slices"

	"hvcheck/model"
	"hvcheck/scenarios"
)

const seed001 = "001"

const (
	woodhouse22 = "Woodhouse, 2022-11-22"
	woodhouse   = "Woodhouse, 2022-11-23"
	sean        = "Christopherson, 2022-11-23"
)

// verdicts reads the verdicts of V1, V2, V3, V4, V5, V6, V7, VX and VP.
func verdicts(line string) []scenarios.Verdict { return row(columns, line) }

// guarded is today's design with the guard that the thread has for a helper that
// works within a page.
var guarded = scenarios.Column{
	Name: "RS-V7-guard", Title: "RS-V7, with a check that refuses what ends with its page",
	Design: []model.Choice{{Name: "RS-M5", Value: "on"}},
}

// claims lists the claims of the discussion.
var claims = []scenarios.Claim{
	{
		ID: "RS-C1", Seed: seed001,
		Text:     "an area that crosses a page's end is updated completely",
		Doc:      "What the patch is for. As a property: when no update is in progress, the area is what one update has written, at every place where a page can end between two fields, and whichever page goes when. Xen's design is asked with a guest that unmaps a page itself.",
		Scenario: "runstate.fields", Properties: []string{"RS-I5"},
		Verdicts: slices.Concat(verdicts("F1 F3 F8 F9 H H H - -"), in(verdicts("- - - - - - - F8 -"), "runstate.xen-map")),
	},
	{
		ID: "RS-C2", Seed: seed001,
		Text:     "an update that is given up between the pages leaves the flag set",
		Doc:      woodhouse22 + ", quoted by " + sean + ": page B, page A, page B again, potentially having to abort. The witness is an area with XEN_RUNSTATE_UPDATE that nobody writes.",
		Scenario: "runstate.fields", Properties: []string{"RS-I4"},
		Verdicts: verdicts("N W4 N W9 N N N - -"),
	},
	{
		ID: "RS-C3", Seed: seed001,
		Text:     "with the flag in the second page, losing either page between the stores does no harm",
		Doc:      "The order B, A, B of " + woodhouse22 + ". As a property: the area is whole, and the flag is not left set.",
		Scenario: "runstate.fields-flag-second", Properties: []string{"RS-I5", "RS-I4"},
		Verdicts: verdicts("- F3 F8 F9 H H H - -"),
	},
	{
		ID: "RS-C4", Seed: seed001,
		Text:     "even within a page, the page can go between setting and clearing the flag",
		Doc:      sean + ". The witness is an area within a page with the flag left set.",
		Scenario: "runstate.fields-one", Properties: []string{"RS-I4"},
		Verdicts: verdicts("N W4 N W9 N N N - -"),
	},
	{
		ID: "RS-C5", Seed: seed001,
		Text:     "looking first whether both pages are there avoids updates that are half done",
		Doc:      woodhouse22 + ": I do kind of prefer the version which checks that both pages are present before it starts writing. It does if the pages stay locked.",
		Scenario: "runstate.fields", Properties: []string{"RS-I5"},
		Verdicts: verdicts("- - - F9 H H H - -"),
	},
	{
		ID: "RS-C6", Seed: seed001,
		Text:     "locks of both caches, held from the look to the last store, keep the pages",
		Doc:      woodhouse + ": lock the whole lot down and then do the update. As a property: each store goes to the frame that is behind the page then.",
		Scenario: "runstate.fields", Properties: []string{"RS-I10"},
		Verdicts: verdicts("- - - F3 H H H - -"),
	},
	{
		ID: "RS-C7", Seed: seed001,
		Text:     "with a cached mapping for the flag's page alone, times need not add up, and nobody can see that",
		Doc:      woodhouse + ": the byte with the bit might still be accessible, but bets are off about the rest, and those runtimes are supposed to add up. The witness is a copy that a reader accepts, and whose times do not.",
		Scenario: "runstate.fields", Properties: []string{"RS-I2"},
		Verdicts: verdicts("- - W13 - - - N - -"),
	},
	{
		ID: "RS-C8", Seed: seed001,
		Text:     "an area in two memslots works",
		Doc:      woodhouse22 + ": it is still possible for the runstate to cross from one memslot to an adjacent one. As a property: the area is whole, and a schedule-in brings it up to date. Without cached mappings, schedule-out has to skip such an area.",
		Scenario: "runstate.fields-apart", Properties: []string{"RS-I5", "RS-L1"},
		Verdicts: verdicts("F1 H F8 F9 H H H - -"),
	},
	{
		ID: "RS-C9", Seed: seed001,
		Text:     "areas that have to be contiguous for the VMM solve the memslots' problem",
		Doc:      sean + ": what if KVM requires that the runstate be contiguous in host virtual address space? As a property: a schedule-in brings the area up to date.",
		Scenario: "runstate.fields", Properties: []string{"RS-L1"},
		Verdicts: verdicts("- H - - H - H - -"),
	},
	{
		ID: "RS-C10", Seed: seed001,
		Text:     "they do not solve that of a page that is swapped out",
		Doc:      sean + ": probably a moot point. The witness is an area that is left half written although its pages are contiguous.",
		Scenario: "runstate.fields", Properties: []string{"RS-I5"},
		Verdicts: slices.Concat(verdicts("- W3 W8 - - - - - -"), of(verdicts("- W4 - - - - - - -"), "RS-I4")),
	},
	{
		ID: "RS-C11", Seed: seed001,
		Text:     "schedule-out never sleeps, and waits for nobody",
		Doc:      woodhouse22 + ": coping with the case where the vCPU is being scheduled out, and it can't sleep. RS-V2 is with page faults disabled, as Linux had it.",
		Scenario: "runstate.locks", Properties: []string{"RS-I11"},
		Verdicts: verdicts("H H H H F4 F4 H - -"),
	},
	{
		ID: "RS-C12", Seed: seed001,
		Text:     "nothing else takes two of these locks, so that any fixed order is free of deadlocks",
		Doc:      "The patch, and " + woodhouse + ": I'm actually OK with locking two GPCs. Decided with three threads that use the same two caches, which no KVM has. Without an order two updates, each with one lock, wait for the other one's behind writers.",
		Scenario: "runstate.locks", Properties: []string{"RS-I12"},
		Verdicts: verdicts("- - - - H F12 H - -"),
	},
	{
		ID: "RS-C13", Seed: seed001,
		Text:     "one image on the stack serves both layouts",
		Doc:      sean + ": the update could use a single code flow by always constructing an on-stack representation. As a property: every offset is written in the guest's layout, within its bounds, and padding is zero or as it was.",
		Scenario: "runstate.sweep", Properties: []string{"RS-I14", "RS-I15", "RS-I9"},
		Verdicts: verdicts("- H H H H H H - -"),
	},
	{
		ID: "RS-C14", Seed: seed001,
		Text:     "offset + len >= PAGE_SIZE is what a helper that works within a page has to refuse",
		Doc:      woodhouse + ": KVM_BUG_ON(offset + len >= PAGE_SIZE). It refuses what ends with its page: the area is never up to date. The right test is >.",
		Scenario: "runstate.fields-one", Properties: []string{"RS-L1"},
		Verdicts: slices.Concat(row([]scenarios.Column{guarded}, "F1"), verdicts("- - - - - - H - -")),
	},
	{
		ID: "RS-C15", Seed: seed001,
		Text:     "what schedule-out skips is repaired at the next schedule-in",
		Doc:      "Implied by giving up in atomic context. As a promise: after a schedule-in of an area whose pages have memory, it is up to date. RS-V1 never writes the second page, and is asked about an area within one.",
		Scenario: "runstate.fields", Properties: []string{"RS-L1"},
		Verdicts: slices.Concat(noted(verdicts("- H H F9 H H H - -"), "expected was that it holds; without locks a schedule-in writes to a page that has gone, too", "RS-V4"), in(verdicts("H - - - - - - - -"), "runstate.fields-one")),
	},
	{
		ID: "RS-C16", Seed: seed001,
		Text:     "Xen sets the flag's byte alone, so that an area that is not aligned does no harm",
		Doc:      "The patch, after update_runstate_area(). As a property: no reader accepts a torn copy. Eight bytes are two stores where they cross a cache line.",
		Scenario: "runstate.fields", Properties: []string{"RS-I1"},
		Verdicts: slices.Concat(verdicts("- F6 - - H H H H -"), in(verdicts("- - - - - - - - H"), "runstate.xen-page")),
	},
}

// entryClaims lists what readers rely on beside the flag.
var entryClaims = []scenarios.Claim{
	{
		ID: "RS-C17", Seed: "runstate-entry",
		Text:     "two different contents never have the same entry time",
		Doc:      "It needs a clock that goes on between any two changes. Where it stands still, the entry time and the times stay, and the state changes.",
		Scenario: "runstate.fields", Properties: []string{"RS-I7"},
		Verdicts: slices.Concat(verdicts("- - - - - - H - -"), in(verdicts("- - - - - - F7 - -"), "runstate.fields-still")),
	},
	{
		ID: "RS-C18", Seed: "runstate-entry",
		Text:     "a reader that finds the same entry time again, and no flag, has a copy of one update",
		Doc:      "It does although the clock stands still: as only the state changes then, there is nothing to mix. It does not where the VMM moves time from one state to another and leaves the entry time as it is, which KVM takes.",
		Scenario: "runstate.fields", Properties: []string{"RS-I1"},
		Verdicts: slices.Concat(
			verdicts("- - - - - - H - -"), in(verdicts("- - - - - - H - -"), "runstate.fields-still"),
			in(verdicts("- - - - - - F12 - -"), "runstate.same-entry"),
		),
	},
}
