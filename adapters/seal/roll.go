package seal

import (
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"afterglow/dialog"
)

// The roll is how processes agree on which epoch seals: one small record in the
// store they share, changed by compare-and-set like any other, without an
// alarm. It stands in clear, for it has to be understood by a process whose keys
// are old, and says nothing of people: names of epochs, and one line for each
// running process.
//
// A process that opens the store enters the epochs it has, and again from time
// to time. Whoever finds that all who are there have a newer epoch than the one
// that seals writes that it seals from now on. As entering and promoting change
// the same record, they can not cross: a newcomer either is there before, and
// its lack of the key holds the promotion back, or sees after it that it lacks
// the key, and does not open.
//
// Nobody's clock is compared with another's: a process is taken for dead when
// its line has not changed while the others watched it for some minutes.
type roll struct {
	Format   int         `json:"roll"`
	Names    string      `json:"names"`  // fingerprint of the keyring
	Epochs   []epochLine `json:"epochs"` // since when each has sealed; the last one does
	Replicas []replica   `json:"replicas"`
}

type replica struct {
	Name  string   `json:"name"` // random, anew at each start
	Beat  uint64   `json:"beat"` // changes at each call
	Has   []string `json:"has"`
	Seals string   `json:"seals"`
}

// rollKey can be no person's: theirs are 32 bytes of a hash.
const rollKey dialog.Key = "afterglow/roll"

const rollFormat = 1

var (
	errForeign = errors.New("these are not the keys of this store (hint: name the key file that was made with it; without it the store can not be read)")
	errBehind  = errors.New("these keys are older than what the store is sealed with (hint: give this process the present key file)")
)

// caller is one process's part in the roll.
type caller struct {
	me    string
	mu    sync.Mutex
	beat  uint64
	watch map[string]sight
	last  atomic.Int64 // when the roll was last called, by the wall clock, ns
	first atomic.Bool  // our name is the first of those on the roll: ours is the sweeping
}

type sight struct {
	beat  uint64
	since time.Time // it has not changed
}

// life is how long a silent process counts as running.
func (s *Store) life() time.Duration { return 10 * s.opts.Call }

// Leads tells whether what one process does for all is this one's to do. It may
// be said of two for a moment, so that must do no harm.
func (s *Store) Leads() bool { return s.roll.first.Load() }

// Call enters this process into the roll, lets go of those that have died,
// promotes the newest epoch that all have, and has the keyring seal with it.
func (s *Store) Call(ctx context.Context) error {
	s.roll.mu.Lock()
	defer s.roll.mu.Unlock()
	return s.call(ctx)
}

func (s *Store) call(ctx context.Context) error {
	err := s.changeRoll(ctx, s.answer)
	if err == nil {
		s.roll.last.Store(time.Now().UnixNano())
	}
	return err
}

// awake calls the roll if that has not been done for long: the process may have
// slept, and the others have turned the key meanwhile.
func (s *Store) awake(ctx context.Context) error {
	fresh := func() bool {
		return time.Duration(time.Now().UnixNano()-s.roll.last.Load()).Abs() < s.life()/2
	}
	if fresh() {
		return nil
	}
	s.roll.mu.Lock()
	defer s.roll.mu.Unlock()
	if fresh() {
		return nil
	}
	err := s.call(ctx)
	if errors.Is(err, dialog.ErrUnreadable) {
		s.log.Error("the roll is unreadable; keys do not turn until it is mended", "err", err)
		return nil // one damaged record must not keep everybody from answering
	}
	return err
}

// answer is what a call changes.
func (s *Store) answer(r *roll) error {
	k := s.ring.keys.Load()
	if r.Names == "" {
		r.Names = k.fingerprint()
	}
	if r.Names != k.fingerprint() {
		return errForeign
	}
	r.Epochs = slices.DeleteFunc(r.Epochs, func(l epochLine) bool { return k.isDestroyed(l.Epoch) })
	seals := r.seals()
	if seals != "" && !slices.Contains(k.epochNames(), seals) {
		return errBehind
	}
	s.roll.beat++
	r.Replicas = slices.DeleteFunc(r.Replicas, func(o replica) bool {
		// One that has no key which is still there was alive before a backup was
		// made that has been restored now.
		past := !slices.ContainsFunc(k.epochNames(), func(name string) bool { return slices.Contains(o.Has, name) })
		return o.Name == s.roll.me || s.opts.Alone || past || s.dead(o)
	})
	r.Replicas = append(r.Replicas, replica{s.roll.me, s.roll.beat, k.epochNames(), k.sealing().String()})
	slices.SortFunc(r.Replicas, func(a, b replica) int { return strings.Compare(a.Name, b.Name) })
	if next := r.common(k); next != "" && next != seals {
		r.Epochs = append(r.Epochs, epochLine{next, time.Now().UTC().Truncate(time.Second)})
	}
	if r.seals() == "" {
		return errors.New("the running processes have no key in common (hint: give all of them the same key file)")
	}
	return nil
}

// dead tells whether another process has been silent for too long.
func (s *Store) dead(o replica) bool {
	saw, ok := s.roll.watch[o.Name]
	if !ok || saw.beat != o.Beat {
		s.roll.watch[o.Name] = sight{o.Beat, time.Now()}
		return false
	}
	return time.Since(saw.since) > s.life()
}

// seals is the name of the epoch that seals; "" if none ever has.
func (r *roll) seals() string {
	if len(r.Epochs) == 0 {
		return ""
	}
	return r.Epochs[len(r.Epochs)-1].Epoch
}

// common is the newest epoch that all processes have, if it is not older than
// the one that seals.
func (r *roll) common(k *keys) string {
	for _, name := range slices.Backward(k.epochNames()) {
		lacks := func(o replica) bool { return !slices.Contains(o.Has, name) }
		if name == r.seals() || !slices.ContainsFunc(r.Replicas, lacks) {
			return name
		}
	}
	return ""
}

// epochNames is the names of the epochs on the ring, the oldest first.
func (k *keys) epochNames() (names []string) {
	for _, m := range k.epochs {
		names = append(names, m.epoch.String())
	}
	return names
}

func (k *keys) isDestroyed(name string) bool {
	return slices.ContainsFunc(k.destroyed, func(m made) bool { return m.epoch.String() == name })
}

// leave takes this process off the roll.
func (s *Store) leave(ctx context.Context) error {
	s.roll.mu.Lock()
	defer s.roll.mu.Unlock()
	return s.changeRoll(ctx, func(r *roll) error {
		r.Replicas = slices.DeleteFunc(r.Replicas, func(o replica) bool { return o.Name == s.roll.me })
		return nil
	})
}

// changeRoll commits what change makes of the roll, and then lives by it.
func (s *Store) changeRoll(ctx context.Context, change func(r *roll) error) error {
	const tries = 12
	for try := 0; ; try++ {
		r, tag, err := loadRoll(ctx, s.inner)
		if err != nil {
			return err
		}
		if err := change(r); err != nil {
			return fmt.Errorf("roll: %w", err)
		}
		err = s.inner.Commit(ctx, rollKey, tag, newTag(), r.bytes(), time.Time{})
		if err == nil {
			return s.live(r)
		}
		if !errors.Is(err, dialog.ErrConflict) || try == tries {
			return fmt.Errorf("roll: %w", err)
		}
		select {
		case <-time.After(rand.N(time.Millisecond << min(try, 7))):
		case <-ctx.Done():
			return fmt.Errorf("roll: %w", ctx.Err())
		}
	}
}

// live takes over what the roll says.
func (s *Store) live(r *roll) error {
	s.roll.first.Store(len(r.Replicas) > 0 && r.Replicas[0].Name == s.roll.me)
	for name := range s.roll.watch {
		if !slices.ContainsFunc(r.Replicas, func(o replica) bool { return o.Name == name }) {
			delete(s.roll.watch, name)
		}
	}
	e, err := ParseEpoch(r.seals())
	if err != nil {
		return fmt.Errorf("roll: %w", err)
	}
	if was := s.ring.keys.Load().sealing(); was != e {
		if err := s.ring.promote(e); err != nil {
			return fmt.Errorf("roll: %w", err)
		}
		s.log.Info("records are sealed with another epoch from now on", "was", was, "is", e)
	}
	return nil
}

// loadRoll returns an empty roll if there is none, or none that makes sense:
// nothing of it is lost that the next calls do not bring back.
func loadRoll(ctx context.Context, inner dialog.Store) (*roll, dialog.Tag, error) {
	rec, err := inner.Load(ctx, rollKey)
	if err != nil {
		return nil, rec.Tag, fmt.Errorf("roll: %w", err)
	}
	r := &roll{Format: rollFormat}
	if err := json.Unmarshal(rec.Blob, r); err != nil {
		r = &roll{Format: rollFormat}
	}
	if r.Format > rollFormat {
		return nil, rec.Tag, fmt.Errorf("roll: written by a newer version (hint: update the bot): %w", dialog.ErrUnreadable)
	}
	return r, rec.Tag, nil
}

func (r *roll) bytes() []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return b
}

func newTag() (t dialog.Tag) {
	crand.Read(t[:])
	return t
}

func newName() string {
	t := newTag()
	return hex.EncodeToString(t[:8])
}
