package checker

import "fmt"

// Fairness is a set of operations that cannot be put off for ever (weak
// fairness): if from some moment on one of them could always change the state,
// then again and again one of them does.
type Fairness[O comparable] struct {
	ID string
	Of func(op O) bool
}

// Response is a promise about infinite runs: after From, sooner or later To.
//
// An operation is enabled in a state if it changes it; of a family only the
// members that its Outcome.More tells apart are asked. A run may rest in a
// state for ever if no fairness set has an operation that is enabled there.
type Response[S, O comparable] struct {
	ID   string
	From func(s *S) bool // the promise is made in every state where this holds
	To   func(s *S) bool // and kept in one where this holds; the same state counts
	// Suspended may be nil. A run in which it holds for ever from some moment
	// on breaks no promise.
	Suspended func(s *S) bool
	Fair      []Fairness[O]
}

// maxFair is how many fairness sets a response may have.
const maxFair = 30

// ResponseReport tells what was searched to decide a response. Without any
// From the promise was never made, and being kept says nothing.
type ResponseReport struct {
	ID         string
	Decided    bool   // the fields below say something
	Kept       bool   // no fair run breaks the promise
	From       uint64 // reachable states in which the promise is made
	States     uint64 // states that can follow them before an answer
	Components uint64 // strongly connected components of those states
}

func newResponseReports[S, O comparable](responses []Response[S, O]) []ResponseReport {
	r := make([]ResponseReport, len(responses))
	for i := range responses {
		r[i].ID = responses[i].ID
	}
	return r
}

// Undecided are the ids of the responses about which nothing is known, because
// the search ended before.
func (r *Report[O]) Undecided() (ids []string) {
	for i := range r.Responses {
		if !r.Responses[i].Decided {
			ids = append(ids, r.Responses[i].ID)
		}
	}
	return ids
}

func validateResponses[S, O comparable](responses []Response[S, O], seen map[string]bool) error {
	for i := range responses {
		r := &responses[i]
		if seen[r.ID] {
			return fmt.Errorf("response id %q is empty, reserved or used twice", r.ID)
		}
		if err := r.validate(); err != nil {
			return err
		}
		seen[r.ID] = true
	}
	return nil
}

func (r *Response[S, O]) validate() error {
	if r.From == nil || r.To == nil {
		return fmt.Errorf("response %q does not say from what to what", r.ID)
	}
	if len(r.Fair) > maxFair {
		return fmt.Errorf("response %q has %d fairness sets, the most is %d", r.ID, len(r.Fair), maxFair)
	}
	for _, f := range r.Fair {
		if f.Of == nil {
			return fmt.Errorf("response %q: fairness set %q says of no operation", r.ID, f.ID)
		}
	}
	return nil
}

func findResponse[S, O comparable](sys System[S, O], id string) (*Response[S, O], error) {
	for i := range sys.Responses {
		if sys.Responses[i].ID == id {
			return &sys.Responses[i], nil
		}
	}
	return nil, fmt.Errorf("the system has no response %q", id)
}
