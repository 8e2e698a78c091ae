// Package toyarea describes an area that is no hypervisor's: a door with two
// locks. It shows what an area has to say of itself, and tests show that
// nothing else has to be said for it.
package toyarea

import (
	"errors"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// state is the door.
type state struct {
	Locked [2]bool
	Open   bool
	Turns  uint8 // keys turned
	Owed   bool  // somebody waits for the door to be opened
	Gone   bool
}

type config struct {
	Turns  uint8 // at most so many keys are turned
	Locks  uint8
	Bolted lockedDoor
	Jammed bool
}

// lockedDoor is what happens to somebody who pushes a locked door.
type lockedDoor uint8

var (
	part = model.NewPart[state]("toy")
	conf = model.NewConf[config]("toy")
	ops  model.Table
)

var variants = []design.Switch{
	{ID: "TOY-V1", Title: "a locked door stays shut", Doc: "Who pushes a locked door is refused.", Origin: "the carpenter"},
	{ID: "TOY-V2", Title: "a locked door opens", Doc: "Locks are for show.", Origin: "the apprentice"},
}

var switches = []design.Switch{{
	ID: "TOY-B1", Kind: design.Bug, Title: "only the first lock counts", Doc: "Whoever pushes looks at one lock.",
	Origin: "the apprentice", Breaks: []string{"TOY-I1"}, Scenario: "toy.door", Length: 2,
}}

// description is the model of the area.
var description = model.NewArea(model.Area{
	Name: "toy", Title: "a door", Doc: "A door with two locks, and keys that can be turned so often.",
	Shares: []model.Share{part},
	Bounds: []*model.Bound{
		{Name: "locks", Doc: "locks of the door", Min: 1, Max: 2, Of: func(c *model.Config) *uint8 { return &conf.Of(c).Locks }},
		turns,
	},
	Settings: append([]model.Setting{
		model.Variants("door", "what a locked door does", variants, func(c *model.Config) *lockedDoor { return &conf.Of(c).Bolted }),
	}, model.OnOff(switches, func(c *model.Config, _ int) *bool { return &conf.Of(c).Jammed })...),
	Switches: append(variants, switches...),
	Ops:      &ops,
	Plain:    shut{},
	Calls:    func(c *model.Config) model.Calls { return &calls{cfg: *conf.Of(c)} },
	Rules:    []string{model.PackageOf[calls]()},
	Groups: []*model.Group{{
		Size: func(c *model.Config) uint8 { return conf.Of(c).Locks },
		Rename: func(t *model.ArgType, v uint8, p []uint8) uint8 {
			if t == lock {
				return model.Renamed(0, p, v)
			}
			return v
		},
	}},
})

var turns = &model.Bound{
	Name: "turns", Doc: "keys turned", Max: 255, Endless: true,
	Of: func(c *model.Config) *uint8 { return &conf.Of(c).Turns },
}

// shut is how the area begins.
type shut struct{}

func (shut) Area() *model.Area                     { return description }
func (shut) Build(_ *model.Config, w *model.World) { part.Of(w).Owed = true }
func (shut) Needs(*model.Config)                   {}

// calls carries the operations out.
type calls struct {
	cfg   config
	st    *state
	asked [3]bool // variants, then the switch
	short bool
	no    bool // refused
}

func (m *calls) Begin(w *model.World, _ *model.Op, _ uint8) { m.st, m.no = part.Of(w), false }

func (m *calls) End(code errno.Errno) model.Answer { return model.Answer{Code: code, Refused: m.no} }

func (m *calls) Drain(w *model.World) (op model.Op, more bool) {
	return remove.Of(), !part.Of(w).Gone
}

func (m *calls) Asked(note func(id string)) {
	for i, sw := range append(variants, switches...) {
		if m.asked[i] {
			note(sw.ID)
		}
	}
}

func (m *calls) Short(note func(b *model.Bound)) {
	if m.short {
		note(turns)
	}
}

func (m *calls) Starting(*model.World, bool) {}

func (m *calls) refuse(code errno.Errno) errno.Errno {
	m.no = true
	return code
}

// The operations.
var (
	lock = model.Number("lock", "a lock of the door", func(c *model.Config) uint8 { return conf.Of(c).Locks }).Interchangeable()

	turn = ops.Define(model.Spec{
		Name: "toy.turn", Doc: "Turn a key: the lock is locked, or open again.", Source: "the carpenter's handbook",
		Args:    []model.Arg{{Name: "lock", Type: lock}},
		Results: []model.Result{model.Can(errno.OK, "turned"), model.Can(errno.EBUSY, "no more turns, or the door is not there")},
		Run: func(c model.Calls, a *model.Args) errno.Errno {
			m := c.(*calls)
			switch {
			case m.st.Gone:
				return m.refuse(errno.EBUSY)
			case m.cfg.Turns != 255 && m.st.Turns == m.cfg.Turns:
				m.short = true
				return m.refuse(errno.EBUSY)
			case m.cfg.Turns != 255:
				m.st.Turns++
			}
			m.st.Locked[a[0]] = !m.st.Locked[a[0]]
			return errno.OK
		},
	})
	push = ops.Define(model.Spec{
		Name: "toy.push", Doc: "Push the door.", Source: "the carpenter's handbook",
		Results: []model.Result{model.Can(errno.OK, "open"), model.Can(errno.EPERM, "locked, or not there")},
		Run: func(c model.Calls, _ *model.Args) errno.Errno {
			m := c.(*calls)
			m.asked[m.cfg.Bolted], m.asked[2] = true, true
			locked := m.st.Locked[0] || m.st.Locked[1] && !m.cfg.Jammed
			if m.st.Gone || locked && m.cfg.Bolted == 0 {
				return m.refuse(errno.EPERM)
			}
			m.st.Open, m.st.Owed = true, false
			return errno.OK
		},
	})
	remove = ops.Define(model.Spec{
		Name: "toy.remove", Doc: "Take the door away.", Source: "the carpenter's handbook",
		Results: []model.Result{model.Can(errno.OK, "gone"), model.Can(errno.ENOENT, "gone already")},
		Run: func(c model.Calls, _ *model.Args) errno.Errno {
			m := c.(*calls)
			if m.st.Gone {
				return m.refuse(errno.ENOENT)
			}
			*m.st = state{Gone: true}
			return errno.OK
		},
	})
)

// Area is everything about the area.
var Area = scenarios.Area{
	Model: description,
	Invariants: []invariants.Invariant{{
		ID: "TOY-I1", Title: "a locked door is not open", Doc: "Nobody opens a door of which a lock is locked.", Refs: []string{"the carpenter's handbook"},
		Step: func(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, _ *model.World) error {
			if s := part.Of(before); op.Spec() == push && a.Code == errno.OK && (s.Locked[0] || s.Locked[1]) {
				return errors.New("the door opened although a lock is locked")
			}
			return nil
		},
	}},
	Promises: []invariants.Response{{
		ID: "TOY-L1", Title: "who waits comes in", Doc: "The door is opened in the end, or taken away.", Refs: []string{"the carpenter's handbook"},
		From:      func(_ *model.Config, w *model.World) bool { return part.Of(w).Owed },
		To:        func(_ *model.Config, w *model.World) bool { return !part.Of(w).Owed },
		Suspended: func(_ *model.Config, w *model.World) bool { return part.Of(w).Locked != [2]bool{} },
		Fair:      []invariants.Fair{{ID: "push", Doc: "somebody pushes", Of: func(op model.Op) bool { return op.Spec() == push }}},
	}},
	Scenarios: []scenarios.Scenario{{
		Name: "toy.door", Title: "a door", Doc: "Keys are turned, the door is pushed and taken away.",
		Config: scope(3, 2),
		Alphabet: func(c *model.Config) []scenarios.Pattern {
			return []scenarios.Pattern{
				scenarios.Each(turn, scenarios.Below(conf.Of(c).Locks)), scenarios.Each(push), scenarios.Each(remove),
			}
		},
		Promises: []string{"TOY-L1"},
		Goals:    []scenarios.Goal{scenarios.After("toy.door/open", "the door is open", func(w *model.World) bool { return part.Of(w).Open })},
	}},
	Columns: []scenarios.Column{
		{Name: "TOY-V1", Design: []model.Choice{{Name: "door", Value: "TOY-V1"}}},
		{Name: "TOY-V2", Design: []model.Choice{{Name: "door", Value: "TOY-V2"}}},
	},
	Baseline: "the carpenter's door (TOY-V1)",
	Threads:  []scenarios.Thread{{ID: "toy", Title: "a door", List: "the carpenters' list", Date: "1886-01-29", Subject: "doors"}},
	Claims: []scenarios.Claim{{
		ID: "TOY-C1", Seed: "toy", Text: "a locked door stays shut", Doc: "The carpenter says so.",
		Scenario: "toy.door", Properties: []string{"TOY-I1"},
		Verdicts: scenarios.Row([]scenarios.Column{{Name: "TOY-V1"}, {Name: "TOY-V2"}}, "H F2"),
	}},
	Matrices: []scenarios.Matrix{{
		Name: "doors", Title: "doors", Doc: "Which door is safe.", Seed: "toy",
		Rows:       []scenarios.Column{{Name: "TOY-V1", Design: []model.Choice{{Name: "door", Value: "TOY-V1"}}}, {Name: "TOY-V2", Design: []model.Choice{{Name: "door", Value: "TOY-V2"}}}},
		Heads:      []scenarios.Head{{Name: "door", Scenario: "toy.door"}},
		Properties: []scenarios.MatrixProperty{{IDs: []string{"TOY-I1"}, What: "a locked door that opens"}},
		Want:       [][]string{{"H"}, {"F 2"}},
	}},
}

func scope(turns, locks uint8) (c model.Config) {
	c.Add(description)
	*conf.Of(&c) = config{Turns: turns, Locks: locks}
	return c
}
