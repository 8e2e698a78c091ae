package topic

import (
	"slices"
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/model"
	"hvcheck/model/design"
)

// Everything that has an id can be asked for by it: the text is there, and what
// it points to exists.
func TestTopics(t *testing.T) {
	for _, about := range Topics() {
		found, err := topicsNamed(about.ID)
		if err != nil || !slices.Contains(found, about) {
			t.Errorf("%s %q is not found: %v", about.Kind, about.ID, err)
		}
		if about.Title == "" {
			t.Errorf("%s %q has no title", about.Kind, about.ID)
		}
		for _, id := range about.related {
			if _, err := topicsNamed(id); err != nil && !isNumber(id) {
				t.Errorf("%s is related to something unknown: %v", about.ID, err)
			}
		}
	}
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// Whatever is told of a rule of today's code says what that is not; nothing of
// the kind is said of a bug.
func TestAsIs(t *testing.T) {
	i := slices.IndexFunc(model.Switches, func(sw design.Switch) bool { return sw.ID == "MM-B2" })
	bug := model.Switches[i]
	rule := bug
	rule.Kind = design.AsIs
	for sw, want := range map[*design.Switch]bool{&bug: false, &rule: true} {
		if got := switchTopic(*sw).Markdown(plainIDs); strings.Contains(got, "not a proven bug") != want {
			t.Errorf("%v: the topic says:\n%s", sw.Kind, got)
		}
	}
}
