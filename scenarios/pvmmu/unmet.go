package pvmmu

import "hvcheck/scenarios"

// stepNames are the steps of a GET_TYPE with option tlb.
const stepNames = "type-step,type-put,access"

// unmet says why operations do not meet.
var unmet = []scenarios.Unmet{
	{First: stepNames, Why: alone},
	{Then: stepNames, Why: alone},
	{First: stepNames, Trait: "*", Why: alone},
	{First: "linear-read", Trait: "linear", Why: "through linear entries Xen's view may lead to any table"},
}

const alone = "the steps of a GET_TYPE audit no entry: they are about the flush alone"
