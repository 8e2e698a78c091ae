package checker

// GoalReport tells whether a goal was met, and after how many operations at
// the earliest.
type GoalReport struct {
	ID    string
	Met   bool
	Depth int
}

func newGoalReports[S, O comparable](goals []Goal[S, O]) []GoalReport {
	r := make([]GoalReport, len(goals))
	for i, g := range goals {
		r[i].ID = g.ID
	}
	return r
}

// meet notes that the goal was met after depth operations.
func (g *GoalReport) meet(depth int) {
	if !g.Met || depth < g.Depth {
		g.Met, g.Depth = true, depth
	}
}
