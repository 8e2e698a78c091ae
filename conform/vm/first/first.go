// Package first is what hvcheck does as the first process of a machine, whatever
// that is for: it mounts what there is to mount, loads modules, finds the channel to
// the host, and switches the machine off in the end. On a machine that was there already
// it is a process like others, that only finds the channel.
package first

import (
	"os"
	"path/filepath"
)

// ModuleDir is where the kernel's modules are. They are loaded in the order of
// their names.
const ModuleDir = "/modules"

// Sorry begins the line in which this process says why it cannot do what it is there for.
const Sorry = "hvcheck in "

// IsHere tells whether this process is the first one of a machine that hvcheck has
// booted, or one that stands for it on a machine that was there already. sign is the
// variable in the environment that says so: a kernel makes one of every word with = that it
// does not know. On a machine that was there it has the file that is the channel.
func IsHere(sign string) bool {
	said := os.Getenv(sign)
	return said != "" && (os.Getpid() == 1 || filepath.IsAbs(said))
}
