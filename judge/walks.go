package judge

import (
	"context"
	"math/rand/v2"
	"slices"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// How walks are made.
const (
	walkSeed     = 1
	walkRounds   = 60   // through a scenario with options
	walkShare    = 2    // of its kinds of operations, one in so many comes in a walk
	walksEach    = 1000 // in each scenario, or round
	walkLength   = 60   // operations that are made
	walkPatience = 60   // operations in a row that are refused before a walk ends
	walkMemory   = 8    // operations that a later one still comes after
)

// walkPlan finds the place of a pair by its operations.
type walkPlan struct {
	area   *model.Area
	first  int // Place of the area's first operation
	things [][][]common
	pairs  int
}

// common is a thing that two operations name, and the place of their pair.
type common struct {
	thing string
	place int
}

// meetings are what came about, by place.
type meetings struct{ pairs, traits []bool }

// newPairs lists everything that is to come about.
func newPairs(a *scenarios.Area) (*Pairs, *walkPlan) {
	specs := a.Model.Ops.Specs()
	p, plan := &Pairs{Area: a}, &walkPlan{area: a.Model, first: specs[0].Place(), things: make([][][]common, len(specs))}
	for i, first := range specs {
		plan.things[i] = make([][]common, len(specs))
		for k, then := range specs {
			for _, thing := range inCommon(first, then) {
				plan.things[i][k] = append(plan.things[i][k], common{thing, len(p.Pairs)})
				p.Pairs = append(p.Pairs, Pair{First: first, Then: then, Thing: thing})
			}
		}
	}
	plan.pairs = len(p.Pairs)
	for _, op := range specs {
		for i := range a.Model.Traits {
			p.Traits = append(p.Traits, WithTrait{Op: op, Trait: &a.Model.Traits[i]})
		}
	}
	return p, plan
}

// inCommon lists the things that both operations name, or "".
func inCommon(first, then *model.Spec) (things []string) {
	for _, a := range first.Args {
		thing := a.Type.Thing
		if thing != "" && !slices.Contains(things, thing) &&
			slices.ContainsFunc(then.Args, func(b model.Arg) bool { return b.Type.Thing == thing }) {
			things = append(things, thing)
		}
	}
	if things == nil {
		things = []string{""}
	}
	return things
}

// object is what an operand names.
type object struct {
	thing string
	n     uint8
}

func objects(op model.Op) (list []object) {
	for i, a := range op.Spec().Args {
		if n, ok := a.Type.Object(op.Arg[i]); ok {
			list = append(list, object{a.Type.Thing, n})
		}
	}
	return list
}

// walker walks through one scenario.
type walker struct {
	*walkPlan
	config model.Config
	model  checker.Model[model.World, model.Op]
	kinds  [][]model.Op
	random *rand.Rand
	world  model.World
	traits []bool // of the world
	made   []model.Op
	found  *meetings
}

// A stretch is some of the walks through a scenario. One with options is walked
// through again and again, with some of these on and some of its operations left
// out; round 0 has every operation.
type stretch struct {
	in    string // the scenario's name
	s     *scenarios.Scenario
	round uint64
}

// stretches lists them.
func stretches(s *scenarios.Scenario) (list []stretch) {
	if len(s.Options) == 0 {
		return []stretch{{s.Name, s, 0}}
	}
	search := NewSearch(s, s.Config)
	for round := range uint64(walkRounds) {
		list = append(list, stretch{s.Name, search.round(checker.TraceSeed(walkSeed, round)).Scenario, round + 1})
	}
	return list
}

// walk makes the walks of a stretch.
func (p *walkPlan) walk(ctx context.Context, st stretch) *meetings {
	found := &meetings{make([]bool, p.pairs), make([]bool, len(p.things)*len(p.area.Traits))}
	w := &walker{walkPlan: p, config: st.s.Config, found: found, traits: make([]bool, len(p.area.Traits))}
	w.model = st.s.System(st.s.Config, []string{}).Model
	all := byKind(w.model.Ops())
	starts := w.model.Init()
	for i := range uint64(walksEach) {
		if ctx.Err() != nil {
			break
		}
		w.random = rand.New(rand.NewPCG(checker.TraceSeed(walkSeed, i), st.round))
		w.kinds = all
		if st.round > 0 {
			w.random.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
			w.kinds = all[:max(len(all)/walkShare, 1)]
		}
		w.world = starts[int(i)%len(starts)]
		w.wander()
	}
	return found
}

func byKind(families [][]model.Op) (kinds [][]model.Op) {
	place := map[model.Kind]int{}
	for _, f := range families {
		i, known := place[f[0].Kind]
		if !known {
			i = len(kinds)
			place[f[0].Kind], kinds = i, append(kinds, nil)
		}
		kinds[i] = append(kinds[i], f...)
	}
	return kinds
}

// wander makes one walk: each kind of operation comes equally often.
func (w *walker) wander() {
	w.made = w.made[:0]
	w.look()
	for refused := 0; len(w.made) < walkLength && refused < walkPatience; refused++ {
		ops := w.kinds[w.random.IntN(len(w.kinds))]
		if w.step(ops[w.random.IntN(len(ops))]) {
			refused = 0
		}
	}
}

// step asks for an operation and reports whether it was made.
func (w *walker) step(op model.Op) bool {
	out := w.model.Step(&w.world, op)
	if errno.Errno(out.Code) != errno.NotRunning {
		w.meet(op)
	}
	if out.Refused && out.Code < 0 {
		return false
	}
	at := w.place(op) * len(w.traits)
	for i, has := range w.traits {
		w.found.traits[at+i] = w.found.traits[at+i] || has
	}
	w.made = append(w.made, op)
	w.look()
	return true
}

func (w *walker) place(op model.Op) int { return op.Spec().Place() - w.first }

// meet notes the pairs of an operation with those that were made before it.
func (w *walker) meet(op model.Op) {
	own := objects(op)
	for _, first := range w.made[max(0, len(w.made)-walkMemory):] {
		for _, c := range w.things[w.place(first)][w.place(op)] {
			if !w.found.pairs[c.place] {
				w.found.pairs[c.place] = c.thing == "" || sameObject(c.thing, own, objects(first))
			}
		}
	}
}

func sameObject(thing string, a, b []object) bool {
	return slices.ContainsFunc(a, func(o object) bool { return o.thing == thing && slices.Contains(b, o) })
}

// look finds out which traits the world has.
func (w *walker) look() {
	for i := range w.traits {
		w.traits[i] = w.area.Traits[i].Has(&w.config, &w.world)
	}
}
