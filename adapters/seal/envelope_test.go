package seal

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

// attack is something that happened to the bytes of a record.
type attack struct {
	title string
	to    func(sealed []byte) []byte
	says  string
}

var attacks = []attack{
	{"cut short by one", func(b []byte) []byte { return b[:len(b)-1] }, "damaged"},
	{"cut to its head", func(b []byte) []byte { return b[:headLen] }, "cut short"},
	{"cut in its head", func(b []byte) []byte { return b[:1] }, "not a sealed record"},
	{"one byte longer", func(b []byte) []byte { return append(b, 0) }, "damaged"},
	{"never sealed", func([]byte) []byte { return dialog.NewState("telegram:4711", 1).Encode() }, "not a sealed record"},
	{"of a newer schema", func(b []byte) []byte { b[1], b[2] = 9, 9; return b }, "newer version (schema 9"},
	{"newer, but said to be readable", func(b []byte) []byte { b[1] = 9; return b }, "damaged"},
}

func TestAttacks(t *testing.T) {
	inner := dialog.NewMemoryStore(time.Now)
	ring := newRing(t)
	s := open(t, inner, ring)
	key := s.KeyOf("telegram:4711")
	first, second := newTag(), newTag()
	must(t, s.Commit(t.Context(), key, dialog.Tag{}, first, []byte("calm"), time.Time{}))
	earlier, err := inner.Load(t.Context(), key)
	must(t, err)
	must(t, s.Commit(t.Context(), key, first, second, []byte("tired"), time.Time{}))
	good, err := inner.Load(t.Context(), key)
	must(t, err)
	other := s.KeyOf("discord:4711")
	must(t, s.Commit(t.Context(), other, dialog.Tag{}, second, []byte("not hers"), time.Time{}))
	swapped, err := inner.Load(t.Context(), other)
	must(t, err)

	all := append([]attack{
		{"swapped with another person's, under the same tag", func([]byte) []byte { return swapped.Blob }, "moved here from another record"},
		{"played back from an earlier tag", func([]byte) []byte { return earlier.Blob }, "damaged"},
	}, attacks...)
	for i := range good.Blob { // each bit of the head and the ends, some of the rest
		if i > 64 && i < len(good.Blob)-32 && i%97 != 0 {
			continue
		}
		for bit := range 8 {
			all = append(all, attack{fmt.Sprintf("bit %d of byte %d flipped", bit, i), func(b []byte) []byte { b[i] ^= 1 << bit; return b }, ""})
		}
	}
	for _, a := range all {
		bad := a.to(bytes.Clone(good.Blob))
		must(t, inner.Rewrite(t.Context(), key, second, bad))
		r, err := s.Load(t.Context(), key)
		if !errors.Is(err, dialog.ErrUnreadable) || !strings.Contains(err.Error(), a.says) || r.Tag != (dialog.Tag{}) || r.Blob != nil {
			t.Errorf("%s: got %+v, %v", a.title, r, err)
		}
		for _, secret := range []string{"calm", "tired", "4711"} {
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error tells a secret: %v", a.title, err)
			}
		}
		// A stranger's first commit does not overwrite it, and the bytes are kept.
		if err := s.Commit(t.Context(), key, dialog.Tag{}, newTag(), []byte("new"), time.Time{}); !errors.Is(err, dialog.ErrUnreadable) {
			t.Errorf("%s: commit: %v", a.title, err)
		}
		if err := s.Delete(t.Context(), key, dialog.Tag{}, newTag(), time.Time{}); !errors.Is(err, dialog.ErrUnreadable) {
			t.Errorf("%s: delete: %v", a.title, err)
		}
		if kept, err := inner.Load(t.Context(), key); err != nil || !bytes.Equal(kept.Blob, bad) || kept.Tag != second {
			t.Errorf("%s: the bytes are not as they were, %v", a.title, err)
		}
	}
	must(t, inner.Rewrite(t.Context(), key, second, good.Blob))
	if r, err := s.Load(t.Context(), key); err != nil || string(r.Blob) != "tired" {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestMissingKeyIsNamed(t *testing.T) {
	inner := dialog.NewMemoryStore(time.Now)
	ring := newRing(t)
	old := copyOf(t, ring)
	_, err := ring.Add(time.Now())
	must(t, err)
	s := open(t, inner, ring)
	key, tag := s.KeyOf("telegram:4711"), newTag()
	must(t, s.Commit(t.Context(), key, dialog.Tag{}, tag, []byte("calm"), time.Time{}))
	r, err := inner.Load(t.Context(), key)
	must(t, err)
	newest, _ := ring.Newest()
	_, err = old.keys.Load().open(key, tag, r.Blob)
	if !errors.Is(err, dialog.ErrUnreadable) || !strings.Contains(err.Error(), newest.String()+" is not on this ring") {
		t.Errorf("got %v", err)
	}
}

func TestSizesTellLittle(t *testing.T) {
	k := newRing(t).keys.Load()
	sizes := map[int]bool{}
	for n := 1; n <= dialog.MaxState; n += 61 {
		sealed, err := k.seal("key", newTag(), make([]byte, n))
		must(t, err)
		if len(sealed) != sealedLen(n) {
			t.Fatalf("%d bytes became %d, not %d", n, len(sealed), sealedLen(n))
		}
		if step := smallStep; len(sealed)%step != 0 || len(sealed) > smallEnd && len(sealed)%largeStep != 0 {
			t.Fatalf("%d bytes became %d", n, len(sealed))
		}
		sizes[len(sealed)] = true
	}
	if len(sizes) > 16+13 {
		t.Errorf("there are %d sizes", len(sizes))
	}
	if got := sealedLen(MaxBlob); got != dialog.MaxBlob {
		t.Errorf("the longest blob becomes %d bytes", got)
	}
}

func TestSameBlobNeverTwice(t *testing.T) {
	k := newRing(t).keys.Load()
	a, err := k.seal("key", dialog.Tag{1}, []byte("calm"))
	must(t, err)
	b, err := k.seal("key", dialog.Tag{1}, []byte("calm"))
	must(t, err)
	if bytes.Equal(a[8:32], b[8:32]) || bytes.Equal(a[32:], b[32:]) {
		t.Error("the same blob gives the same bytes")
	}
}

func TestAlarmsAreNeverEarly(t *testing.T) {
	whole := time.Unix(1_790_000_000, 0)
	for in, want := range map[time.Time]time.Time{
		{}:                                 {},
		whole:                              whole,
		whole.Add(1):                       whole.Add(time.Second),
		whole.Add(time.Second - 1):         whole.Add(time.Second),
		time.Unix(-5, 1):                   time.Unix(-4, 0),
		whole.In(time.FixedZone("", 3601)): whole,
	} {
		if got := wholeSecond(in); !got.Equal(want) || got.IsZero() != in.IsZero() {
			t.Errorf("%v became %v", in, got)
		}
	}
}
