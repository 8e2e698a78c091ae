package dom0

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform/xen/drive"
)

// Every operation of an area is driven in one way, or there is a reason why not.
func TestEveryOperationHasAWay(t *testing.T) {
	for _, m := range drive.Mappings {
		for _, spec := range m.View.Area.Ops.Specs() {
			ways := 0
			for i := range m.Ways {
				if w := &m.Ways[i]; w.Spec == spec {
					ways++
					if (w.Never == "") != (w.Do != nil && w.How != "") {
						t.Errorf("%s: how is it driven, or why not?", spec.Name)
					}
				}
			}
			if ways != 1 {
				t.Errorf("%s: %d ways, want one", spec.Name, ways)
			}
		}
	}
}
