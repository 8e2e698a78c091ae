package pvmmu

import (
	"hvcheck/model/page"
)

// Work is what a call did between two preemption checks, at most. It is counted
// where it is done, whatever the checks are.
type Work struct {
	Entries uint8 // of one L2 or L3, in one walk over it
	Pages   uint8 // of page_list
	Retries uint8 // of a GET_TYPE or PUT_TYPE that lost its compare-exchange
}

// since counts from the last check on.
type since struct {
	entries [page.MaxFrames]uint8
	pages   uint8
	retries uint8
}

// measure keeps the largest count.
func measure(n uint8, most *uint8) { *most = max(*most, n) }

// walk begins a walk over the entries of table m.
func (c *Call) walk(m uint8) { c.since.entries[m] = 0 }

// entry counts an entry of table m. An L4 does without checks of its own: the
// tables below it have them.
func (c *Call) entry(m uint8) bool {
	if t := c.page(m).Type; t == page.L2 || t == page.L3 {
		c.since.entries[m]++
		measure(c.since.entries[m], &c.Most.Entries)
	}
	return true
}

// visit counts a page of page_list.
func (c *Call) visit() {
	c.since.pages++
	measure(c.since.pages, &c.Most.Pages)
}

// retry counts a compare-exchange that may be lost.
func (c *Call) retry() {
	c.since.retries++
	measure(c.since.retries, &c.Most.Retries)
}
