package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const panicEnv = "AFTERGLOW_TEST_PANIC"

// A panic in a task ends the process, as on any goroutine: it is not swallowed.
func TestWorkersSwallowNoPanic(t *testing.T) {
	if os.Getenv(panicEnv) != "" {
		newWorkers().Go(func() { panic("a defect") })
		time.Sleep(10 * time.Second)
		os.Exit(0)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestWorkersSwallowNoPanic$")
	cmd.Env = append(os.Environ(), panicEnv+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "panic: a defect") {
		t.Errorf("err %v, said:\n%s", err, out)
	}
}

// Tasks that wait for each other are all begun at once, also when the pool is closed.
func TestWorkersBeginEverything(t *testing.T) {
	w := newWorkers()
	for _, closed := range []bool{false, true} {
		if closed {
			w.Release()
		}
		const many = 1000
		begun, all := make(chan bool), make(chan bool)
		for range many {
			w.Go(func() { begun <- true; <-all })
		}
		for i := range many {
			select {
			case <-begun:
			case <-time.After(10 * time.Second):
				t.Fatalf("closed %v: %d of %d tasks began", closed, i, many)
			}
		}
		close(all)
	}
}
