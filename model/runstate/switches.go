package runstate

// Access is how an update gets at the area.
type Access uint8

// The designs. The first is the baseline, and what Linux does today.
const (
	V7 Access = iota
	V1
	V2
	V3
	V4
	V5
	V6
	VX
	VP
	NumAccesses
)

// Xen tells the designs of Xen from KVM's.
func (a Access) Xen() bool { return a == VX || a == VP }

// Rule numbers the rules that as-is switches, bug switches and mutants change.
type Rule uint8

// The rules, by the switch that changes them.
const (
	B1 Rule = iota
	B2
	B3
	B4
	B5
	B6
	B7
	B8
	B9
	B10
	B11
	B12
	B13
	B14
	B15
	B16
	B17
	A1
	A2
	A3
	A4
	A5
	A6
	M1
	M2
	M3
	M4
	M5
	M6
	M7
	M8
	M9
	NumRules
)
