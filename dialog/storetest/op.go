package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"afterglow/dialog"
)

type chapter struct {
	title string
	ops   []op
}

// op is one sentence of the story: how it reads, and how it is lived.
type op struct {
	text string
	do   func(w *world) error
}

// world is where a chapter takes place.
type world struct {
	*testing.T
	clock *Clock
	start time.Time
	store Subject
}

func (w *world) live(ops []op) {
	for i, o := range ops {
		if err := o.do(w); err != nil {
			w.Helper()
			w.Fatalf("line %d: %s: %v", i+1, o.text, err)
		}
	}
}

// moment is a point in time of the story; never is the zero time.
type moment struct {
	text string
	in   func(w *world) time.Time
}

var never = moment{"never", func(*world) time.Time { return time.Time{} }}

func hour(n int) moment {
	d := time.Duration(n) * time.Hour
	return moment{fmt.Sprintf("hour %d", n), func(w *world) time.Time { return w.start.Add(d) }}
}

func instant(t time.Time) moment {
	return moment{t.String(), func(*world) time.Time { return t }}
}

func (m moment) add(d time.Duration) moment {
	return moment{fmt.Sprintf("%s%+v", m.text, d), func(w *world) time.Time { return m.in(w).Add(d) }}
}

func clock(m moment) op {
	return op{"clock " + m.text, func(w *world) error {
		w.clock.Set(m.in(w))
		return nil
	}}
}

// sight is what a load shall find.
type sight struct {
	text string
	fits func(w *world, r dialog.Record, err error) bool
}

var nobody = sight{"nobody", func(_ *world, r dialog.Record, err error) bool {
	return err == nil && r.Tag == dialog.Tag{} && r.Blob == nil && r.Erased.IsZero()
}}

var unreadable = sight{"unreadable", func(_ *world, r dialog.Record, err error) bool {
	return errors.Is(err, dialog.ErrUnreadable) && r.Tag == dialog.Tag{} && r.Blob == nil
}}

func present(tag, blob string) sight {
	return sight{blob + " under " + tag, func(_ *world, r dialog.Record, err error) bool {
		return err == nil && r.Tag == tagOf(tag) && string(r.Blob) == blob && r.Erased.IsZero()
	}}
}

// erased allows some seconds, as a store's own clock may not stand still.
func erased(tag string, at moment) sight {
	return sight{"erased under " + tag, func(w *world, r dialog.Record, err error) bool {
		return err == nil && r.Tag == tagOf(tag) && r.Blob == nil && r.Erased.Sub(at.in(w)).Abs() < 5*time.Second
	}}
}

// wished is kept to the millisecond, and not before the wish itself.
func wished(tag string, at moment) sight {
	return sight{"erased under " + tag + " as wished at " + at.text, func(w *world, r dialog.Record, err error) bool {
		late := r.Erased.Sub(at.in(w))
		return err == nil && r.Tag == tagOf(tag) && r.Blob == nil && late >= 0 && late < time.Millisecond
	}}
}

func load(key dialog.Key, want sight) op {
	return op{fmt.Sprintf("load %s: %s", key, want.text), func(w *world) error {
		r, err := w.store.Load(ctx, key)
		if !want.fits(w, r, err) {
			return fmt.Errorf("found tag %q, blob %q, erased %v, error %v", r.Tag, r.Blob, r.Erased, err)
		}
		return nil
	}}
}

func commit(key dialog.Key, old, next, blob string, alarm moment, want ...error) op {
	return op{fmt.Sprintf("commit %s %q→%q %q, alarm %s", key, old, next, blob, alarm.text), func(w *world) error {
		return expect(w.store.Commit(ctx, key, tagOf(old), tagOf(next), []byte(blob), alarm.in(w)), want)
	}}
}

func forget(key dialog.Key, old, next string, want ...error) op {
	return forgetAt(key, old, next, never, want...)
}

// forgetAt is forget, wished for at that time.
func forgetAt(key dialog.Key, old, next string, at moment, want ...error) op {
	return op{fmt.Sprintf("forget %s %q→%q, wished at %s", key, old, next, at.text), func(w *world) error {
		return expect(w.store.Delete(ctx, key, tagOf(old), tagOf(next), at.in(w)), want)
	}}
}

func damage(key dialog.Key) op {
	return op{"damage " + string(key), func(w *world) error {
		w.store.Damage(key)
		return nil
	}}
}

// soon is longer than any operation takes.
const soon = 10 * time.Second

// lease is how long everybody in these tests keeps whom they claim.
const lease = 30 * time.Second

func due(n int, want ...dialog.Key) op {
	return op{fmt.Sprintf("due %d: %q", n, want), func(w *world) error {
		got, err := w.store.Due(ctx, lease, n)
		if err != nil || !slices.Equal(got, want) {
			return fmt.Errorf("got %q, error %v", got, err)
		}
		return nil
	}}
}

func expect(err error, want []error) error {
	switch {
	case len(want) == 0:
		return err
	case !errors.Is(err, want[0]):
		return fmt.Errorf("got %v, want %v", err, want[0])
	}
	return nil
}

func tagOf(word string) (t dialog.Tag) {
	if copy(t[:], word) < len(word) {
		panic("storetest: too long a word for a tag: " + word)
	}
	return t
}
