package counterexamples

import (
	"slices"
	"strings"
	"testing"

	"hvcheck/model/errno"
)

// The tests below break this lasso, in both forms, in one place each.
const lassoJSON = `{
  "format": "hvcheck/1",
  "scenario": "test.pin-first",
  "start": "plain",
  "fault": {"invariant": "TEST-L2", "step": 3, "drained": false, "forever": true},
  "ops": [
    {"op": "set-context", "cpu": "t0", "vcpu": 0, "kernel": 0, "user": "none", "assist": "relaxed", "mode": "kernel"}
  ],
  "loop": [
    {"op": "vcpu-reset", "cpu": "t0", "vcpu": 0},
    {"op": "set-context", "cpu": "t0", "vcpu": 0, "kernel": 0, "user": "none", "assist": "relaxed", "mode": "kernel"}
  ]
}
`

const lassoText = `# TEST-L2: a vCPU with a context comes to its end
format: hvcheck/1
scenario: test.pin-first
start: plain
fault: TEST-L2 step=3 drained=false forever=true

set-context cpu=t0 vcpu=0 kernel=0 user=none assist=relaxed mode=kernel
loop:
vcpu-reset cpu=t0 vcpu=0
set-context cpu=t0 vcpu=0 kernel=0 user=none assist=relaxed mode=kernel
# and so on for ever
`

func TestDecodeLasso(t *testing.T) {
	asJSON, asText := decoded(t, []byte(lassoJSON)), decoded(t, []byte(lassoText))
	if !same(&asJSON, &asText) || asJSON.Length() != 3 || len(asJSON.Loop) != 2 {
		t.Errorf("the two forms differ:\n%+v\n%+v", asJSON, asText)
	}
	if got := string(EncodeJSON(&asJSON)); got != lassoJSON {
		t.Errorf("JSON:\n%s", got)
	}
	if got := EncodeText(&asText); got != lassoText {
		t.Errorf("text:\n%s", got)
	}
}

func TestDecodeLassoJSONErrors(t *testing.T) {
	broken(t, lassoJSON, []breakage{
		{"not for ever", `, "forever": true`, ``, `10: loop goes with a fault that lasts for ever; want forever in the fault`},
		{"for ever not", `"forever": true`, `"forever": false`, `10: loop goes with a fault that lasts for ever; want forever in the fault`},
		{"forever", `"forever": true`, `"forever": "true"`, `5: forever: "true"; want true or false`},
		{"forever as number", `"forever": true`, `"forever": 1`, `5: forever: "1"; want true or false`},
		{"drained", `"drained": false`, `"drained": true`, `5: a fault that lasts for ever is not drained`},
		{"an invariant", `TEST-L2`, `MM-I10`, `5: MM-I10 is no promise; only a promise is broken for ever`},
		{"field twice", `"forever": true`, `"drained": false`, `5: field "drained" comes twice in fault`},
		{"step before the loop", `"step": 3`, `"step": 1`, `5: the fault's step is 1; one that lasts for ever shows at the last operation, 3`},
		{"step after it", `"step": 3`, `"step": 4`, `5: the fault's step: "4"; want a number from 0 to 3`},
		{"no step", `"step": 3, `, ``, `5: the fault's step is missing`},
		{"no fault", `  "fault": {"invariant": "TEST-L2", "step": 3, "drained": false, "forever": true},` + "\n", ``, `9: loop goes with a fault`},
		{"loop as word", "[\n    {\"op\": \"vcpu-reset\"", "{\n    {\"op\": \"vcpu-reset\"", `10: this is no JSON`},
		{"operation in the loop", `vcpu-reset`, `vcpu-rest`, `10: operation "vcpu-rest" is unknown; did you mean "vcpu-reset"?`},
		{"loop twice", `"start": "plain",`, `"loop": [],`, `9: field "loop" comes twice in the story`},
		{"misspelt", `"loop"`, `"lop"`, `9: field "lop" is unknown in the story; did you mean "loop"?`},
	})
}

func TestDecodeLassoTextErrors(t *testing.T) {
	broken(t, lassoText, []breakage{
		{"not for ever", ` forever=true`, ``, `9: loop goes with a fault that lasts for ever`},
		{"something behind loop", "loop:", "loop: twice", `8: nothing may follow loop: on its line`},
		{"two loops", "vcpu-reset", "loop:\nvcpu-reset", `9: header loop comes twice`},
		{"a drain too", "# and so on for ever\n", "drain:\nvcpu-reset cpu=t0 vcpu=0\n", `12: drain goes with a fault that is drained`},
		{"step number", "vcpu-reset", "3 vcpu-reset", `9: step 3 stands where step 2 is wanted`},
		{"forever", "forever=true", "forever=yes", `5: forever: "yes"; want true or false`},
	})
}

// A promise cannot be broken by a run that ends.
func TestDecodePromiseWithoutForever(t *testing.T) {
	const text = "format: hvcheck/1\nscenario: test.pin-first\nfault: TEST-L1 step=0\n"
	_, err := Decode("story", []byte(text))
	if want := "story:3: TEST-L1 is a promise, which no run that ends can break; want forever in the fault"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestReplayLasso(t *testing.T) {
	s := decoded(t, []byte(lassoJSON))
	r := Replay(&s)
	if len(r.Problems) > 0 || len(r.Steps) != 4 || r.Steps[1].InLoop || !r.Steps[2].InLoop || !r.Steps[3].InLoop || r.Steps[3].Violated != "TEST-L2" {
		t.Errorf("problems %q, steps %+v", r.Problems, r.Steps)
	}
}

// TestReplayLassoDrift: each change to a true lasso is noticed.
func TestReplayLassoDrift(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(s *Story)
		want   string // empty: nothing
	}{
		{"nothing", func(s *Story) {}, ""},
		{"another result", func(s *Story) { s.Loop[0].Result = errno.EINVAL },
			"the model has changed since this was recorded: step 2 returned 0, recorded -EINVAL"},
		{"no loop", func(s *Story) { s.Loop = s.Loop[:1]; s.Fault.Step = 2 },
			"the recorded result differs: TEST-L2 is not violated any more, recorded at step 2; the loop does not come back to where it began: "},
		{"unfair", func(s *Story) { s.Loop = nil; s.Fault.Step = 1 },
			`the recorded result differs: TEST-L2 is not violated any more, recorded at step 1; the loop is not fair: "resets" could always do something`},
		{"no promise made", func(s *Story) { s.Ops, s.Loop, s.Fault.Step = nil, nil, 0 },
			"the recorded result differs: TEST-L2 is not violated any more, recorded at step 0; no promise is broken"},
	} {
		s := lasso(t, "TEST-L2")
		tt.change(&s)
		got := Replay(&s).Problems
		if tt.want == "" && len(got) > 0 || tt.want != "" && !slices.ContainsFunc(got, func(p string) bool { return strings.HasPrefix(p, tt.want) }) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The id of a lasso depends on its loop, and not on results.
func TestLassoID(t *testing.T) {
	s, bare := lasso(t, "TEST-L2"), lasso(t, "TEST-L2")
	bare.Ops, bare.Loop = unrecorded(bare.Ops), unrecorded(bare.Loop)
	if s.ID() != bare.ID() || !strings.HasPrefix(s.ID(), "TEST-L2-") {
		t.Errorf("%s and %s", s.ID(), bare.ID())
	}
	if bare.Loop = bare.Loop[1:]; s.ID() == bare.ID() {
		t.Error("another loop has the same id")
	}
}
