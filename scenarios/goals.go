package scenarios

import (
	"hvcheck/model"
	"hvcheck/model/page"
)

// Builders of reach goals.

type stepTest = func(before *model.World, op model.Op, a model.Answer, after *model.World) bool

// step is a goal about an operation.
func step(id, doc string, met stepTest) Goal { return Goal{ID: id, Doc: doc, Met: met} }

// after is a goal about the state that an operation leads to.
func after(id, doc string, met func(*model.World) bool) Goal {
	return step(id, doc, func(_ *model.World, _ model.Op, _ model.Answer, w *model.World) bool { return met(w) })
}

// anyPage asks whether some page is such.
func anyPage(is func(*page.Page) bool) func(*model.World) bool {
	return func(w *model.World) bool {
		for i := range w.Pool.Pages {
			if is(&w.Pool.Pages[i]) {
				return true
			}
		}
		return false
	}
}

// linearGoal is a goal about some frame.
func linearGoal(id, doc string, is func(w *model.World, m uint8) bool) Goal {
	return after(id, doc, func(w *model.World) bool {
		for m := range uint8(page.MaxFrames) {
			if is(w, m) {
				return true
			}
		}
		return false
	})
}
