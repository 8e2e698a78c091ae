package dom0

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen/drive"
)

// Every operation of an area is driven in one way, or there is a reason why not.
func TestEveryOperationHasAWay(t *testing.T) {
	for _, wrong := range ways.Check(drive.Mappings) {
		t.Error(wrong)
	}
}
