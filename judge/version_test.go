package judge

import (
	"runtime/debug"
	"testing"
)

func TestVersionOf(t *testing.T) {
	const revision = "6044be279dc1a215ab0110474c3c6e0db08f749b"
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: "false"}}
	dirty := []debug.BuildSetting{{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: "true"}}
	own := func(version string) debug.Module { return debug.Module{Path: modulePath, Version: version} }
	for _, tt := range []struct {
		info debug.BuildInfo
		want string
	}{
		{debug.BuildInfo{Main: own("")}, "devel"},
		{debug.BuildInfo{Main: own("(devel)")}, "devel"},
		{debug.BuildInfo{Main: own("v1.2.3")}, "v1.2.3"},
		{debug.BuildInfo{Main: own("(devel)"), Settings: vcs}, "devel-6044be279dc1"},
		{debug.BuildInfo{Main: own("(devel)"), Settings: dirty}, "devel-6044be279dc1+dirty"},
		{debug.BuildInfo{Main: own("v0.0.0-20261126002214-6044be279dc1+dirty"), Settings: dirty}, "v0.0.0-20261126002214-6044be279dc1+dirty"},
		{debug.BuildInfo{Main: own("v1.2.3"), Settings: vcs}, "v1.2.3-6044be279dc1"},
		// In a module that requires hvcheck, the revision is that module's.
		{debug.BuildInfo{Main: debug.Module{Path: "example.org/own"}, Deps: []*debug.Module{{Path: modulePath, Version: "v1.2.3"}}, Settings: vcs}, "v1.2.3"},
		{debug.BuildInfo{Main: debug.Module{Path: "example.org/own"}, Deps: []*debug.Module{
			{Path: modulePath, Version: "v0.0.0", Replace: &debug.Module{Path: "../hvcheck"}}}, Settings: vcs}, "devel"},
	} {
		if got := versionOf(&tt.info); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.info, got, tt.want)
		}
	}
}
