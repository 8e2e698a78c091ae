package scenarios_test

import (
	"slices"
	"strings"
	"testing"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// TestDesignNames: every name that a design can be given by is read, and means
// choices that can be made.
func TestDesignNames(t *testing.T) {
	names := scenarios.DesignNames()
	if dup := slices.Compact(slices.Clone(names)); len(dup) != len(names) {
		t.Error("a name comes twice")
	}
	for _, name := range names {
		list, err := scenarios.Choices(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(list) == 0 && name != "baseline" {
			t.Errorf("%s makes no choice", name)
		}
	}
}

// TestDesignOfColumn: the name at the head of a column and the design that is
// given by it are the same.
func TestDesignOfColumn(t *testing.T) {
	for i := range scenarios.Columns {
		col := &scenarios.Columns[i]
		var byColumn, byName model.Config
		if err := col.Set(&byColumn); err != nil {
			t.Fatal(err)
		}
		if err := scenarios.Choose(&byName, []string{col.Name}); err != nil || byColumn != byName {
			t.Errorf("%s: %v and %v (%v)", col.Name, byColumn.Design(), byName.Design(), err)
		}
	}
}

// unmended are bugs whose fix is newer than what is run anywhere.
var unmended = []string{"RS-B13"}

// TestToday has every as-is switch on, and what is not mended yet: none is forgotten.
func TestToday(t *testing.T) {
	list, err := scenarios.Choices(scenarios.Today)
	if err != nil {
		t.Fatal(err)
	}
	for _, sw := range model.Switches {
		on := slices.Contains(list, model.Choice{Name: sw.ID, Value: "on"})
		if asIs := sw.Kind.String() == "as-is" || slices.Contains(unmended, sw.ID); on != asIs {
			t.Errorf("%s: on today: %v, and its kind is %v", sw.ID, on, sw.Kind)
		}
	}
}

func TestChooseMistakes(t *testing.T) {
	for _, c := range []struct {
		designs []string
		wants   string
	}{
		{[]string{"EV-V44"}, `did you mean "EV-V4"`},
		{[]string{"fixup=MM-V9"}, "--design fixup=MM-V9: design switch fixup has no value"},
		{[]string{"MM-V0", "fixup=MM-V1"}, "--design fixup=MM-V1: fixup is MM-V0 by --design MM-V0 already"},
		{[]string{"today", "EV-A1=off"}, "EV-A1 is on by --design today already"},
	} {
		var config model.Config
		if err := scenarios.Choose(&config, c.designs); err == nil || !strings.Contains(err.Error(), c.wants) {
			t.Errorf("%v: %v", c.designs, err)
		}
	}
}
