// Package counterexamples keeps stories: runs that violate an invariant or
// break a promise, written down so that anybody can run them again. A story
// about a promise ends with a loop that goes on for ever, or in a rest that
// nothing that must happen can end.
//
// A story comes from the engine and goes to a file and back:
//
//	checker.Fault -> FromFault -> Story -> EncodeJSON, EncodeText, Write
//	file or paste -> Decode    -> Story -> Replay, step by step
//
// Operations and operands stand in it by name, each with the result it had.
// A replay compares them, so that a model that has changed says so instead of
// passing. The corpus is the stories kept in this repository; a test replays
// them all.
package counterexamples

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// Format names this version of the file format.
const Format = "hvcheck/1"

// Limits of a story that Decode accepts.
const (
	MaxBytes = 1 << 20
	MaxOps   = 10_000
)

// Story is a run with everything that is needed to run it again.
type Story struct {
	Scenario *scenarios.Scenario
	Config   model.Config // the scenario's, with the story's design and bounds
	Start    int          // index of the scenario's start state
	Fault    Fault        // what it violates; zero in a story written by hand that says nothing
	Found    Found
	Ops      []Call
	Drain    []Call // what tore everything down after Ops, up to the violation
	Loop     []Call // what comes after Ops again and again, in a lasso
}

// Fault is where a story violates which invariant.
type Fault struct {
	Invariant string
	Step      int  // counted from 1 through Ops and Drain or Loop; 0 is the start state
	Drained   bool // while everything was torn down, or when it had been
	// Forever: a promise is broken by a lasso. After Ops the run goes round
	// Loop for ever, or, without one, rests for ever. Step is its last one.
	Forever bool
}

// Found is how a story was found. It is no part of what the story says.
type Found struct {
	By      string // one word: explore, sample, …; hand, or empty: somebody wrote it
	Seed    uint64
	Version string // of the hvcheck that recorded it, in one word; empty if it is not known
}

// Call is an operation with the result that it had.
type Call struct {
	Op       model.Op
	Result   errno.Errno
	Recorded bool // there is a result; somebody who writes a story by hand has none
}

// ByHand tells a story that somebody has written, with the results that are
// expected instead of those that came.
func (s *Story) ByHand() bool {
	return s.Found.By == "" || s.Found.By == "hand" && s.Found.Version == ""
}

// ID names the story: its invariant and a hash of what is done. Results, and
// how the story was found, are no part of it.
func (s *Story) ID() string {
	bare := *s
	bare.Found, bare.Drain = Found{}, nil
	bare.Ops, bare.Loop = unrecorded(s.Ops), unrecorded(s.Loop)
	sum := sha256.Sum256(EncodeJSON(&bare))
	name := s.Fault.Invariant
	if name == "" {
		name = "story"
	}
	return name + "-" + hex.EncodeToString(sum[:3])
}

// unrecorded leaves the results out.
func unrecorded(calls []Call) []Call {
	bare := make([]Call, len(calls))
	for i, c := range calls {
		bare[i].Op = c.Op
	}
	return bare
}

// FileName is the name of the file that Write gives the story in a folder.
func (s *Story) FileName() string { return s.ID() + ".json" }

// StartName is the name of the start state.
func (s *Story) StartName() string { return s.Scenario.StartNames()[s.Start] }

// Run is the story as the engine takes it.
func (s *Story) Run() checker.Story[model.Op] {
	return checker.Story[model.Op]{Start: s.Start, Ops: operations(s.Ops)}
}

// Round is the loop of a lasso as the engine takes it.
func (s *Story) Round() []model.Op { return operations(s.Loop) }

// Length counts the story's operations, those of its loop once.
func (s *Story) Length() int { return len(s.Ops) + len(s.Loop) }

func operations(calls []Call) []model.Op {
	ops := make([]model.Op, len(calls))
	for i, c := range calls {
		ops[i] = c.Op
	}
	return ops
}

// calls are operations without results.
func calls(ops []model.Op) []Call {
	list := make([]Call, len(ops))
	for i, op := range ops {
		list[i].Op = op
	}
	return list
}

// same tells whether two stories differ at most in how they were found.
func same(a, b *Story) bool {
	return a.Scenario.Name == b.Scenario.Name && a.Config == b.Config && a.Start == b.Start &&
		a.Fault == b.Fault && slices.Equal(a.Ops, b.Ops) && slices.Equal(a.Drain, b.Drain) && slices.Equal(a.Loop, b.Loop)
}
