package conform

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"hvcheck/counterexamples"
)

// Format names this version of the trace form.
const Format = "hvcheck-trace/1"

// maxLine is the longest line of a recording, in bytes.
const maxLine = 1 << 20

// Head begins a sequence in a recording: the target, the scene, and what is seen
// of the start state. Lines follow, until the next head or the end.
type Head struct {
	Trace  string          `json:"trace"` // Format
	Target string          `json:"target"`
	Scene  json.RawMessage `json:"scene"` // a story without operations
	Seen   Seen            `json:"seen,omitempty"`
}

// NewHead is the head of a sequence.
func NewHead(target string, s *Scene, seen Seen) *Head {
	return &Head{Format, target, EncodeScene(s), seen}
}

// EncodeScene writes a scene, on one line.
func EncodeScene(s *Scene) json.RawMessage {
	story := counterexamples.Story{Scenario: s.Scenario, Config: s.Config, Start: s.Start}
	var b bytes.Buffer
	if err := json.Compact(&b, counterexamples.EncodeJSON(&story)); err != nil {
		panic(err) // what EncodeJSON writes is JSON
	}
	return b.Bytes()
}

// DecodeScene reads what EncodeScene wrote.
func DecodeScene(data []byte) (*Scene, error) {
	story, err := counterexamples.Decode("scene", data)
	if err != nil {
		var at *counterexamples.Error
		if errors.As(err, &at) {
			return nil, fmt.Errorf("scene: %s", at.Msg)
		}
		return nil, err
	}
	if len(story.Ops) > 0 {
		return nil, errors.New("scene: has operations; want them on lines of their own")
	}
	return &Scene{story.Scenario, story.Start, story.Config}, nil
}

// Recorder writes a recording. The first error is kept for the end.
type Recorder struct {
	w   io.Writer
	err error
}

// NewRecorder writes to w.
func NewRecorder(w io.Writer) *Recorder { return &Recorder{w: w} }

// Write adds a Head or a Line. A nil recorder writes nothing.
func (r *Recorder) Write(v any) {
	if r == nil || r.err != nil {
		return
	}
	data, err := json.Marshal(v)
	if err == nil {
		_, err = r.w.Write(append(data, '\n'))
	}
	r.err = err
}

// Copy adds what another recorder has written.
func (r *Recorder) Copy(recording []byte) {
	if r != nil && r.err == nil {
		_, r.err = r.w.Write(recording)
	}
}

// Err is what went wrong.
func (r *Recorder) Err() error {
	if r == nil {
		return nil
	}
	return r.err
}

// Checked is a recording that was compared with the model.
type Checked struct {
	Targets   []string // of the heads, each once
	Sequences int
	Lines     int // operations that the model explains
	States    int // of the model that explain the end of the last sequence
	// Difference is the first line that nothing explains, or nil, and At the line
	// of the file on which it stands.
	Difference *Difference
	At         int
}

// CheckTrace compares a recording with the model, up to the first line that
// nothing explains. file is the name that errors show.
func CheckTrace(file string, r io.Reader) (*Checked, error) {
	c := &check{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for c.Difference == nil && lines.Scan() {
		c.At++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := c.line(lines.Bytes()); err != nil {
			return nil, at(file, c.At, err)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, at(file, c.At+1, fmt.Errorf("the line is longer than %d bytes", maxLine))
	case err != nil:
		return nil, fmt.Errorf("%s: %w", file, err)
	case c.Sequences == 0:
		return nil, at(file, 1, fmt.Errorf("the recording is empty; want a head with trace: %q", Format))
	}
	return &c.Checked, nil
}

// at says where something is wrong.
func at(file string, line int, err error) error {
	err = fmt.Errorf("%s:%d: %w", file, line, err)
	if IsInconclusive(err) {
		return &Inconclusive{err}
	}
	return err
}

type check struct {
	Checked
	follower *Follower
}

// line takes one line: a head has the field trace.
func (c *check) line(data []byte) (err error) {
	var kind struct {
		Trace *string `json:"trace"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return errors.New(jsonError(err))
	}
	if kind.Trace != nil {
		return c.head(data, *kind.Trace)
	}
	var l Line
	if err := strictly(data, &l); err != nil {
		return err
	}
	if c.follower == nil {
		return fmt.Errorf("an operation comes first; want a head with trace: %q", Format)
	}
	if c.Difference, err = c.follower.Next(&l); err == nil && c.Difference == nil {
		c.Lines++
		c.States = c.follower.States()
	}
	return err
}

func (c *check) head(data []byte, format string) error {
	if format != Format {
		return fmt.Errorf("trace %q is unknown; want %s", format, Format)
	}
	var h Head
	if err := strictly(data, &h); err != nil {
		return err
	}
	scene, err := DecodeScene(h.Scene)
	if err != nil {
		return err
	}
	c.Sequences++
	c.Targets = appendNew(c.Targets, h.Target)
	c.follower, c.Difference, err = Follow(scene, h.Seen, false)
	c.States = 1
	return err
}

func appendNew(list []string, s string) []string {
	for _, t := range list {
		if s == t {
			return list
		}
	}
	return append(list, s)
}

// strictly decodes one value and refuses fields that it does not have.
func strictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return errors.New(jsonError(err))
	}
	return nil
}

// jsonError is what package json says, in the words of our other errors.
func jsonError(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("no JSON: %v, at byte %d", err, syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("field %s is a %s; want a %v", kind.Field, kind.Value, kind.Type)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
