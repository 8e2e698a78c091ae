package pvmmu

import (
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/scenarios"
)

// Builders of reach goals.

type stepTest = func(before *model.World, op model.Op, a model.Answer, after *model.World) bool

// anyPage asks whether some page is such.
func anyPage(is func(*page.Page) bool) func(*model.World) bool {
	return func(w *model.World) bool {
		for i := range pool.Of(w).Pages {
			if is(&pool.Of(w).Pages[i]) {
				return true
			}
		}
		return false
	}
}

// linearGoal is a goal about some frame.
func linearGoal(id, doc string, is func(w *model.World, m uint8) bool) scenarios.Goal {
	return after(id, doc, func(w *model.World) bool {
		for m := range uint8(page.MaxFrames) {
			if is(w, m) {
				return true
			}
		}
		return false
	})
}
