package judge

import (
	"context"
	"maps"
	"slices"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/scenarios"
)

// InPlay is what became of the design that was given in one scenario.
type InPlay struct {
	Made []model.Choice // that are about the scenario's areas and not its own already
	Idle []string       // ids of those that never came into play
	// Own: the design has something about the areas, and all of it is the
	// scenario's own already.
	Own bool
	// Same: the scenario was searched with its own design too, and has as many
	// states and transitions and the same results there.
	Same bool
}

// Any tells whether some choice came into play.
func (p *InPlay) Any() bool { return len(p.Idle) < len(p.Made) }

// fewStates is how many states a scenario has at most that is searched again
// without the design.
const fewStates = 200_000

// compare searches a scenario with its own design, if that costs little and the
// design that was given may have made a difference to what was found.
func (j *Judge) compare(ctx context.Context, c *Checked) (err error) {
	r := &c.Explored
	if !r.Exhaustive || r.States >= fewStates {
		return nil
	}
	made, _, err := j.made(c.Search)
	if err != nil {
		return err
	}
	asked := c.Search.rules()
	if slices.ContainsFunc(made, func(ch model.Choice) bool { return !isRule(ch) || asked[SwitchOf(ch)] }) {
		c.InPlay.Same, err = j.sameWithout(ctx, c.Search, r)
	}
	return err
}

// inPlay finds out what became of the design in a scenario that was searched or
// sampled.
func (j *Judge) inPlay(c *Checked) (err error) {
	p, asked := &c.InPlay, c.Search.rules()
	if p.Made, p.Own, err = j.made(c.Search); err != nil {
		return err
	}
	for _, ch := range p.Made {
		if id := SwitchOf(ch); isRule(ch) && !asked[id] || !isRule(ch) && p.Same {
			p.Idle = append(p.Idle, id)
		}
	}
	return nil
}

// made lists the choices that are about the scenario's areas and not its own
// already; own tells that there are some and all are.
func (j *Judge) made(s *Search) (made []model.Choice, own bool, err error) {
	about, err := j.choicesAbout(s)
	for _, ch := range about {
		if valueOf(&s.Scenario.Config, ch.Name) != ch.Value {
			made = append(made, ch)
		}
	}
	return made, len(about) > 0 && len(made) == 0, err
}

// choicesAbout lists the choices of the design that are about the areas of a
// scenario.
func (j *Judge) choicesAbout(s *Search) (list []model.Choice, err error) {
	for _, text := range j.Design {
		choices, err := scenarios.Choices(text)
		if err != nil {
			return nil, err
		}
		for _, ch := range choices {
			about := slices.ContainsFunc(s.Config.Areas(), func(a *model.Area) bool { return hasSetting(a, ch.Name) })
			if about && !slices.Contains(list, ch) {
				list = append(list, ch)
			}
		}
	}
	return list, nil
}

func hasSetting(a *model.Area, name string) bool {
	return slices.ContainsFunc(a.Settings, func(s model.Setting) bool { return s.Name == name })
}

// areasOf lists the areas that have a switch.
func areasOf(id string) (list []*model.Area) {
	for _, a := range model.Areas {
		if slices.ContainsFunc(a.Switches, func(sw design.Switch) bool { return sw.ID == id }) {
			list = append(list, a)
		}
	}
	return list
}

// valueOf is the value of a setting in a configuration.
func valueOf(c *model.Config, setting string) string {
	for _, ch := range c.Design() {
		if ch.Name == setting {
			return ch.Value
		}
	}
	i := slices.IndexFunc(model.Settings, func(s model.Setting) bool { return s.Name == setting })
	return model.Settings[i].Values[0]
}

// isRule tells whether the areas note when the choice comes into play: they
// do for switches and variants.
func isRule(ch model.Choice) bool { return TitleOfSwitch(SwitchOf(ch)) != "" }

// sameWithout searches a scenario with its own design and compares. Nothing is
// asked.
func (j *Judge) sameWithout(ctx context.Context, s *Search, is *Report) (bool, error) {
	own := NewSearch(s.Scenario, s.Scenario.Config)
	own.Config.TakeBounds(&s.Config)
	if s.Scenario.Check(&own.Config) != nil {
		return false, nil
	}
	defer j.told()
	was, err := checker.Explore(ctx, func() system { return system{Model: own.system().Model} }, checker.Options{
		Bounds: checker.Bounds{States: is.States + 1}, Workers: j.Workers, Progress: j.following(s.Scenario.Name + " without the design"),
	})
	if err != nil {
		return false, engineError(s.Scenario.Name, err)
	}
	return was.Exhaustive && was.States == is.States && was.Transitions == is.Transitions && was.Refused == is.Refused &&
		maps.Equal(was.Coverage, is.Coverage), nil
}

// IdleSwitch is a choice of the design that did not come into play everywhere.
type IdleSwitch struct {
	ID    string
	In    []string // the scenarios of its areas where it did not
	Never bool     // nor anywhere else
}

// IdleSwitches lists the choices of the design that did not come into play in a
// scenario of their areas, or that no scenario was about.
func (s *Summary) IdleSwitches() (list []IdleSwitch) {
	for _, ch := range s.choices {
		sw := IdleSwitch{ID: SwitchOf(ch), Never: true}
		about := false
		for _, c := range s.Done {
			about = about || slices.ContainsFunc(c.Search.Config.Areas(), func(a *model.Area) bool { return hasSetting(a, ch.Name) })
			switch {
			case !slices.Contains(c.InPlay.Made, ch):
			case slices.Contains(c.InPlay.Idle, sw.ID):
				sw.In = append(sw.In, c.Search.Scenario.Name)
			default:
				sw.Never = false
			}
		}
		if len(sw.In) > 0 || !about {
			list = append(list, sw)
		}
	}
	return list
}

// Untouched lists the areas that the design says nothing about, and OwnIn those
// where all that it says is the scenarios' own already.
func (s *Summary) Untouched() (untouched, own []*model.Area) {
	for _, a := range s.Areas() {
		about := func(ch model.Choice) bool { return hasSetting(a, ch.Name) }
		switch {
		case len(s.choices) == 0:
		case !slices.ContainsFunc(s.choices, about):
			untouched = append(untouched, a)
		case !slices.ContainsFunc(s.Done, func(c *Checked) bool { return slices.ContainsFunc(c.InPlay.Made, about) }):
			own = append(own, a)
		}
	}
	return untouched, own
}

// Same lists the scenarios where the design made no difference that was counted.
func (s *Summary) Same() (names []string) {
	for _, c := range s.that(func(c *Checked) bool { return c.InPlay.Same }) {
		names = append(names, c.Search.Scenario.Name)
	}
	return names
}

// NothingInPlay tells that a design was given and no choice of it came into play
// in any scenario. A design that is the scenarios' own is in play.
func (s *Summary) NothingInPlay() bool {
	return len(s.choices) > 0 && len(s.Done) > 0 && !slices.ContainsFunc(s.Done, func(c *Checked) bool {
		return c.Violation != nil || c.InPlay.Own || c.InPlay.Any()
	})
}
