package teeth

import (
	"math/bits"
	"slices"
	"unsafe"

	"hvcheck/checker"
	"hvcheck/model"
)

// watched is a scenario's model that adds up what each step does, in any order:
// two searches with the same sum have done the same. Whether a step says that it
// was refused is no part of it: that only has the engine look.
type watched struct {
	checker.Model[model.World, model.Op]
	spans  []checker.Span
	sum    uint64
	last   model.World // the state that was hashed last, and its hash
	lastly uint64
}

// watch watches a model of a scenario.
func watch(m checker.Model[model.World, model.Op], spans model.Spans) *watched {
	w := &watched{Model: m}
	for _, s := range spans {
		w.spans = append(w.spans, checker.Span{From: s.From, To: s.To})
	}
	w.lastly = w.hash(&w.last)
	return w
}

// Spans are the model's own.
func (w *watched) Spans() []checker.Span { return w.spans }

// Drain is the model's own.
func (w *watched) Drain(s *model.World) (model.Op, bool) {
	return w.Model.(checker.Drainer[model.World, model.Op]).Drain(s)
}

// Step does a step and adds it up.
func (w *watched) Step(s *model.World, op model.Op) checker.Outcome {
	if !w.same(s) {
		w.copy(s)
		w.lastly = w.hash(s)
	}
	out := w.Model.Step(s, op)
	after := w.lastly
	if !w.same(s) {
		after = w.hash(s)
	}
	told := uint64(op.Kind)<<32 | uint64(uint16(out.Code))<<16 | uint64(out.More)<<8
	for _, a := range op.Arg {
		told = fold(told, uint64(a))
	}
	w.sum += fold(fold(w.lastly, told), after)
	return out
}

func words(s *model.World, at checker.Span) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Add(unsafe.Pointer(s), at.From)), (at.To-at.From)/8)
}

func (w *watched) same(s *model.World) bool {
	for _, at := range w.spans {
		if !slices.Equal(words(s, at), words(&w.last, at)) {
			return false
		}
	}
	return true
}

func (w *watched) copy(s *model.World) {
	for _, at := range w.spans {
		copy(words(&w.last, at), words(s, at))
	}
}

func (w *watched) hash(s *model.World) (h uint64) {
	for _, at := range w.spans {
		for _, word := range words(s, at) {
			h = fold(h, word)
		}
	}
	return h
}

func fold(h, word uint64) uint64 {
	hi, lo := bits.Mul64(h^word^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return hi ^ lo + 0x2545f4914f6cdd1d
}

// inPlay lists the switchable rules and the bounds that came into play.
func (w *watched) inPlay() (rules, bounds []string) {
	if m, ok := w.Model.(interface{ RulesAsked() map[string]bool }); ok {
		for id := range m.RulesAsked() {
			rules = append(rules, id)
		}
	}
	if m, ok := w.Model.(interface{ Short() map[*model.Bound]bool }); ok {
		for b := range m.Short() {
			bounds = append(bounds, b.Name)
		}
	}
	slices.Sort(rules)
	slices.Sort(bounds)
	return rules, bounds
}

// met tells which results of an operation came under their conditions, a bit
// each.
func (w *watched) met(k model.Kind) uint32 {
	if m, ok := w.Model.(interface{ Met(model.Kind) uint32 }); ok {
		return m.Met(k)
	}
	return 0
}
