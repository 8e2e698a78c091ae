package errno_test

import (
	"testing"

	"hvcheck/model/errno"
)

// TestRoundTrip writes every named code and reads it again.
func TestRoundTrip(t *testing.T) {
	written := map[string]bool{}
	for _, e := range errno.All() {
		s := e.String()
		if written[s] {
			t.Errorf("two codes are written %q", s)
		}
		written[s] = true
		if got, err := errno.Parse(s); err != nil || got != e {
			t.Errorf("%q was read as %v, %v", s, got, err)
		}
		if e.Doc() == "" {
			t.Errorf("%v has no doc", e)
		}
	}
}

// TestNumbers: positive results are an operation's own and are plain numbers.
func TestNumbers(t *testing.T) {
	for _, e := range []errno.Errno{1, 15, 32767} {
		if got, err := errno.Parse(e.String()); err != nil || got != e {
			t.Errorf("%q was read as %v, %v", e, got, err)
		}
		if e.Doc() != "" {
			t.Errorf("%v has a doc: %q", e, e.Doc())
		}
	}
}

func TestText(t *testing.T) {
	for e, want := range map[errno.Errno]string{
		errno.OK:        "0",
		errno.EINVAL:    "-EINVAL",
		errno.ERESTART:  "-ERESTART",
		errno.HostCrash: "host-crash",
		15:              "15",
		-5:              "-5", // EIO, which nothing returns
	} {
		if got := e.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, s := range []string{"", "EINVAL", "-einval", "-EIO", "-22", "00", "32768", "1.5", "crash"} {
		if e, err := errno.Parse(s); err == nil {
			t.Errorf("%q was read as %v", s, e)
		}
	}
}
