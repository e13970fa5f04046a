package dialog_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/sim"
)

var errAway = errors.New("away")

// flaky is a store that fails now and then, before or after the effect.
type flaky struct {
	dialog.Store
	percent int
}

func (f *flaky) fails() bool { return rand.IntN(100) < f.percent }

func (f *flaky) Load(ctx context.Context, key dialog.Key) (dialog.Record, error) {
	if f.fails() {
		return dialog.Record{}, errAway
	}
	return f.Store.Load(ctx, key)
}

func (f *flaky) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	if f.fails() {
		return errAway
	}
	err := f.Store.Commit(ctx, key, old, next, blob, alarm)
	if f.fails() {
		return errAway
	}
	return err
}

// phones is a platform that remembers what arrived.
type phones struct {
	fail func(to dialog.PersonID, m dialog.Message) error // before it arrives; nil: never
	slow time.Duration

	mu   sync.Mutex
	got  map[dialog.PersonID][]dialog.Message
	busy map[dialog.PersonID]int
	most int // calls for one person at once
}

func newPhones() *phones {
	return &phones{got: map[dialog.PersonID][]dialog.Message{}, busy: map[dialog.PersonID]int{}}
}

func (p *phones) Send(ctx context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	p.mu.Lock()
	p.busy[to]++
	p.most = max(p.most, p.busy[to])
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.busy[to]--
		p.mu.Unlock()
	}()
	if p.slow > 0 {
		time.Sleep(p.slow)
	}
	if p.fail != nil {
		if err := p.fail(to, m); err != nil {
			return "", err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got[to] = append(p.got[to], m)
	if m.Edit != "" {
		return m.Edit, nil
	}
	return dialog.Ref(fmt.Sprint(len(p.got[to]))), nil
}

// of lists what arrived on one phone.
func (p *phones) of(to dialog.PersonID) []dialog.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got[to])
}

func (p *phones) await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 3000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("waited in vain: " + what)
}

// newHost starts a host on a store; it is drained when the test ends.
func newHost(t testing.TB, store dialog.Store, platform dialog.Platform, set ...func(*dialog.Host)) *dialog.Host {
	h := &dialog.Host{Script: sim.Script(), Store: store, Platforms: map[string]dialog.Platform{"test": platform}, Poll: 20 * time.Millisecond}
	for _, f := range set {
		f(h)
	}
	h.Start(context.Background())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		h.Drain(ctx)
	})
	return h
}

func someone(i int) dialog.PersonID { return dialog.PersonID(fmt.Sprint("test:", i)) }

func noteEvent(p dialog.PersonID, n int) dialog.Event {
	id := fmt.Sprint(n)
	return dialog.Event{ID: id, Hint: id, Person: p, Kind: dialog.Command, Name: "note", At: time.Now()}
}

// insist brings an event until it is taken.
func insist(t testing.TB, h *dialog.Host, ev dialog.Event) {
	for {
		err := h.Handle(context.Background(), ev)
		if err == nil {
			return
		}
		if !errors.Is(err, errAway) && !errors.Is(err, dialog.ErrBusy) && !errors.Is(err, dialog.ErrConflict) {
			t.Error(err)
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func noted(t testing.TB, store dialog.Store, p dialog.PersonID) []string {
	t.Helper()
	rec, err := store.Load(context.Background(), dialog.Key(p))
	if err != nil {
		t.Fatal(err)
	}
	s, err := dialog.DecodeState(rec.Blob)
	if err != nil {
		t.Fatal(err)
	}
	return sim.Noted(s)
}

func TestManyPeopleManyEvents(t *testing.T) {
	const people, events = 60, 20
	begun := time.Now()
	quick := func() time.Time { return begun.Add(20 * time.Since(begun)) } // retries and leases come sooner
	memory := dialog.NewMemoryStore(quick)
	p := newPhones()
	var unknown atomic.Int64
	p.fail = func(dialog.PersonID, dialog.Message) error {
		switch rand.IntN(20) {
		case 0:
			return &dialog.SendError{Verdict: dialog.Later, After: time.Millisecond}
		case 1:
			unknown.Add(1)
			return errAway
		}
		return nil
	}
	h := newHost(t, &flaky{memory, 3}, p, func(h *dialog.Host) { h.Now = quick })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go h.Run(ctx)
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			for n := range events {
				insist(t, h, noteEvent(someone(i), n))
				if rand.IntN(4) == 0 {
					insist(t, h, noteEvent(someone(i), rand.IntN(n+1))) // again
				}
			}
		})
	}
	wg.Wait()
	for i := range people {
		want := make([]string, events)
		for n := range want {
			want[n] = fmt.Sprint(n)
		}
		if got := noted(t, memory, someone(i)); !slices.Equal(got, want) {
			t.Fatalf("person %d: taken %v", i, got)
		}
	}
	for i := range people {
		p.await(t, "every event to be answered", func() bool {
			answers := map[string]bool{}
			for _, m := range p.of(someone(i)) {
				answers[m.Hint] = true
			}
			return len(answers) == events
		})
	}
	if p.most > 1 {
		t.Errorf("%d messages were sent to one person at once", p.most)
	}
}

func TestAnswersKeepTheirOrder(t *testing.T) {
	p := newPhones()
	p.slow = time.Millisecond
	h := newHost(t, dialog.NewMemoryStore(time.Now), p)
	const events = 25
	done := make(chan error, events)
	for n := range events { // all at once, and nobody waits
		if err := h.Take(context.Background(), noteEvent(someone(1), n), func(err error) { done <- err }); err != nil {
			t.Fatal(err)
		}
	}
	for range events {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	h.Settle(someone(1))
	for n, m := range p.of(someone(1)) {
		if m.Hint != fmt.Sprint(n) {
			t.Fatalf("message %d answers event %s", n, m.Hint)
		}
	}
	if n := len(p.of(someone(1))); n != events {
		t.Fatalf("%d answers", n)
	}
}

func TestTwoHostsOnePerson(t *testing.T) {
	memory := dialog.NewMemoryStore(time.Now)
	p := newPhones()
	hosts := []*dialog.Host{newHost(t, memory, p), newHost(t, memory, p)}
	const events = 100
	var wg sync.WaitGroup
	for i, h := range hosts {
		wg.Go(func() {
			for n := range events {
				insist(t, h, noteEvent(someone(1), 1000*i+n))
			}
		})
	}
	wg.Wait()
	got := noted(t, memory, someone(1))
	for i := range hosts {
		var mine []string
		for _, id := range got {
			if len(id) == 4 == (i == 1) {
				mine = append(mine, id)
			}
		}
		for n, id := range mine {
			if id != fmt.Sprint(1000*i+n) {
				t.Fatalf("host %d: place %d holds event %s", i, n, id)
			}
		}
		if len(mine) != events {
			t.Errorf("host %d: %d events of %d", i, len(mine), events)
		}
	}
	t.Logf("%d conflicts", hosts[0].Stats.Conflicts.Load()+hosts[1].Stats.Conflicts.Load())
}

func TestBusy(t *testing.T) {
	p := newPhones()
	gate := make(chan struct{})
	p.fail = func(to dialog.PersonID, _ dialog.Message) error {
		if to == someone(1) {
			<-gate
		}
		return nil
	}
	h := newHost(t, dialog.NewMemoryStore(time.Now), p, func(h *dialog.Host) { h.Queue = 3 })
	insist(t, h, noteEvent(someone(1), 0))
	p.await(t, "the send to begin", func() bool { return h.Stats.Sends.Load() == 1 })
	results := make(chan error, 3)
	for n := range 3 {
		if err := h.Take(context.Background(), noteEvent(someone(1), 1+n), func(err error) { results <- err }); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Handle(context.Background(), noteEvent(someone(1), 9)); !errors.Is(err, dialog.ErrBusy) {
		t.Errorf("a full queue: %v", err)
	}
	insist(t, h, noteEvent(someone(2), 0)) // others do not notice
	close(gate)
	for range 3 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func TestDrain(t *testing.T) {
	memory := dialog.NewMemoryStore(time.Now)
	p := newPhones()
	p.slow = 50 * time.Millisecond
	h := newHost(t, memory, p)
	for i := range 20 {
		insist(t, h, noteEvent(someone(i), 0))
	}
	if err := h.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if n := len(p.of(someone(i))); n != 1 {
			t.Errorf("person %d got %d answers", i, n)
		}
	}
	if err := h.Handle(context.Background(), noteEvent(someone(1), 1)); !errors.Is(err, dialog.ErrStopping) {
		t.Errorf("after Drain: %v", err)
	}
}

// hung is a platform that only returns when it is told to.
type hung struct{}

func (hung) Send(ctx context.Context, _ dialog.PersonID, _ dialog.Message) (dialog.Ref, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func TestDrainCutOff(t *testing.T) {
	memory := dialog.NewMemoryStore(time.Now)
	h := newHost(t, memory, hung{})
	insist(t, h, noteEvent(someone(1), 0))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if err := h.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a drain that was cut off: %v", err)
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	rec, _ := memory.Load(context.Background(), dialog.Key(someone(1)))
	s, err := dialog.DecodeState(rec.Blob)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Outbox) != 1 || s.Outbox[0].Doubts != 1 {
		t.Errorf("what was cut off is not kept as in doubt: %+v", s.Outbox)
	}
}

// What Start's context has cut off is not answered, even if nothing is left to do.
func TestDrainOfWhatWasCutOff(t *testing.T) {
	life, end := context.WithCancel(t.Context())
	h := &dialog.Host{Script: sim.Script(), Store: dialog.NewMemoryStore(time.Now), Platforms: map[string]dialog.Platform{"test": hung{}}}
	h.Start(life)
	insist(t, h, noteEvent(someone(1), 0))
	end()
	h.Settle(someone(1))
	if err := h.Drain(t.Context()); !errors.Is(err, context.Canceled) {
		t.Errorf("a drain after the end: %v", err)
	}
}

// What was answered before the end of either context is not cut off by it.
func TestDrainEndsWell(t *testing.T) {
	for range 20 { // both are over: it is no matter of chance
		h := newHost(t, dialog.NewMemoryStore(time.Now), newPhones())
		insist(t, h, noteEvent(someone(1), 0))
		h.Settle(someone(1))
		over, end := context.WithCancel(t.Context())
		end()
		if err := h.Drain(over); err != nil {
			t.Fatalf("all is answered, and the time is up: %v", err)
		}
	}
	life, end := context.WithCancel(t.Context())
	store := &ending{Store: dialog.NewMemoryStore(time.Now), end: end}
	h := &dialog.Host{Script: sim.Script(), Store: store, Platforms: map[string]dialog.Platform{"test": newPhones()},
		Budgets: map[string]dialog.Rate{"test": {PerSecond: 1000}}}
	h.Start(life)
	insist(t, h, noteEvent(someone(1), 0))
	h.Settle(someone(1))
	store.armed.Store(true)
	if err := h.Drain(t.Context()); err != nil || life.Err() == nil {
		t.Errorf("all is answered, and the budget is being given back: %v", err)
	}
}

// ending is a store that ends a context at its next commit.
type ending struct {
	dialog.Store
	armed atomic.Bool
	end   context.CancelFunc
}

func (e *ending) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	if e.armed.Load() {
		e.end()
	}
	return e.Store.Commit(ctx, key, old, next, blob, alarm)
}

// deaf is a store that takes no commits for a while.
type deaf struct {
	dialog.Store
	off atomic.Bool
}

func (d *deaf) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	if d.off.Load() {
		return errAway
	}
	return d.Store.Commit(ctx, key, old, next, blob, alarm)
}

func TestReceiptsSurviveAFailedCommit(t *testing.T) {
	memory := dialog.NewMemoryStore(time.Now)
	store := &deaf{Store: memory}
	p := newPhones()
	p.fail = func(dialog.PersonID, dialog.Message) error { store.off.Store(true); return nil }
	h := newHost(t, store, p)
	insist(t, h, noteEvent(someone(1), 0))
	p.await(t, "the answer", func() bool { return len(p.of(someone(1))) == 1 })
	if err := h.Handle(context.Background(), noteEvent(someone(1), 1)); !errors.Is(err, errAway) {
		t.Fatalf("an event while the store is away: %v", err)
	}
	store.off.Store(false)
	h.Settle(someone(1))
	rec, _ := memory.Load(context.Background(), dialog.Key(someone(1)))
	if s, err := dialog.DecodeState(rec.Blob); err != nil || len(s.Outbox) != 0 {
		t.Errorf("the receipt was lost: %v, %+v", err, s.Outbox)
	}
	if n := len(p.of(someone(1))); n != 1 {
		t.Errorf("%d copies", n)
	}
}

func BenchmarkHost(b *testing.B) {
	sim.Bench(b, func(testing.TB) dialog.Store { return dialog.NewMemoryStore(time.Now) })
}
