package conform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/conform"
	"hvcheck/conform/plays"
	"hvcheck/model"
)

// miscounting is a target that has references of its own for frame 2 while it is an L2.
type miscounting struct{ conform.Target }

func (m *miscounting) Do(c *model.Config, w *model.World, op model.Op) (*conform.Line, error) {
	line, err := m.Target.Do(c, w, op)
	if frame := line.Seen["frame 2"]; frame["type"] == "l2" {
		frame["count"] = "9"
	}
	return line, err
}

// What is carried out, and what is recorded of it, does not depend on how many
// targets there are.
func TestCarry(t *testing.T) {
	const enough = 200 // operations
	carried := func(machines int) string {
		targets := make([]conform.Target, machines)
		for i := range targets {
			targets[i] = &miscounting{conform.NewModel()}
		}
		turns, err := plays.Random(targets[0], 3, "mmu.preempt", "mmu.linear")
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		done := 0
		for tried := range conform.Carry(&conform.Carrying{Targets: targets, Record: true}, turns) {
			if tried.Err != nil {
				t.Fatal(tried.Err)
			}
			fmt.Fprintf(&all, "%v: %v\n%s", tried.Play, tried.Ops, tried.Recording)
			if tried.Shorter != nil {
				fmt.Fprintf(&all, "shorter: %v\n", tried.Shorter.Ops)
			}
			if done += tried.Done; done > enough {
				break
			}
		}
		return all.String()
	}
	one := carried(1)
	if !strings.Contains(one, "seed 4:") || !strings.Contains(one, "shorter") || !strings.Contains(one, conform.Format) {
		t.Errorf("nothing much was carried out: %s", one)
	}
	for _, machines := range []int{2, 5} {
		if d := cmp.Diff(one, carried(machines)); d != "" {
			t.Errorf("with %d machines: %s", machines, d)
		}
	}
}
