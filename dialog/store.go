package dialog

import (
	"context"
	"errors"
	"time"
)

// Key names one person's record in a [Store]. It is an opaque string made from
// a [PersonID]: the id itself on a developer's terminal, a keyed hash of it in
// production, so that a copied database does not tell who is in it.
type Key string

// Tag is the random mark that a commit leaves on a record. Tags are random and
// never counters: a failover may drop acknowledged commits, counters would then
// repeat and let an old writer overwrite what it has never seen. The zero Tag
// means that there is no record.
type Tag [16]byte

// Record is what a [Store] keeps of one person.
//
//   - never seen, or gone for good: the zero Record.
//   - present: Tag is set, Blob is not empty.
//   - erased: Tag is set, Blob is nil, and Erased tells when that was wished for.
//     The tombstone holds nothing but this and its tag; it fences writers that
//     are still under way, and events that happened before it are to be dropped.
type Record struct {
	Blob   []byte
	Tag    Tag
	Erased time.Time
}

// ErrConflict says that the record no longer carries the tag the caller had
// loaded: somebody was faster. Load again and step again.
var ErrConflict = errors.New("conflict: the record has changed")

// ErrUnreadable says that there are bytes under the key and that they can not
// be understood: damaged, of a newer version, or sealed with a key we lack. The
// bytes are kept as they are. It must never be taken for a new person.
var ErrUnreadable = errors.New("unreadable record")

// Store keeps one record for each person: an opaque blob, the tag of its last
// commit, and one alarm. It knows nothing of dialogs. All methods may be called
// at once from many goroutines and, where the store is shared, from many
// processes. Slices handed in are not kept, slices handed out are the caller's.
//
// An error that is none of the package's own ([ErrConflict], [ErrUnreadable],
// [ErrRefused]) means "not known whether it happened"; the caller finds out by
// trying again with the same arguments. That holds for a ctx that ended, too.
//
// A store goes by a clock of its own, which callers never see; moments are kept
// to the millisecond, rounded up, so that nobody is due early.
type Store interface {
	// Load returns the record, the zero Record if there is none, or an error
	// that wraps [ErrUnreadable].
	Load(ctx context.Context, key Key) (Record, error)

	// Commit replaces blob and alarm together if the record still carries the
	// tag old (the zero Tag: if there is no record), and marks it with the tag
	// next. It returns [ErrConflict] if the record carries another tag. Finding
	// next already there is success, whatever old is: an earlier try of this same
	// commit had landed. So a tag is never used for two commits. The zero alarm
	// means none; one in the past is due at once. Over an unreadable record it
	// returns an error that wraps [ErrUnreadable] and changes nothing. What
	// [CheckCommit] names is refused. When Commit returns nil the record survives
	// whatever the store promises to survive.
	//
	// A tombstone counts as a record: a person who returns after an erasure
	// commits with the tombstone's tag as old.
	Commit(ctx context.Context, key Key, old, next Tag, blob []byte, alarm time.Time) error

	// Delete replaces the record by a tombstone marked next, without blob and
	// without alarm, under the same rules as Commit; with the zero old also where
	// there was no record. Its Erased is at, when the person wished it: what they
	// say while the store is slow or away is not from before. The zero at is the
	// store's now, for a wish without a time. The tombstone vanishes by itself
	// [TombstoneLife] after it was set, or after its Erased if that is earlier.
	Delete(ctx context.Context, key Key, old, next Tag, at time.Time) error

	// Due returns up to n keys whose alarm has come by the store's own clock,
	// the longest overdue first, and moves each of their alarms to that clock's
	// now + lease, so that nobody else is handed the same person before then.
	// Committing a record ends its lease, as it sets the alarm anew. A claim that
	// is not followed by a commit simply comes due again when the lease ends; so
	// does one whose reply was lost. A key may be handed out whose record can not
	// be read. A store in parts may keep the order within each part only, as long
	// as the parts take turns and nobody waits for ever. Nobody due is no error.
	Due(ctx context.Context, lease time.Duration, n int) ([]Key, error)

	// Close lets go of whatever the store holds. Nothing may be called after it.
	Close() error
}

// TombstoneLife is how long a tombstone fences late writers: longer than any
// platform holds back an update (Telegram: 24 hours), with room to spare.
const TombstoneLife = 48 * time.Hour
