package teeth

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"hvcheck/files"
)

// Kept is a file of what is known: a line for each mutant that was judged, with
// the source that it belongs to. It grows while mutants are judged.
type Kept struct {
	path, hash string
	lines      map[string]*keptLine
	out        *os.File
}

// keptLine is a line of the file.
type keptLine struct {
	Source  string   `json:"source"`
	Area    string   `json:"area"`
	ID      string   `json:"id"`
	Verdict Verdict  `json:"verdict"`
	Kill    *Kill    `json:"kill,omitempty"`
	Notes   []string `json:"notes,omitempty"`
	Asked   int      `json:"asked,omitempty"`
	Changed []string `json:"changed,omitempty"`
	Seconds float64  `json:"seconds"`
}

// Open reads what a file knows of this source, and adds to it. Without a name
// nothing is kept. Close ends it.
func Open(path, hash string) (*Kept, error) {
	k := &Kept{path: path, hash: hash, lines: map[string]*keptLine{}}
	if path == "" {
		return k, nil
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, files.Error(path, err)
	}
	if err := k.read(text); err != nil {
		return nil, err
	}
	if k.out, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
		return nil, files.Error(path, err)
	}
	if len(text) > 0 && text[len(text)-1] != '\n' { // a run was killed in the middle of a line
		_, err = k.out.WriteString("\n")
	}
	return k, err
}

// read takes the lines that belong to the source. The last one may be cut off.
func (k *Kept) read(text []byte) error {
	n := 0
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		if n++; len(s.Bytes()) == 0 {
			continue
		}
		line := &keptLine{}
		if err := json.Unmarshal(s.Bytes(), line); err != nil {
			if s.Bytes()[0] == '{' {
				continue
			}
			return fmt.Errorf("%s:%d: no line of hvcheck teeth --keep", k.path, n)
		}
		if line.Source == k.hash {
			k.lines[line.Area+" "+line.ID] = line
		}
	}
	return nil
}

// known is what is known of a mutant, or nil.
func (k *Kept) known(m *Mutant) *Judged {
	line := k.lines[m.Area.Name+" "+m.ID]
	if line == nil {
		return nil
	}
	return &Judged{
		Mutant: m, Verdict: line.Verdict, Kill: line.Kill, Notes: line.Notes, Asked: line.Asked, Changed: line.Changed,
		Took: time.Duration(line.Seconds * float64(time.Second)),
	}
}

// keep writes what became of a mutant.
func (k *Kept) keep(j *Judged) error {
	if k.out == nil {
		return nil
	}
	text, err := json.Marshal(&keptLine{
		k.hash, j.Area.Name, j.ID, j.Verdict, j.Kill, j.Notes, j.Asked, j.Changed, j.Took.Round(time.Millisecond).Seconds(),
	})
	if err != nil {
		return err
	}
	if _, err := k.out.Write(append(text, '\n')); err != nil {
		return files.Error(k.path, err)
	}
	return nil
}

// Close ends it.
func (k *Kept) Close() error {
	if k.out == nil {
		return nil
	}
	return k.out.Close()
}
