package grant

import "hvcheck/scenarios"

// Tables of hand-overs.
var matrices = []scenarios.Matrix{{
	Name: "takeover", Seed: seed000,
	Title: "ways to hand a domain with grants over to its next kernel",
	Doc:   "The thread's question in one table: what each way to hand over does to the kernel that comes, to the backend, and to what is in the pages; and whether it comes to an end. One or two grants, for writing or for reading, which the backend has mapped once or twice when its kernel gives way.",
	Rows:  columns,
	Heads: []scenarios.Head{
		{Name: "kernel safe", Scenario: "grant.kexec-one", Asked: ask("a backend reaches the next kernel's memory", "GR-I8", "GR-I9")},
		{Name: "backend lives", Scenario: "grant.kexec-one", Asked: ask("it faults, or cannot unmap", "GR-I10", "GR-I22")},
		{Name: "nothing leaks", Scenario: "grant.kexec", Asked: ask("data of one grant's page come through another", "GR-I11")},
		{Name: "requests intact", Scenario: "grant.kexec-one", Asked: ask("a request faults, or finds other data", "GR-I10", "GR-I12", "GR-P11")},
		{Name: "ends", Scenario: "grant.kexec-wait", Asked: ask("it goes on for ever", "GR-L1")},
		{Name: "unaided", Scenario: "grant.kexec-unaided", Asked: ask("or does if the backend does not help", "GR-L4")},
		{Name: "memory full", Scenario: "grant.kexec-full", Asked: ask("or does while no page is free", "GR-L1")},
	},
	Want: [][]string{
		{"F 5", "H", "H", "F 7", "H", "H", "H"},
		{"H", "H", "H", "H", "F 4", "F 4", "F 4"},
		{"H", "H", "H", "H", "H", "F 4", "H"},
		{"F 6", "H", "H", "F 8", "H", "H", "H"},
		{"F 5", "H", "H", "F 7", "H", "H", "H"},
		{"F 5", "H", "H", "F 7", "H", "H", "H"},
		{"H", "F 6", "H", "F 6", "H", "H", "H"},
		{"H", "H", "F 9", "F 7", "H", "H", "F 6"},
		{"H", "F 6", "H", "F 6", "H", "H", "F 6"},
		{"H", "H", "H", "F 7", "H", "H", "F 6"},
		{"H", "H", "H", "F 7", "H", "F 6", "H"},
		{"H", "H", "H", "H", "H", "H", "F 6"},
		{"H", "H", "H", "H", "H", "H", "F 6"},
	},
	Notes: []scenarios.CellNote{
		{Row: "GR-V0", Head: "requests intact", Text: overwritten},
		{Row: "GR-V3", Head: "requests intact", Text: overwritten},
		{Row: "GR-V4", Head: "requests intact", Text: overwritten},
		{Row: "GR-V5", Head: "requests intact", Text: overwritten},
		{Row: "GR-V1", Head: "memory full", Text: "for want of an end, not of memory"},
	},
}}

// ask is one group of properties.
func ask(what string, ids ...string) []scenarios.MatrixProperty {
	return []scenarios.MatrixProperty{{IDs: ids, What: what}}
}

// overwritten is what becomes of requests where nothing is revoked.
const overwritten = "the request finds what the next kernel has put into the page"
