package storetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

// slicesAreCopied: a caller may go on using what it handed in, and keep for
// ever what it was handed. The blobs are large, as a file may treat small ones
// in a way of its own.
func slicesAreCopied(t *testing.T, s Subject, _ *Clock) {
	calm, other := bytes.Repeat([]byte("calm"), 2000), bytes.Repeat([]byte("XXXX"), 2000)
	blob := bytes.Clone(calm)
	must(t, s.Commit(ctx, "mira", tagOf(""), tagOf("one"), blob, time.Time{}))
	copy(blob, other)
	kept, err := s.Load(ctx, "mira")
	must(t, err)
	if !bytes.Equal(kept.Blob, calm) {
		t.Fatal("the store keeps the caller's slice")
	}
	scratch, err := s.Load(ctx, "mira")
	must(t, err)
	copy(scratch.Blob, other)
	again, err := s.Load(ctx, "mira")
	must(t, err)
	if !bytes.Equal(again.Blob, calm) {
		t.Fatal("the reader's slice is the store's own")
	}
	tag := "one"
	for i := range 20 { // pages of a file are used again by later writes
		next := fmt.Sprint("other ", i)
		must(t, s.Commit(ctx, "mira", tagOf(tag), tagOf(next), other, time.Time{}))
		tag = next
	}
	if !bytes.Equal(kept.Blob, calm) {
		t.Fatal("a loaded blob changed under its reader")
	}
}

func keysAreBytes(t *testing.T, s Subject, clock *Clock) {
	keys := []dialog.Key{"\x00", "\x00\x00", "\xff", "a{b}c", "{", "}{", "a:b", " ", "\r\n", "*", "mira\x00", "mira", "ключ",
		dialog.Key(strings.Repeat("\x00\xff", dialog.MaxKey/2))}
	for _, k := range keys {
		must(t, s.Commit(ctx, k, tagOf(""), tagOf("one"), []byte("of "+k), clock.Now()))
	}
	left := map[dialog.Key]bool{}
	for _, k := range keys {
		left[k] = true
		r, err := s.Load(ctx, k)
		if err != nil || string(r.Blob) != "of "+string(k) {
			t.Errorf("key %q: blob %q, error %v", k, r.Blob, err)
		}
	}
	got, err := s.Due(ctx, lease, len(keys)+1)
	must(t, err)
	for _, k := range got {
		delete(left, k)
	}
	if len(got) != len(keys) || len(left) > 0 {
		t.Errorf("due: got %q, missing %v", got, left)
	}
}

func blobsAreBytes(t *testing.T, s Subject, _ *Clock) {
	noise := make([]byte, cmp.Or(s.MaxBlob, dialog.MaxBlob))
	random := rand.NewChaCha8([32]byte{1})
	if _, err := random.Read(noise); err != nil {
		t.Fatal(err)
	}
	tag := ""
	for _, blob := range [][]byte{{0}, []byte("\r\n$1\r\n"), noise[:100], noise[:4096], noise[:64<<10], noise[:64<<10+1], noise, noise[:1]} {
		next := fmt.Sprint("size ", len(blob))
		must(t, s.Commit(ctx, "mira", tagOf(tag), tagOf(next), blob, time.Time{}))
		r, err := s.Load(ctx, "mira")
		must(t, err)
		if !bytes.Equal(r.Blob, blob) {
			t.Fatalf("a blob of %d bytes came back as %d others", len(blob), len(r.Blob))
		}
		tag = next
	}
	for b := range 256 { // tags are bytes too
		var key, next dialog.Tag
		key[0], key[15] = byte(b), byte(b)
		next[7], next[8] = byte(b), 1
		name := dialog.Key(fmt.Sprint("tag ", b))
		if b > 0 {
			must(t, s.Commit(ctx, name, dialog.Tag{}, key, []byte("x"), time.Time{}))
			must(t, s.Commit(ctx, name, key, next, []byte("y"), time.Time{}))
			r, err := s.Load(ctx, name)
			if err != nil || r.Tag != next {
				t.Fatalf("tag %x came back as %x, error %v", next, r.Tag, err)
			}
		}
	}
}

func refusals(t *testing.T, s Subject, clock *Clock) {
	must(t, s.Commit(ctx, "mira", tagOf(""), tagOf("one"), []byte("calm"), clock.Now().Add(time.Hour)))
	long := dialog.Key(strings.Repeat("k", dialog.MaxKey+1))
	one, two := tagOf("one"), tagOf("two")
	_, loadEmpty := s.Load(ctx, "")
	_, loadLong := s.Load(ctx, long)
	_, noLease := s.Due(ctx, 0, 1)
	_, negative := s.Due(ctx, lease, -1)
	for what, err := range map[string]error{
		"nil blob":         s.Commit(ctx, "mira", one, two, nil, time.Time{}),
		"empty blob":       s.Commit(ctx, "mira", one, two, []byte{}, time.Time{}),
		"huge blob":        s.Commit(ctx, "mira", one, two, make([]byte, dialog.MaxBlob+1), time.Time{}),
		"zero next":        s.Commit(ctx, "mira", one, dialog.Tag{}, []byte("x"), time.Time{}),
		"same tag":         s.Commit(ctx, "mira", one, one, []byte("x"), time.Time{}),
		"empty key":        s.Commit(ctx, "", tagOf(""), two, []byte("x"), time.Time{}),
		"long key":         s.Commit(ctx, long, tagOf(""), two, []byte("x"), time.Time{}),
		"delete zero next": s.Delete(ctx, "mira", one, dialog.Tag{}, time.Time{}),
		"delete same tag":  s.Delete(ctx, "mira", one, one, time.Time{}),
		"delete empty key": s.Delete(ctx, "", tagOf(""), two, time.Time{}),
		"load empty key":   loadEmpty,
		"load long key":    loadLong,
		"due no lease":     noLease,
		"due negative":     negative,
	} {
		if !errors.Is(err, dialog.ErrRefused) {
			t.Errorf("%s: got %v, want %v", what, err, dialog.ErrRefused)
		}
	}
	r, err := s.Load(ctx, "mira")
	if err != nil || string(r.Blob) != "calm" || r.Tag != one {
		t.Errorf("something refused has happened all the same: %+v, %v", r, err)
	}
}

func cancelled(t *testing.T, s Subject, clock *Clock) {
	must(t, s.Commit(ctx, "mira", tagOf(""), tagOf("one"), []byte("calm"), clock.Now()))
	over, cancel := context.WithCancel(ctx)
	cancel()
	_, load := s.Load(over, "mira")
	_, due := s.Due(over, lease, 10)
	for what, err := range map[string]error{
		"load":   load,
		"commit": s.Commit(over, "mira", tagOf("one"), tagOf("two"), []byte("x"), time.Time{}),
		"delete": s.Delete(over, "mira", tagOf("one"), tagOf("two"), time.Time{}),
		"due":    due,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want %v", what, err, context.Canceled)
		}
	}
	r, err := s.Load(ctx, "mira")
	if err != nil || string(r.Blob) != "calm" {
		t.Errorf("a cancelled call changed the record: %+v, %v", r, err)
	}
	if got, err := s.Due(ctx, lease, 10); err != nil || len(got) != 1 {
		t.Errorf("a cancelled call took the claim: %q, %v", got, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
