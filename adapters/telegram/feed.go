package telegram

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"afterglow/dialog"
)

// feed hands fetched updates to the handler: those of one person one after the
// other, those of different people at once, a failed one again and again. It
// knows which are done, and so what may be confirmed.
type feed struct {
	bot    *Bot
	read   reader
	handle Handler
	ctx    context.Context // ends the tries
	stop   context.CancelFunc
	slots  chan struct{} // one for each handler at work

	mu     sync.Mutex
	known  map[int64]*item             // by update id; all that Telegram may bring again
	lanes  map[dialog.PersonID][]*item // what is not done, the first at work
	loose  int                         // how many are kept in memory alone
	signal chan struct{}               // something was done
	alive  sync.WaitGroup
}

// item is one update on its way.
type item struct {
	id    int64
	what  happening
	since time.Time
	tries int
	done  bool
	loose bool // kept in memory alone: it may be confirmed before it is done
}

// open tells whether Telegram has to keep it.
func (it *item) open() bool { return !it.done && !it.loose }

const (
	maxHandlers = 64
	maxLoose    = 1000
	itemLife    = 24 * time.Hour  // as long as Telegram itself would keep it
	maxAgain    = 5 * time.Second // between two offers of an update that fails
	// stuckTries is how often an update must have failed before it may be moved
	// out of the way of everybody else's.
	stuckTries = 3
)

func newFeed(b *Bot, handle Handler) *feed {
	f := &feed{
		bot:    b,
		read:   reader{b.ID, b.Username},
		handle: handle,
		slots:  make(chan struct{}, maxHandlers),
		known:  map[int64]*item{},
		lanes:  map[dialog.PersonID][]*item{},
		signal: make(chan struct{}, 1),
	}
	f.ctx, f.stop = context.WithCancel(context.Background())
	return f
}

// close lets the handlers at work end, and nobody begin.
func (f *feed) close() {
	f.stop()
	f.alive.Wait()
}

// offset is the first update that Telegram has to keep, or the one after the last;
// 0 if there is nothing to confirm.
func (f *feed) offset() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	var open, last int64
	for id, it := range f.known {
		last = max(last, id+1)
		if it.open() && (open == 0 || id < open) {
			open = id
		}
	}
	if open != 0 {
		return open
	}
	return last
}

// confirmed forgets what Telegram was told to forget.
func (f *feed) confirmed(offset int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range f.known {
		if id < offset {
			delete(f.known, id)
		}
	}
}

// take sorts a batch into the lanes and returns how much of it was new. What is
// known already is passed over.
func (f *feed) take(raws []json.RawMessage) (fresh int) {
	size := 0
	for _, raw := range raws {
		size += len(raw)
		id, what, err := f.read.read(raw)
		if err != nil {
			what.poison, id = true, idOf(raw)
		}
		if id <= 0 { // nothing to confirm it by; it can only be waited for to pass
			f.bot.aside(happening{poison: true})
			continue
		}
		f.mu.Lock()
		_, again := f.known[id]
		f.mu.Unlock()
		if again {
			continue
		}
		fresh++
		f.bot.Stats.Updates.Add(1)
		f.put(&item{id: id, what: what, since: time.Now()})
	}
	if fresh == 0 && (len(raws) >= pollBatch || size >= fullAnswer) {
		f.loosen()
	}
	return fresh
}

func (f *feed) put(it *item) {
	who := it.what.lane()
	f.mu.Lock()
	f.known[it.id] = it
	if who == "" {
		it.done = true
		f.mu.Unlock()
		f.bot.offer(f.ctx, it.what, nil, true)
		f.bot.aside(it.what)
		return
	}
	defer f.mu.Unlock()
	queue, running := f.lanes[who]
	f.lanes[who] = append(queue, it)
	if !running {
		f.alive.Add(1)
		f.bot.cfg.Go(func() { f.run(who) })
	}
}

// run is one person's lane while there is something in it.
func (f *feed) run(who dialog.PersonID) {
	defer f.alive.Done()
	for {
		f.mu.Lock()
		it := f.lanes[who][0]
		f.mu.Unlock()
		if !f.finish(it) {
			return // the lane stays in the map: nobody begins it again
		}
		if !f.next(who) {
			return
		}
	}
}

// next notes that the first of a lane is done, and tells whether there is more.
func (f *feed) next(who dialog.PersonID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	queue := f.lanes[who]
	queue[0].done = true
	if queue[0].loose {
		f.loose--
	}
	if queue = queue[1:]; len(queue) > 0 {
		f.lanes[who] = queue
	} else {
		delete(f.lanes, who)
	}
	select {
	case f.signal <- struct{}{}:
	default:
	}
	return len(queue) > 0
}

// finish offers an update until the handler has taken it, and tells whether it
// came to an end.
func (f *feed) finish(it *item) bool {
	for wait := pace / 2; ; wait = min(2*wait, maxAgain) {
		select {
		case f.slots <- struct{}{}:
		case <-f.ctx.Done():
			return false
		}
		if f.ctx.Err() != nil {
			return false
		}
		// Who began may end: a commit cut off in the middle helps nobody.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(f.ctx), handleTime)
		err := f.bot.offer(ctx, it.what, f.handle, it.tries == 0)
		cancel()
		<-f.slots
		if err == nil {
			return true
		}
		f.bot.Stats.Again.Add(1)
		f.bot.cfg.Log.Warn("an update could not be handled yet", "who", it.what.lane(), "err", err)
		if f.failed(it) {
			f.bot.Stats.Lost.Add(1)
			return true
		}
		sleep(f.ctx, wait)
	}
}

// handleTime is how long a handler may take. Telegram waits for a webhook's
// answer for a minute.
const handleTime = 50 * time.Second

// failed counts a try and tells whether it was the last.
func (f *feed) failed(it *item) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	it.tries++
	return time.Since(it.since) > itemLife || it.loose && f.loose > maxLoose
}

// loosen is called when a whole batch brought nothing new: somebody's updates
// stand at the head, fail, and shut everybody else out. If they are the
// exception, they are kept in memory alone from here on; if everything fails, as
// without a store, nothing is done and Telegram keeps it all.
func (f *feed) loosen() {
	f.mu.Lock()
	defer f.mu.Unlock()
	well, stuck := map[dialog.PersonID]bool{}, map[dialog.PersonID]bool{}
	for _, it := range f.known {
		if who := it.what.lane(); f.lanes[who] == nil {
			well[who] = true
		}
	}
	for who, queue := range f.lanes {
		stuck[who] = queue[0].tries >= stuckTries
	}
	if ill := len(f.lanes); ill > 1 && ill >= len(well) {
		return
	}
	for _, it := range f.known { // and stay known: while an earlier one is open, Telegram brings them again
		if it.open() && stuck[it.what.lane()] {
			f.bot.Stats.Loose.Add(1)
			f.loose++
			it.loose = true
		}
	}
}

// rest waits until all is done, but not longer than d.
func (f *feed) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	for f.open() {
		select {
		case <-f.signal:
		case <-t.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (f *feed) open() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, it := range f.known {
		if it.open() {
			return true
		}
	}
	return false
}
