package counterexamples

import (
	"bytes"
	"io"
	"os"

	"hvcheck/files"
)

// Decode reads a story in either form. It is strict: what it does not know, it
// refuses with an *Error that says where, what, and what it wants instead. The
// story may be quoted or fenced, as in a mail.
// file is the name that errors show.
func Decode(file string, data []byte) (Story, error) {
	d := &draft{file: file, line: 1}
	tooLarge := len(data) > MaxBytes
	if !tooLarge {
		data = d.pasted(data)
	}
	switch body := bytes.TrimSpace(data); {
	case tooLarge:
		d.fail(1, "the file is larger than %d bytes, the limit", MaxBytes)
	case len(body) == 0:
		d.fail(1, "the file is empty; want a story in JSON or as text")
	case body[0] == '{':
		d.readJSON(data)
	default:
		d.readText(string(data))
	}
	return d.finish()
}

// ReadFile reads a story from a file.
func ReadFile(path string) (Story, error) {
	f, err := os.Open(path)
	if err != nil {
		return Story{}, files.Error(path, err)
	}
	defer f.Close()
	return Read(path, f)
}

// Read reads a story from a stream; file is the name that errors show.
func Read(file string, r io.Reader) (Story, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return Story{}, files.Error(file, err)
	}
	return Decode(file, data)
}
