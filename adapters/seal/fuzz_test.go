package seal

import (
	"bytes"
	"errors"
	"testing"

	"afterglow/dialog"
)

// FuzzOpen: whatever lies in the store, it opens or is unreadable; and only what
// was sealed opens.
func FuzzOpen(f *testing.F) {
	k := newRing(f).keys.Load()
	sealed, err := k.seal("key", dialog.Tag{1}, []byte("calm"))
	must(f, err)
	f.Add([]byte{}, 0)
	f.Add([]byte{magic, schema, lowestReader}, 0)
	f.Add(sealed, 0)
	f.Add(sealed, 77)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		if cut > 0 && cut < len(b) { // a part of something sealed by this very ring
			b = append(bytes.Clone(sealed[:min(cut, len(sealed))]), b[cut:]...)
		}
		blob, err := k.open("key", dialog.Tag{1}, b)
		switch {
		case err != nil && !errors.Is(err, dialog.ErrUnreadable):
			t.Errorf("got %v", err)
		case err == nil && !bytes.Equal(b, sealed):
			t.Errorf("%x opens as %q", b, blob)
		}
	})
}

// FuzzParseKeyring: a broken key file is refused, or gives a ring that works.
func FuzzParseKeyring(f *testing.F) {
	text, err := newRing(f).Text()
	must(f, err)
	f.Add(text)
	f.Add([]byte(`{"format":1,"names":{},"blobs":{}}`))
	f.Add([]byte("eyJmb3JtYXQiOjF9"))
	f.Fuzz(func(t *testing.T, text []byte) {
		ring, err := ParseKeyring(text)
		if err != nil {
			return
		}
		k := ring.keys.Load()
		sealed, err := k.seal("key", dialog.Tag{1}, []byte("calm"))
		must(t, err)
		if blob, err := k.open("key", dialog.Tag{1}, sealed); err != nil || string(blob) != "calm" {
			t.Errorf("got %q, %v", blob, err)
		}
		if ring.KeyOf("a") == ring.KeyOf("b") {
			t.Error("two people have one key")
		}
	})
}
