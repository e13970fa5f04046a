package sim

import (
	"context"
	"iter"
	"slices"
	"time"
)

var background = context.Background()

// task is one coroutine of a host. Between its moves it waits for the world's
// answer to op.
type task struct {
	node  *node
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	op    op
	over  bool
}

type opKind uint8

const (
	opBegin opKind = iota
	opSleep
	opCall
)

// op is what a task waits for.
type op struct {
	kind  opKind
	until time.Duration        // opSleep: when it ends
	ctx   context.Context      // opSleep: what ends it early
	do    func(w *world)       // opCall: the effect, if it happens
	call  func(w *world) error // opCall: effect and answer
}

// sleeps tells that it is not over yet.
func (o *op) sleeps(now time.Duration) bool {
	return o.kind == opSleep && o.until > now && o.ctx.Err() == nil
}

// died unwinds a coroutine whose process is gone.
type died struct{}

// spawn begins a task of a process; it runs when the schedule says so.
func (w *world) spawn(n *node, f func()) {
	if n.dead {
		return
	}
	t := &task{node: n}
	t.next, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if p := recover(); p != nil {
				if _, ok := p.(died); !ok {
					panic(p)
				}
			}
		}()
		t.yield = yield
		f()
	})
	w.tasks = append(w.tasks, t)
}

// wait hands control back to the schedule until it has an answer.
func (w *world) wait(o op) {
	t := w.cur
	t.op = o
	if t.node.dead || !t.yield(struct{}{}) {
		panic(died{})
	}
}

// call asks the world for something that may fail and whose effect may happen
// all the same.
func (w *world) call(do func(w *world), answer func(w *world) error) error {
	var err error
	w.wait(op{kind: opCall, do: do, call: func(w *world) error { err = answer(w); return err }})
	return err
}

func (w *world) sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.wait(op{kind: opSleep, until: w.now + d, ctx: ctx})
	return ctx.Err()
}

// step lets one task go on, and tells whether there was one.
func (w *world) step() bool {
	n := len(w.tasks)
	if n == 0 {
		return false
	}
	from := w.rng.IntN(n)
	for i := range n {
		t := w.tasks[(from+i)%n]
		if t.node.paused || t.op.sleeps(w.now) {
			continue
		}
		if t.op.kind == opCall {
			t.op.call(w)
		}
		w.resume(t)
		return true
	}
	return false
}

func (w *world) resume(t *task) {
	w.cur = t
	t.op = op{}
	if _, more := t.next(); !more {
		t.over = true
		w.sweep()
	}
	w.cur = nil
}

func (w *world) kill(t *task) {
	w.cur = t
	t.stop()
	t.over = true
	w.cur = nil
}

func (w *world) sweep() {
	w.tasks = slices.DeleteFunc(w.tasks, func(t *task) bool { return t.over })
}
