package bolt

import (
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

func TestStore(t *testing.T) { storetest.Run(t, open) }

func TestUpkeep(t *testing.T) { storetest.RunUpkeep(t, open) }

func BenchmarkStore(b *testing.B) { storetest.Bench(b, open) }

func open(t testing.TB, clock *storetest.Clock) storetest.Subject {
	s, err := Open(filepath.Join(t.TempDir(), "data", "bot.db"), Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return storetest.Subject{Store: s, Damage: func(key dialog.Key) {
		err := s.db.Update(func(tx *bbolt.Tx) error {
			return tx.Bucket(people).Put([]byte(key), []byte("\x09something of a later version"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}}
}
