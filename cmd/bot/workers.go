package main

import "github.com/panjf2000/ants/v2"

// workers are goroutines that wait a second for the next task: their stacks have
// grown by then, and growing anew for each short task is a tenth of what an
// update costs. There are as many as there are tasks.
type workers struct{ *ants.Pool }

func newWorkers() workers {
	// Nobody but the task itself knows what a panic leaves behind.
	pool, err := ants.NewPool(-1, ants.WithPanicHandler(func(p any) { panic(p) }))
	if err != nil {
		panic(err) // only of options that contradict each other
	}
	return workers{pool}
}

// Go begins a task. It never blocks.
func (w workers) Go(task func()) {
	if w.Submit(task) != nil { // the pool is closed
		go task()
	}
}
