package judge

import (
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// modulePath is hvcheck's own, which is the main module of its own command, and
// one of those that others require.
const modulePath = "hvcheck"

// Version says which hvcheck this is, in one word: the version of its module,
// and the revision where that does not tell it. It is devel where neither is
// known, as in a test.
var Version = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	return versionOf(info)
})

func versionOf(info *debug.BuildInfo) string {
	if i := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == modulePath }); i >= 0 {
		m := info.Deps[i]
		if m.Replace != nil {
			m = m.Replace
		}
		return released(m.Version)
	}
	version, settings := released(info.Main.Version), map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	revision = revision[:min(len(revision), 12)]
	if revision == "" || strings.Contains(version, revision) {
		return version
	}
	if settings["vcs.modified"] == "true" {
		revision += "+dirty"
	}
	return version + "-" + revision
}

// released is the version of a module, if it has one.
func released(version string) string {
	if version == "" || version == "(devel)" {
		return "devel"
	}
	return version
}
