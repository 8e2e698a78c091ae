package grant_test

import (
	"testing"

	_ "hvcheck/areas"
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
			scenariostest.Broken(t, s, tc.promise, tc.broken, choice)
		})
	}
}

// A scenario can be made with every design.
func TestDesigns(t *testing.T) {
	if refused := scenariostest.RefusedDesigns(t, grant.Area.Scenarios); len(refused) > 0 {
		t.Errorf("refused: %v", refused)
	}
}
