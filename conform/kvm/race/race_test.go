package race

import (
	"testing"

	"hvcheck/model/runstate"
)

// split is an area of which so many bytes are in the first page.
func split(image [runstate.MaxLen]byte, l runstate.Layout, first uint8) *reader {
	return &reader{first: image[:first:first], second: image[first:l.Len()], layout: l}
}

// A copy is accepted if the entry time has no flag, and torn if its times do not make
// up the entry time, wherever the page ends.
func TestRead(t *testing.T) {
	sound := runstate.Record{State: 2, Entry: 100, Time: [runstate.NumStates]uint64{40, 30, 20, 10}}
	torn := sound
	torn.Time[3]++
	for l := range runstate.NumLayouts {
		for first := uint8(1); first <= l.Len(); first++ {
			for _, tc := range []struct {
				record runstate.Record
				flag   bool
				want   Count
			}{{sound, false, Count{Accepted: 1}}, {torn, false, Count{Accepted: 1, Torn: 1}}, {sound, true, Count{Flagged: 1}}} {
				var got Count
				split(l.Image(&tc.record, tc.flag), l, first).read(&got)
				if got != tc.want {
					t.Errorf("layout %d, %d bytes in the first page: %+v, want %+v", l, first, got, tc.want)
				}
			}
		}
	}
}

// Both halves of the storms are the same but for the flag.
func TestStorms(t *testing.T) {
	list := Storms()
	half := len(list) / 2
	for i, s := range list[:half] {
		other := list[half+i]
		if other.Flag = true; !s.Flag || s != other {
			t.Errorf("%v and %v", s, list[half+i])
		}
	}
}
