package grant

import (
	"slices"

	"hvcheck/model"
	"hvcheck/scenarios"
)

const seed000 = "000"

// handed is a hand-over, by its id.
func handed(id string, more ...model.Choice) scenarios.Column {
	return scenarios.Column{Name: id, Design: append([]model.Choice{{Name: "takeover", Value: id}}, more...)}
}

// columns are the hand-overs that the thread compares.
var columns = []scenarios.Column{
	handed("GR-V0"), handed("GR-V1"), handed("GR-V2"), handed("GR-V3"), handed("GR-V4"), handed("GR-V5"), handed("GR-V6"),
	handed("GR-V7"), handed("GR-V8"), handed("GR-V9"), handed("GR-V10"), handed("GR-V11"), handed("GR-V12"),
}

// repairs are hand-overs with a rule of revocation left out.
var repairs = []scenarios.Column{
	broken("GR-V6-M4", "GR-V6", "GR-M4", "GR-V6 without book-keeping (GR-M4)"),
	broken("GR-V9-M2", "GR-V9", "GR-M2", "GR-V9 that replaces in two steps (GR-M2)"),
	broken("GR-V11-M2", "GR-V11", "GR-M2", "GR-V11 that replaces in two steps (GR-M2)"),
}

func broken(name, id, rule, title string) scenarios.Column {
	col := handed(id, model.Choice{Name: rule, Value: "on"})
	col.Name, col.Title = name, title
	return col
}

// resets are the forms of GNTTABOP_reset, and a list in its place. They come on top of any
// hand-over; here K2 starts at once.
var resets = []scenarios.Column{reset("GR-T1"), reset("GR-T0"), reset("GR-T2")}

func reset(id string) scenarios.Column {
	col := handed("GR-V0", model.Choice{Name: "gnttab-reset", Value: id})
	col.Name = id
	return col
}

// verdicts reads the verdicts of V0 to V12.
func verdicts(line string) []scenarios.Verdict { return scenarios.Row(columns, line) }

var of = scenarios.Of

// What a hand-over is asked as a whole.
var allRight = []string{"GR-I8", "GR-I9", "GR-I10", "GR-I11", "GR-I12", "GR-P11"}

// claims lists the claims of the discussion.
var claims = []scenarios.Claim{
	{
		ID: "GR-C1", Seed: seed000,
		Text:     "the backend never writes the next kernel's memory",
		Doc:      `What force-unmap is for (Kuznetsov, 2014-08-01): a page that K1 has granted is K2's, and the backend still has it mapped. A design that waits until nothing is mapped keeps this for want of anything to break it.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I8"},
		Verdicts: verdicts("F5 H H F6 F5 F5 H H H H H H H"),
	},
	{
		ID: "GR-C2", Seed: seed000,
		Text:     "the backend never reads the next kernel's data",
		Doc:      `The same for loads.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I9"},
		Verdicts: verdicts("F6 H H F7 F6 F6 H H H H H H H"),
	},
	{
		ID: "GR-C3", Seed: seed000,
		Text:     "waiting for the end of grants ends, with rings and persistent grants",
		Doc:      `Vrabel, 2014-08-01: shared rings and persistent grants remain mapped for long periods, so just waiting won't work.`,
		Scenario: "grant.kexec-wait", Properties: []string{"GR-L1"},
		Verdicts: verdicts("- F H - - - - - - - - - -"),
	},
	{
		ID: "GR-C4", Seed: seed000,
		Text:     "waiting ends if all grants are short-term",
		Doc:      `Kuznetsov, 2014-08-01: we can assume that all such usages are short-term and try waiting for them to finish.`,
		Scenario: "grant.kexec-short", Properties: []string{"GR-L1"},
		Verdicts: verdicts("- H H - - - - - - - - - -"),
	},
	{
		ID: "GR-C6", Seed: seed000,
		Text:     "the backend does not fault",
		Doc:      `Vrabel, 2014-08-01: the hypervisor needs to atomically replace the grant mapping, or the force unmap would cause the backend to fault.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I10"},
		Verdicts: verdicts("H H H H H H F6 H F6 H H H H"),
	},
	{
		ID: "GR-C7", Seed: seed000,
		Text:     "nothing flows from one granted page to another",
		Doc:      `Vrabel, 2014-08-01: every writable mapping would have to be replaced with a mapping to a unique page, to prevent information leaking between different granted pages.`,
		Scenario: "grant.kexec", Properties: []string{"GR-I11"},
		Verdicts: verdicts("H H H H H H - F9 H H H H H"),
	},
	{
		ID: "GR-C10", Seed: seed000,
		Text:     "replacing pages is harmless for requests in flight",
		Doc:      `Nobody says so in the thread; all of its designs replace pages under I/O. What was to be written to the disk is then something else, or the backend faults.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I10", "GR-I12"},
		Verdicts: verdicts("- H H - - - F6 F7 F6 F7 F7 H H"),
	},
	{
		ID: "GR-C11", Seed: seed000,
		Text:     "until K2 runs, the backend reads back what it has written",
		Doc:      `By either of two mappings, one of which is a process's.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-P11"},
		Verdicts: verdicts("H H H H H H - F8 F8 F8 F8 H H"),
	},
	{
		ID: "GR-C12", Seed: seed000,
		Text:     "the backend's later unmap works",
		Doc:      `A handle whose mapping was replaced is still the backend's, and its unmap succeeds.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I22"},
		Verdicts: verdicts("H H H H H H H H H H H H H"),
	},
	{
		ID: "GR-C19", Seed: seed000,
		Text:     "a reference may be used again by K2",
		Doc:      `While an entry is pinned Xen believes the active entry: a map of K2's grant yields K1's page. Entries that K1 has not ended mean something still, too.`,
		Scenario: "grant.kexec-again", Properties: []string{"GR-I19"},
		Verdicts: verdicts("F4 H H F5 F4 F4 H H H H H H H"),
	},
	{
		ID: "GR-C15", Seed: seed000,
		Text:     "the flag protects against mappings of K1's own and against balloon holes",
		Doc:      `Vrabel, 2014-08-01: a global flag (kexec_is_safe) that is cleared when any unsafe operation is done; kexec load and exec fail if it is clear. Tested at load only, it does not see what comes after. Decided for orderly kexecs.`,
		Scenario: "grant.kexec-leftovers", Properties: []string{"GR-P21", "GR-P25"},
		Verdicts: verdicts("- - - - F5 H - - - - - - -"),
	},
	{
		ID: "GR-C16", Seed: seed000,
		Text:     "the flag refuses unsafe kexecs only",
		Doc:      `It is never set again: who has mapped something once, and unmapped it, is refused.`,
		Scenario: "grant.kexec-leftovers", Properties: []string{"GR-P16"},
		Verdicts: verdicts("- - - - F3 F3 - - - - - - -"),
	},
	{
		ID: "GR-C17", Seed: seed000,
		Text:     "the flag can be tested at a crash too",
		Doc:      `A kernel that was loaded for a crash does not start, and there is no dump.`,
		Scenario: "grant.kexec-leftovers", Properties: []string{"GR-P17"},
		Verdicts: verdicts("- - - - - F3 - - - - - - -"),
	},
	{
		ID: "GR-C18", Seed: seed000,
		Text:     "after a crash nothing has to be done",
		Doc:      `K2 lives in memory that was never granted. But what K1 has left still changes while a dump is taken.`,
		Scenario: "grant.kexec-crash", Properties: []string{"GR-I8", "GR-I9"},
		Verdicts: slices.Concat(verdicts("H - - - H H - - - - - - -"), of(verdicts("F4 - - - F4 F4 - - - - - - -"), "GR-P18")),
	},
	{
		ID: "GR-C20", Seed: seed000,
		Text:     "K2 can choose the version",
		Doc:      `set_version fails while a reference is pinned, and Linux takes the layout of version 1 then, whatever is in force.`,
		Scenario: "grant.kexec-version", Properties: []string{"GR-I20"},
		Verdicts: verdicts("F4 H H F5 F4 F4 H H H H H H F9"),
	},
	{
		ID: "GR-C21", Seed: seed000,
		Text:     "pages that K1 has mapped from others may be ignored",
		Doc:      `Vrabel, 2014-08-01: I think you can ignore this for now, frontend drivers do not grant map. With one mapping of K1's own K2 writes to another domain's page.`,
		Scenario: "grant.kexec-leftovers", Properties: []string{"GR-P21"},
		Verdicts: verdicts("F5 F5 F5 F5 F5 H F5 F5 F5 F5 F5 F5 F5"),
	},
	{
		ID: "GR-C25", Seed: seed000,
		Text:     "ballooned pages can stay out of scope",
		Doc:      `Kuznetsov, 2014-08-01. K2 touches the hole.`,
		Scenario: "grant.kexec-leftovers", Properties: []string{"GR-P25"},
		Verdicts: verdicts("F5 F5 F5 F5 F5 H F5 F5 F5 F5 F5 F5 F5"),
	},
	{
		ID: "GR-C26", Seed: seed000,
		Text:     "shared_info can stay where it is",
		Doc:      `The first patch of the series. Xen goes on to store to what K2 takes to be memory.`,
		Scenario: "grant.kexec-shinfo", Properties: []string{"GR-P26"},
		Verdicts: verdicts("F5 F6 F6 H F5 F5 F9 F9 F9 F9 F9 F9 F9"),
	},
	{
		ID: "GR-C27", Seed: seed000,
		Text:     "bindings of PIRQs can stay as they are",
		Doc:      `The third and fourth patches. map_pirq answers 0, and does nothing.`,
		Scenario: "grant.kexec-shinfo", Properties: []string{"GR-P27"},
		Verdicts: verdicts("F5 F6 F6 H F5 F5 F9 F9 F9 F9 F9 F9 F9"),
	},
	{
		ID: "GR-C28", Seed: seed000,
		Text:     "some design keeps the next kernel safe, the backend alive, and requests intact",
		Doc:      `Vrabel, 2014-08-01: no partial solution, unless the known non-working configurations fail fast on kexec load. GR-C1, C2, C6, C7, C10 and C11 at once; that it ends is GR-C3.`,
		Scenario: "grant.kexec-one", Properties: allRight,
		Verdicts: verdicts("F5 H H F6 F5 F5 F6 F7 F6 F7 F7 H H"),
	},
}
