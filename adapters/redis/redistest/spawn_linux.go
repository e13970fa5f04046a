package redistest

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// spawn starts a process, the first of a group of its own, that dies with this
// one, even if a test panics or times out. Linux ties that to the thread that
// starts it, so one thread is kept for this and nothing else.
func spawn(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	once.Do(func() {
		go func() {
			runtime.LockOSThread()
			for cmd := range starts {
				results <- cmd.Start()
			}
		}()
	})
	one.Lock()
	defer one.Unlock()
	starts <- cmd
	return <-results
}

var (
	once    sync.Once
	one     sync.Mutex
	starts  = make(chan *exec.Cmd)
	results = make(chan error)
)
