package model

import "strings"

// Wait is somebody who cannot go on before somebody else does: Who waits, on
// something that For has or stands before. Who waits for several goes on once
// none of them is in the way.
type Wait struct{ Who, On, For string }

// CanWait tells whether somebody in the configuration's areas can wait.
func (c *Config) CanWait() bool {
	for _, a := range c.Areas() {
		if a.Waits != nil {
			return true
		}
	}
	return false
}

// Waits lists who waits for whom in a World.
func (c *Config) Waits(w *World) (list []Wait) {
	for _, a := range c.Areas() {
		if a.Waits != nil {
			list = append(list, a.Waits(c, w)...)
		}
	}
	return list
}

// Cycle finds waits of which each is for whoever waits in the next one, and the
// last for whoever waits in the first; nil if there are none.
func Cycle(list []Wait) []Wait {
	for first := range list {
		if found := follow(list, []Wait{list[first]}); found != nil {
			return found
		}
	}
	return nil
}

// follow looks for a way from the end of a path to its beginning.
func follow(list, path []Wait) []Wait {
	last := path[len(path)-1]
	if last.For == path[0].Who {
		return path
	}
	for _, next := range list {
		if next.Who != last.For || passes(path, next.Who) {
			continue
		}
		if found := follow(list, append(path[:len(path):len(path)], next)); found != nil {
			return found
		}
	}
	return nil
}

// passes tells whether a path goes through somebody who waits.
func passes(path []Wait, who string) bool {
	for _, w := range path {
		if w.Who == who {
			return true
		}
	}
	return false
}

// WaitsText writes waits one behind the other.
func WaitsText(list []Wait) string {
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = w.Who + " waits " + w.On + ", for " + w.For
	}
	return strings.Join(words, "; ")
}
