package checker

// atDeadEnd is the first violation in a state that no operation changes.
func (a *asker[S, O]) atDeadEnd(s *S) *violation {
	for _, p := range a.ends {
		if v := p.violated(p.Stuck(s)); v != nil {
			return v
		}
	}
	return nil
}

// stuck is the same of a state of which it is not known whether an operation
// changes it. The properties come first: hardly a state has them speak.
func (a *asker[S, O]) stuck(s *S) *violation {
	if v := a.atDeadEnd(s); v != nil && a.deadEnd(s) {
		return v
	}
	return nil
}

// deadEnd tells whether no operation changes a state.
func (a *asker[S, O]) deadEnd(s *S) bool {
	a.window.copy(&a.trial, s)
	for _, family := range a.model.Ops() {
		for _, op := range family {
			if a.model.Step(&a.trial, op); !a.window.same(&a.trial, s) {
				return false
			}
		}
	}
	return true
}
