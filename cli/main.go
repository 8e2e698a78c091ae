// Package cli is the command line: it parses flags, has package judge decide,
// and hands what was found to package report. Each command is one file.
//
// Results go to standard output, progress and notes to standard error.
//
// Whoever has scenarios of their own gets the whole command line with them:
//
//	func main() { os.Exit(cli.Main(scenario)) }
package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	_ "hvcheck/areas"
	"hvcheck/conform/kvm/vmm"
	"hvcheck/conform/xen/dom0"
	"hvcheck/judge"
	"hvcheck/scenarios"
)

// Main runs the command line of the process, with scenarios of the caller's own
// beside those that come with hvcheck, and returns the exit code.
func Main(own ...scenarios.Scenario) int {
	if dom0.IsHere() {
		dom0.Main()
	}
	if vmm.IsHere() {
		vmm.Main()
	}
	signal.Ignore(syscall.SIGPIPE) // a write says so too, and stories are still to be kept
	return Execute(os.Args[1:], os.Stdout, os.Stderr, own...)
}

// Execute runs one command line and returns its exit code.
func Execute(args []string, out, errOut io.Writer, own ...scenarios.Scenario) (code int) {
	a := newApp(out, errOut)
	defer func() {
		if v := recover(); v != nil {
			code = a.fail(judge.Panicked(v))
		}
	}()
	if err := scenarios.Register(own...); err != nil {
		return a.fail(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the run in good order, a second one at once.
	context.AfterFunc(ctx, stop)
	root := a.root()
	root.SetArgs(args)
	return a.written(a.fail(root.ExecuteContext(ctx)))
}
