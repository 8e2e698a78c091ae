package counterexamples

import (
	"strings"
	"testing"
)

// every begins every line of a text with a mark.
func every(mark, text string) string {
	return mark + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+mark) + "\n"
}

// A story comes back from a mail, a page or an editor as it went there.
func TestDecodeAround(t *testing.T) {
	want := decoded(t, []byte(goodJSON))
	for form, good := range map[string]string{"text": goodText, "JSON": goodJSON} {
		for name, data := range map[string]string{
			"byte-order mark":        byteOrderMark + good,
			"quoted":                 every("> ", good),
			"quoted without a blank": every(">", good),
			"quoted twice":           every("> > ", good),
			"quoted and indented":    every("  > ", good),
			"fenced":                 "```\n" + good + "```\n",
			"fenced with a language": "\n```json\n" + good + "```\n\n",
			"fenced with tildes":     "~~~~\n" + good + "~~~~\n",
			"quoted and fenced":      every("> ", "```text\n"+good+"```\n"),
			"all, with CR LF":        byteOrderMark + strings.ReplaceAll(every("> ", "```\n"+good+"```\n"), "\n", "\r\n"),
		} {
			s, err := Decode("story", []byte(data))
			if err != nil || !same(&s, &want) || s.Found != want.Found {
				t.Errorf("%s, %s: %v", form, name, err)
			}
		}
	}
}

// What is wrong is told with the line of the file, and nothing gets lost.
func TestDecodeAroundErrors(t *testing.T) {
	broken := strings.Replace(goodText, "frame=0", "fram=0", 1)
	for name, tt := range map[string]struct{ data, want string }{
		"quoted":       {every("> ", broken), `story:10: mmuext.pin has no operand "fram"`},
		"fenced":       {"```\n" + broken + "```\n", `story:11: mmuext.pin has no operand "fram"`},
		"not closed":   {"```\n" + goodText, "story:1: the fence ``` is not closed"},
		"closed early": {"````\n" + goodText + "```\n", "story:1: the fence ```` is not closed"},
		"two stories":  {"```\n" + goodText + "```\n```\n" + goodText + "```\n", "story:14: something follows the fence"},
		"prose behind": {"```\n" + goodText + "```\nRegards\n", "story:14: something follows the fence"},
		"empty fence":  {"```\n```\n", "story:1: the file is empty"},
		"half a fence": {"``\n" + goodText, "story:3: header format comes after the first operation"},
	} {
		if _, err := Decode("story", []byte(tt.data)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}

// The version of the hvcheck that recorded a story goes with it, and is no part
// of what it says.
func TestVersion(t *testing.T) {
	without := decoded(t, []byte(goodJSON))
	s := without
	s.Found.Version = "v1.2.3-0.20260101-abc+dirty"
	for _, data := range [][]byte{EncodeJSON(&s), []byte(EncodeText(&s))} {
		if again := decoded(t, data); again.Found != s.Found {
			t.Errorf("got %+v from\n%s", again.Found, data)
		}
	}
	if s.ID() != without.ID() || !same(&s, &without) {
		t.Error("another version makes another story")
	}
	if _, err := Decode("story", []byte(strings.Replace(goodText, "seed=1", "version=2,monkeys", 1))); err == nil ||
		!strings.HasPrefix(err.Error(), `story:8: version "2,monkeys"; want one word`) {
		t.Error(err)
	}
}
