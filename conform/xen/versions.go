package xen

import "hvcheck/conform/ways"

// former are the rules that newer hypervisors do not have any more, with the commits.
var former = []ways.Former{
	{Rule: "EV-A6", Gone: []ways.Version{{4, 18, 0}}},                                     // 295514ff75
	{Rule: "RS-A6", Gone: []ways.Version{{4, 18, 0}}},                                     // d5df44275e
	{Rule: "GR-A9", Gone: []ways.Version{{4, 19, 0}}},                                     // a4a790f432
	{Rule: "FL-A5", Gone: []ways.Version{{4, 19, 0}}},                                     // 845a60b63b
	{Rule: "FL-A4", Gone: []ways.Version{{4, 19, 5}, {4, 20, 3}, {4, 21, 1}, {4, 22, 0}}}, // c9491ea21a
	{Rule: "EV-A5", Gone: []ways.Version{{4, 21, 0}}},                                     // eba922abdb
	{Rule: "GR-A8", Gone: []ways.Version{{4, 21, 0}}},                                     // 5642a6055c
}

// naming is how a hypervisor tells its version.
const naming = "Xen %d.%d.%d"
