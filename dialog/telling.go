package dialog

import (
	"cmp"
	"slices"
	"time"
)

// Telling is what became of a word that was to be told.
type Telling uint8

const (
	// Taken: it is in the receiver's state, now or since an earlier try.
	Taken Telling = iota + 1
	// Refused: it surely is not; it is told again later.
	Refused
	// Doubtful: nobody knows; it is told again later.
	Doubtful
	// Nobody: there is no such person, or not any more. All that waits for them is dropped.
	Nobody
)

// Told reports how a word was told.
type Told struct {
	Word    WordID
	Try     int // its [Word.Tries] at the time
	Telling Telling
}

// before tells whether word i is told before word j: one that has been begun is
// seen through, and of others the one that is due first.
func (s *State) before(i, j int) bool {
	a, b := &s.Words[i], &s.Words[j]
	if begun := a.Tries > 0; begun != (b.Tries > 0) {
		return begun
	}
	return cmp.Or(a.After.Compare(b.After), i-j) < 0
}

// next tells whether word i is the next one for its receiver.
func (s *State) next(i int) bool {
	for j := range s.Words {
		if j != i && s.Words[j].To == s.Words[i].To && s.before(j, i) {
			return false
		}
	}
	return true
}

func (w *Word) due() time.Time {
	if !w.Until.IsZero() {
		return w.Until
	}
	return w.After
}

// claimWords marks the words that are to be told now and returns them: one for
// each receiver at most.
func (s *State) claimWords(now time.Time, lease time.Duration) (out []Word) {
	if len(s.Words) == 0 {
		return nil
	}
	for i := range s.Words {
		if w := &s.Words[i]; !w.Until.IsZero() && !now.Before(w.Until) {
			w.missed(Doubtful, now) // the host died or was cut off
		}
	}
	s.Words = slices.DeleteFunc(s.Words, func(w Word) bool {
		return w.Until.IsZero() && !w.Latest.IsZero() && !now.Before(w.Latest)
	})
	for i := range s.Words {
		w := &s.Words[i]
		if !w.Until.IsZero() || now.Before(w.After) || !s.next(i) {
			continue
		}
		if w.Tries++; w.Tries == 1 {
			w.expire(now)
		}
		w.Until = now.Add(cmp.Or(lease, SendLease))
		out = append(out, *w)
	}
	return out
}

// lastWords are those that nobody is telling yet.
func (s *State) lastWords() (out []Word) {
	for _, w := range s.Words {
		if w.Last && w.Until.IsZero() {
			out = append(out, w)
		}
	}
	return out
}

// expire sets when a word that was told in vain is given up.
func (w *Word) expire(now time.Time) {
	life := wordLife
	if w.Last {
		life = lastWordLife
	}
	w.Latest = sooner(w.Latest, now.Add(life))
}

// missed puts a word off that was told in vain: 1, 4, 16 … seconds, an hour at most.
func (w *Word) missed(how Telling, now time.Time) {
	w.Until = time.Time{}
	w.Fails++
	w.Doubt = w.Doubt || how == Doubtful
	w.After = now.Add(min(time.Second<<min(2*(w.Fails-1), 12), time.Hour))
}

// settle notes what became of a word. Whoever turned out not to be there is gone.
func (s *State) settle(r *Told, now time.Time) (gone PersonID) {
	if r == nil {
		return ""
	}
	i := slices.IndexFunc(s.Words, func(w Word) bool { return w.ID == r.Word })
	if i < 0 {
		return ""
	}
	w := &s.Words[i]
	switch {
	case r.Telling == Taken:
		s.Words = slices.Delete(s.Words, i, i+1)
	case r.Try != w.Tries || w.Until.IsZero(): // somebody else is at it now, or will be
	case r.Telling == Nobody:
		gone = w.To
		s.Words = slices.DeleteFunc(s.Words, func(w Word) bool { return w.To == gone })
	default:
		w.missed(r.Telling, now)
	}
	return gone
}

// stillTold lists which of these are as they were claimed: a later event of the
// same turn may have taken some back.
func (s *State) stillTold(words []Word) []Word {
	return slices.DeleteFunc(words, func(old Word) bool {
		return !slices.ContainsFunc(s.Words, func(w Word) bool {
			return w.ID == old.ID && w.Tries == old.Tries && !w.Until.IsZero() && w.Latest.Equal(old.Latest)
		})
	})
}
