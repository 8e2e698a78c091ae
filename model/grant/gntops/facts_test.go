package gntops_test

import (
	"testing"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/modeltest"
)

func TestFactsTellAll(t *testing.T) { told().All(t) }

func TestFactsInOrder(t *testing.T) { told().InOrder(t) }

// told is all of the area, in states with every CPU in each kind of work, and with
// every domain translated.
func told() *modeltest.Told {
	c := modeltest.Largest(gntops.Area)
	*gntops.Conf(&c) = grant.Config{Refs: grant.MaxRefs - 1, Handles: grant.MaxHandles, Fronts: 2, Backs: 2, Lists: true, PerPage: 2, Tags: true}
	d := modeltest.Told{Config: c}
	for _, work := range []grant.Work{grant.WorkMap, grant.WorkUnmap, grant.WorkEnd} {
		var w model.World
		s := gntops.Of(&w)
		for i := range s.Task {
			s.Task[i] = grant.Task{Work: work, PC: grant.M1}
		}
		for i := range s.Dom {
			s.Dom[i].HVM = true
		}
		d.States = append(d.States, w)
	}
	return &d
}
