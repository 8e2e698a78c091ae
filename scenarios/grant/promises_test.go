package grant_test

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/checker"
	"hvcheck/checker/checkertest"
	"hvcheck/model"
	"hvcheck/scenarios/grant"
	"hvcheck/scenarios/scenariostest"
)

// Each promise is decided by a second method as well, which knows nothing of
// components; a lasso that was found is checked by itself.
func TestPromises(t *testing.T) {
	for _, tc := range []struct {
		scenario, takeover, promise string
		broken                      bool
	}{
		{"grant.kexec-wait", "GR-V1", "GR-L1", true},
		{"grant.kexec-wait", "GR-V2", "GR-L1", false},
		{"grant.kexec-wait", "GR-V2", "GR-L4", true}, // the backend is told to close, and does not
		{"grant.kexec-wait", "GR-V3", "GR-L4", false},
		{"grant.kexec-short", "GR-V1", "GR-L1", false},
		{"grant.kexec-unaided", "GR-V9", "GR-L4", false},
		{"grant.kexec-unaided", "GR-V10", "GR-L1", true},
		{"grant.kexec-full", "GR-V6", "GR-L1", false},
		{"grant.kexec-full", "GR-V11", "GR-L1", true},
		{"grant.destroy", "GR-V11", "GR-L2", false},
		{"grant.destroy-device", "GR-V11", "GR-L2", false},
	} {
		t.Run(tc.scenario+" "+tc.takeover+" "+tc.promise, func(t *testing.T) {
			s := scenariostest.Must(t, tc.scenario)
			choice := model.Choice{Name: "takeover", Value: tc.takeover}
			r := scenariostest.Explore(t, s, []string{tc.promise}, choice)
			if got := r.Fault != nil; got != tc.broken {
				t.Errorf("the search says broken: %v", got)
			}
			sys := s.System(scenariostest.With(t, s, choice), []string{tc.promise})
			if r.Fault != nil {
				if err := checker.Lasso(sys, r.Fault.Story, r.Fault.Loop, tc.promise); err != nil {
					t.Errorf("its lasso is none: %v", err)
				}
			}
			if got, err := checkertest.Broken(sys, tc.promise, 500_000); err != nil || got != tc.broken {
				t.Errorf("the second method says broken: %v, %v", got, err)
			}
		})
	}
}

// A scenario can be made with every design.
func TestDesigns(t *testing.T) {
	if refused := scenariostest.RefusedDesigns(t, grant.Area.Scenarios); len(refused) > 0 {
		t.Errorf("refused: %v", refused)
	}
}
