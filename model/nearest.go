package model

import (
	"fmt"
	"slices"
	"strings"
)

// Fold is the known name that differs from name in case alone, or name.
func Fold(name string, known []string) string {
	i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
	if i < 0 || slices.Contains(known, name) {
		return name
	}
	return known[i]
}

// Nearest lists up to three of the known names that are closest to name.
func Nearest(name string, known []string) []string {
	type scored struct {
		name string
		dist int
	}
	var list []scored
	for _, k := range known {
		list = append(list, scored{k, distance(strings.ToLower(name), strings.ToLower(k))})
	}
	slices.SortStableFunc(list, func(a, b scored) int { return a.dist - b.dist })
	var names []string
	for _, s := range list[:min(3, len(list))] {
		names = append(names, s.name)
	}
	return names
}

// DidYouMean ends an error about an unknown name with the likeliest one.
func DidYouMean(name string, known []string) string {
	if near := Nearest(name, known); len(near) > 0 {
		return fmt.Sprintf("; did you mean %q?", near[0])
	}
	return ""
}

// distance is the edit distance of two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
