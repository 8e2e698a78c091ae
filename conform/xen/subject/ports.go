package subject

import (
	"fmt"
	"strconv"
	"strings"

	"hvcheck/conform/xen/abi"
)

// Port is what Xen's dump says of an event channel. A port that it does not speak
// of is free.
type Port struct {
	State, Notify      int
	Domain, Port, VIRQ int // at the other end, or the interrupt, where there is one
	Pending, Masked    bool
	Consumer           bool   // Xen receives its events
	Link               string // of its event word in the FIFO ABI: ?, - or a port, and B if it is busy; in the 2-level one the selector's bit for its word, on its vCPU
}

// Channels are a domain's event channels.
type Channels struct {
	Ports   map[int]Port
	Polling map[int]bool // vCPUs
}

// Ports has Xen tell the event channels of domains, by port.
func Ports(x *abi.Xen, list ...*Domain) ([]Channels, error) {
	return told(x, 'e', list, func(text string, id uint16) (Channels, error) { return portsOf(text, id), nil })
}

// portsOf reads the part of a dump that is about a domain.
func portsOf(text string, id uint16) Channels {
	const heading = "Event channel information for domain "
	_, text, _ = strings.Cut(text, fmt.Sprintf("%s%d:", heading, id))
	text, _, _ = strings.Cut(text, heading)
	c := Channels{Ports: map[int]Port{}, Polling: polling(text)}
	for line := range strings.Lines(text) {
		before, after, found := strings.Cut(line, "]: s=")
		if !found {
			continue
		}
		name, state, _ := strings.Cut(before, "[")
		words := strings.Fields(name)
		port := int(number(words[len(words)-1], "", 10))
		c.Ports[port] = Port{
			State: int(number(after, "", 10)), Notify: int(number(after, " n=", 10)),
			Domain: int(number(after, " d=", 10)), Port: int(number(after, " p=", 10)), VIRQ: int(number(after, " v=", 10)),
			Pending: strings.HasPrefix(state, "1"), Masked: strings.HasPrefix(state[2:], "1"),
			Link: linkOf(state[4:]), Consumer: number(after, " x=", 10) != 0,
		}
	}
	return c
}

// linkOf reads the state of an event word, or of the selector.
func linkOf(text string) string {
	link := strings.Join(strings.Fields(text), "")
	if text != "" && text[0] >= '0' && text[0] <= '9' {
		return SelectorOf + link
	}
	return link
}

// SelectorOf stands before a bit of the selector in Link.
const SelectorOf = "selector "

// polling reads the list of vCPUs that poll, which has ranges.
func polling(text string) map[int]bool {
	_, list, _ := strings.Cut(text, "Polling vCPUs: {")
	list, _, _ = strings.Cut(list, "}")
	polls := map[int]bool{}
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, _ := strconv.Atoi(last)
		for v := from; err == nil && v <= to; v++ {
			polls[v] = true
		}
	}
	return polls
}

// Shared is the domain's shared_info, as long as its guest lives.
func (d *Domain) Shared() []byte { return d.shared }

// Info is the vcpu_info of a vCPU in it.
func (d *Domain) Info(v int) []byte { return d.shared[v*infoSize:][:infoSize] }
