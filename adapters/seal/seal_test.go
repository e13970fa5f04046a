package seal

import (
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

func TestStore(t *testing.T) {
	t.Run("damage=below", func(t *testing.T) {
		storetest.Run(t, func(t testing.TB, clock *storetest.Clock) storetest.Subject {
			inner := dialog.NewMemoryStore(clock.Now)
			return storetest.Subject{Store: open(t, inner, newRing(t)), Damage: inner.Damage, MaxBlob: MaxBlob}
		})
	})
	t.Run("damage=here", func(t *testing.T) {
		storetest.Run(t, func(t testing.TB, clock *storetest.Clock) storetest.Subject {
			inner := dialog.NewMemoryStore(clock.Now)
			return storetest.Subject{Store: open(t, inner, newRing(t)), MaxBlob: MaxBlob, Damage: func(key dialog.Key) {
				r, err := inner.Load(t.Context(), key)
				must(t, err)
				must(t, inner.Commit(t.Context(), key, r.Tag, newTag(), []byte("not ours"), time.Time{}))
			}}
		})
	})
}

func newRing(t testing.TB) *Keyring {
	ring, err := NewKeyring(time.Now())
	must(t, err)
	return ring
}

// copyOf is the ring as another process reads it from its file.
func copyOf(t testing.TB, ring *Keyring) *Keyring {
	text, err := ring.Text()
	must(t, err)
	other, err := ParseKeyring(text)
	must(t, err)
	return other
}

func open(t testing.TB, inner dialog.Store, ring *Keyring) *Store {
	s, err := Open(t.Context(), inner, ring, Options{Pace: 1e6})
	must(t, err)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
