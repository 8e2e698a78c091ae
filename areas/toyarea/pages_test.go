package toyarea_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"hvcheck/judge"
	"hvcheck/pages"
)

// The documents have everything about an area that they know by its
// description alone.
func TestPages(t *testing.T) {
	wanted := map[string][]string{
		"README": {"[toy](areas/toy.md)", "[a door](threads/toy.md)", "[doors](tables/doors.md)"},
		"threads/toy": {"- **No claim fails** under [TOY-V1](../designs.md#toy-v1), a locked door stays shut (0 of 1 claim).",
			"- **In the tables**: in [doors](../tables/doors.md) every cell that applies holds under [TOY-V1]", "| [TOY-C1](#toy-c1) | a locked door stays shut | holds | [fails 2](toy-stories.md#toy-i1-"},
		"threads/toy-stories":  {`### <a id="toy-i1-`, "toy.push"},
		"areas/toy":            {"A door with two locks", `### <a id="toy-i1"></a>`, `### <a id="toy-l1"></a>`, `### <a id="toy-b1"></a>`, "| [toy.door](toy-scenarios.md#toy.door) |"},
		"areas/toy-scenarios":  {`### <a id="toy.door"></a>`},
		"areas/toy-operations": {`### <a id="toy.turn"></a>`},
		"tables/doors":         {"| [TOY-V2](../designs.md#toy-v2) | F 2 |"},
		"designs":              {"| [TOY-V1](#toy-v1) | a locked door stays shut | door=TOY-V1 |", "The baseline is the carpenter's door ([TOY-V1](#toy-v1))."},
		"results":              {"[a door](areas/toy.md)"},
	}
	list, err := pages.NewWriter(&judge.Judge{Workers: 1}).PagesNamed(slices.Sorted(maps.Keys(wanted)))
	if err != nil || len(list) != len(wanted) {
		t.Fatal(list, err)
	}
	for _, p := range list {
		text, err := p.Text(context.Background())
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		for _, part := range wanted[p.Name] {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %s:\n%s", p.Name, part, text)
			}
		}
	}
}
