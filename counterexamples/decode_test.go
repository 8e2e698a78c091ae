package counterexamples

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// The tests below break this story, in both forms, in one place each.
const goodJSON = `{
  "format": "hvcheck/1",
  "scenario": "test.pin-first",
  "start": "plain",
  "config": {"design": {"fixup": "MM-V0"}, "bounds": {"frames": 2}},
  "fault": {"invariant": "MM-I10", "step": 2, "drained": false},
  "found": {"by": "explore", "seed": 1},
  "ops": [
    {"op": "mmuext.pin", "cpu": "t0", "frame": 0, "level": 4, "result": "0"},
    {"op": "set-context", "cpu": "t0", "vcpu": 0, "kernel": 1, "user": "none", "assist": "strict", "mode": "kernel", "preempt": 1, "result": "-ERESTART"}
  ]
}
`

const goodText = `# MM-I10: a strict domain's kernel has its M2P slot in every L4
format: hvcheck/1
scenario: test.pin-first
start: plain
design: fixup=MM-V0
bounds: frames=2
fault: MM-I10 step=2 drained=false
found: explore seed=1

mmuext.pin cpu=t0 frame=0 level=4                                         # 0
set-context cpu=t0 vcpu=0 kernel=1 user=none assist=strict mode=kernel preempt=1  # -ERESTART
`

func TestDecodeGood(t *testing.T) {
	asJSON, asText := decoded(t, []byte(goodJSON)), decoded(t, []byte(goodText))
	if !same(&asJSON, &asText) || asJSON.Found != asText.Found {
		t.Errorf("the two forms differ:\n%+v\n%+v", asJSON, asText)
	}
	if got := string(EncodeJSON(&asJSON)); got != goodJSON {
		t.Errorf("JSON:\n%s", got)
	}
	if got := EncodeText(&asJSON); got != goodText {
		t.Errorf("text:\n%s", got)
	}
}

// A story in a mail is indented, has numbers, marks and Windows line ends.
func TestDecodePasted(t *testing.T) {
	pasted := strings.NewReplacer("\n", "\r\n    ", "mmuext.pin", "1  mmuext.pin", "set-context", "2 set-context",
		"-ERESTART", "-ERESTART   <- MM-I10").Replace(goodText)
	s, want := decoded(t, []byte(pasted)), decoded(t, []byte(goodJSON))
	if !same(&s, &want) {
		t.Errorf("got:\n%s", EncodeText(&s))
	}
}

// A story written by hand may say as little as this.
func TestDecodeByHand(t *testing.T) {
	s := decoded(t, []byte("format: hvcheck/1\nscenario: test.pin-first\n\nmmuext.pin cpu=t0 frame=0 level=4\n"))
	if complete(&s) || len(s.Ops) != 1 || s.Ops[0].Recorded || s.Fault != (Fault{}) {
		t.Errorf("got %+v", s)
	}
	again := decoded(t, EncodeJSON(&s))
	if !same(&s, &again) {
		t.Errorf("JSON lost something: %+v", again)
	}
}

type breakage struct{ name, old, new, want string }

var jsonBreakages = []breakage{
	{"version", `hvcheck/1`, `hvcheck/2`, `2: format "hvcheck/2" is unknown; want hvcheck/1`},
	{"version before the unknown", `"start"`, `"begin"`, `4: field "begin" is unknown in the story`},
	{"no format", `  "format": "hvcheck/1",` + "\n", ``, `1: format is missing; want hvcheck/1`},
	{"no scenario", `  "scenario": "test.pin-first",` + "\n", ``, `1: scenario is missing`},
	{"scenario", `test.pin-first`, `test.pin-frist`, `3: scenario "test.pin-frist" is unknown; did you mean "test.pin-first"?`},
	{"start", `plain`, `plane`, `4: start state "plane" is unknown in test.pin-first; did you mean "plain"?`},
	{"switch", `"fixup":`, `"fixupp":`, `5: design switch "fixupp" is unknown; did you mean "fixup"?`},
	{"switch value", `MM-V0`, `MM-V9`, `5: design switch fixup has no value "MM-V9"; want one of`},
	{"bound", `"frames": 2`, `"frame": 2`, `5: bound "frame" is unknown; did you mean "frames"?`},
	{"bound too large", `"frames": 2`, `"frames": 99`, `5: bound frames: "99"; want a number from 0 to 8`},
	{"bound that does not do", `"frames": 2`, `"slots": 0`, `5: slots 0: the model needs at least 1`},
	{"bound of another area", `"frames": 2`, `"vcpus": 1`, `5: bound vcpus: test.pin-first is of area pvmmu, which has no vcpus`},
	{"bound as string", `"frames": 2`, `"frames": "2"`, `5: bound frames: "2"; want a number without quotes`},
	{"invariant", `MM-I10"`, `MM-I100"`, `6: invariant "MM-I100" is unknown; did you mean "MM-I10"?`},
	{"no invariant", `"invariant": "MM-I10", `, ``, `6: the fault's invariant is missing`},
	{"no step", `"step": 2, `, ``, `6: the fault's step is missing`},
	{"step", `"step": 2`, `"step": 3`, `6: the fault's step: "3"; want a number from 0 to 2`},
	{"drained too early", `"step": 2, "drained": false`, `"step": 1, "drained": true`, `6: the fault's step is 1; a drained fault comes after the 2 operations`},
	{"drained", `false`, `"no"`, `6: drained: "no"; want true or false`},
	{"null", `false`, `null`, `6: null stands for nothing here`},
	{"found", `"explore"`, `"2 monkeys"`, `7: found by "2 monkeys"; want a word`},
	{"seed", `"seed": 1`, `"seed": -1`, `7: seed: "-1"; want a number`},
	{"no operations", `"ops"`, `"drain"`, `1: ops is missing`},
	{"operations as object", "[\n", "{\n", `9: this is no JSON`},
	{"operation", `mmuext.pin`, `mmuext.pinn`, `9: operation "mmuext.pinn" is unknown; did you mean "mmuext.pin"?`},
	{"no name", `"op": "mmuext.pin", `, ``, `9: the operation's name is missing`},
	{"operand name", `"frame":`, `"fram":`, `9: mmuext.pin has no operand "fram"; did you mean "frame"?`},
	{"operand missing", `, "level": 4`, ``, `9: mmuext.pin: operand "level" is missing; want`},
	{"operand twice", `"frame": 0`, `"frame": 0, "frame": 1`, `9: mmuext.pin: operand frame comes twice`},
	{"operand out of range", `"frame": 0`, `"frame": 2`, `9: mmuext.pin: frame=2 is out of range; the bounds are frames=2 slots=2`},
	{"operand out of every range", `"frame": 0`, `"frame": 300`, `9: mmuext.pin: frame: "300" is no frame`},
	{"operand is negative", `"frame": 0`, `"frame": -1`, `9: mmuext.pin: frame: "-1" is no frame`},
	{"operand with a fraction", `"frame": 0`, `"frame": 0.0`, `9: mmuext.pin: frame: "0.0" is no frame`},
	{"preemption out of range", `"preempt": 1`, `"preempt": 2`, `10: set-context: preempt=2 is out of range`},
	{"number as string", `"frame": 0`, `"frame": "0"`, `9: mmuext.pin: frame: "0"; want the number 0 without quotes`},
	{"word as flag", `"cpu": "t0"`, `"cpu": true`, `9: mmuext.pin: cpu: "true" is no cpu`},
	{"operand as list", `"frame": 0`, `"frame": [0]`, `9: nested too deeply`},
	{"result", `"result": "0"`, `"result": "EINVAL"`, `9: "EINVAL" is no result`},
	{"result as number", `"result": "0"`, `"result": 0`, `9: result 0 is written "0"`},
	{"result twice", `"result": "0"`, `"result": "0", "result": "0"`, `9: field "result" comes twice in an operation`},
	{"name as object", `"plain"`, `{}`, `4: a plain value is wanted here, not {`},
	{"field twice", `"start": "plain",`, `"start": "plain", "start": "plain",`, `4: field "start" comes twice in the story`},
	{"config as word", `"config": {"design": {"fixup": "MM-V0"}, "bounds": {"frames": 2}}`, `"config": 1`, `5: config is no object`},
	{"drain without a drained fault", "  ]\n}", "  ],\n  \"drain\": [{\"op\": \"destroydomain\", \"cpu\": \"t0\"}]\n}", `12: drain goes with a fault that is drained`},
	{"truncated", "  ]\n}\n", "", `10: the file ends in the middle of the story`},
	{"garbage", "  ]\n}\n", "  ]\n}\n{}\n", `13: something follows the story's closing brace`},
	{"comma", "\"0\"},\n", "\"0\"}\n", `10: this is no JSON`},
}

func TestDecodeJSONErrors(t *testing.T) { broken(t, goodJSON, jsonBreakages) }

var textBreakages = []breakage{
	{"version", `hvcheck/1`, `hvcheck/0`, `2: format "hvcheck/0" is unknown; want hvcheck/1`},
	{"no format", "format: hvcheck/1\n", ``, `1: format is missing; want hvcheck/1`},
	{"header", `start:`, `begin:`, `4: header "begin" is unknown; did you mean`},
	{"header twice", `start: plain`, "start: plain\nstart: plain", `5: header start comes twice`},
	{"operand out of range", `frame=0`, `frame=2`, `10: mmuext.pin: frame=2 is out of range`},
	{"header after an operation", `set-context cpu`, "design: fixup=MM-V1\nset-context cpu", `11: header design comes twice`},
	{"two scenarios", `test.pin-first`, `test.pin-first mmu.preempt`, `3: this header wants one word, not 2`},
	{"field", `step=2`, `stop=2`, `7: field "stop" is unknown here; did you mean "step"?`},
	{"field twice", `step=2`, `step=2 step=2`, `7: field step comes twice`},
	{"operation", `mmuext.pin `, `mmuext.pins `, `10: operation "mmuext.pins" is unknown; did you mean "mmuext.pin"?`},
	{"no equals sign", `frame=0`, `frame 0`, `10: "frame" stands alone; want name=value`},
	{"operand", `user=none`, `user=nobody`, `11: set-context: user: "nobody" is no`},
	{"spelling", `frame=0`, `frame=00`, `10: mmuext.pin: frame: "00"; want 0`},
	{"result", `# 0`, `# works`, `10: "works" is no result`},
	{"step number", `set-context cpu`, `3 set-context cpu`, `11: step 3 stands where step 2 is wanted`},
	{"drain", `set-context cpu`, "drain: now\nset-context cpu", `11: nothing may follow drain: on its line`},
}

func TestDecodeTextErrors(t *testing.T) { broken(t, goodText, textBreakages) }

// broken breaks the story and wants one line with the place first.
func broken(t *testing.T, good string, table []breakage) {
	for _, b := range table {
		t.Run(b.name, func(t *testing.T) {
			if !strings.Contains(good, b.old) {
				t.Fatalf("%q is not in the story", b.old)
			}
			_, err := Decode("story", []byte(strings.Replace(good, b.old, b.new, 1)))
			var at *Error
			if !errors.As(err, &at) {
				t.Fatalf("got %v, want an *Error", err)
			}
			unquoted := strings.NewReplacer(`"`, "")
			if msg := err.Error(); !strings.HasPrefix(unquoted.Replace(msg), unquoted.Replace("story:"+b.want)) || strings.Contains(msg, "\n") {
				t.Errorf("got  %s\nwant story:%s", msg, b.want)
			}
		})
	}
}

func TestDecodeLimits(t *testing.T) {
	many := strings.Repeat("mmuext.continue cpu=t0\n", MaxOps+1)
	for _, tt := range []struct{ name, data, want string }{
		{"empty", " \n", "story:1: the file is empty"},
		{"too large", strings.Repeat(" ", MaxBytes+1), "story:1: the file is larger than 1048576 bytes"},
		{"too many", "format: hvcheck/1\nscenario: test.pin-first\n" + many, "the story has 10001 operations; at most 10000"},
		{"too deep", strings.Repeat(`{"config":`, 1000), "story:1: nested too deeply"},
		{"a long name", "format: hvcheck/1\nscenario: " + strings.Repeat("x", 1000), " ..."},
		{"a long operation", goodJSON[:strings.Index(goodJSON, "\"frame\": 0")] + strings.Repeat(`"a":1,`, 100_000) + `"a":1}]}`,
			`story:9: mmuext.pin: operand "a" comes twice`},
		{"a list", "[]", `story:1: format is missing`},
		{"a late header", "format: hvcheck/1\nmmuext.continue cpu=t0\nscenario: test.pin-first", "story:3: header scenario comes after the first operation"},
	} {
		if _, err := Decode("story", []byte(tt.data)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

// TestNames: whatever the tables name can be written without quoting.
func TestNames(t *testing.T) {
	names := append(append(specNames(), FaultIDs()...), scenarios.Names()...)
	for i := range scenarios.All {
		names = append(names, strings.Fields(strings.Join(scenarios.All[i].StartNames(), " "))...)
	}
	for _, s := range model.Settings {
		names = append(append(names, s.Name), s.Values...)
	}
	for _, n := range names {
		if n == "" || strings.ContainsAny(n, "\"\\# =:\n\t") {
			t.Errorf("%q cannot be written in a story", n)
		}
	}
}

// TestStartNames: start states are told apart by name, and text keeps blanks
// between words only.
func TestStartNames(t *testing.T) {
	for i := range scenarios.All {
		seen := map[string]bool{}
		for _, n := range scenarios.All[i].StartNames() {
			if seen[n] || n != strings.Join(strings.Fields(n), " ") {
				t.Errorf("%s: start state %q", scenarios.All[i].Name, n)
			}
			seen[n] = true
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(goodJSON))
	f.Add([]byte(goodText))
	f.Add([]byte("```\n" + goodText + "```\n"))
	f.Add([]byte(every("> ", goodText)))
	for _, b := range jsonBreakages {
		f.Add([]byte(strings.Replace(goodJSON, b.old, b.new, 1)))
	}
	for _, b := range textBreakages {
		f.Add([]byte(strings.Replace(goodText, b.old, b.new, 1)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Decode("fuzz", data)
		var at *Error
		if err != nil {
			if !errors.As(err, &at) || strings.Contains(err.Error(), "\n") || at.Line < 1 || at.Line > bytes.Count(data, []byte("\n"))+1 {
				t.Fatalf("bad error %v", err)
			}
			return
		}
		for _, data := range [][]byte{EncodeJSON(&s), []byte(EncodeText(&s))} {
			if again := decoded(t, data); !same(&s, &again) || s.Found != again.Found {
				t.Fatalf("the story changed:\n%s", data)
			}
		}
		if len(s.Ops) < 100 {
			Replay(&s)
		}
	})
}
