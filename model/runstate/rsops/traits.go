package rsops

import (
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// traits are what operations are to be tried with.
var traits = []model.Trait{
	inState("split", "the area crosses a page's end", func(c *Config, s *runstate.State) bool {
		at, ok := areaOf(c, s)
		return ok && rsview.Crosses(s.Layout, at)
	}),
	inState("rs-32-bit", "a 32-bit guest", func(_ *Config, s *runstate.State) bool { return s.Layout == runstate.Layout32 }),
	inState("update-flag", "the guest has asked for XEN_RUNSTATE_UPDATE", func(_ *Config, s *runstate.State) bool { return s.FlagOn }),
	inState("updating", "a thread is in the middle of something", func(_ *Config, s *runstate.State) bool { return working(s) }),
}

func inState(name, doc string, is func(c *Config, s *runstate.State) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(c *model.Config, w *model.World) bool { return is(Conf(c), Of(w)) }}
}

// areaOf is where the guest's area is, if there is one.
func areaOf(c *Config, s *runstate.State) (at uint8, ok bool) {
	return rsview.Area(&c.Config, s)
}
