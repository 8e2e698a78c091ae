// Package judge decides: from scenarios and claims to results, which are values.
//
//	Run      scenarios             -> Summary, a Checked for each
//	Claims   claims and designs    -> Decided, one for each verdict
//	Tables   designs and scenarios -> FilledIn
//	Bugs     switches              -> Hunted
//
// It prints nothing, knows no flags, and is used from Go as the command line
// uses it. Package report shows the results.
package judge

import (
	"hvcheck/checker"
)

// Judge decides: it searches and samples scenarios, and says what was found. It
// prints nothing.
type Judge struct {
	Workers int      // goroutines that search; at least 1
	Seed    uint64   // of all sampling
	Design  []string // choices that are made for every scenario
	// Progress makes what is told how far a search of that name has come, and
	// Quiet ends the telling. Both may be nil.
	Progress func(name string) func(checker.Progress)
	Quiet    func()
}

// following is how far a search has come.
func (j *Judge) following(name string) func(checker.Progress) {
	if j.Progress == nil {
		return nil
	}
	return j.Progress(name)
}

func (j *Judge) told() {
	if j.Quiet != nil {
		j.Quiet()
	}
}
