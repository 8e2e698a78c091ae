// Package phrase puts numbers, times and texts into words as they are printed.
package phrase

import (
	"fmt"
	"strings"
	"time"
)

// Clip is a text of at most n bytes; what is left out ends in an ellipsis.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n-3] + "..."
}

// OneLine is a text without line breaks, and with single blanks.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Human writes a count so that its size is seen at once.
func Human(n uint64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f G", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.2f M", float64(n)/1e6)
	}
	return fmt.Sprint(n)
}

// Seconds writes a time in seconds: 0.04 s, 61.0 s.
func Seconds(d time.Duration) string {
	if d < 100*time.Millisecond {
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// Plural is "1 step" or "3 steps".
func Plural[N int | uint64](n N, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// ASCII is a text without the arrows that names may have.
func ASCII(s string) string { return strings.ReplaceAll(s, "→", "-") }

// Filled is a list that JSON does not write as null.
func Filled(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Wrap breaks text into lines of at most width.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Few writes names, and of a long list how many more there are.
func Few(names []string) string {
	const most = 4
	if len(names) <= most+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
