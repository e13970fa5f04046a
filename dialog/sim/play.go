package sim

import "time"

// play is the schedule: hostile moves, and then calm until nothing is left to do.
func (w *world) play() {
	for w.moved = 0; w.moved < w.opts.Moves && w.broken == ""; w.moved++ {
		w.move()
	}
	w.calm = true
	for i, n := range w.nodes {
		n.paused, n.offset = false, 0
		w.note("calm: %s has the right time", w.nodes[i].name)
	}
	w.store.settle()
	const patience = 3000
	for turn := range patience {
		w.moved++
		if w.broken != "" {
			return
		}
		if w.step() {
			continue
		}
		if w.bring() {
			w.later(time.Second)
			continue
		}
		if !w.onward() {
			w.judge()
			return
		}
		if turn == patience-1 {
			break
		}
	}
	w.breaks("the world never comes to rest")
}

// move does one thing at random.
func (w *world) move() {
	switch x := w.rng.IntN(100); {
	case x < 58:
		if w.step() {
			return
		}
		w.act()
	case x < 71:
		w.act()
	case x < 78:
		w.bring()
	case x < 84:
		w.ring()
	case x < 91:
		w.pass()
	case x < 93 && w.crashes:
		w.crash(w.rng.IntN(len(w.nodes)))
	case x < 94 && !w.quiet:
		n := w.nodes[w.rng.IntN(len(w.nodes))]
		n.paused = !n.paused
		w.note("%s paused: %v", n.name, n.paused)
	case x < 96 && w.failovers:
		w.store.failover()
	case x < 97 && w.jumps:
		n := w.nodes[w.rng.IntN(len(w.nodes))]
		n.offset = time.Duration(w.rng.IntN(7200)-3600) * time.Second
		w.note("the clock of %s is off by %s", n.name, n.offset)
		w.counts.Jumps++
		w.expire()
	case x < 99:
		w.again()
	default:
		w.store.land()
	}
}

// pass lets time pass.
func (w *world) pass() {
	if w.quiet && w.step() {
		return
	}
	d := [...]time.Duration{time.Millisecond, 100 * time.Millisecond, time.Second, 3 * time.Second, 9 * time.Second, 20 * time.Second, 2 * time.Minute, 45 * time.Minute}[w.rng.IntN(8)]
	w.note("up to %s pass", d)
	if w.quiet { // nobody oversleeps
		w.later(d)
		return
	}
	w.now += d
	w.expire()
}

// later lets up to d pass, no further than to the end of the first sleep.
func (w *world) later(d time.Duration) {
	for _, t := range w.tasks {
		if t.op.kind == opSleep {
			d = min(d, max(0, t.op.until-w.now))
		}
	}
	w.now += d
	w.expire()
}

// expire excuses second copies of what was in flight for longer than its lease.
func (w *world) expire() {
	for _, p := range w.people {
		p.excuseUntil(w, w.latest())
	}
}

// latest is what the clock shows that is furthest ahead.
func (w *world) latest() time.Time {
	latest := w.trueTime()
	for _, n := range w.nodes {
		if t := w.trueTime().Add(n.offset); t.After(latest) {
			latest = t
		}
	}
	return latest
}

// onward lets time pass to the next thing that is planned. It tells whether
// there is any within half a day.
func (w *world) onward() bool {
	const horizon = 12 * time.Hour
	next := time.Duration(-1)
	at := func(d time.Duration) {
		if d = max(d, w.now); d-w.now < horizon && (next < 0 || d < next) {
			next = d
		}
	}
	for _, t := range w.tasks {
		if t.op.kind == opSleep {
			at(t.op.until)
		}
	}
	if alarm, ok := w.store.next(); ok {
		at(alarm.Sub(epoch))
	}
	if next < 0 {
		return false
	}
	w.now = max(next, w.now+time.Millisecond)
	w.expire()
	w.ring()
	return true
}

// ring has one host look for who is due.
func (w *world) ring() {
	n := w.nodes[w.rng.IntN(len(w.nodes))]
	w.spawn(n, func() { n.host.Ring(background, 10) })
}
