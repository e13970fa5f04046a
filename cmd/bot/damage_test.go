package main

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// damaged is one record that can not be read: how it came to that, and what the
// operator is told.
type damaged struct {
	name string
	harm func(t *testing.T, d *damage) []byte // what stands there instead
	says string
}

var damages = []damaged{
	{"two records swapped", func(t *testing.T, d *damage) []byte {
		other := d.s.KeyOf(d.l.people[1])
		rec := d.raw(t, other)
		d.put(t, other, rec.Tag, d.good.Blob)
		return rec.Blob
	}, "moved here from another record"},
	{"cut short", func(_ *testing.T, d *damage) []byte { return d.good.Blob[:len(d.good.Blob)-1] }, "damaged"},
	{"a bit flipped", func(_ *testing.T, d *damage) []byte {
		b := slices.Clone(d.good.Blob)
		b[len(b)/2] ^= 1
		return b
	}, "damaged"},
	{"its key missing", func(t *testing.T, d *damage) []byte { return d.underAnotherKey(t) }, "is not on this ring"},
	{"of a newer schema", func(_ *testing.T, d *damage) []byte {
		b := slices.Clone(d.good.Blob)
		b[1], b[2] = 9, 9
		return b
	}, "newer version"},
}

// TestADamagedRecord of every kind, on both stores and behind the whole bot, is
// unreadable and never somebody new: the person is asked to wait, once in an
// hour; the operator is told of them by an alias; the bytes stay as they are,
// whatever happens; and when they are mended everything is where it was.
func TestADamagedRecord(t *testing.T) {
	for _, store := range []string{"bolt", "redis"} {
		for _, c := range damages {
			t.Run("store="+store+"/"+strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
				t.Parallel()
				spec := besideStore(t)
				if store == "redis" {
					spec.Store = redistest.Start(t).URL()
				}
				newDamage(t, spec).play(t, c)
			})
		}
	}
}

// damage is a bot with people, one of whom has a record that is damaged.
type damage struct {
	s     *seal.Store
	u     *upkeep
	l     *life
	logs  *logged
	key   dialog.Key
	plain []byte
	good  dialog.Record // as it was sealed
}

func newDamage(t *testing.T, spec mortalSpec) *damage {
	d := &damage{logs: &logged{}}
	d.s, _, d.u, _ = spec.open(t, time.Now())
	names := &aliases{now: time.Now}
	names.know(d.s.KeyOf)
	log := slog.New(aliasing{slog.NewTextHandler(d.logs, nil), names})
	d.l = newLife(t, d.s, d.s.KeyOf, 2, func(h *dialog.Host) { h.Log, h.Poll = log, 10*time.Millisecond })
	d.l.live(t, 20)
	for _, p := range d.l.people {
		d.l.host.Settle(p)
	}
	d.key = d.s.KeyOf(d.l.people[0])
	d.good = d.raw(t, d.key)
	rec, err := d.s.Load(t.Context(), d.key)
	must(t, err)
	d.plain = rec.Blob
	return d
}

func (d *damage) raw(t *testing.T, key dialog.Key) dialog.Record {
	rec, err := d.u.inner.Load(t.Context(), key)
	must(t, err)
	return rec
}

func (d *damage) put(t *testing.T, key dialog.Key, tag dialog.Tag, blob []byte) {
	must(t, d.u.inner.(dialog.Rewriter).Rewrite(t.Context(), key, tag, blob))
}

// underAnotherKey is the same record as a process with a newer key would have
// sealed it.
func (d *damage) underAnotherKey(t *testing.T) []byte {
	ring, err := d.u.keys.load()
	must(t, err)
	_, err = ring.Add(time.Now())
	must(t, err)
	apart := dialog.NewMemoryStore(time.Now)
	s, err := seal.Open(t.Context(), apart, ring, seal.Options{})
	must(t, err)
	must(t, s.Commit(t.Context(), d.key, dialog.Tag{}, d.good.Tag, d.plain, time.Time{}))
	rec, err := apart.Load(t.Context(), d.key)
	must(t, err)
	return rec.Blob
}

func (d *damage) play(t *testing.T, c damaged) {
	person := d.l.people[0]
	bad := c.harm(t, d)
	d.put(t, d.key, d.good.Tag, bad)
	if _, err := d.s.Load(t.Context(), d.key); err == nil || !strings.Contains(err.Error(), c.says) {
		t.Errorf("got %v", err)
	}
	ring, stop := context.WithCancel(t.Context())
	rung := make(chan struct{})
	go func() { d.l.host.Run(ring); close(rung) }()
	do := func(kind dialog.Kind, name, text string) {
		d.l.mu.Lock()
		ev := d.l.event(person)
		d.l.mu.Unlock()
		ev.Kind, ev.Name, ev.Text = kind, name, text
		must(t, d.l.host.Handle(t.Context(), ev))
		d.l.host.Settle(person)
	}
	before := d.l.sentTo(person)
	_, script, err := loadScript(defaults(), nil)
	must(t, err)
	do(dialog.Command, "start", "")
	if said, want := d.l.said(person), script.Words["en"]["engine.unreadable"]; !slices.Contains(want, said) {
		t.Errorf("the person is told %q", said)
	}
	do(dialog.Text, "", "my words are "+d.l.word())
	do(dialog.Command, "forget", "")
	do(dialog.Blocked, "", "")
	must(t, d.l.host.Handle(t.Context(), dialog.Event{Person: person, Kind: dialog.Alarm}))
	_, err = d.s.Sweep(t.Context())
	must(t, err)
	time.Sleep(50 * time.Millisecond)
	stop()
	<-rung
	if n := d.l.sentTo(person) - before; n != 1 {
		t.Errorf("the person is told %d things", n)
	}
	if rec := d.raw(t, d.key); !bytes.Equal(rec.Blob, bad) || rec.Tag != d.good.Tag {
		t.Error("the bytes are not as they were")
	}
	told := ""
	for line := range strings.Lines(d.logs.String()) {
		if strings.Contains(line, "can not be read; it is kept as it is") {
			told += line
		}
	}
	if strings.Count(told, "\n") != 1 || !strings.Contains(told, c.says) || len(aliased(told)) != 1 {
		t.Errorf("the operator is told:\n%s", told)
	}
	if n := d.l.host.Stats.Unreadable.Load(); n < 4 {
		t.Errorf("%d events are counted", n)
	}

	d.put(t, d.key, d.good.Tag, d.good.Blob)
	if rec, err := d.s.Load(t.Context(), d.key); err != nil || !bytes.Equal(rec.Blob, d.plain) {
		t.Errorf("mended, it is not what it was: %v", err)
	}
	do(dialog.Command, "help", "")
	if n := d.l.sentTo(person) - before; n < 2 {
		t.Error("mended, it is not answered")
	}
	d.l.end(t)
	must(t, d.s.Close())
}
