package areas_test

import (
	"context"
	"slices"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// plants counts, for one operation, what a wrong answer was put in the place of,
// and what of it the contract noticed.
type plants struct {
	refusals  map[errno.Errno][2]int // each error for a success: tried, noticed
	successes map[errno.Errno][2]int // a success for each error
	errors    map[errno.Errno][2]int // each error for another one
}

func count(m map[errno.Errno][2]int, code errno.Errno, noticed bool) {
	n := m[code]
	n[0]++
	if noticed {
		n[1]++
	}
	m[code] = n
}

// TestPlantedAnswers puts wrong answers in the place of right ones, in states of
// every scenario. The contract of each operation notices each error that comes
// for a success, a success that comes for each error, and each error that comes
// for another one, wherever there is such a state. Nothing can notice that a call was
// not preempted.
func TestPlantedAnswers(t *testing.T) {
	found := map[*model.Spec]*plants{}
	for i := range scenarios.All {
		if s := &scenarios.All[i]; !s.Hidden {
			plant(t, s, found)
		}
	}
	for _, spec := range model.Specs {
		p := found[spec]
		if p == nil {
			t.Errorf("%s is in no scenario", spec.Name)
			continue
		}
		judgePlants(t, spec, "for a success", p.refusals)
		judgePlants(t, spec, "is answered with success", p.successes)
		judgePlants(t, spec, "for another error", p.errors)
	}
}

// judgePlants wants what was planted to be noticed at least once.
func judgePlants(t *testing.T, spec *model.Spec, how string, list map[errno.Errno][2]int) {
	for code, n := range list {
		if n[1] == 0 {
			t.Errorf("%s: %v %s: planted %d times, never noticed", spec.Name, code, how, n[0])
		}
	}
}

// plant goes through the beginning of a scenario.
func plant(t *testing.T, s *scenarios.Scenario, found map[*model.Spec]*plants) {
	c := s.Config
	r, err := checker.Explore(context.Background(), func() checker.System[model.World, model.Op] {
		sys := s.System(c, []string{})
		sys.Properties = []checker.Property[model.World, model.Op]{{ID: "plant", Step: func(before *model.World, op model.Op, out checker.Outcome, _ *model.World) error {
			plantOne(&c, before, op, errno.Errno(out.Code), found)
			return nil
		}}}
		return sys
	}, checker.Options{Workers: 1, Bounds: checker.Bounds{States: 5_000}})
	if err != nil || r.Fault != nil {
		t.Errorf("%s: %v, %+v", s.Name, err, r.Fault)
	}
}

// open tells whether a contract leaves it open if a result comes.
func open(spec *model.Spec, code errno.Errno) bool {
	return slices.ContainsFunc(spec.Results, func(r model.Result) bool { return r.Code == code && r.Open != "" })
}

func plantOne(c *model.Config, before *model.World, op model.Op, right errno.Errno, found map[*model.Spec]*plants) {
	spec := op.Spec()
	p := found[spec]
	if p == nil {
		p = &plants{map[errno.Errno][2]int{}, map[errno.Errno][2]int{}, map[errno.Errno][2]int{}}
		found[spec] = p
	}
	noticed := func(code errno.Errno) bool { return spec.Explain(c, before, &op.Arg, code) == 0 }
	for i := range spec.Results {
		switch r := &spec.Results[i]; {
		case r.Unreached != "" || r.Code >= 0 || r.Code == right:
		case right >= 0:
			count(p.refusals, r.Code, noticed(r.Code))
		default:
			count(p.errors, r.Code, noticed(r.Code))
		}
	}
	if right < 0 && right != errno.HostCrash && right != errno.Hang && !open(spec, right) {
		count(p.successes, right, noticed(errno.OK))
	}
}
