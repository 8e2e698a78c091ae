package grant

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	handed("GR-V12u"),
	manner("GR-W1", "GR-V10"), manner("GR-W2", "GR-V11"),
}

// manner is a hand-over in a manner that has a name.
func manner(id, of string) scenarios.Column {
	col := handed(of, model.Choice{Name: "revocation", Value: id})
	col.Name = id
	return col
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

var of, in = scenarios.Of, scenarios.In

// What a hand-over is asked as a whole.
var allRight = []string{"GR-I8", "GR-I9", "GR-I10", "GR-I11", "GR-I12", "GR-P11"}

// Why stories have other lengths than were expected at first.
const (
	atStart      = "grants are made at the start"
	fiveSections = "a revocation has five sections"
	noMemory     = "the start makes grants, and K2 has its memory by starting"
	kexecSteps   = "loading, giving way, and the start of K2 are steps"
)

// differing notes where verdicts are not what was expected at first, or have stories of
// another length, and why: once for those that differ in the same way.
func differing(list []scenarios.Verdict, first, why string) []scenarios.Verdict {
	at := map[string]*scenarios.Verdict{}
	for i, word := range strings.Fields(first) {
		v := &list[i]
		n, _ := strconv.Atoi(word[1:])
		was := fmt.Sprintf("expected were %d", n)
		switch {
		case word == "-" || v.Want == scenarios.NotApplicable || v.Want.Violates() == (word[0] != 'H') && v.Length == n:
			continue
		case v.Want.Violates() != (word[0] != 'H'):
			was = "expected was the contrary"
		}
		if at[was] == nil {
			at[was] = v
			v.Note = was
			continue
		}
		at[was].Note += ", " + v.Variant
	}
	for _, v := range at {
		v.Note = strings.Replace(v.Note, ", ", ", as under ", 1) + "; " + why
	}
	return list
}

// claims lists the claims of the discussion.
var claims = []scenarios.Claim{
	{
		ID: "GR-C1", Seed: seed000,
		Text:     "the backend never writes the next kernel's memory",
		Doc:      `What force-unmap is for (Kuznetsov, 2014-08-01): a page that K1 has granted is K2's, and the backend still has it mapped. A design that waits until nothing is mapped keeps this for want of anything to break it.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I8"},
		Verdicts: differing(verdicts("F5 H H F6 F5 F5 H H H H H H H"), "F6 H H F7 F6 F6 H H H H H H H", atStart),
	},
	{
		ID: "GR-C2", Seed: seed000,
		Text:     "the backend never reads the next kernel's data",
		Doc:      `The same for loads.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I9"},
		Verdicts: differing(verdicts("F6 H H F7 F6 F6 H H H H H H H"), "F7 H H F8 F7 F7 H H H H H H H", atStart),
	},
	{
		ID: "GR-C3", Seed: seed000,
		Text:     "waiting for the end of grants ends, with rings and persistent grants",
		Doc:      `Vrabel, 2014-08-01: shared rings and persistent grants remain mapped for long periods so just waiting won't work. Where devices are closed first, it ends if the backend does as it is told (GR-L1), and not otherwise (GR-L4). Designs that revoke do not wait.`,
		Scenario: "grant.kexec-wait", Properties: []string{"GR-L1"},
		Verdicts: slices.Concat(
			verdicts("- F4 H H - - H H H H H H H"),
			of(verdicts("- F4 F4 H - - H H H H H H H"), "GR-L4"),
			in(of(verdicts("- - - - - - - - - - F6 - -"), "GR-L4"), "grant.kexec-unaided"),
		),
	},
	{
		ID: "GR-C4", Seed: seed000,
		Text:     "waiting ends if all grants are short-term",
		Doc:      `Kuznetsov, 2014-08-01: we can assume that all such usages are short-term and try waiting for them to finish.`,
		Scenario: "grant.kexec-short", Properties: []string{"GR-L1"},
		Verdicts: verdicts("- H H - - - - - - - - - -"),
	},
	{
		ID: "GR-C5", Seed: seed000,
		Text:     "a mapping can be taken away without the backend's doing",
		Doc:      `Kuznetsov, 2014-08-01: there is nothing we can do with mapped ones from guest. Right: whatever the kernels of F do, and Xen and the toolstack when one gives way, no entry that a backend has changes before its own unmap, unless the design revokes.`,
		Scenario: "grant.kexec-alone", Properties: []string{"GR-P5"},
		Verdicts: verdicts("N N N N N N W5 W5 W5 W5 W5 W5 N"),
	},
	{
		ID: "GR-C6", Seed: seed000,
		Text:     "the backend does not fault",
		Doc:      `Vrabel, 2014-08-01: the hypervisor needs to atomically replace the grant mapping with a different valid mapping, or the force unmap would cause the backend to fault. A replacement in two steps does, whatever is put there.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I10"},
		Verdicts: slices.Concat(
			differing(verdicts("H H H H H H F6 H F6 H H H H"), "H H H H H H F7 H F7 H H H H", atStart),
			differing(scenarios.Row(repairs, "- F6 F6 - - H"), "- F7 - - - -", atStart),
		),
	},
	{
		ID: "GR-C7", Seed: seed000,
		Text:     "nothing flows from one granted page to another",
		Doc:      `Vrabel, 2014-08-01: every writable mapping would have to be replaced with a mapping to a unique page, to prevent information leaking between different granted pages.`,
		Scenario: "grant.kexec", Properties: []string{"GR-I11"},
		Verdicts: slices.Concat(
			differing(verdicts("H H H H H H - F9 H H H H H"), "H H H H H H - F12 H H H H H", atStart+", and each mapping is replaced in one step"),
			differing(scenarios.Row(repairs, "- - - - F9 H"), "- - - - F12 -", "as under GR-V7, a mapping is replaced in one step"),
		),
	},
	{
		ID: "GR-C8", Seed: seed000,
		Text:     "a page of its own for each writable mapping is enough against that",
		Doc:      `Vrabel, 2014-08-01. Two grants, one of which may be mapped twice. A page for each grant is enough as well (GR-V11); one page for all is not (GR-V7).`,
		Scenario: "grant.kexec-three", Properties: []string{"GR-I11"},
		Verdicts: slices.Concat(
			verdicts("- - - - - - - F9 - H H H -"),
			scenarios.Row(repairs, "- - - - F9 -"),
		),
	},
	{
		ID: "GR-C9", Seed: seed000,
		Text:     "read-only mappings can share one page of zeros safely",
		Doc:      `Vrabel, 2014-08-01: read-only mappings could be replaced with a read-only mapping to shared zero page safely. Safely: nothing of the next kernel is reached, nothing faults, nothing flows. That requests find zeros is GR-C10.`,
		Scenario: "grant.kexec-readonly", Properties: []string{"GR-I8", "GR-I9", "GR-I10", "GR-I11"},
		Verdicts: verdicts("- - - - - - F6 H H H H H -"),
	},
	{
		ID: "GR-C10", Seed: seed000,
		Text:     "replacing pages is harmless for requests in flight",
		Doc:      `Nobody says so in the thread; all of its designs replace pages under I/O. What was to be written to the disk is then something else, or the backend faults.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I10", "GR-I12"},
		Verdicts: scenarios.Noted(verdicts("- H H - - - F6 F7 F6 F7 F7 H H"), "as many as were expected: grants are made at the start, and a request is an operation of its own", "GR-V9"),
	},
	{
		ID: "GR-C11", Seed: seed000,
		Text:     "until K2 runs, the backend reads back what it has written",
		Doc:      `By either of two mappings, one of which is a process's; also while mappings of a grant are switched to its copy one by one.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-P11"},
		Verdicts: slices.Concat(
			scenarios.Noted(verdicts("H H H H H H - F8 F8 F8 F8 H H"), "as many as were expected: grants are made at the start, and a store and a map are operations of their own", "GR-V9"),
			differing(scenarios.Row(repairs, "- - - - F8 F8"), "- - - - - F10", atStart+", and each mapping is replaced in one step"),
		),
	},
	{
		ID: "GR-C12", Seed: seed000,
		Text:     "the backend's later unmap works",
		Doc:      `A handle whose mapping was replaced is still the backend's, and its unmap succeeds. That needs book-keeping: without it, Xen looks for the old mapping.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-I22"},
		Verdicts: slices.Concat(
			verdicts("H H H H H H H H H H H H H"),
			differing(scenarios.Row(repairs, "F9 - - - H H"), "F7 - - - - -", atStart+", and "+fiveSections),
		),
	},
	{
		ID: "GR-C13", Seed: seed000,
		Text:     "revocation needs no cooperation of the backend",
		Doc:      `Vrabel, 2014-08-01, says the contrary: the only way I can see how to do this requires co-operation from the backend kernel, it would need to provide replacement frames for every grant map. Decided with a backend that gives none. Xen's own frames do, as long as there are any (GR-L1 where the heap is empty), and GR-V12 changes nothing on the backend's side. Under GR-V10 the revocation never ends (GR-C3).`,
		Scenario: "grant.kexec-unaided", Properties: []string{"GR-P13"},
		Verdicts: verdicts("- - - - - - W8 W8 W8 W8 N W8 W8"),
	},
	{
		ID: "GR-C14", Seed: seed000,
		Text:     "Xen can revoke with what it records today",
		Doc:      `Nobody says so; the designs of the thread take it for granted. Of a PV mapping maptrack has the reference and not the address: with any other address Xen would have recorded the same (GR-P14a). A translated mapper's p2m can be searched. GR-V12 needs no address (GR-P14b).`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-P14a"},
		Verdicts: slices.Concat(
			verdicts("- - - - - - F1 F1 F1 F1 F1 F1 -"),
			in(verdicts("- - - - - - H H H H H H H"), "grant.kexec-places"),
			of(verdicts("- - - - - - F5 F5 F5 F5 F5 F5 H"), "GR-P14b"),
		),
	},
	{
		ID: "GR-C15", Seed: seed000,
		Text:     "the flag protects against mappings of K1's own and against balloon holes",
		Doc:      `Vrabel, 2014-08-01: a global flag (kexec_is_safe) that is cleared when any unsafe operation is done; kexec load and exec fail if it is clear. Tested at load only, it does not see what comes after. Decided for orderly kexecs.`,
		Scenario: "grant.kexec-orderly", Properties: []string{"GR-P21"},
		Verdicts: slices.Concat(
			differing(verdicts("- - - - F5 H - - - - - - -"), "- - - - F7 H - - - - - - -", noMemory),
			differing(of(verdicts("- - - - F5 H - - - - - - -"), "GR-P25"), "- - - - F7 H - - - - - - -", noMemory),
		),
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
		Verdicts: differing(verdicts("- - - - - F3 - - - - - - -"), "- - - - - F2 - - - - - - -", "loading is a step of its own"),
	},
	{
		ID: "GR-C18", Seed: seed000,
		Text:     "after a crash nothing has to be done, though the dump may still change",
		Doc:      `K2 lives in memory that was reserved for it and never granted: nothing of it is reached. What K1 has left may still change while a dump is taken.`,
		Scenario: "grant.kexec-crash", Properties: []string{"GR-I8", "GR-I9"},
		Verdicts: slices.Concat(
			verdicts("H - - H H H - - - - - - -"),
			differing(of(verdicts("W4 - - W4 W4 W4 - - - - - - -"), "GR-P18"), "W6 - - W6 W6 W6 - - - - - - -", noMemory),
		),
	},
	{
		ID: "GR-C19", Seed: seed000,
		Text:     "a reference may be used again by K2",
		Doc:      `While an entry is pinned Xen believes the active entry: a map of K2's grant yields K1's page. Entries that K1 has not ended mean something still, too. GR-V12 withholds what is pinned from K2. A revocation that leaves the pins as they are has the first of these.`,
		Scenario: "grant.kexec-again", Properties: []string{"GR-I19"},
		Verdicts: slices.Concat(
			differing(verdicts("F4 H H F5 F4 F4 H H H H H H H"), "F6 H H F7 F6 F6 H H H H H H H", atStart+", and an entry that K1 has left is mapped after K2 has started, so that none need be pinned before"),
			differing(scenarios.Row(repairs, "F10 - - F11 - -"), "F9 - - F9 - -", fiveSections),
		),
	},
	{
		ID: "GR-C20", Seed: seed000,
		Text:     "K2 can choose the version",
		Doc:      `set_version fails while a reference is pinned, and Linux takes the layout of version 1 then, whatever is in force. A K2 that keeps the version which it finds has no such problem.`,
		Scenario: "grant.kexec-version", Properties: []string{"GR-I20"},
		Verdicts: slices.Concat(
			verdicts("F4 H H F5 F4 F4 H H H H H H F9"),
			in(verdicts("H H H H H H H H H H H H H"), "grant.kexec-keeps"),
		),
	},
	{
		ID: "GR-C21", Seed: seed000,
		Text:     "pages that K1 has mapped from others may be ignored",
		Doc:      `Vrabel, 2014-08-01: I think you can ignore this for now, frontend drivers do not grant map. Right as long as F has mapped nothing; with one mapping of K1's own K2 writes to another domain's page. A soft reset does not release F's handles either.`,
		Scenario: "grant.kexec-one", Properties: []string{"GR-P21"},
		Verdicts: slices.Concat(
			verdicts("H H H H H H H H H H H H H"),
			differing(in(verdicts("F5 F5 F5 F6 F5 H F9 F9 F9 F9 F9 F9 F9"), "grant.kexec-orderly"), "F7 F7 F7 F4 F7 H F7 F7 F7 F7 F7 F7 F7", noMemory+"; soft reset and revocation are steps too"),
		),
	},
	{
		ID: "GR-C22", Seed: seed000,
		Text:     "a GNTTABOP_reset that is similar to gnttab_release_mappings() solves that",
		Doc:      `Kuznetsov, 2014-08-01. What is done for a domain that dies relies on its page tables and p2m dying with it: on one that lives on, the mapping outlives its reference, and the page may be another domain's (GR-I6). An unmap of all handles does what is wanted. Either way, F's other vCPUs have to be stopped (GR-P22): one that maps meanwhile has something mapped afterwards.`,
		Scenario: "grant.kexec-leftovers", Properties: []string{"GR-P21", "GR-I1", "GR-I6"},
		Verdicts: slices.Concat(
			differing(scenarios.Row(resets, "H F3 -"), "H F7 -", "a mapping without a reference shows before anything is done with it"),
			of(scenarios.Row(resets, "H H -"), "GR-P22"),
			in(of(scenarios.Row(resets, "F4 F4 -"), "GR-P22"), "grant.kexec-two"),
		),
	},
	{
		ID: "GR-C23", Seed: seed000,
		Text:     "a list of all handles in the kernel does as well",
		Doc:      `Kuznetsov, 2014-08-01: keep track of all handles and unmap them all on kexec/kdump. For a kernel that gives way in order it does. A kernel that crashes runs nothing, and K2 has the mappings, which GNTTABOP_reset would end.`,
		Scenario: "grant.kexec-orderly", Properties: []string{"GR-P21", "GR-P23"},
		Verdicts: slices.Concat(
			scenarios.Row(resets, "H - H"),
			in(of(scenarios.Row(resets, "H - F4"), "GR-P23"), "grant.kexec-leftovers"),
		),
	},
	{
		ID: "GR-C24", Seed: seed000,
		Text:     "transferred grants need nothing",
		Doc:      `Kuznetsov, 2014-08-01, as there are no such users in the kernel. Right where no entry that accepts a transfer is left; with one that K1 has left, a page is transferred into K2. Every design that has Xen do something keeps entries from being used before it does.`,
		Scenario: "grant.kexec-no-accepts", Properties: []string{"GR-P24"},
		Verdicts: slices.Concat(
			verdicts("H H H H H H H H H H H H H"),
			differing(in(verdicts("F4 F4 F4 F5 F4 F4 H H H H H H H"), "grant.kexec-accepts"), "F3 F3 F3 F3 F3 F3 H H H H H H H", kexecSteps),
		),
	},
	{
		ID: "GR-C25", Seed: seed000,
		Text:     "ballooned pages can stay out of scope",
		Doc:      `Kuznetsov, 2014-08-01. K2 touches the hole.`,
		Scenario: "grant.kexec-leftovers", Properties: []string{"GR-P25"},
		Verdicts: differing(verdicts("F5 F5 F5 F5 F5 H F5 F5 F5 F5 F5 F5 F5"), "F7 F7 F7 F7 F7 H F7 F7 F7 F7 F7 F7 F7", noMemory),
	},
	{
		ID: "GR-C26", Seed: seed000,
		Text:     "shared_info can stay where it is",
		Doc:      `The first patch of the series (Kuznetsov, 2014-07-15). Xen goes on to store to what K2 takes to be memory, and K2 finds a hole there when it has shared_info put elsewhere.`,
		Scenario: "grant.kexec-shinfo", Properties: []string{"GR-P26"},
		Verdicts: slices.Concat(
			differing(verdicts("F5 F6 F6 H F5 F5 F9 F9 F9 F9 F9 F9 F9"), "F3 F3 F3 H F3 F3 F3 F3 F3 F3 F3 F3 F3", kexecSteps),
			differing(of(verdicts("F6 - - F7 - - - - - - - - -"), "GR-P25"), "- - - H - - - - - - - - -", "K1 has moved it itself; a soft reset fills the gfn where it is, and not where it was"),
		),
	},
	{
		ID: "GR-C27", Seed: seed000,
		Text:     "bindings of PIRQs can stay as they are",
		Doc:      `The third and fourth patches (Kuznetsov, 2014-07-15). map_pirq answers 0, and does nothing.`,
		Scenario: "grant.kexec-shinfo", Properties: []string{"GR-P27"},
		Verdicts: differing(verdicts("F5 F6 F6 H F5 F5 F9 F9 F9 F9 F9 F9 F9"), "F3 F3 F3 H F3 F3 F3 F3 F3 F3 F3 F3 F3", kexecSteps),
	},
	{
		ID: "GR-C28", Seed: seed000,
		Text:     "some design keeps the next kernel safe, the backend alive, and requests intact, and ends",
		Doc:      `Vrabel, 2014-08-01: no partial solution unless the known non-working configurations fail fast on kexec load. GR-C1, C2, C3, C6, C7, C10 and C11 at once, with a backend that does as it is told.`,
		Scenario: "grant.kexec-one", Properties: allRight,
		Verdicts: slices.Concat(
			verdicts("F5 H H F6 F5 F5 F6 F7 F6 F7 F7 H H"),
			in(of(verdicts("H H H H H H H F9 H H H H H"), "GR-I11"), "grant.kexec"),
			in(of(verdicts("H F4 H H H H H H H H H H H"), "GR-L1"), "grant.kexec-wait"),
		),
	},
}
