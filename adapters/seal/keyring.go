package seal

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"afterglow/dialog"
)

// Epoch names one of the keys that blobs are sealed with. It is random and tells
// nothing of its order.
type Epoch uint32

func (e Epoch) String() string { return fmt.Sprintf("%08x", uint32(e)) }

// ParseEpoch reads what String wrote.
func ParseEpoch(s string) (Epoch, error) {
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 8 {
		return 0, fmt.Errorf("%q is not the name of an epoch (hint: eight digits, as \"bot keys status\" shows them)", s)
	}
	return Epoch(n), nil
}

// Keyring holds the secrets: the epochs, and the key of the hashes that stand
// for people. It may be used and replaced by many goroutines at once.
//
// The key of the hashes is for ever: with another one nobody would be found
// again. Should it have leaked, records have to be moved to new keys one by one
// (the person's id is inside the blob), which this version does not do.
type Keyring struct {
	turn sync.Mutex // held by the one who changes it
	keys atomic.Pointer[keys]
}

// keys is a keyring as it is at one moment. It is only read.
type keys struct {
	names     *keyset.Handle
	hash      *prf.Set
	blobs     *keyset.Handle // its primary is the epoch that seals
	aead      tink.AEAD
	epochs    []made // the oldest first
	destroyed []made
}

// made tells when an epoch was made, or destroyed.
type made struct {
	epoch Epoch
	at    time.Time
}

// NewKeyring makes new secrets, with one epoch.
func NewKeyring(now time.Time) (*Keyring, error) {
	names, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("new keyring: %w", err)
	}
	k := &keys{names: names}
	if _, err := k.add(now); err != nil {
		return nil, fmt.Errorf("new keyring: %w", err)
	}
	r := new(Keyring)
	return r, r.set(k)
}

// add makes an epoch. The first one seals at once, a later one not before it is
// promoted.
func (k *keys) add(now time.Time) (Epoch, error) {
	m := keyset.NewManager()
	if k.blobs != nil {
		m = keyset.NewManagerFromHandle(k.blobs)
	}
	// XAES-256-GCM: its nonces are so long that no number of commits wears a key out.
	id, err := m.Add(aead.XAES256GCM192BitNonceKeyTemplate())
	if err == nil && k.blobs == nil {
		err = m.SetPrimary(id)
	}
	if err != nil {
		return 0, err
	}
	if k.blobs, err = m.Handle(); err != nil {
		return 0, err
	}
	k.epochs = append(slices.Clone(k.epochs), made{Epoch(id), now.UTC().Truncate(time.Second)})
	return Epoch(id), nil
}

// set puts k in use.
func (r *Keyring) set(k *keys) (err error) {
	if k.hash, err = prf.NewPRFSet(k.names); err != nil {
		return err
	}
	if k.aead, err = aead.New(k.blobs); err != nil {
		return err
	}
	slices.SortFunc(k.epochs, func(a, b made) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.epoch, b.epoch)) })
	r.keys.Store(k)
	return nil
}

// change puts in use what f makes of a copy of the present keys.
func (r *Keyring) change(f func(k *keys) error) error {
	r.turn.Lock()
	defer r.turn.Unlock()
	k := *r.keys.Load()
	k.epochs, k.destroyed = slices.Clone(k.epochs), slices.Clone(k.destroyed)
	if err := f(&k); err != nil {
		return err
	}
	return r.set(&k)
}

// KeyOf is the key of a person's record: a keyed hash of platform and id. It
// fits [dialog.Host.KeyOf].
func (r *Keyring) KeyOf(person dialog.PersonID) dialog.Key {
	return dialog.Key(r.keys.Load().hashOf("person\x00" + string(person)))
}

func (k *keys) hashOf(what string) []byte {
	h, err := k.hash.ComputePrimaryPRF([]byte(what), 32)
	if err != nil {
		panic(err) // 32 is what the key is made for
	}
	return h
}

// fingerprint tells one keyring from another, and nothing else.
func (k *keys) fingerprint() string { return hex.EncodeToString(k.hashOf("fingerprint")[:8]) }

// Add makes a new epoch, now. It opens from now on; when it seals the roll
// decides.
func (r *Keyring) Add(now time.Time) (e Epoch, err error) {
	err = r.change(func(k *keys) error {
		if newest := k.epochs[len(k.epochs)-1].at; now.Before(newest.Add(time.Second)) {
			now = newest.Add(time.Second) // the order of epochs must not hang on a clock
		}
		e, err = k.add(now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("add epoch: %w", err)
	}
	return e, nil
}

// Destroy takes an epoch off the ring. Whatever is still sealed with it can not
// be read by anybody any more; see [Inspect] for what is to be asked before.
func (r *Keyring) Destroy(e Epoch, now time.Time) error {
	err := r.change(func(k *keys) error {
		m := keyset.NewManagerFromHandle(k.blobs)
		if e == k.sealing() {
			return errors.New("it is the one that seals")
		}
		if err := m.Delete(uint32(e)); err != nil {
			return fmt.Errorf("it is not on the ring")
		}
		k.epochs = slices.DeleteFunc(k.epochs, func(m made) bool { return m.epoch == e })
		k.destroyed = append(k.destroyed, made{e, now.UTC().Truncate(time.Second)})
		var err error
		k.blobs, err = m.Handle()
		return err
	})
	if err != nil {
		return fmt.Errorf("destroy epoch %v: %w", e, err)
	}
	return nil
}

// promote has e seal from now on.
func (r *Keyring) promote(e Epoch) error {
	if r.keys.Load().sealing() == e {
		return nil
	}
	return r.change(func(k *keys) (err error) {
		k.blobs, err = k.led(e)
		return err
	})
}

// led is the keyset with e as the one that seals.
func (k *keys) led(e Epoch) (*keyset.Handle, error) {
	m := keyset.NewManagerFromHandle(k.blobs)
	if err := m.SetPrimary(uint32(e)); err != nil {
		return nil, fmt.Errorf("epoch %v is not on the ring", e)
	}
	return m.Handle()
}

// Replace takes over what an operator has changed in a key file. It refuses
// keys that do not fit the store in use: of other hashes, or without the epoch
// that seals. The ring then stays as it is.
func (r *Keyring) Replace(text []byte) error {
	fresh, err := ParseKeyring(text)
	if err != nil {
		return err
	}
	return r.change(func(k *keys) error {
		next := *fresh.keys.Load()
		switch sealing := k.sealing(); {
		case next.fingerprint() != k.fingerprint():
			return errors.New("replace keyring: these are the keys of another store (hint: put the former file back)")
		case !next.has(sealing):
			return fmt.Errorf("replace keyring: the epoch that seals, %v, is missing (hint: put the former file back)", sealing)
		default:
			if next.blobs, err = next.led(sealing); err != nil {
				return fmt.Errorf("replace keyring: %w", err)
			}
		}
		*k = next
		return nil
	})
}

// sealing is the epoch that seals.
func (k *keys) sealing() Epoch {
	e, err := k.blobs.Primary()
	if err != nil {
		panic(err) // a ring without one is never put in use
	}
	return Epoch(e.KeyID())
}

func (k *keys) has(e Epoch) bool {
	return slices.ContainsFunc(k.epochs, func(m made) bool { return m.epoch == e })
}

func (k *keys) destroyedAt(e Epoch) (time.Time, bool) {
	i := slices.IndexFunc(k.destroyed, func(m made) bool { return m.epoch == e })
	if i < 0 {
		return time.Time{}, false
	}
	return k.destroyed[i].at, true
}

// Newest is the youngest epoch, and when it was made.
func (r *Keyring) Newest() (Epoch, time.Time) {
	k := r.keys.Load()
	last := k.epochs[len(k.epochs)-1]
	return last.epoch, last.at
}
