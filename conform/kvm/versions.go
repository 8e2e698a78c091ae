package kvm

import "hvcheck/conform/ways"

// former are the rules that newer kernels do not have any more, with the commits.
var former = []ways.Former{
	{Rule: "RS-A1", Gone: []ways.Version{{7, 3, 0}}},  // 36a8520064
	{Rule: "RS-B13", Gone: []ways.Version{{7, 3, 0}}}, // 36a8520064
}

// naming is how a kernel tells its version.
const naming = "KVM of Linux %d.%d.%d"
