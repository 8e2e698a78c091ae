package scenarios

import (
	"slices"

	"hvcheck/model"
)

// All lists the scenarios.
var All = slices.Concat(typingScenarios, preemptScenarios, contextScenarios, fixupScenarios, tlbScenarios,
	goaled(slices.Concat(dataScenarios, controlScenarios, handoverScenarios)))

// running is a domain whose vCPUs run on tables outside of the pool.
var running = []model.Start{{Name: "running", Running: true}}
