package gen

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"hvcheck/model"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/page/pool"
	"hvcheck/scenarios"
)

// TestPinFirst is an example of Check: in the committed design no order of
// pinning and set-context leaves a strict domain without its slot.
func TestPinFirst(t *testing.T) { Check(t, pinFirst()) }

// FuzzPinFirst is an example of Fuzz:
//
//	go test -fuzz FuzzPinFirst -fuzzminimizetime 10x ./gen
func FuzzPinFirst(f *testing.F) { Fuzz(f, pinFirst()) }

// listener is a test that notes what it is told.
type listener struct {
	logs, errors []string
}

func (l *listener) Helper()                   {}
func (l *listener) Name() string              { return "listener" }
func (l *listener) Logf(f string, a ...any)   { l.logs = append(l.logs, fmt.Sprintf(f, a...)) }
func (l *listener) Log(a ...any)              { l.logs = append(l.logs, fmt.Sprint(a...)) }
func (l *listener) Skipf(string, ...any)      { runtime.Goexit() }
func (l *listener) Skip(...any)               { runtime.Goexit() }
func (l *listener) SkipNow()                  { runtime.Goexit() }
func (l *listener) Errorf(f string, a ...any) { l.errors = append(l.errors, fmt.Sprintf(f, a...)) }
func (l *listener) Error(a ...any)            { l.errors = append(l.errors, fmt.Sprint(a...)) }
func (l *listener) Fatalf(f string, a ...any) { l.Errorf(f, a...); runtime.Goexit() }
func (l *listener) Fatal(a ...any)            { l.Error(a...); runtime.Goexit() }
func (l *listener) FailNow()                  { runtime.Goexit() }
func (l *listener) Fail()                     { l.Error("failed") }
func (l *listener) Failed() bool              { return len(l.errors) > 0 }

// heard is what a check tells. It runs on a goroutine that may end.
func heard(run func(*listener)) *listener {
	l := &listener{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(l)
	}()
	<-done
	return l
}

// withFlags sets rapid's flags for the time of a test.
func withFlags(t *testing.T, values ...string) {
	for i := 0; i < len(values); i += 2 {
		f := flag.Lookup(values[i])
		old := f.Value.String()
		if err := f.Value.Set(values[i+1]); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Value.Set(old) })
	}
}

// TestCheckFails: whatever the seed, the message names the invariant and
// nothing else, and the story below it is the shortest.
func TestCheckFails(t *testing.T) {
	s := pinFirst()
	withFlags(t, "rapid.checks", "500")
	for seed := 1; seed <= 5; seed++ {
		withFlags(t, "rapid.seed", fmt.Sprint(seed))
		l := heard(func(l *listener) { check(l, s, WithConfig(broken(s))) })
		if len(l.errors) == 0 || !strings.Contains(l.errors[0], "tests: MM-I10\nTo reproduce") {
			t.Fatalf("the test said %q", l.errors)
		}
		if story := l.logs[len(l.logs)-1]; !strings.HasSuffix(story, shortest) {
			t.Errorf("seed %d: %s", seed, story)
		}
	}
}

const shortest = `
scenario: test.pin-first
start: plain
design: fixup=MM-V0
fault: MM-I10 step=2 drained=false
found: check seed=0

mmuext.pin cpu=t0 frame=0 level=4                                       # 0
set-context cpu=t0 vcpu=0 kernel=0 user=none assist=strict mode=kernel  # 0
`

// TestCheckOptions: without the operations or the invariant that it takes, the
// bug is not seen.
func TestCheckOptions(t *testing.T) {
	s := pinFirst()
	for _, opt := range []Option{WithInvariants("MM-I6"), WithOps("mmuext.pin", "vcpu-reset")} {
		l := heard(func(l *listener) { check(l, s, WithConfig(broken(s)), opt) })
		if l.Failed() {
			t.Errorf("the test said %q", l.errors)
		}
	}
}

// TestCheckRefuses: an option that leaves nothing to be checked fails the test
// in one line.
func TestCheckRefuses(t *testing.T) {
	s := pinFirst()
	small, other := s.Config, s.Config
	pool.Conf(&small).Frames = 200
	evops.Conf(&other).Ports = 2
	for _, c := range []struct {
		opt   Option
		wants string
	}{
		{WithOps(), "WithOps: no operation is named"},
		{WithOps("mmuext.pinn"), `WithOps: scenario test.pin-first has no operation "mmuext.pinn"; did you mean "mmuext.pin"?`},
		{WithOps("mmuext.pin", "evtchn.send"), `WithOps: scenario test.pin-first has no operation "evtchn.send"`},
		{WithInvariants(), "WithInvariants: no invariant is named"},
		{WithInvariants("MM-I77"), `WithInvariants: there is no invariant "MM-I77"; did you mean "MM-I7"?`},
		{WithInvariants("EV-I5"), "WithInvariants: EV-I5 is about evtchn, and scenario test.pin-first about pvmmu: it cannot speak there"},
		{WithInvariants("EV-L1"), "EV-L1 is about evtchn"},
		{WithConfig(small), "WithConfig: frames 200: at most 8 frames fit into this model"},
		{WithConfig(other), "WithConfig: ports 2: area pvmmu has no ports"},
		{WithConfig(model.Config{}), "WithConfig: the configuration is about no area"},
	} {
		l := heard(func(l *listener) { check(l, s, c.opt) })
		if len(l.errors) != 1 || !strings.Contains(l.errors[0], c.wants) || strings.Contains(l.errors[0], "\n") {
			t.Errorf("want %q, the test said %q", c.wants, l.errors)
		}
	}
	events, _ := scenarios.ByName("evtchn.reset-ends")
	l := heard(func(l *listener) { check(l, events, WithInvariants("EV-L2")) })
	if len(l.errors) != 1 || !strings.Contains(l.errors[0], "EV-L2 is a promise, which no run that ends can break") {
		t.Errorf("the test said %q", l.errors)
	}
}

// TestCheckScenarios checks every scenario that should hold, for a moment.
func TestCheckScenarios(t *testing.T) {
	withFlags(t, "rapid.checks", "20")
	for _, s := range scenarios.All {
		if s.Hidden {
			continue
		}
		t.Run(s.Name, func(t *testing.T) { Check(t, &s) })
	}
}

func TestForAll(t *testing.T) {
	alphabet := map[model.Op]bool{}
	s := pinFirst()
	for _, family := range s.Ops(&s.Config) {
		for _, op := range family {
			alphabet[op] = true
		}
	}
	ForAll(t, s, func(story Story) error {
		for _, op := range story.Ops {
			if !alphabet[op] {
				return fmt.Errorf("%v is not in the alphabet", op)
			}
		}
		return nil
	})
}
