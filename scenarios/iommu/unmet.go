package iommu

import "hvcheck/scenarios"

// unmet says why operations do not meet.
var unmet = []scenarios.Unmet{}
