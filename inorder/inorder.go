// Package inorder has jobs done side by side, with results that do not depend on how
// many are done at once:
//
//	next -> jobs -> work, as many at once as there are workers -> merge, in next's order
package inorder

import "sync"

// Do has jobs done side by side, one goroutine for each element of work, and
// merges them in the order in which next gave them out. Jobs are taken from free
// and used again; it ends when next has no more or merge says so, and every job
// that was given out is done.
func Do[J any](work []func(*J), free []*J, next, merge func(*J) bool) {
	if len(work) == 1 {
		for j := free[0]; next(j); {
			if work[0](j); !merge(j) {
				return
			}
		}
		return
	}
	q := newQueue(work, len(free))
	defer q.close()
	for {
		for len(free) > 0 && next(free[0]) {
			q.give(free[0])
			free = free[1:]
		}
		j, ok := q.take()
		if !ok || !merge(j) {
			return
		}
		free = append(free, j)
	}
}

// A queue is the jobs under way, oldest first.
type queue[J any] struct {
	todo    chan task[J]
	waiting []task[J]
	workers sync.WaitGroup
}

type task[J any] struct {
	job  *J
	done chan struct{}
}

func newQueue[J any](work []func(*J), size int) *queue[J] {
	q := &queue[J]{todo: make(chan task[J], size)}
	for _, do := range work {
		q.workers.Go(func() {
			for t := range q.todo {
				do(t.job)
				close(t.done)
			}
		})
	}
	return q
}

func (q *queue[J]) give(j *J) {
	t := task[J]{j, make(chan struct{})}
	q.waiting = append(q.waiting, t)
	q.todo <- t
}

// take waits for the oldest job.
func (q *queue[J]) take() (*J, bool) {
	if len(q.waiting) == 0 {
		return nil, false
	}
	t := q.waiting[0]
	q.waiting = q.waiting[1:]
	<-t.done
	return t.job, true
}

func (q *queue[J]) close() {
	close(q.todo)
	q.workers.Wait()
}
