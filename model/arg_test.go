package model_test

import (
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/model"
	"hvcheck/model/modeltest"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// argTypes lists every type that some operand has.
func argTypes() (types []*model.ArgType) {
	seen := map[*model.ArgType]bool{}
	for _, s := range model.Specs {
		for _, a := range s.Args {
			if !seen[a.Type] {
				seen[a.Type] = true
				types = append(types, a.Type)
			}
		}
	}
	return types
}

// largest are the largest bounds that the model has room for, of every area.
func largest() (c model.Config) {
	for _, a := range model.Areas {
		one := modeltest.Largest(a)
		if p := pool.Conf(&one); *p != (pool.Config{}) {
			*p = pool.Config{Frames: page.MaxFrames, Slots: page.MaxSlots} // also of an area that names no slots
		}
		c = c.And(one)
	}
	return c
}

// valuesOf lists the values of an operand type.
func valuesOf(at *model.ArgType) (values []uint8) {
	c := largest()
	for v := range 256 {
		if at.Exists(uint8(v), &c) {
			values = append(values, uint8(v))
		}
	}
	return values
}

// TestArgRoundTrip writes every value of every operand type and reads it again.
func TestArgRoundTrip(t *testing.T) {
	for _, at := range argTypes() {
		t.Run(at.Name, func(t *testing.T) {
			if at.Doc == "" {
				t.Error("has no doc")
			}
			values, written := valuesOf(at), map[string]uint8{}
			if len(values) < 2 {
				t.Errorf("is no choice: %d", values)
			}
			for _, v := range values {
				s := at.Format(v)
				if other, twice := written[s]; twice {
					t.Errorf("%d and %d are both written %q", v, other, s)
				}
				written[s] = v
				if got, err := at.Parse(s); err != nil || got != v {
					t.Errorf("%d is written %q, which is read as %d, %v", v, s, got, err)
				}
			}
		})
	}
}

// TestArgCount: every value is below the count, except for words that stand
// beside numbers, and words have their texts.
func TestArgCount(t *testing.T) {
	c := largest()
	for _, at := range argTypes() {
		for _, v := range valuesOf(at) {
			if v >= at.Count(&c) && model.IsNumber(at.Format(v)) {
				t.Errorf("%s: %d exists, and there are %d", at.Name, v, at.Count(&c))
			}
		}
		for i, word := range at.Words {
			if at.Format(uint8(i)) != word || int(at.Count(&c)) != len(at.Words) {
				t.Errorf("%s: word %d is %q", at.Name, i, at.Format(uint8(i)))
			}
		}
	}
}

// TestPreempt: the bound is the largest value.
func TestPreempt(t *testing.T) {
	c := model.Config{Preempt: 3}
	if got := model.Preempt.Count(&c); got != 4 {
		t.Errorf("%d values", got)
	}
	for v, want := range map[uint8]bool{0: true, 3: true, 4: false} {
		if model.Preempt.Exists(v, &c) != want {
			t.Errorf("%d exists: %v", v, !want)
		}
	}
	if v, err := model.Preempt.Parse("never"); err == nil || !strings.Contains(err.Error(), "a number") {
		t.Errorf("read as %d, %v", v, err)
	}
}

// TestArgMakers: the ways to make an operand type.
func TestArgMakers(t *testing.T) {
	var c model.Config
	number := model.Number("lamp", "", func(*model.Config) uint8 { return 2 })
	for _, tc := range []struct {
		arg    *model.ArgType
		values string // those that exist, as they are written
		no     string // not one of them
		wants  string
	}{
		{number, "0 1", "-1", "a number from 0 to 254"},
		{number, "0 1", "255", `"255" is no lamp`},
		{model.Named("colour", "", "red", "green"), "red green", "Red", "want one of red, green"},
		{model.Listed("level", "", 2, 3), "2 3", "4", "from 2 to 3"},
		{model.Optional("lamp or none", "", number), "none 0 1", "nobody", "a number"},
	} {
		var texts []string
		for v := range 256 {
			if tc.arg.Exists(uint8(v), &c) {
				texts = append(texts, tc.arg.Format(uint8(v)))
			}
		}
		if got := strings.Join(texts, " "); got != tc.values {
			t.Errorf("%s: %q, want %q", tc.arg.Name, got, tc.values)
		}
		if v, err := tc.arg.Parse(tc.no); err == nil || !strings.Contains(err.Error(), tc.wants) {
			t.Errorf("%s: %q was read as %d, %v", tc.arg.Name, tc.no, v, err)
		}
	}
	if model.Optional("", "", number).Symmetric || !model.Optional("", "", number.Interchangeable()).Symmetric {
		t.Error("an optional one is not as symmetric as what it may be")
	}
}
