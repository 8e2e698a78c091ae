package counterexamples

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// node is a JSON value with the line it stands on.
type node struct {
	word
	kind   byte // '{', '[', or 0 for a value
	fields []member
	items  []node
}

// member is a field of an object.
type member struct {
	name  word
	value node
}

// maxDepth is how deep the format nests.
const maxDepth = 3

// jsonReader turns bytes into nodes and knows on which line it is.
type jsonReader struct {
	draft *draft
	data  []byte
	dec   *json.Decoder
	read  int64 // bytes that line counts
	line  int
}

func newJSONReader(d *draft, data []byte) *jsonReader {
	r := &jsonReader{draft: d, data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	r.dec.UseNumber()
	return r
}

// token is the next token, or nil when the draft has failed.
func (r *jsonReader) token() json.Token {
	t, err := r.dec.Token()
	r.advance()
	switch {
	case r.draft.err != nil:
		return nil
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		r.draft.fail(r.line, "the file ends in the middle of the story")
		return nil
	case err != nil:
		r.draft.fail(r.line, "this is no JSON: %v", err)
		return nil
	}
	return t
}

// advance counts the lines up to where the decoder is.
func (r *jsonReader) advance() {
	to := min(r.dec.InputOffset(), int64(len(r.data)))
	if to > r.read {
		r.line += bytes.Count(r.data[r.read:to], []byte("\n"))
		r.read = to
	}
}

// end refuses anything behind the story.
func (r *jsonReader) end() {
	_, err := r.dec.Token()
	r.advance()
	if !errors.Is(err, io.EOF) {
		r.draft.fail(r.line, "something follows the story's closing brace")
	}
}

// node reads the value that begins with token t.
func (r *jsonReader) node(t json.Token, depth int) node {
	n := node{word: word{line: r.line}}
	switch t := t.(type) {
	case json.Delim:
		n.kind = byte(t)
		if depth == 0 {
			r.draft.fail(r.line, "nested too deeply")
		} else {
			r.inside(&n, depth-1)
		}
	case string:
		n.text, n.form = t, quoted
	case json.Number:
		n.text, n.form = t.String(), number
	case bool:
		n.text, n.form = strconv.FormatBool(t), boolean
	case nil:
		r.draft.fail(r.line, "null stands for nothing here")
	}
	return n
}

// inside reads an object or a list up to its end.
func (r *jsonReader) inside(n *node, depth int) {
	for r.draft.err == nil && r.dec.More() {
		t := r.token()
		if n.kind == '[' {
			n.items = append(n.items, r.node(t, depth))
			continue
		}
		name, _ := t.(string)
		m := member{name: word{line: r.line, text: name, form: quoted}}
		m.value = r.node(r.token(), depth)
		n.fields = append(n.fields, m)
	}
	if r.draft.err == nil {
		r.token()
	}
}
