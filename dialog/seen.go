package dialog

import (
	"hash/fnv"
	"time"
)

// seen is the set of events that have been taken, each with its time, as the
// bytes it is stored in: 12 a piece, newest last. It is searched on every event
// and almost never changed elsewhere, so it is never unpacked.
//
// A set and not "the highest id so far": platforms' ids jump, restart and come
// twice under different numbers.
type seen string

const (
	seenSize = 12
	maxSeen  = 256
	seenLife = 48 * time.Hour // Telegram holds an update for 24 hours at most
)

func hash64(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

func hash32(s string) uint32 {
	h := hash64(s)
	return uint32(h ^ h>>32)
}

func (s seen) has(id string) bool {
	h := hash64(id)
	for i := 0; i+seenSize <= len(s); i += seenSize {
		if le64(s[i:]) == h {
			return true
		}
	}
	return false
}

// add remembers id at now and lets go of what is too old or too much.
func (s *seen) add(id string, now time.Time) {
	old := string(*s)
	for len(old) >= seenSize && (len(old) >= maxSeen*seenSize || now.Sub(minute(le32(old[8:]))) > seenLife) {
		old = old[seenSize:]
	}
	buf := make([]byte, 0, len(old)+seenSize)
	buf = append(buf, old...)
	h, m := hash64(id), uint32(now.Unix()/60)
	for i := range 8 {
		buf = append(buf, byte(h>>(8*i)))
	}
	for i := range 4 {
		buf = append(buf, byte(m>>(8*i)))
	}
	*s = seen(buf)
}

func minute(m uint32) time.Time { return time.Unix(int64(m)*60, 0) }

func le64[S ~string](s S) uint64 { return uint64(le32(s)) | uint64(le32(s[4:]))<<32 }

func le32[S ~string](s S) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// SeenCount is how many events are remembered as taken.
func (s *State) SeenCount() int { return len(s.seen) / seenSize }
