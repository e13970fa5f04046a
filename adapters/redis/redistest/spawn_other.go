//go:build !linux

package redistest

import (
	"os/exec"
	"syscall"
)

// spawn starts a process, the first of a group of its own. It is killed when the
// test ends in good order.
func spawn(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd.Start()
}
