//go:build !linux

package redistest

import "os/exec"

// spawn starts a process. It is killed when the test ends in good order.
func spawn(cmd *exec.Cmd) error { return cmd.Start() }
