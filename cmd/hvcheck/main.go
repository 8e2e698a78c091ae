// Hvcheck explores models of hypervisor interfaces and tells, in a few steps,
// how a rule or a promise can be broken. Package cli is all of it.
package main

import (
	"os"

	"hvcheck/cli"
)

func main() { os.Exit(cli.Main()) }
