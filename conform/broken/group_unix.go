//go:build unix

package broken

import (
	"os/exec"
	"syscall"
)

// together has a command end with all that it has started, so that nothing reads a
// source any more that is put back.
func together(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGTERM) }
}
