package report

import (
	"math"

	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/teeth"
)

// teethJSON is what teeth writes with --json.
type teethJSON struct {
	Source  string          `json:"source"` // a hash of it
	Areas   []teethAreaJSON `json:"areas"`
	Mutants []mutantJSON    `json:"mutants"`
	Stale   []staleJSON     `json:"stale"`
	LeftOut []string        `json:"left_out"` // scenarios, and why
}

type teethAreaJSON struct {
	Area string `json:"area"`
	scoreJSON
	Equivalent int           `json:"equivalent"` // of those that are alive, with a reason that says so
	Open       int           `json:"open"`       // of those that are alive, without a reason
	Files      []namedScore  `json:"files"`
	Functions  []namedScore  `json:"functions"`
	Killers    []killersJSON `json:"killers"`
}

type namedScore struct {
	Name string `json:"name"`
	scoreJSON
}

type scoreJSON struct {
	Score     float64 `json:"score"` // percent
	Mutants   int     `json:"mutants"`
	Killed    int     `json:"killed"`
	Noticed   int     `json:"noticed"`
	Survived  int     `json:"survived"`
	Unchanged int     `json:"unchanged"`
	Unreached int     `json:"unreached"`
	Unbuilt   int     `json:"unbuilt"`
	Panics    int     `json:"panics"`
	Hangs     int     `json:"hangs"`
	Untried   int     `json:"untried"`
}

type killersJSON struct {
	Property string `json:"property"`
	Killed   int    `json:"killed"`
}

type mutantJSON struct {
	ID       string   `json:"id"`
	Area     string   `json:"area"`
	File     string   `json:"file"`
	Function string   `json:"function"`
	Place    string   `json:"place"`
	Change   string   `json:"change"`
	Line     int      `json:"line,omitempty"`
	Before   string   `json:"before"`
	After    string   `json:"after"`
	Verdict  string   `json:"verdict"`
	Property string   `json:"property,omitempty"`
	Kind     string   `json:"kind,omitempty"` // of the property
	Scenario string   `json:"scenario,omitempty"`
	Length   int      `json:"length,omitempty"`
	Detail   string   `json:"detail,omitempty"`
	Asked    int      `json:"asked"` // scenarios
	Changed  []string `json:"changed"`
	Notes    []string `json:"notes"`
	Reason   string   `json:"reason,omitempty"`
	Seconds  float64  `json:"seconds"`
}

type staleJSON struct {
	Area string `json:"area"`
	ID   string `json:"id"`
	Why  string `json:"why"`
}

func scoreAsJSON(s *teeth.Score) scoreJSON {
	return scoreJSON{
		Score: math.Round(10*s.Percent()) / 10, Mutants: s.Mutants(),
		Killed: s.Counts[teeth.Killed], Noticed: s.Counts[teeth.Noticed], Survived: s.Counts[teeth.Survived],
		Unchanged: s.Counts[teeth.Unchanged], Unreached: s.Counts[teeth.Unreached], Unbuilt: s.Counts[teeth.Unbuilt],
		Panics: s.Counts[teeth.Panics], Hangs: s.Counts[teeth.Hangs], Untried: s.Counts[teeth.Untried],
	}
}

func namedScores(list []*teeth.Judged, name func(*teeth.Judged) string) []namedScore {
	all := []namedScore{}
	for _, s := range teeth.Scores(list, name) {
		all = append(all, namedScore{s.Name, scoreAsJSON(s)})
	}
	return all
}

func teethAsJSON(r *teeth.Result) teethJSON {
	j := teethJSON{Source: r.Hash, Areas: []teethAreaJSON{}, Mutants: []mutantJSON{}, Stale: []staleJSON{}, LeftOut: phrase.Filled(r.LeftOut)}
	for _, a := range r.Areas {
		j.Areas = append(j.Areas, areaAsJSON(r, a))
	}
	for _, m := range r.List {
		j.Mutants = append(j.Mutants, mutantAsJSON(r, m))
	}
	for _, s := range r.Stale {
		j.Stale = append(j.Stale, staleJSON{s.Area.Name, s.ID, s.Why})
	}
	return j
}

func areaAsJSON(r *teeth.Result, a *model.Area) teethAreaJSON {
	some := teeth.Of(r.List, a)
	j := teethAreaJSON{
		Area: a.Name, scoreJSON: scoreAsJSON(teeth.Total(some)), Equivalent: r.Equivalent(a), Open: len(r.Open(a)), Killers: []killersJSON{},
		Files:     namedScores(some, func(j *teeth.Judged) string { return j.File }),
		Functions: namedScores(some, func(j *teeth.Judged) string { return j.File + "/" + j.Function }),
	}
	for _, k := range r.Killers(a) {
		j.Killers = append(j.Killers, killersJSON{k.Name, k.Mutants()})
	}
	return j
}

func mutantAsJSON(r *teeth.Result, j *teeth.Judged) mutantJSON {
	m := mutantJSON{
		ID: j.ID, Area: j.Area.Name, File: j.File, Function: j.Function, Place: j.Place, Change: j.Change, Line: j.Line,
		Before: j.Before, After: j.After, Verdict: string(j.Verdict), Asked: j.Asked,
		Changed: phrase.Filled(j.Changed), Notes: phrase.Filled(j.Notes), Reason: r.Reason(j.Mutant), Seconds: j.Took.Seconds(),
	}
	if k := j.Kill; k != nil {
		m.Property, m.Kind, m.Scenario, m.Length, m.Detail = k.Property, k.Kind(), k.Scenario, k.Length, k.Detail
	}
	return m
}
