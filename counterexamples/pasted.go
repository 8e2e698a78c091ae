package counterexamples

import (
	"bytes"
	"strings"
)

// byteOrderMark begins the files of some editors.
const byteOrderMark = "\ufeff"

// pasted takes away what a mail, a page or an editor has put around a story: a
// byte-order mark, the marks of quoting, a fence. Lines stay where they are, so
// that errors name those of the file.
func (d *draft) pasted(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if first := bytes.TrimSpace(data); len(first) == 0 || !strings.ContainsRune(">`~", rune(first[0])) {
		return data
	}
	lines := strings.SplitAfter(string(data), "\n")
	for i, line := range lines {
		lines[i] = unquoted(line)
	}
	d.unfence(lines)
	return []byte(strings.Join(lines, ""))
}

// unquoted takes the marks of quoting from the beginning of a line, as many as
// there are.
func unquoted(line string) string {
	for {
		rest, quoted := strings.CutPrefix(strings.TrimLeft(line, " \t"), ">")
		if !quoted {
			return line
		}
		line = rest
	}
}

// unfence empties the lines of the fence, if the first line that is not empty is
// one. Nothing may stand behind it: it would be lost.
func (d *draft) unfence(lines []string) {
	mark, begin := "", 0
	for i, line := range lines {
		text := strings.TrimSpace(line)
		switch {
		case text == "":
		case mark == "" && begin == 0:
			if mark = fence(text); mark == "" {
				return
			}
			begin, lines[i] = i+1, "\n"
		case mark == "":
			d.fail(i+1, "something follows the fence; want a story alone")
			return
		case text == mark:
			mark, lines[i] = "", "\n"
		}
	}
	if mark != "" {
		d.fail(begin, "the fence %s is not closed; is the story whole?", mark)
	}
}

// fence is the mark that begins a line, without the name of a language; empty if
// there is none.
func fence(line string) string {
	rest := strings.TrimLeft(line, line[:1])
	if mark := line[:len(line)-len(rest)]; len(mark) >= 3 && strings.Contains("`~", line[:1]) {
		return mark
	}
	return ""
}
