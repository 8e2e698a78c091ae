package evtchn

// Handover is what is done when a kernel follows another one.
type Handover uint8

// The hand-overs. The first is the baseline.
const (
	V4c Handover = iota
	V0
	V1
	V2
	V2r
	V2b
	V2c
	V3
	V3r
	V4
	V8
	NumHandovers
)

// fresh tells whether an image that is resumed sets its event channels up anew.
func (h Handover) fresh() bool {
	switch h {
	case V0, V2b, V2c, V3, V3r, V4, V4c:
		return true
	}
	return false
}

// Offer is how a domain's configuration says which ABIs there are.
type Offer uint8

// The forms. The first is the baseline.
const (
	VAll Offer = iota
	V5
	V6
	V7
	V9
	V10
	NumOffers
)

// Refusal is the error of an ABI that is not offered.
type Refusal uint8

// The errors. The first is the one that the form of offer comes with.
const (
	RefuseOwn Refusal = iota
	RefuseENOSYS
	RefuseEOPNOTSUPP
	RefuseEPERM
	RefuseEACCES
	NumRefusals
)

// Reaction is what makes a kernel fall back to 2L.
type Reaction uint8

// The reactions. The first, any error, is Linux's.
const (
	ReactAny Reaction = iota
	ReactStrict
	NumReactions
)

// Rule numbers the rules that as-is switches, bug switches and mutants change.
type Rule uint8

// The rules, by the switch that changes them.
const (
	AsIs1 Rule = iota
	AsIs2
	AsIs3
	AsIs4
	AsIs5
	AsIs6
	B1
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
	B18
	B19
	B20
	B21
	B22
	B23
	B24
	B25
	B26
	B27
	B28
	B29
	B30
	B31
	B32
	B33
	B34
	B35
	B36
	B37
	B38
	M1
	M2
	M3
	M4
	M5
	M6
	M7
	M8
	M9
	M10
	M11
	M12
	M13
	M14
	M15
	NumRules
)
