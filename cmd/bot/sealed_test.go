package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/bolt"
	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/seal"
	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

func TestSealedFile(t *testing.T) {
	storetest.Run(t, func(t testing.TB, clock *storetest.Clock) storetest.Subject {
		inner, err := bolt.Open(filepath.Join(t.TempDir(), "bot.db"), bolt.Options{Now: clock.Now})
		must(t, err)
		ring, err := seal.NewKeyring(time.Now())
		must(t, err)
		s, err := seal.Open(t.Context(), inner, ring, seal.Options{})
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		return storetest.Subject{Store: s, MaxBlob: seal.MaxBlob, Damage: func(key dialog.Key) {
			r, err := inner.Load(context.Background(), key)
			must(t, err)
			var other dialog.Tag
			other[0] = 0xff
			must(t, inner.Commit(context.Background(), key, r.Tag, other, []byte("not ours"), time.Time{}))
		}}
	})
}

var quietLog = slog.New(slog.DiscardHandler)

// openTestStore opens the embedded store in dir as the bot does.
func openTestStore(t testing.TB, dir string) (*seal.Store, *upkeep) {
	cfg := defaults()
	clock, err := newClock(1)
	must(t, err)
	s, u, err := openSealed(t.Context(), cfg, dir, besides(cfg.storeFile(dir)), clock, quietLog, func(string) {})
	must(t, err)
	return s, u
}

// life is some people who talk to the real bot, at random.
type life struct {
	host   *dialog.Host
	random *rand.Rand
	people []dialog.PersonID
	typed  []string

	mu   sync.Mutex
	last map[dialog.PersonID][]dialog.Choice
	refs []string
}

func newLife(t testing.TB, store dialog.Store, keyOf func(dialog.PersonID) dialog.Key, people int) *life {
	script, err := loadScript(defaults())
	must(t, err)
	l := &life{random: rand.New(rand.NewPCG(7, 7)), last: map[dialog.PersonID][]dialog.Choice{}}
	l.host = &dialog.Host{Script: script, Store: store, KeyOf: keyOf, Platforms: map[string]dialog.Platform{"telegram": l, "discord": l}}
	l.host.Start(context.Background())
	for i := range people {
		platform := []string{"telegram", "discord"}[i%2]
		l.people = append(l.people, dialog.PersonID(fmt.Sprintf("%s:%d", platform, 1_000_000_000+l.random.Int64N(9e9))))
	}
	return l
}

// Send implements [dialog.Platform].
func (l *life) Send(_ context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(m.Choices) > 0 {
		l.last[to] = slices.Concat(m.Choices...)
	}
	ref := fmt.Sprintf("message-%d", l.random.Uint64())
	l.refs = append(l.refs, ref)
	return dialog.Ref(ref), nil
}

var commandsToTry = []string{"start", "needs", "after", "checkin", "starters", "planner", "journal", "settings", "pause", "support", "privacy", "export", "help"}

// live has everybody do n things.
func (l *life) live(t testing.TB, n int) {
	for i := range n * len(l.people) {
		person := l.people[i%len(l.people)]
		l.host.Settle(person)
		l.mu.Lock()
		choices := l.last[person]
		ev := dialog.Event{Person: person, ID: fmt.Sprintf("update-%d", l.random.Uint64()), At: time.Now(), Lang: "en"}
		switch dice := l.random.IntN(10); {
		case i < len(l.people):
			ev.Kind, ev.Name = dialog.Command, "start"
		case len(choices) > 0 && (dice < 6 || i < 4*len(l.people)):
			pick := choices[0] // the first ones lead through the door
			if i >= 4*len(l.people) {
				pick = choices[l.random.IntN(len(choices))]
			}
			ev.Kind, ev.Data = dialog.Press, pick.Data
		case dice < 8:
			text := "my words are " + l.word()
			l.typed = append(l.typed, text)
			ev.Kind, ev.Text = dialog.Text, text
		default:
			ev.Kind, ev.Name = dialog.Command, commandsToTry[l.random.IntN(len(commandsToTry))]
		}
		l.mu.Unlock()
		err := l.host.Handle(t.Context(), ev)
		for errors.Is(err, dialog.ErrConflict) { // another process is faster; the platform brings it again
			err = l.host.Handle(t.Context(), ev)
		}
		if err != nil {
			t.Errorf("an event was not taken: %v", err)
			return
		}
	}
}

// end lets everything that was taken be answered.
func (l *life) end(t testing.TB) {
	if err := l.host.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}

// word is one that stands nowhere else.
func (l *life) word() string {
	letters := make([]byte, 16)
	for i := range letters {
		letters[i] = "bdfgklmnprstvz"[l.random.IntN(14)]
	}
	return string(letters)
}

// secrets is all that may stand nowhere.
func (l *life) secrets() (all []string) {
	for _, p := range l.people {
		_, id, _ := strings.Cut(string(p), ":")
		all = append(all, string(p), id)
	}
	all = append(all, "telegram", "discord", "update-", "message-", "my words ", "checkin", "starters", "settings")
	return append(append(all, l.typed...), l.refs...)
}

// found lists which of the texts stand in any file under dir.
func found(t testing.TB, dir string, texts []string) (hits []string) {
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all, err := os.ReadFile(path)
		for _, text := range texts {
			if bytes.Contains(all, []byte(text)) {
				hits = append(hits, filepath.Base(path)+": "+text)
			}
		}
		return err
	}))
	return hits
}

func TestNothingOfALifeStandsInAnyFile(t *testing.T) {
	const people, moves = 12, 60
	open := t.TempDir()
	bare, err := bolt.Open(filepath.Join(open, "bot.db"), bolt.Options{})
	must(t, err)
	inTheOpen := newLife(t, bare, nil, people)
	inTheOpen.live(t, moves)
	inTheOpen.end(t)
	must(t, bare.Close())
	shown := found(t, open, inTheOpen.secrets())
	if len(shown) < people*2+8 {
		t.Fatalf("without a seal only %d secrets are found, so this test shows nothing", len(shown))
	}

	dir := t.TempDir()
	s, _ := openTestStore(t, dir)
	l := newLife(t, s, s.KeyOf, people)
	l.live(t, moves)
	l.end(t)
	must(t, s.Close())
	if hits := found(t, dir, l.secrets()); len(hits) > 0 {
		t.Errorf("found: %q", hits)
	}
	t.Logf("%d events of %d people; of %d secrets %d stand in the file without a seal, none with it",
		people*moves, people, len(l.secrets()), len(shown))
}

// spy notes what the store below is given for one person.
type spy struct {
	*bolt.Store
	key    dialog.Key
	pieces []string
}

func (s *spy) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	s.note(key, blob)
	return s.Store.Commit(ctx, key, old, next, blob, alarm)
}

func (s *spy) Rewrite(ctx context.Context, key dialog.Key, tag dialog.Tag, blob []byte) error {
	s.note(key, blob)
	return s.Store.Rewrite(ctx, key, tag, blob)
}

// note keeps some pieces of a sealed blob; they are random, so whoever finds one
// has found the blob.
func (s *spy) note(key dialog.Key, blob []byte) {
	if key != s.key {
		return
	}
	for at := 48; at+24 <= len(blob); at += 500 {
		s.pieces = append(s.pieces, string(blob[at:at+24]))
	}
}

// TestErasedIsGone: after an erasure and a compaction no byte of what was sealed
// stands in any file; and a copy of the file from before is of no use to anybody
// once the key is destroyed.
func TestErasedIsGone(t *testing.T) {
	dir, backups := t.TempDir(), t.TempDir()
	path := filepath.Join(dir, "bot.db")
	place := keyPlace{path: filepath.Join(dir, "bot.keys"), own: true}
	ring, _, err := place.loadOrMake(path, time.Now())
	must(t, err)
	file, err := bolt.Open(path, bolt.Options{})
	must(t, err)
	inner := &spy{Store: file}
	s, err := seal.Open(t.Context(), inner, ring, seal.Options{})
	must(t, err)
	u := &upkeep{store: s, inner: inner, ring: ring, keys: place, policy: seal.DefaultPolicy, alone: true, log: quietLog}
	l := newLife(t, s, s.KeyOf, 6)
	leaver := l.people[0]
	inner.key = s.KeyOf(leaver)
	l.live(t, 40)
	l.end(t)

	before := found(t, dir, inner.pieces)
	all, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(backups, "bot.db"), all, 0o600))
	r, err := s.Load(t.Context(), inner.key)
	must(t, err)
	if r.Blob == nil || len(before) == 0 {
		t.Fatal("there is nothing to erase")
	}
	must(t, s.Delete(t.Context(), inner.key, r.Tag, dialog.Tag{1}))
	after := found(t, dir, inner.pieces)
	u.leave(t.Context())
	if hits := found(t, dir, inner.pieces); len(hits) > 0 {
		t.Errorf("%d pieces are still there after the compaction", len(hits))
	}
	t.Logf("pieces of the sealed record in the files: %d before the erasure, %d after it, 0 after the compaction", len(before), len(after))

	// A month later the key is turned, and later destroyed.
	now := time.Now()
	must(t, u.turn(t.Context(), now.Add(31*day)))
	must(t, s.Call(t.Context()))
	_, err = s.Sweep(t.Context())
	must(t, err)
	must(t, u.turn(t.Context(), now.Add(time.Duration(seal.DefaultPolicy.GoneDays())*day)))
	kept, err := place.load()
	must(t, err)
	if text, err := kept.Text(); err != nil || strings.Count(string(text), `"keyId"`) != 2 { // of names, of blobs
		t.Errorf("the key file still has the old key, %v", err)
	}
	for _, p := range l.people[1:] {
		if r, err := s.Load(t.Context(), s.KeyOf(p)); err != nil || r.Blob == nil {
			t.Errorf("somebody else: %v", err)
		}
	}
	must(t, s.Close())
	old, err := bolt.Open(filepath.Join(backups, "bot.db"), bolt.Options{})
	must(t, err)
	defer old.Close()
	report, err := seal.Inspect(t.Context(), old, kept, seal.DefaultPolicy, now)
	must(t, err)
	for _, e := range report.Epochs {
		if e.Records > 0 {
			t.Errorf("%d records of the old copy still open", e.Records)
		}
	}
}

func TestUpkeepTurnsTheKeys(t *testing.T) {
	dir := t.TempDir()
	s, u := openTestStore(t, dir)
	key := s.KeyOf("telegram:1")
	must(t, s.Commit(t.Context(), key, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
	first, _ := u.ring.Newest()
	now := time.Now()
	must(t, u.turn(t.Context(), now.Add(29*day)))
	if e, _ := u.ring.Newest(); e != first {
		t.Error("it was turned too early")
	}
	must(t, u.turn(t.Context(), now.Add(30*day+time.Minute)))
	second, _ := u.ring.Newest()
	if second == first {
		t.Fatal("it was not turned")
	}
	// A restart finds the new key, and the record under the old one.
	must(t, s.Close())
	s, u = openTestStore(t, dir)
	defer s.Close()
	if r, err := s.Load(t.Context(), key); err != nil || string(r.Blob) != "calm" {
		t.Errorf("got %+v, %v", r, err)
	}
	holds := func(at time.Time) string {
		t.Helper()
		report, err := seal.Inspect(t.Context(), u.inner, u.ring, u.policy, at)
		must(t, err)
		return report.Epochs[0].Hold
	}
	if hold := holds(now.Add(100 * day)); !strings.Contains(hold, "records are sealed with it") {
		t.Errorf("hold: %s", hold)
	}
	must(t, s.Call(t.Context()))
	_, err := s.Sweep(t.Context())
	must(t, err)
	if hold := holds(now.Add(100 * day)); hold != "" {
		t.Errorf("hold: %s", hold)
	}
	written := u.keys.path // the disk says no: nothing is destroyed then
	u.keys.path = filepath.Join(dir, "no such folder", "bot.keys")
	if err := u.turn(t.Context(), now.Add(100*day)); err == nil || holds(now) == "" {
		t.Errorf("the file could not be written: %v", err)
	}
	u.keys.path = written
	must(t, u.turn(t.Context(), now.Add(100*day)))
	if report, err := seal.Inspect(t.Context(), u.inner, u.ring, u.policy, now); err != nil || slices.ContainsFunc(report.Epochs, func(e seal.EpochReport) bool { return e.Epoch == first }) {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestUpkeepTakesOverAChangedFile(t *testing.T) {
	dir := t.TempDir()
	s, u := openTestStore(t, dir)
	defer s.Close()
	u.keys.own = false
	other, err := u.keys.load()
	must(t, err)
	e, err := other.Add(time.Now())
	must(t, err)
	must(t, writeKeyFile(u.keys.path, other))
	u.reload()
	if got, _ := u.ring.Newest(); got != e {
		t.Error("the new key was not taken over")
	}
	must(t, os.WriteFile(u.keys.path, []byte("{"), 0o600)) // half a file
	u.reload()
	if got, _ := u.ring.Newest(); got != e {
		t.Error("a broken file was taken over")
	}
}

// TestTurnUnderTwoBots: two bots answer the same people over one Redis while the
// operator hands out a new key and ends the old one. Every event is taken.
func TestTurnUnderTwoBots(t *testing.T) {
	const people = 20
	server := redistest.Start(t)
	cfg := defaults()
	cfg.Store.URL = server.URL()
	place := keyPlace{path: filepath.Join(t.TempDir(), "keys")}
	ring, err := seal.NewKeyring(time.Now())
	must(t, err)
	must(t, newKeyFile(place.path, ring))
	clock, err := newClock(1)
	must(t, err)
	start := func() (*seal.Store, *upkeep, *life) {
		s, u, err := openSealed(t.Context(), cfg, "", place, clock, quietLog, nil)
		must(t, err)
		return s, u, newLife(t, s, s.KeyOf, people)
	}
	a, houseA, lifeA := start()
	b, houseB, lifeB := start()
	defer a.Close()
	defer b.Close()
	silent := a.KeyOf("telegram:1") // who says nothing all the while
	must(t, a.Commit(t.Context(), silent, dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
	old, _ := ring.Newest()

	var over atomic.Bool
	var lives sync.WaitGroup
	for _, l := range []*life{lifeA, lifeB} {
		lives.Go(func() {
			for !over.Load() {
				l.live(t, 10)
			}
			l.end(t)
		})
	}
	grown, err := place.load()
	must(t, err)
	_, err = grown.Add(time.Now())
	must(t, err)
	time.Sleep(300 * time.Millisecond)
	must(t, writeKeyFile(place.path, grown))
	call := func() {
		for range 3 {
			must(t, a.Call(t.Context()))
			time.Sleep(50 * time.Millisecond)
			must(t, b.Call(t.Context()))
		}
	}
	records := func() (ofOld, all int) {
		report, err := seal.Inspect(t.Context(), houseA.inner, grown, cfg.Keys.policy(), time.Now())
		must(t, err)
		for _, e := range report.Epochs {
			all += e.Records
			if e.Epoch == old {
				ofOld = e.Records
			}
		}
		return ofOld, all
	}
	houseA.reload()
	call()
	if ofOld, all := records(); ofOld != all {
		t.Errorf("%d of %d records are under a key that one bot does not have", all-ofOld, all)
	}
	houseB.reload()
	call()
	census, err := b.Sweep(t.Context())
	must(t, err)
	if ofOld, all := records(); ofOld != 0 || all < people/2 {
		t.Errorf("after the sweep %d of %d are under the old key", ofOld, all)
	}
	grown, err = place.load()
	must(t, err)
	must(t, grown.Destroy(old, time.Now()))
	must(t, writeKeyFile(place.path, grown))
	houseA.reload()
	call()
	houseB.reload()
	time.Sleep(200 * time.Millisecond)
	over.Store(true)
	lives.Wait()
	if r, err := b.Load(t.Context(), silent); err != nil || string(r.Blob) != "calm" {
		t.Errorf("got %+v, %v", r, err)
	}
	if n := lifeA.host.Stats.Unreadable.Load() + lifeB.host.Stats.Unreadable.Load(); n > 0 {
		t.Errorf("%d reads failed", n)
	}
	t.Logf("%d events taken, %d of them after a conflict; %d records sealed anew",
		lifeA.host.Stats.Events.Load()+lifeB.host.Stats.Events.Load(), lifeA.host.Stats.Conflicts.Load()+lifeB.host.Stats.Conflicts.Load(), census.Anew)
}

// timed notes how long the store below takes.
type timed struct {
	*bolt.Store
	took atomic.Int64
}

func (s *timed) Load(ctx context.Context, key dialog.Key) (dialog.Record, error) {
	defer func(since time.Time) { s.took.Add(int64(time.Since(since))) }(time.Now())
	return s.Store.Load(ctx, key)
}

func (s *timed) Commit(ctx context.Context, key dialog.Key, old, next dialog.Tag, blob []byte, alarm time.Time) error {
	defer func(since time.Time) { s.took.Add(int64(time.Since(since))) }(time.Now())
	return s.Store.Commit(ctx, key, old, next, blob, alarm)
}

// BenchmarkSealed is a step (load and commit of 4 KiB) of the sealed store in a
// file. Beside it, from the same run, stands what of that the file took, which
// is the floor, and the share of the sealing.
func BenchmarkSealed(b *testing.B) {
	for _, callers := range []int{1, 8} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			file, err := bolt.Open(filepath.Join(b.TempDir(), "bot.db"), bolt.Options{})
			must(b, err)
			inner := &timed{Store: file}
			ring, err := seal.NewKeyring(time.Now())
			must(b, err)
			s, err := seal.Open(b.Context(), inner, ring, seal.Options{})
			must(b, err)
			defer s.Close()
			var all atomic.Int64
			storetest.Spread(b, callers, func(c int) func() error {
				step := storetest.Steps(s, c)
				return func() error {
					defer func(since time.Time) { all.Add(int64(time.Since(since))) }(time.Now())
					return step()
				}
			})
			floor := inner.took.Load()
			b.ReportMetric(float64(floor)/float64(b.N), "floor-ns/step")
			b.ReportMetric(float64(all.Load()-floor)/float64(b.N), "sealing-ns/step")
			b.ReportMetric(100*float64(all.Load()-floor)/float64(all.Load()), "sealing-%")
		})
	}
}
