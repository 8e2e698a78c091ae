package broken_test

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform"
	"hvcheck/conform/broken"
	kvm "hvcheck/conform/kvm/broken"
	kvmdrive "hvcheck/conform/kvm/drive"
	_ "hvcheck/conform/views"
	"hvcheck/conform/ways"
	xen "hvcheck/conform/xen/broken"
	xendrive "hvcheck/conform/xen/drive"
	_ "hvcheck/conform/xen/drive/gntdrive"
	_ "hvcheck/conform/xen/drive/iodrive"
)

// Each build of each system has a rule, edits, and a story that can be driven.
func TestBuilds(t *testing.T) {
	const least = 10
	for _, l := range []struct {
		name            string
		builds          broken.List
		target          conform.Target
		forgot, reverse int // that there are at least, without and with an origin
		races           int
	}{
		{"Xen", xen.All, ways.Unopened(xendrive.Mappings), least, least, 0},
		{"KVM", kvm.All, ways.Unopened(kvmdrive.Mappings), least, 0, 1},
	} {
		seen := map[string]bool{broken.Unbroken.Name: true}
		origins, races := 0, 0
		for i := range l.builds {
			b := &l.builds[i]
			if b.Rule == "" || seen[b.Name] {
				t.Errorf("%s: %q: no rule, or the second of its name", l.name, b.Name)
			}
			seen[b.Name] = true
			if b.Origin != "" {
				origins++
			}
			if b.Race {
				races++
			}
			sound(t, b, l.target)
		}
		if origins < l.reverse || len(l.builds)-origins < l.forgot || races != l.races {
			t.Errorf("%s: %d builds, %d of them with a fix reversed, %d with a race", l.name, len(l.builds), origins, races)
		}
	}
}

// sound fails unless a build has edits and a story that can be driven.
func sound(t *testing.T, b *broken.Build, target conform.Target) {
	t.Helper()
	if len(b.Edits) == 0 {
		t.Errorf("%s: no edit", b.Name)
	}
	for _, e := range b.Edits {
		if e.Old == "" || e.Old == e.New {
			t.Errorf("%s: an edit that changes nothing", b.Name)
		}
	}
	p, err := b.Play()
	if err != nil {
		t.Errorf("%s: %v", b.Name, err)
	} else if why := target.Refused(p.Scene); why != "" {
		t.Errorf("%s: %s", b.Name, why)
	}
}
