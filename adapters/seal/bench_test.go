package seal

import (
	"fmt"
	"testing"

	"afterglow/dialog"
)

// BenchmarkEnvelope is the sealing and opening alone, for a new person, some
// months of one, and the longest state.
func BenchmarkEnvelope(b *testing.B) {
	k := newRing(b).keys.Load()
	key := dialog.Key(k.hashOf("somebody"))
	for _, n := range []int{400, 4 << 10, dialog.MaxState} {
		blob := make([]byte, n)
		sealed, err := k.seal(key, dialog.Tag{1}, blob)
		must(b, err)
		b.Run(fmt.Sprintf("do=seal/bytes=%d", n), func(b *testing.B) {
			for b.Loop() {
				_, err = k.seal(key, dialog.Tag{1}, blob)
				must(b, err)
			}
		})
		b.Run(fmt.Sprintf("do=open/bytes=%d", n), func(b *testing.B) {
			for b.Loop() {
				_, err = k.open(key, dialog.Tag{1}, sealed)
				must(b, err)
			}
		})
	}
}
