// Package first is what hvcheck does as the first process of a machine, whatever
// that is for: it mounts what there is to mount, loads modules, finds the channel to
// the host, and switches the machine off in the end.
package first

import "os"

// ModuleDir is where the kernel's modules are. They are loaded in the order of
// their names.
const ModuleDir = "/modules"

// IsHere tells whether this process is the first one of a machine that hvcheck has
// booted. sign is the variable in the environment that says so: the kernel makes one
// of every word with = that it does not know.
func IsHere(sign string) bool { return os.Getpid() == 1 && os.Getenv(sign) != "" }
