package counterexamples

import (
	"embed"
	"errors"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed corpus
var corpusFS embed.FS

// Corpus lists the stories kept in this repository, ordered by file name. The
// error joins what is wrong with the others.
func Corpus() ([]Story, error) {
	c := corpus()
	return c.stories, c.err
}

// Find looks a story of the corpus up by its id or its file's name.
func Find(name string) (*Story, bool) {
	id := strings.TrimSuffix(path.Base(name), ".json")
	for i, s := range corpus().stories {
		if strings.EqualFold(corpus().ids[i], id) {
			return &s, true
		}
	}
	return nil, false
}

// CorpusIDs lists the ids of the corpus, which are its files' names.
func CorpusIDs() []string { return corpus().ids }

type collection struct {
	ids     []string
	stories []Story
	err     error
}

var corpus = sync.OnceValue(func() (c collection) {
	files, err := fs.Glob(corpusFS, "corpus/*.json")
	c.err = err
	for _, file := range files {
		data, _ := corpusFS.ReadFile(file)
		s, err := Decode(file, data)
		if err != nil {
			c.err = errors.Join(c.err, err)
			continue
		}
		c.ids = append(c.ids, strings.TrimSuffix(path.Base(file), ".json"))
		c.stories = append(c.stories, s)
	}
	return c
})
