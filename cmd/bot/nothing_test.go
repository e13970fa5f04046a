package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// TestNothingOfALifeStandsAnywhere: people of both platforms talk to the bot for
// long and at random, and sending fails now and then. No word of theirs, no id
// and no name of a platform, a flow or a message stands in any file of the store,
// in anything the server shows of itself, in the log at its most talkative, or in
// an error.
func TestNothingOfALifeStandsAnywhere(t *testing.T) {
	t.Run("store=bolt", func(t *testing.T) {
		t.Parallel()
		new(hideout).play(t)
	})
	t.Run("store=redis", func(t *testing.T) {
		t.Parallel()
		(&hideout{redis: true}).play(t)
	})
}

// hideout is a store under search.
type hideout struct {
	redis  bool
	server *redistest.Server
	url    string
	dir    string // where the files are
}

// renew begins with an empty store.
func (o *hideout) renew(t *testing.T) {
	o.dir = t.TempDir()
	o.url = "bolt:" + filepath.Join(o.dir, "bot.db")
	if o.redis {
		o.server = redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always", "--save", "1 1",
			"--loglevel", "debug", "--slowlog-log-slower-than", "0", "--slowlog-max-len", "100000")
		o.dir, o.url = o.server.Dir, o.server.URL()
	}
}

// searched is every place where something may stand, and where texts were found.
func (o *hideout) searched(t *testing.T, texts []string) (hits []string) {
	if !o.redis {
		return found(t, o.dir, texts)
	}
	client := o.server.Client()
	defer client.Close()
	redistest.Eventually(t, "there is a dump beside the append-only file", func() bool {
		return client.Save(t.Context()).Err() == nil // not while the server makes one by itself
	})
	hits = found(t, o.dir, texts)
	shown := fmt.Sprint(o.server.Do(t, "info", "everything"), o.server.Do(t, "slowlog", "get", -1), o.server.Do(t, "client", "list"))
	keys := client.Scan(t.Context(), 0, "*", 1000).Iterator()
	for keys.Next(t.Context()) {
		dump, err := client.Dump(t.Context(), keys.Val()).Result()
		must(t, err)
		shown += keys.Val() + dump
	}
	must(t, keys.Err())
	for _, text := range texts {
		if strings.Contains(shown, text) {
			hits = append(hits, "shown by the server: "+text)
		}
	}
	return hits
}

func (o *hideout) play(t *testing.T) {
	people, moves := 12, 150
	if testing.Short() {
		moves = 60
	}
	cfg := defaults()
	clock, err := newClock(1)
	must(t, err)

	o.renew(t)
	cfg.Store.URL = o.url
	bare, _, err := openStore(t.Context(), cfg, o.dir, clock, quietLog)
	must(t, err)
	inTheOpen := newLife(t, bare, nil, people)
	inTheOpen.fails = 12
	inTheOpen.live(t, 60)
	inTheOpen.end(t)
	must(t, bare.Close())
	shown := o.searched(t, inTheOpen.secrets())
	places := map[string]int{}
	for _, hit := range shown {
		place, _, _ := strings.Cut(hit, ": ")
		places[place]++
	}
	if len(shown) < people*2+8 || o.redis && len(places) < 3 {
		t.Fatalf("without a seal only %d secrets are found, in %v, so this test shows nothing", len(shown), places)
	}

	o.renew(t)
	cfg.Store.URL = o.url
	logs := &logged{}
	names := &aliases{now: time.Now}
	log := slog.New(aliasing{slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}), names})
	place := keyPlace{path: filepath.Join(t.TempDir(), "bot.keys"), own: true}
	ring, err := seal.NewKeyring(time.Now())
	must(t, err)
	must(t, newKeyFile(place.path, ring))
	s, u, err := openSealed(t.Context(), cfg, o.dir, place, clock, log, nil)
	must(t, err)
	names.know(s.KeyOf)
	l := newLife(t, s, s.KeyOf, people, func(h *dialog.Host) { h.Log = log })
	l.fails = 12
	l.live(t, moves/2)
	must(t, u.turn(t.Context(), time.Now().Add(31*day))) // the housework leaves nothing behind either
	must(t, s.Call(t.Context()))
	_, err = s.Sweep(t.Context())
	must(t, err)
	u.compact(t.Context())
	l.live(t, moves/2)
	for _, p := range l.people {
		l.host.Settle(p)
	}
	if hits := o.searched(t, l.secrets()); len(hits) > 0 {
		t.Errorf("found: %q", hits)
	}

	told := o.fail(t, s, u, l)
	names.know(s.KeyOf)
	text := logs.String() + told
	for _, secret := range append(l.unspoken(), keyTexts(t, place.path)...) {
		if strings.Contains(text, secret) {
			t.Errorf("the log or an error tells %q", secret)
		}
	}
	who := aliased(logs.String())
	slices.Sort(who)
	if n := len(slices.Compact(who)); n < people/2 || n > people || !strings.Contains(told, "unreadable") {
		t.Errorf("the log tells of %d people by an alias; the errors are %q", n, told)
	}
	t.Logf("%d events of %d people; of %d secrets %d are found without a seal, none with it; %d lines of log",
		people*moves, people, len(l.secrets()), len(shown), strings.Count(logs.String(), "\n"))
}

// fail has the store go wrong in the ways it can, and returns what was said.
func (o *hideout) fail(t *testing.T, s *seal.Store, u *upkeep, l *life) (told string) {
	person := l.people[0]
	key := s.KeyOf(person)
	rec, err := u.inner.Load(t.Context(), key)
	must(t, err)
	flipped := slices.Clone(rec.Blob)
	flipped[len(flipped)/2] ^= 1
	must(t, u.inner.(dialog.Rewriter).Rewrite(t.Context(), key, rec.Tag, flipped))
	act := func(ctx context.Context, p dialog.PersonID) {
		l.mu.Lock()
		ev := l.event(p)
		ev.Kind, ev.Text = dialog.Text, "my words are "+l.word()
		l.typed = append(l.typed, ev.Text)
		l.mu.Unlock()
		if err := l.host.Handle(ctx, ev); err != nil {
			told += err.Error() + "\n"
		}
	}
	act(t.Context(), person)
	_, err = s.Load(t.Context(), key)
	told += fmt.Sprintln(err)
	err = s.Commit(t.Context(), s.KeyOf("telegram:1"), dialog.Tag{}, dialog.Tag{1}, nil, time.Time{})
	told += fmt.Sprintln(err, errors.Is(err, dialog.ErrRefused))
	err = s.Commit(t.Context(), s.KeyOf(l.people[1]), dialog.Tag{9}, dialog.Tag{1}, []byte("calm"), time.Time{})
	told += fmt.Sprintln(err, errors.Is(err, dialog.ErrConflict))
	if o.redis { // the server goes away in the middle
		o.server.Kill()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		act(ctx, l.people[2])
		cancel()
		_, err = s.Load(t.Context(), s.KeyOf(l.people[3]))
		told += fmt.Sprintln(err)
		o.server.Restart(t)
	}
	l.end(t)
	must(t, s.Close())
	_, err = s.Load(t.Context(), s.KeyOf(l.people[3]))
	told += fmt.Sprintln(err)
	return told
}

// keyTexts are the secrets in a key file.
func keyTexts(t *testing.T, path string) (all []string) {
	text, err := os.ReadFile(path)
	must(t, err)
	for i, part := range strings.Split(string(text), `"value":`) {
		if i > 0 {
			all = append(all, strings.Split(part, `"`)[1])
		}
	}
	if len(all) < 2 {
		t.Fatal("the key file has no keys")
	}
	return all
}
