// Package checker explores, samples, replays and minimises transition systems.
//
// It knows no hypervisor. A Model is a set of start states and an alphabet of
// total operations; a System adds the Properties that must hold, the Goals
// that must be reachable and the Responses that must come in the end. Data
// moves one way:
//
//	System -> Explore (every state of a small scope, breadth first)  -> Report
//	       -> Sample  (traces drawn by a Source, seed after seed)    -> Report
//	Report.Fault -> Minimize -> the shortest story -> Replay, step by step
//
// Responses promise something about infinite runs. Explore decides them on the
// states it has stored, once it has them all:
//
//	System.Responses -> fair components without an answer -> a story and its loop -> ReplayLasso
//
// All of it is deterministic: the number of workers changes the time a run
// takes and nothing else.
package checker

// Outcome is what one operation answered.
type Outcome struct {
	Code    int16 // return code; 0 is success, negative values are the model's errors
	Refused bool  // the operation promises that it changed nothing; the engine checks the promise
	More    uint8 // of the family's further operations, how many differ from its first one here
}

// Model is a transition system over flat states.
//
// S holds no pointers, slices, strings or padding, so that a state is its bytes
// (CheckFlat tells). If only some of them are in use, a Spanner says which. A Model is used by one goroutine at a time, hence the
// engine asks for a new one per worker and a Model may keep scratch memory.
type Model[S, O comparable] interface {
	// Init returns the start states, in a fixed order.
	Init() []S
	// Ops returns the alphabet in a fixed order, grouped into families. The
	// first operation of a family is always tried; its Outcome.More says how
	// many of the others are distinct from it in this state (an operation
	// "preempted at the k-th check" that reaches c checks has c of them).
	Ops() [][]O
	// Kind numbers an operation's kind, for coverage and for searches over a
	// smaller alphabet.
	Kind(op O) uint8
	// Step carries the operation out in place. It must be total and
	// deterministic: any operation may come in any state.
	Step(s *S, op O) Outcome
}

// Drainer is a Model that can bring any state to rest: everything started is
// continued to its end and torn down. What Drain answers depends on the state
// alone, so that states which drain through one another are drained together.
type Drainer[S, O comparable] interface {
	// Drain names the next draining operation, or false when s is at rest.
	Drain(s *S) (op O, more bool)
}

// Property is something that must hold. Each function that is set is asked at
// its own moment; a non-nil error is a violation.
type Property[S, O comparable] struct {
	ID      string
	State   func(s *S) error                                   // once for each distinct state
	Step    func(before *S, op O, out Outcome, after *S) error // for each operation carried out
	Drained func(s *S) error                                   // when the drain of a state has ended
	Stuck   func(s *S) error                                   // for a state that no operation changes
	// WhileDraining asks State and Step also at every step of a drain.
	WhileDraining bool
}

// Goal is something that must be reachable: a run that never meets it has
// checked less than its scenario promises.
type Goal[S, O comparable] struct {
	ID  string
	Met func(before *S, op O, out Outcome, after *S) bool
}

// System is a model with what is asked of it.
type System[S, O comparable] struct {
	Model      Model[S, O]
	Properties []Property[S, O]
	Goals      []Goal[S, O]
	Responses  []Response[S, O]
}

// Story is a run by its operations, from the start state with that index.
type Story[O comparable] struct {
	Start int
	Ops   []O
}

// Fault is a violated property with the story that violates it. Drain holds
// the draining operations that followed the story up to the violation; it is
// empty when the story's last operation (or its start state) violates. Beside
// the system's own properties there are RefusalProperty and DrainProperty.
//
// A broken promise is a lasso: the Property is the response's id, and the story
// goes on Forever. The operations of Loop lead from its last state back to it,
// again and again; with an empty Loop nothing that must happen can happen there.
type Fault[O comparable] struct {
	Story[O]
	Drain    []O
	Loop     []O
	Forever  bool
	Property string
	Detail   string
}
