package dialog_test

import (
	"testing"

	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

func TestMemoryStore(t *testing.T) { storetest.Run(t, openMemory) }

func TestMemoryUpkeep(t *testing.T) { storetest.RunUpkeep(t, openMemory) }

func BenchmarkMemoryStore(b *testing.B) { storetest.Bench(b, openMemory) }

func openMemory(_ testing.TB, clock *storetest.Clock) storetest.Subject {
	m := dialog.NewMemoryStore(clock.Now)
	return storetest.Subject{Store: m, Damage: m.Damage}
}
