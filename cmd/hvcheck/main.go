// Hvcheck explores models of hypervisor interfaces and tells, in a few steps,
// how a rule or a promise can be broken.
//
// Each command is one file: a thin cobra handler and a method that acts. What
// they share lies beside them: how a search is run (search.go), how a story is
// told, with an end or with a loop (story.go), what explain and doc say about
// everything that has an id (topic.go), tables and errors. All of it derives
// from the values of the packages below, for every area alike. Results go to
// standard output, progress and notes to standard error.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr)) }

// execute runs one command line and returns its exit code.
func execute(args []string, out, errOut io.Writer) (code int) {
	a := newApp(out, errOut)
	defer func() {
		if v := recover(); v != nil {
			code = a.fail(panicked(v))
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the run in good order, a second one at once.
	context.AfterFunc(ctx, stop)
	root := a.root()
	root.SetArgs(args)
	return a.fail(root.ExecuteContext(ctx))
}
