package report

import (
	"strings"
	"testing"
)

// Long texts are shown from where they differ, short ones as they are.
func TestApart(t *testing.T) {
	same := strings.Repeat("a5", 30)
	for _, l := range [][4]string{
		{"-EINVAL", "0", "-EINVAL", "0"},
		{same + "01ff", same + "02ff", "..01ff", "..02ff"},
		{same + "10ff", same + "1eff", "..10ff", "..1eff"},
		{"01" + same, "02" + same, "01" + same[:30] + "..", "02" + same[:30] + ".."},
		{same, "none", same[:32] + "..", "none"},
	} {
		if x, y := apart(l[0], l[1]); x != l[2] || y != l[3] {
			t.Errorf("%s, %s: %s, %s", l[0], l[1], x, y)
		}
	}
}
