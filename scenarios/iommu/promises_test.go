package iommu_test

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/model"
	"hvcheck/scenarios/iommu"
	"hvcheck/scenarios/scenariostest"
)

// Each promise is decided by a second method as well, which knows nothing of
// components; a lasso that was found is checked by itself.
func TestPromises(t *testing.T) {
	for _, tc := range []struct {
		scenario, design, promise string
		broken                    bool
	}{
		{"iommu.core", "FL-V1", "FL-L1", false},
		{"iommu.core", "FL-V1", "FL-L2", false},
		{"iommu.core", "FL-M7", "FL-L1", true},
		{"iommu.core", "FL-M7", "FL-L2", true},
		{"iommu.core", "FL-V4", "FL-L1", false},
		{"iommu.core", "FL-V6", "FL-L1", false},
		{"iommu.two-iommus-held", "FL-V6", "FL-L1", false},
		{"iommu.hung", "FL-V1", "FL-L3", true}, // a physical CPU spins
		{"iommu.hung", "FL-V2", "FL-L3", true}, // the queue has an end
		{"iommu.hung", "FL-V4", "FL-L3", true},
		{"iommu.hung", "FL-V5", "FL-L3", false},
		{"iommu.hung-long", "FL-V5", "FL-L3", true},
		{"iommu.hung", "FL-V0", "FL-L3", false},
	} {
		t.Run(tc.scenario+" "+tc.design+" "+tc.promise, func(t *testing.T) {
			s := scenariostest.Must(t, tc.scenario)
			choice := model.Choice{Name: "flushing", Value: tc.design}
			if tc.design == "FL-M7" {
				choice = model.Choice{Name: tc.design, Value: "on"}
			}
			scenariostest.Broken(t, s, tc.promise, tc.broken, choice)
		})
	}
}

// A scenario can be made with every design.
func TestDesigns(t *testing.T) {
	if refused := scenariostest.RefusedDesigns(t, iommu.Area.Scenarios); len(refused) > 0 {
		t.Errorf("refused: %v", refused)
	}
}
