package rsops

import (
	"errors"
	"math/bits"

	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// What a step has done: one thing. Where stores are steps, it writes one field, or
// the part of one in one page, with the byte of the flag apart; where locks are, it
// takes one and writes nothing; and where refreshes are, it begins one, brings a
// page, installs one, takes locks or writes; an invalidation tells one mapping
// that is in use, or is counted, takes the page, or ends.

func init() {
	for _, s := range []*model.Spec{Change, HostStep, Adjust, SetAddress, RegisterHandle, RegisterPhys, SetMode} {
		s.Ensures(func(c *model.Config, before *model.World, a *model.Args, after *model.World) error {
			who := runstate.H0
			if s == Change || s == HostStep {
				who = a[0]
			}
			if who == runstate.Notifier {
				return oneOfInvalidation(Of(before), Of(after))
			}
			return oneThing(Conf(c), before, after, who, s == SetAddress)
		})
	}
}

// oneThing looks at a thread's step. A registration refreshes what it needs within
// its own.
func oneThing(c *Config, before, after *model.World, who uint8, registers bool) error {
	was, is := Of(before), Of(after)
	wrote := was.Mem != is.Mem
	took := bits.OnesCount8(is.Task[who].Held &^ was.Task[who].Held)
	n := refreshing(was, is, who)
	switch step := func(k runstate.Steps) bool { return c.Steps&k != 0 }; {
	case step(runstate.StepStores) && wrote && !oneField(c, before, after):
		return errors.New("a step writes more than a field")
	case step(runstate.StepLocks) && (took > 1 || took == 1 && wrote):
		return errors.New("a step takes a lock and does something else")
	case step(runstate.StepCache) && !registers && (n > 1 || n == 1 && (took > 0 || wrote)):
		return errors.New("a step does several things of a refresh")
	}
	return nil
}

// refreshing counts what a step does of a refresh: it begins one, brings a page,
// installs one.
func refreshing(was, is *runstate.State, who uint8) (n int) {
	var did [3]bool
	for k := range is.C {
		a, b := &was.C[k], &is.C[k]
		did[0] = did[0] || a.Mutex != who+1 && b.Mutex == who+1
		did[1] = did[1] || was.PT[k] != is.PT[k]
		did[2] = did[2] || !a.Valid && b.Valid
	}
	for _, d := range did {
		if d {
			n++
		}
	}
	return n
}

// oneField tells whether all bytes that changed are of one field, in one page.
func oneField(c *Config, before, after *model.World) bool {
	was, is, b := Of(before), Of(after), Book(after)
	shape := rsview.Of(runstate.Layout(b.New.Layout - 1))
	edges := []uint8{shape.Entry, shape.Flag(), shape.Times}
	for i := uint8(1); i < min(c.Slots, runstate.NumStates); i++ {
		edges = append(edges, shape.Times+8*i)
	}
	first := -1
	for i := range uint8(rsview.Window) {
		if was.Mem[i] == is.Mem[i] {
			continue
		}
		field := int(rsview.PageOf(i)) << 4
		for _, edge := range edges {
			if i-b.At >= edge {
				field++
			}
		}
		if first < 0 {
			first = field
		}
		if field != first {
			return false
		}
	}
	return true
}

// oneOfInvalidation: the next mapping that is in use is told, or what comes behind
// them is done.
func oneOfInvalidation(was, is *runstate.State) error {
	n, next := &is.Task[runstate.Notifier], was.Task[runstate.Notifier].PC
	for told := false; !told; next++ {
		told = next > runstate.Walk2 || was.C[next-runstate.Walk1].Active
	}
	waits := n.Waits != runstate.NoLock && n.PC+1 == next
	return want(n.PC == next || n.PC == runstate.Idle && next > runstate.Done || waits, "an invalidation does several things in a step, or none")
}
