package checker

import "testing"

// TestNewOperation adds an operation to a model: one entry in its table, with
// a handler. Nothing else has to change for it to be enumerated, explored,
// replayed, counted and minimised.
func TestNewOperation(t *testing.T) {
	toy := counters(2, 3)
	before := searchOf(toy.system())(t, Options{})

	swap := uint8(len(toy.entries))
	toy.entries = append(toy.entries, entry[[8]uint8]{name: "swap", do: func(s *[8]uint8, _ move) Outcome {
		return doIf(s[0] > s[1], func() { s[0], s[1], s[7] = s[1], s[0], 1 })
	}})

	newSystem := toy.system(never("swapped far", func(s *[8]uint8) bool { return s[7] == 1 && s[1] == 2 }))
	after := searchOf(newSystem)(t, Options{Workers: 2})
	if before.Coverage.Seen(swap, 0) || !after.Coverage.Seen(swap, 0) || !after.Coverage.Seen(swap, refused.Code) {
		t.Errorf("coverage %v, then %v", before.Coverage, after.Coverage)
	}
	if faultID(after.Fault) != "swapped far" {
		t.Fatal(after.Fault)
	}
	fault := Minimize(newSystem, nil, *after.Fault, MinimizeOptions{})
	var last StepInfo[[8]uint8, move]
	for last = range Replay(newSystem(), fault.Story, false) {
	}
	if last.Op.Kind != swap || last.Violated != "swapped far" {
		t.Errorf("%+v", last)
	}
}
