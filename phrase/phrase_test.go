package phrase

import (
	"strings"
	"testing"
	"time"
)

// No line is wider than it may be, unless a word is.
func TestWrap(t *testing.T) {
	for _, tc := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"one two three", 7, "one two|three"},
		{"one two three", 13, "one two three"},
		{"incomprehensibilities are long", 10, "incomprehensibilities|are long"},
	} {
		if got := strings.Join(Wrap(tc.text, tc.width), "|"); got != tc.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", tc.text, tc.width, got, tc.want)
		}
	}
}

// Numbers and times are written for people.
func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		Human(999_999): "999999", Human(1_370_000): "1.37 M", Human(2_500_000_000): "2.50 G",
		Seconds(40 * time.Millisecond): "0.04 s", Seconds(61 * time.Second): "61.0 s",
		Plural(1, "step"): "1 step", Plural(0, "step"): "0 steps",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
