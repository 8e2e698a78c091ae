// Toytest is hvcheck with the toy area in it, for the tests to change its rules.
package main

import (
	"os"

	"hvcheck/areas/toyarea"
	"hvcheck/cli"
	"hvcheck/scenarios"
)

func main() {
	scenarios.RegisterArea(toyarea.Area)
	os.Exit(cli.Main())
}
