package judge_test

import (
	"context"
	"fmt"
	"log"

	_ "hvcheck/areas" // registers the scenarios, claims and designs
	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/scenarios"
)

// A scenario is searched under a design. What is found is a value: the shortest
// story, which can be kept, printed and carried out again.
func Example() {
	s, err := judge.ScenarioNamed("mmu.pin-first")
	if err != nil {
		log.Fatal(err)
	}
	config := s.Config
	if err := scenarios.Choose(&config, []string{"MM-V0"}); err != nil {
		log.Fatal(err)
	}
	j := &judge.Judge{Workers: 2}
	search := judge.NewSearch(s, config)
	found, err := j.Explore(context.Background(), search, checker.Bounds{})
	if err != nil {
		log.Fatal(err)
	}
	violation, err := search.Found(found.Fault, judge.ByExplore, 0)
	if err != nil {
		log.Fatal(err)
	}
	violation.Story.Found.Version = "" // that of the build
	fmt.Print(counterexamples.EncodeText(violation.Story))
	// Output:
	// # MM-I10: a strict domain's kernel has its M2P slot in every L4
	// format: hvcheck/1
	// scenario: mmu.pin-first
	// start: plain
	// design: fixup=MM-V0
	// fault: MM-I10 step=2 drained=false
	// found: explore seed=0
	//
	// mmuext.pin cpu=t0 frame=0 level=4                                       # 0
	// set-context cpu=t0 vcpu=0 kernel=0 user=none assist=strict mode=kernel  # 0
}

// A claim is decided under each of the designs that it is about.
func ExampleJudge_DecideAll() {
	claims, err := judge.ClaimsNamed([]string{"MM-C1"}, "")
	if err != nil {
		log.Fatal(err)
	}
	j := &judge.Judge{Workers: 2}
	verdicts, err := j.DecideAll(context.Background(), claims)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims[0].Text)
	for _, v := range verdicts {
		fmt.Println(v.Want.Variant, v.Found())
	}
	// Output:
	// pinning first and then setting a strict context leaves all L4s right
	// MM-V0 fails 2
	// MM-V1 holds
	// MM-V2 holds
	// MM-V3 fails 2
	// MM-V3u fails 2
	// MM-V5 holds
	// MM-V6 holds
}
