package pages

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	_ "hvcheck/areas"
	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// written has every page by its name, as doc writes them.
var written = sync.OnceValues(func() (map[string]string, error) {
	texts := map[string]string{}
	list, err := NewWriter(&judge.Judge{Workers: 2}).PagesNamed(nil)
	for _, p := range list {
		text, err := p.Text(context.Background())
		if err != nil {
			return nil, err
		}
		texts[p.Name] = text
	}
	return texts, err
})

func writtenPages(t *testing.T) map[string]string {
	t.Helper()
	texts, err := written()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// The committed pages are those that are written, and there are no others but
// those that people write: the reasons of changed rules that stay, and how the models are
// compared with real systems.
func TestCommitted(t *testing.T) {
	docs := os.DirFS("../docs")
	var found []string
	err := fs.WalkDir(docs, ".", func(file string, d fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(file, ".md"); ok && err == nil && !strings.HasPrefix(name, "teeth-") && name != "conformance" {
			found = append(found, name)
			text, err := fs.ReadFile(docs, file)
			if err != nil || string(text) != writtenPages(t)[name] {
				t.Errorf("docs/%s is not what hvcheck doc writes %v", file, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for name := range writtenPages(t) {
		want = append(want, name)
	}
	slices.Sort(found)
	slices.Sort(want)
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
}

// A page can be read at once and is shown whole where repositories are
// browsed.
func TestSizes(t *testing.T) {
	const most = 160_000
	for name, text := range writtenPages(t) {
		if len(text) > most {
			t.Errorf("%s has %d bytes, more than %d", name, len(text), most)
		}
	}
}

var (
	fenced = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	link   = regexp.MustCompile(`\]\(([^)\s]*)\)`)
	anchor = regexp.MustCompile(`<a id="([^"]*)"></a>`)
)

// linksOf are the targets of a page's links, outside of what is code.
func linksOf(text string) (targets []string) {
	for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		targets = append(targets, m[1])
	}
	return targets
}

// anchorsOf counts how often each anchor stands on a page.
func anchorsOf(text string) map[string]int {
	count := map[string]int{}
	for _, m := range anchor.FindAllStringSubmatch(text, -1) {
		count[m[1]]++
	}
	return count
}

// broken says what is wrong with a link from a page, or "".
func broken(texts map[string]string, from, target string) string {
	file, anchor, inside := strings.Cut(target, "#")
	page := from
	if file != "" {
		page = strings.TrimSuffix(path.Join(path.Dir(from), file), ".md")
	}
	text, ok := texts[page]
	switch {
	case !ok || file != "" && !strings.HasSuffix(file, ".md"):
		return "no such page"
	case inside && anchorsOf(text)[anchor] != 1:
		return fmt.Sprintf("the anchor is there %d times", anchorsOf(text)[anchor])
	}
	return ""
}

// Every link leads somewhere, the README's too.
func TestLinks(t *testing.T) {
	texts := writtenPages(t)
	followed := 0
	for name, text := range texts {
		for _, target := range linksOf(text) {
			followed++
			if why := broken(texts, name, target); why != "" {
				t.Errorf("%s links %s: %s", name, target, why)
			}
		}
		for id, n := range anchorsOf(text) {
			if n != 1 {
				t.Errorf("%s has anchor %s %d times", name, id, n)
			}
		}
	}
	if followed < 3_000 {
		t.Errorf("only %d links", followed)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	inDocs := 0
	for _, target := range linksOf(string(readme)) {
		if target, ok := strings.CutPrefix(target, "docs/"); ok {
			inDocs++
			if at, err := os.Stat("../docs/" + target); err == nil && at.IsDir() {
				continue // a folder of files that are no pages
			}
			if why := broken(texts, "README", target); why != "" {
				t.Errorf("the repository's README links docs/%s: %s", target, why)
			}
		}
	}
	if inDocs == 0 {
		t.Error("the repository's README links no page")
	}
}

func TestBroken(t *testing.T) {
	texts := map[string]string{"a": `<a id="x"></a>`, "d/b": `<a id="y"></a><a id="z"></a><a id="z"></a>`}
	for _, test := range []struct {
		from, target string
		want         string
	}{
		{"a", "#x", ""}, {"a", "d/b.md", ""}, {"a", "d/b.md#y", ""}, {"d/b", "../a.md#x", ""}, {"d/b", "b.md#y", ""},
		{"a", "#y", "the anchor is there 0 times"}, {"a", "d/b.md#z", "the anchor is there 2 times"},
		{"a", "b.md", "no such page"}, {"d/b", "a.md#x", "no such page"}, {"a", "d/b", "no such page"},
	} {
		if got := broken(texts, test.from, test.target); got != test.want {
			t.Errorf("%s from %s: %q, want %q", test.target, test.from, got, test.want)
		}
	}
}

// What has an id is told somewhere, unless it is told with something else.
func TestEverythingIsTold(t *testing.T) {
	texts := writtenPages(t)
	for _, top := range topic.Topics() {
		at, ok := places()[top.ID]
		switch top.Kind {
		case "goal", "mix", "story":
			continue
		case "invariant":
			if slices.Contains(scenarios.AlwaysAsked(), top.ID) {
				if !strings.Contains(texts[resultsPage], top.Title) {
					t.Errorf("%s is not told", top.ID)
				}
				continue
			}
		}
		if !ok || at.anchor != "" && anchorsOf(texts[at.page])[at.anchor] != 1 {
			t.Errorf("%s %s is told nowhere: %+v", top.Kind, top.ID, at)
		}
	}
}

// What has a place on a page has its id for itself.
func TestOneIDOnePlace(t *testing.T) {
	kinds := map[string]string{}
	for _, top := range topic.Topics() {
		if pageOf(top.Kind, top.ID) == "" {
			continue
		}
		if other, twice := kinds[top.ID]; twice {
			t.Errorf("%s is a %s and a %s", top.ID, other, top.Kind)
		}
		kinds[top.ID] = top.Kind
	}
}

// Every story on the pages is kept, so that it can be replayed by its id.
func TestStoriesAreKept(t *testing.T) {
	shown := regexp.MustCompile("`hvcheck replay ([A-Z]\\S+)`")
	count, told := 0, 0
	for name, text := range writtenPages(t) {
		told += strings.Count(text, "\nShows [")
		for _, m := range shown.FindAllStringSubmatch(text, -1) {
			count++
			if _, ok := counterexamples.Find(m[1]); !ok {
				t.Errorf("%s tells %s, which is not in the corpus", name, m[1])
			}
		}
	}
	if count < 50 || count < told {
		t.Errorf("%d of %d stories are kept", count, told)
	}
}

func TestPagesNamed(t *testing.T) {
	w := NewWriter(&judge.Judge{})
	for _, name := range []string{"designs", "designs.md"} {
		list, err := w.PagesNamed([]string{name})
		if err != nil || len(list) != 1 || list[0].Name != designsPage {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
	if _, err := w.PagesNamed([]string{"design"}); err == nil || !strings.Contains(err.Error(), "designs") {
		t.Errorf("design: %v", err)
	}
}

// Each page alone is the same as with the others.
func TestPageAlone(t *testing.T) {
	for _, name := range []string{"threads/fifo-abi", "designs"} {
		list, err := NewWriter(&judge.Judge{Workers: 1}).PagesNamed([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		text, err := list[0].Text(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(writtenPages(t)[name], text); diff != "" {
			t.Errorf("%s alone:\n%s", name, diff)
		}
	}
}
