// Own is hvcheck with a scenario of its own beside those that come with it:
// run, explore, replay, minimize, explain and the rest know it by name.
//
//	go build
//	./own run own.pin-reset
//	./own run own.pin-reset --design MM-V0
package main

import (
	"os"

	"hvcheck/cli"
)

func main() { os.Exit(cli.Main(pinReset)) }
