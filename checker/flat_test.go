package checker

import (
	"strings"
	"testing"
)

type flatInner struct {
	A, B uint16
	C    [2]bool
	D    int8
	E    uint8
}

func TestCheckFlat(t *testing.T) {
	type good struct {
		In [3]flatInner
		N  int64
	}
	type named uint8
	tests := []struct {
		name  string
		check func() error
		want  string // empty: flat
	}{
		{"struct", CheckFlat[good], ""},
		{"number", CheckFlat[uint64], ""},
		{"array of a named type", CheckFlat[[4]named], ""},
		{"nothing", CheckFlat[struct{}], ""},
		{"pointer", CheckFlat[struct{ P *int }], ".P is a ptr"},
		{"string", CheckFlat[string], "string is a string"},
		{"slice", CheckFlat[struct{ In [2]struct{ S []int } }], ".In[].S is a slice"},
		{"map", CheckFlat[map[int]int], "is a map"},
		{"interface", CheckFlat[any], "is a interface"},
		{"func", CheckFlat[func()], "is a func"},
		{"channel", CheckFlat[chan int], "is a chan"},
		{"unsafe pointer", CheckFlat[struct{ U uintptr }], ".U is a uintptr"},
		{"float", CheckFlat[float64], "is a float64"},
		{"complex", CheckFlat[[2]complex64], "is a complex64"},
		{"padding within", CheckFlat[struct {
			A uint8
			B uint32
		}], "3 bytes of padding before"},
		{"padding at the end", CheckFlat[struct {
			A uint32
			B uint8
		}], "3 bytes of padding at the end"},
		{"blank field", CheckFlat[struct {
			A uint8
			_ uint8
		}], "blank field"},
		{"too long", CheckFlat[[maxStateSize + 1]uint8], "the longest state"},
		{"as long as can be", CheckFlat[[maxStateSize]uint8], ""},
	}
	for _, test := range tests {
		err := test.check()
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestFirstDifference(t *testing.T) {
	type state struct {
		N  uint32
		In [3]flatInner
	}
	tests := []struct {
		change func(*state)
		want   string
	}{
		{func(*state) {}, ""},
		{func(s *state) { s.N = 1 << 24 }, ".N"},
		{func(s *state) { s.In[0].A = 1 }, ".In[0].A"},
		{func(s *state) { s.In[2].C[1] = true; s.In[2].D = 1 }, ".In[2].C[1]"},
		{func(s *state) { s.In[2].E = 9 }, ".In[2].E"},
	}
	for _, test := range tests {
		var a, b state
		test.change(&b)
		if got := firstDifference(&a, &b); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
