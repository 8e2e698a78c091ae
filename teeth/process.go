package teeth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"hvcheck/phrase"
)

// A way in which a process ends that says nothing.
var (
	errHangs = errors.New("hangs")
	errDies  = errors.New("dies")
)

// parallel calls f for 0 to n-1, in as many goroutines as there are workers.
func (b *Bench) parallel(n int, f func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(b.Workers, 1) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// run has a process answer a request. It gives the scenarios that are done and,
// with an error, the one that is not. Each has to be done within its time and
// some more; without a time it has all there is.
func (b *Bench) run(ctx context.Context, r *Request, more time.Duration) (done []*Trial, last string, err error) {
	request, err := json.Marshal(r)
	if err != nil {
		return nil, "", err
	}
	own, kill := context.WithCancel(ctx)
	defer kill()
	cmd := exec.CommandContext(own, b.program, HiddenCommand)
	cmd.Env = append(cmd.Environ(), "GOMAXPROCS=1")
	cmd.Stdin = bytes.NewReader(request)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", fmt.Errorf("the build: %w", err)
	}
	clock := newClock(r, more, kill)
	for d := json.NewDecoder(out); ; {
		t := &Trial{}
		if d.Decode(t) != nil {
			break
		}
		last = t.Scenario
		clock.begin(t)
		if t.Done {
			done, last = append(done, t), ""
		}
	}
	late := clock.stop()
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return done, last, ctx.Err()
	case late:
		return done, last, errHangs
	case err != nil:
		return done, last, fmt.Errorf("%w: %s", errDies, reason(said.String(), err))
	}
	return done, "", nil
}

// reason is what a process says in the end.
func reason(said string, err error) string {
	for line := range strings.Lines(said) {
		if line = strings.TrimSpace(line); line != "" {
			return phrase.Clip(line, 200)
		}
	}
	return err.Error()
}

// A clock kills a process that takes too long for a scenario.
type clock struct {
	limits map[string]time.Duration
	timer  *time.Timer // nil if there is no limit
	mu     sync.Mutex
	late   bool
}

func newClock(r *Request, more time.Duration, kill func()) *clock {
	c := &clock{limits: map[string]time.Duration{}}
	for _, l := range r.Trials {
		c.limits[l.Scenario] = l.Time + more
	}
	if more > 0 {
		c.timer = time.AfterFunc(more, func() {
			c.mu.Lock()
			c.late = true
			c.mu.Unlock()
			kill()
		})
	}
	return c
}

// begin gives a scenario its time, and the process some to begin another one.
func (c *clock) begin(t *Trial) {
	switch {
	case c.timer == nil:
	case t.Done:
		c.timer.Reset(leastTime)
	default:
		c.timer.Reset(c.limits[t.Scenario])
	}
}

func (c *clock) stop() (late bool) {
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.late
}
