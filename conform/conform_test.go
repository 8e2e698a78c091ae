package conform_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hvcheck/conform"
	"hvcheck/conform/plays"
	_ "hvcheck/conform/views"
	"hvcheck/counterexamples"
	"hvcheck/model"

	_ "hvcheck/areas"
)

var update = flag.Bool("update", false, "write the recordings again")

// story reads a story in text.
func story(t *testing.T, lines ...string) *counterexamples.Story {
	t.Helper()
	s, err := counterexamples.Decode(t.Name(), []byte("format: hvcheck/1\n"+strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

// record carries a story out on the model.
func record(t *testing.T, s *counterexamples.Story) (*conform.Outcome, []byte) {
	t.Helper()
	scene, err := conform.NewScene(s)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	o, err := conform.Run(conform.NewModel(), &conform.Play{Scene: scene, Ops: s.Run().Ops}, conform.NewRecorder(&b))
	if err != nil {
		t.Fatal(err)
	}
	return o, b.Bytes()
}

var order = []string{
	"scenario: mmu.vcpu-order", "start: plain", "",
	"mmuext.pin cpu=t0 frame=0 level=4",
	"mmuext.pin cpu=t0 frame=1 level=4",
	"set-context cpu=t0 vcpu=1 kernel=1 user=none assist=strict mode=kernel",
	"set-context cpu=t0 vcpu=0 kernel=2 user=0 assist=strict mode=kernel",
	"destroydomain cpu=t0",
}

// Whatever the model can do is explained by it, and the same again gives the same
// bytes.
func TestModelExplainsItself(t *testing.T) {
	stories, err := counterexamples.Corpus()
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	for i := range stories {
		o, first := record(t, &stories[i])
		if o.Difference != nil {
			t.Errorf("%s: %+v", stories[i].ID(), o.Difference)
		}
		done += o.Done
		if len(first) == 0 {
			continue
		}
		c, err := conform.CheckTrace("recording", bytes.NewReader(first))
		if err != nil || c.Difference != nil || c.Lines != o.Done || c.States != 1 {
			t.Errorf("%s: %+v, %v", stories[i].ID(), c, err)
		}
		if _, again := record(t, &stories[i]); !bytes.Equal(first, again) {
			t.Errorf("%s: two recordings differ", stories[i].ID())
		}
	}
	if done < 100 {
		t.Errorf("only %d operations were carried out", done)
	}
}

// A recording that is kept is explained as long as the model is what it was.
func TestKeptRecordings(t *testing.T) {
	own := filepath.Join("testdata", "model.jsonl")
	_, data := record(t, story(t, order...))
	if *update {
		if err := os.WriteFile(own, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(own); err != nil || !bytes.Equal(kept, data) {
		t.Errorf("%s is not what the model records today (%v); see -update", own, err)
	}
	files, _ := filepath.Glob(filepath.Join("testdata", "*.jsonl"))
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if c, err := conform.CheckTrace(file, f); err != nil || c.Difference != nil || c.Lines == 0 {
			t.Errorf("%s: %+v, %v", file, c, err)
		}
	}
}

// The first line that nothing explains is named, with what the model says.
func TestDifference(t *testing.T) {
	_, data := record(t, story(t, order...))
	lines := strings.SplitAfter(string(data), "\n")
	lines[4] = strings.Replace(lines[4], `"slot 256":"filled"`, `"slot 256":"empty"`, 1)
	c, err := conform.CheckTrace("recording", strings.NewReader(strings.Join(lines, "")))
	if err != nil || c.Difference == nil {
		t.Fatalf("%+v, %v", c, err)
	}
	d := c.Difference
	if c.At != 5 || d.Step != 4 || len(d.Items) != 1 || len(d.Story) != 4 {
		t.Errorf("line %d: %+v", c.At, d)
	}
	if i := d.Items[0]; i.Model != "filled" || i.Target != "empty" || !strings.HasSuffix(i.What, " slot 256") {
		t.Errorf("%+v", i)
	}
}

// Where a recording leaves a choice open, every state that explains it is kept
// until a later line decides.
func TestOpenChoices(t *testing.T) {
	_, data := record(t, story(t, order...))
	head, _, _ := strings.Cut(string(data), "\n")
	for _, c := range []struct {
		lines  []string
		states int
	}{
		{[]string{`{"op":"mmuext.pin cpu=t0 frame=? level=4","result":"0"}`}, 3},
		{[]string{`{"op":"mmuext.pin cpu=t0 frame=? level=?"}`}, 12},
		{[]string{`{"op":"mmuext.pin cpu=t0 frame=? level=4"}`, `{"op":"mmuext.unpin cpu=t0 frame=1","result":"0"}`}, 1},
		{[]string{`{"op":"mmuext.pin cpu=t0 frame=? level=4"}`, `{"op":"mmuext.unpin cpu=t0 frame=1","result":"failed"}`}, 2},
		{[]string{`{"op":"mmuext.pin cpu=t0 frame=? level=4","seen":{"frame 2":{"pinned":"yes"}}}`}, 1},
	} {
		r, err := conform.CheckTrace("recording", strings.NewReader(head+"\n"+strings.Join(c.lines, "\n")))
		if err != nil || r.Difference != nil || r.States != c.states {
			t.Errorf("%v: %+v, %v", c.lines, r, err)
		}
	}
}

func TestBadRecordings(t *testing.T) {
	_, data := record(t, story(t, order...))
	head, _, _ := strings.Cut(string(data), "\n")
	for text, want := range map[string]string{
		"":                            `r:1: the recording is empty; want a head with trace: "hvcheck-trace/1"`,
		"{":                           "r:1: no JSON: ",
		`{"op":"mmuext.pin"}`:         "r:1: an operation comes first; want a head",
		`{"trace":"hvcheck-trace/9"}`: `r:1: trace "hvcheck-trace/9" is unknown; want hvcheck-trace/1`,
		`{"trace":"hvcheck-trace/1","scene":{"format":"hvcheck/1","scenario":"mmu.typo","ops":[]}}`:    `r:1: scene: scenario "mmu.typo" is unknown; did you mean `,
		head + "\n" + `{"op":"mmuext.pinn cpu=t0"}`:                                                    `r:2: operation "mmuext.pinn" is unknown; did you mean "mmuext.pin"?`,
		head + "\n" + `{"op":"mmuext.pin cpu=t0 frame=0"}`:                                             `r:2: mmuext.pin: operand level is missing`,
		head + "\n" + `{"op":"mmuext.pin cpu=t0 frame=0 level=4","result":"-EWHAT"}`:                   `r:2: "-EWHAT" is no result`,
		head + "\n" + `{"op":"mmuext.pin cpu=t0 frame=0 level=4","saw":{}}`:                            `r:2: unknown field "saw"`,
		head + "\n" + `{"op":"mmuext.pin cpu=t0 frame=0 level=4","seen":{"frame 0":{"colour":"red"}}}`: `r:2: frame 0 colour is nothing that can be seen`,
		head + "\n" + `{"op":"evtchn.send cpu=v0 port=1"}`:                                             `r:2: operation "evtchn.send" is of area evtchn, which the scene is not about`,
	} {
		_, err := conform.CheckTrace("r", strings.NewReader(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.80s: %v, want %s", text, err, want)
		}
	}
}

// broken is a target that miscounts from some operation on.
type broken struct {
	conform.Target
	after int
}

func (b *broken) Do(c *model.Config, w *model.World, op model.Op) (*conform.Line, error) {
	line, err := b.Target.Do(c, w, op)
	if b.after--; b.after < 0 {
		line.Seen["frame 0"]["count"] = "9"
	}
	return line, err
}

// blind is a target that does not see everything, and does not say so.
type blind struct{ conform.Target }

func (b *blind) Begin(s *conform.Scene) (conform.Seen, error) {
	seen, err := b.Target.Begin(s)
	delete(seen["frame 1"], "count")
	return seen, err
}

func TestRun(t *testing.T) {
	s := story(t, order...)
	scene, err := conform.NewScene(s)
	if err != nil {
		t.Fatal(err)
	}
	o, err := conform.Run(&broken{conform.NewModel(), 2}, &conform.Play{Scene: scene, Ops: s.Run().Ops}, nil)
	if err != nil || o.Done != 2 || o.Difference == nil || o.Difference.Step != 3 {
		t.Errorf("%+v, %v", o, err)
	}
	_, err = conform.Run(&blind{conform.NewModel()}, &conform.Play{Scene: scene, Ops: s.Run().Ops}, nil)
	if err == nil || err.Error() != "frame 1 count was not seen" {
		t.Errorf("%v", err)
	}
	if conform.IsInconclusive(err) || !conform.IsInconclusive(&conform.Inconclusive{Err: errors.New("no boot")}) {
		t.Error("what is inconclusive?")
	}
}

// A Xen that flushes no IOTLB lets a device store to a page table. Its recording is
// explained by the model with the same rule broken, and by none without.
func TestBrokenFlush(t *testing.T) {
	file := filepath.Join("testdata", "broken", "xen-no-iotlb-flush.jsonl")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := conform.CheckTrace(file, bytes.NewReader(data))
	if err != nil || c.Difference == nil {
		t.Fatalf("%+v, %v", c, err)
	}
	if d := c.Difference; d.Op != "pci.dma requester=0 dfn=1 access=write" || d.Items[0].Model != "-EFAULT" || d.Items[0].Target != "0" {
		t.Errorf("%+v", d)
	}
	s, err := counterexamples.ReadFile(filepath.Join("testdata", "dma.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for i, op := range c.Difference.Story {
		if s.Run().Ops[i].String() != op {
			t.Errorf("step %d is %s, want that of the story, %v", i+1, op, s.Run().Ops[i])
		}
	}
	same := bytes.Replace(data, []byte(`"FL-A1":"on"`), []byte(`"FL-A1":"on","FL-M2":"on"`), 1)
	if c, err := conform.CheckTrace(file, bytes.NewReader(same)); err != nil || c.Difference != nil || c.Lines != 5 {
		t.Errorf("with the same rule broken: %+v, %v", c, err)
	}
}

// A Xen that lost the update of a guest in user mode would be told apart when that comes
// to kernel mode again.
func TestLostInUserMode(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "xen-mode.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.Replace(data, []byte(`"RS-A1":"on"`), []byte(`"RS-A1":"on","RS-B14":"on"`), 1)
	c, err := conform.CheckTrace("xen-mode.jsonl", bytes.NewReader(data))
	if err != nil || c.Difference == nil || c.Difference.Op != "guest.mode mode=kernel" || c.Difference.Step != 4 {
		t.Errorf("%+v, %v", c, err)
	}
}

// What the model has found of today's code is so on a real Xen: these are its
// stories, and what was seen behind the last step of each.
func TestClaimsOnXen(t *testing.T) {
	claims := []struct{ claim, story, frame, slot string }{
		{"MM-C4", "MM-I10-b46289", "frame 2", "empty"}, // vCPU 0's own kernel table
		{"MM-C4", "MM-I9-4704b5", "frame 0", "filled"}, // vCPU 1's user table
		{"MM-C13", "MM-I10-37c2bb", "frame 1", "empty"},
		{"MM-C3", "MM-I10-919798", "frame 1", "empty"}, // on an instrumented hypervisor
	}
	data, err := os.ReadFile(filepath.Join("testdata", "xen-claims.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	sequences := strings.Split(string(data), `{"trace":`)[1:]
	if len(sequences) != len(claims) {
		t.Fatalf("%d sequences, want %d", len(sequences), len(claims))
	}
	for i, c := range claims {
		s, ok := counterexamples.Find(c.story)
		if !ok || s.Fault.Step != len(s.Ops) {
			t.Errorf("%s: %s is not kept, or does not end with its fault", c.claim, c.story)
			continue
		}
		lines := strings.Split(strings.TrimSpace(sequences[i]), "\n")[1:]
		if len(lines) != len(s.Ops) {
			t.Errorf("%s: %d operations, want %d", c.claim, len(lines), len(s.Ops))
			continue
		}
		var l conform.Line
		for n, call := range s.Ops {
			if err := json.Unmarshal([]byte(lines[n]), &l); err != nil || l.Op != call.Op.String() || l.Result != call.Result.String() {
				t.Errorf("%s: step %d: %s, result %s, %v; want %v, %v", c.claim, n+1, l.Op, l.Result, err, call.Op, call.Result)
			}
		}
		if seen := l.Seen[c.frame]["slot 256"]; seen != c.slot || l.Seen["domain"]["m2p_strict"] != "on" {
			t.Errorf("%s: slot 256 of %s is %s, want %s", c.claim, c.frame, seen, c.slot)
		}
	}
}

// poor is a target that lacks something, and finds that out late.
type poor struct{ conform.Target }

func (poor) Begin(*conform.Scene) (conform.Seen, error) {
	return nil, fmt.Errorf("device 0: %w", &conform.Lacking{What: "there is no device"})
}

// What a target lacks leaves a play out, and is no error.
func TestLacking(t *testing.T) {
	p, err := plays.OfStory("story", story(t, order...))
	if err != nil {
		t.Fatal(err)
	}
	if o, err := conform.Run(poor{conform.NewModel()}, p, nil); err != nil || o.Undriven != "there is no device" || o.Done > 0 {
		t.Errorf("%+v, %v", o, err)
	}
}
