package iommu

import "hvcheck/scenarios"

// matrices is the dispute in one table.
var matrices = []scenarios.Matrix{{
	Name: "flushing", Seed: seed004,
	Title: "ways to go on while the translations of a page are flushed",
	Doc:   "The thread's dispute in one table: whether anybody else's memory is in reach of a device, what the guest can see of itself, and what becomes of it while a device does not answer. Two gfns, two frames, one device with a Device-TLB; pages are given back and taken again, phase by phase.",
	Rows:  columns,
	Heads: []scenarios.Head{
		{Name: "isolated", Scenario: "iommu.core", Asked: ask("a device reaches a page that was given back", "FL-I1")},
		{Name: "released late", Scenario: "iommu.core", Asked: ask("a page is free while something leads to it", "FL-I2")},
		{Name: "moves", Scenario: "iommu.move", Asked: ask("or does where pages move", "FL-I1", "FL-I2")},
		{Name: "foreign", Scenario: "iommu.foreign", Asked: ask("or does where pages are another domain's", "FL-I1", "FL-I2")},
		{Name: "agrees", Scenario: "iommu.core", Asked: ask("the guest sees one page, its device another one", "FL-G1")},
		{Name: "complete", Scenario: "iommu.core", Asked: ask("the guest goes on before its flush is done", "FL-P4")},
		{Name: "released", Scenario: "iommu.core", Asked: ask("the page never becomes free", "FL-L1")},
		{Name: "guest goes on", Scenario: "iommu.hung", Asked: ask("it waits for a device that does not answer", "FL-L3")},
		{Name: "for long", Scenario: "iommu.hung-long", Asked: ask("or does when more pages are given back", "FL-L3")},
	},
	Want: [][]string{
		{"F 4", "F 3", "F 3", "F 6", "F 5", "F 3", "H", "H", "H"},
		{"H", "H", "H", "H", "H", "H", "H", "F 4", "F 4"},
		{"F 5", "F 4", "F 4", "F 7", "F 5", "F 3", "H", "F 10", "F 8"},
		{"F 5", "F 4", "F 4", "F 7", "H", "H", "H", "F 5", "F 5"},
		{"H", "H", "H", "H", "H", "H", "H", "F 4", "F 4"},
		{"H", "H", "H", "H", "F 5", "F 3", "H", "H", "F 7"},
		{"H", "H", "H", "F 7", "F 5", "F 3", "H", "H", "F 8"},
	},
	Notes: []scenarios.CellNote{
		{Row: "FL-V1", Head: "guest goes on", Text: "a physical CPU is lost as well"},
		{Row: "FL-V2", Head: "guest goes on", Text: queueEnds},
		{Row: "FL-V2", Head: "for long", Text: queueEnds},
		{Row: "FL-V5", Head: "guest goes on", Text: bothHeld},
		{Row: "FL-V5", Head: "for long", Text: queueEnds},
		{Row: "FL-V6", Head: "guest goes on", Text: bothHeld},
		{Row: "FL-V6", Head: "for long", Text: queueEnds},
		{Row: "FL-V6", Head: "foreign", Text: "the reference of the mapping goes before the flush is done; it holds where that is kept (iommu.foreign-kept)"},
	},
}}

// ask is one group of properties.
func ask(what string, ids ...string) []scenarios.MatrixProperty {
	return []scenarios.MatrixProperty{{IDs: ids, What: what}}
}

// Why a guest waits, or does not.
const (
	queueEnds = "a queue has an end: who submits a third flush waits for room, as today's code does with a lock held"
	bothHeld  = "both pages are held, so that there is no third flush"
)
