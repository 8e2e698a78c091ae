package conform

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"

	"hvcheck/inorder"
	"hvcheck/model"
)

// Turn is plays that one target carries out one after the other. Which comes next
// may depend on what became of the last one.
type Turn = iter.Seq[*Play]

// Alone are plays that have nothing to do with each other: a turn for each.
func Alone(list []*Play) iter.Seq[Turn] {
	return func(yield func(Turn) bool) {
		for i := range list {
			if !yield(slices.Values(list[i : i+1])) {
				return
			}
		}
	}
}

// Tried is what became of a play.
type Tried struct {
	*Outcome
	// Shorter is the outcome of the shortest play that was found on which model and
	// target still differ, or nil.
	Shorter   *Outcome
	Recording []byte
	Err       error
}

// Carrying says on what plays are carried out, and how.
type Carrying struct {
	Targets []Target       // the same system
	Design  []model.Choice // beside that of the plays
	Record  bool
}

// Carry has turns carried out on targets side by side, and gives what became of
// each play in the order of the turns, which does not depend on how many targets
// there are. The targets are free again when it has ended.
func Carry(how *Carrying, turns iter.Seq[Turn]) iter.Seq[*Tried] {
	return func(yield func(*Tried) bool) {
		c, targets := &carrier{Carrying: how}, how.Targets
		next, stop := iter.Pull(turns)
		defer stop()
		work := make([]func(*job), len(targets))
		for i, t := range targets {
			work[i] = func(j *job) { c.carry(t, j) }
		}
		free := make([]*job, 2*len(targets))
		for i := range free {
			free[i] = &job{}
		}
		inorder.Do(work, free, func(j *job) (more bool) {
			j.turn, more = next()
			return more
		}, func(j *job) bool {
			c.over.Store(c.over.Load() || !j.tell(yield))
			return !c.over.Load()
		})
	}
}

// carrier has turns carried out.
type carrier struct {
	*Carrying
	over atomic.Bool // nobody asks for more
}

// job is a turn and what became of its plays.
type job struct {
	turn  Turn
	tried []*Tried
}

func (j *job) tell(yield func(*Tried) bool) bool {
	for _, t := range j.tried {
		if !yield(t) {
			return false
		}
	}
	return true
}

func (c *carrier) carry(t Target, j *job) {
	j.tried = nil
	for p := range j.turn {
		if c.over.Load() {
			return
		}
		tried := c.try(t, p)
		if j.tried = append(j.tried, tried); tried.Err != nil {
			return
		}
	}
}

// try carries a play out, and again if the target was lost meanwhile.
func (c *carrier) try(t Target, p *Play) *Tried {
	tried := c.once(t, p)
	if IsInconclusive(tried.Err) {
		tried = c.once(t, p)
	}
	if tried.Err == nil && tried.Difference != nil {
		tried.Shorter, tried.Err = Shrink(t, tried.Same())
	}
	if tried.Err != nil {
		tried.Err = fmt.Errorf("%s: %w", p, tried.Err)
	}
	return tried
}

func (c *carrier) once(t Target, p *Play) *Tried {
	var err error
	if p.Scene, err = p.Scene.Under(c.Design); err != nil {
		return &Tried{Err: err}
	}
	var recording bytes.Buffer
	var recorder *Recorder
	if c.Record {
		recorder = NewRecorder(&recording)
	}
	o, err := Run(t, p, recorder)
	return &Tried{Outcome: o, Recording: recording.Bytes(), Err: err}
}

// Told is the outcome that is told of: the shorter one, if there is one.
func (t *Tried) Told() *Outcome {
	if t.Shorter != nil {
		return t.Shorter
	}
	return t.Outcome
}
