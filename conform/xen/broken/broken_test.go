package broken

import (
	"testing"

	_ "hvcheck/areas"
	_ "hvcheck/conform/views"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen/drive"
	_ "hvcheck/conform/xen/drive/gntdrive"
	_ "hvcheck/conform/xen/drive/iodrive"
)

// Each build has a rule, edits, and a story that can be driven.
func TestBuilds(t *testing.T) {
	seen := map[string]bool{Unbroken.Name: true}
	origins := 0
	for i := range All {
		b := &All[i]
		if b.Rule == "" || len(b.Edits) == 0 || seen[b.Name] {
			t.Errorf("%q: no rule, no edit, or the second of its name", b.Name)
		}
		seen[b.Name] = true
		if b.Origin != "" {
			origins++
		}
		for _, e := range b.Edits {
			if e.Old == "" || e.Old == e.New {
				t.Errorf("%s: an edit that changes nothing", b.Name)
			}
		}
		p, err := b.play()
		if err != nil {
			t.Errorf("%s: %v", b.Name, err)
			continue
		}
		if why := ways.Unopened(drive.Mappings).Refused(p.Scene); why != "" {
			t.Errorf("%s: %s", b.Name, why)
		}
	}
	const least = 10
	if origins < least || len(All)-origins < least {
		t.Errorf("%d builds, %d of them with a fix reversed; want %d of each kind", len(All), origins, least)
	}
}
