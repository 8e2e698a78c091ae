package ways

import (
	"encoding/json"
	"errors"
	"testing"

	"hvcheck/conform/vm/channel"
	"hvcheck/model"
)

var spec = &model.Spec{Name: "toy.op"}

// What is asked of an operation that no way is about, or of one that cannot be
// driven, is a reason.
func TestUndriven(t *testing.T) {
	for _, tc := range []struct {
		way  Way
		want string
	}{
		{Way{}, ""}, {Way{Never: "never"}, "never"},
		{Way{Except: func(*Question) string { return "not now" }}, "not now"},
		{Way{Never: "never", Except: func(*Question) string { return "not now" }}, "never"},
	} {
		if got := tc.way.Undriven(nil); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.way, got, tc.want)
		}
	}
}

// An area without a mapping is told by name, and so are several areas at once.
func TestFor(t *testing.T) {
	var c model.Config
	if _, err := For([]*Mapping[int]{}, &c); err == nil {
		t.Error("there is a mapping of no area")
	}
}

// What goes wrong in the machine is told to the host, also if it panics.
func TestErrors(t *testing.T) {
	s := &Server[int]{Name: "toy", Probe: func(what json.RawMessage) (any, error) {
		switch string(what) {
		case `"panic"`:
			panic("what was not thought of")
		case `"error"`:
			return nil, errors.New("what was")
		}
		return string(what), nil
	}}
	for what, want := range map[string]string{`"panic"`: "internal error: what was not thought of", `"error"`: "what was", `"fine"`: ""} {
		a := s.answer(&channel.Request{Probe: json.RawMessage(what)})
		if a.Error != want || a.Name != "toy" || (want == "") != (a.Probe != nil) {
			t.Errorf("%s: %+v", what, a)
		}
	}
	if a := s.answer(&channel.Request{Op: spec.Name}); a.Error == "" {
		t.Error("an operation is carried out where there is no scene")
	}
	if a := s.answer(&channel.Request{Scene: json.RawMessage(`{}`)}); a.Error == "" {
		t.Error("a scene begins that is none")
	}
	if a := s.answer(&channel.Request{End: true}); a.Error != "" {
		t.Errorf("the end: %s", a.Error)
	}
}
