package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/pflag"

	"hvcheck/judge"
	"hvcheck/model"
)

// scopeFlags are the flags of a scope.
type scopeFlags struct {
	full   bool
	bounds []*boundValue
}

// scope is what the flags say.
func (s *scopeFlags) scope() *judge.Scope {
	sc := &judge.Scope{Full: s.full}
	for _, b := range s.bounds {
		if b.set {
			sc.Bounds = append(sc.Bounds, judge.Given{Bound: b.bound, Value: b.value})
		}
	}
	return sc
}

// boundValue is the flag of one bound. It may be 0, so that set says whether it
// was given.
type boundValue struct {
	bound *model.Bound
	value uint8
	set   bool
}

func (b *boundValue) String() string { return "" }

func (b *boundValue) Type() string { return "number" }

func (b *boundValue) Set(s string) error {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil || v > uint64(b.bound.Max) || v < uint64(b.bound.Min) {
		return fmt.Errorf("%s", b.want())
	}
	b.value, b.set = uint8(v), true
	return nil
}

// want says which values the bound can have.
func (b *boundValue) want() string {
	if b.bound.Endless {
		return fmt.Sprintf("want %d to %d %s, or %d for no bound", b.bound.Min, b.bound.Max-1, b.bound.Name, b.bound.Max)
	}
	return fmt.Sprintf("want %d to %d %s, which is what fits into this model", b.bound.Min, b.bound.Max, b.bound.Name)
}

// usage is the flag's line in a help text.
func (b *boundValue) usage() string {
	text := b.bound.Doc
	if list := b.bound.Areas(); len(list) < len(model.Areas) {
		text = model.AreaNames(list) + ": " + text
	}
	if b.bound.Endless {
		return text
	}
	return fmt.Sprintf("%s, at most %d", text, b.bound.Max)
}

// addFlags adds them in the order of BoundList, area by area.
func (s *scopeFlags) addFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	f.BoolVar(&s.full, "full", false, "the larger bounds that a scenario has beside its own")
	for _, b := range model.BoundList {
		v := &boundValue{bound: b}
		s.bounds = append(s.bounds, v)
		f.Var(v, b.Name, v.usage())
	}
}
