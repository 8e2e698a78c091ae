package grant

import (
	"testing"
	"unsafe"

	"hvcheck/checker"
)

// TestFlat: a State is its bytes.
func TestFlat(t *testing.T) {
	for _, err := range []error{checker.CheckFlat[State](), checker.CheckFlat[Config]()} {
		if err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d bytes of state, a task %d, a domain %d; %d of configuration", unsafe.Sizeof(State{}), unsafe.Sizeof(Task{}), unsafe.Sizeof(Domain{}), unsafe.Sizeof(Config{}))
}
