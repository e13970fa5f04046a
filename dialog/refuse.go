package dialog

import (
	"errors"
	"fmt"
	"time"
)

// What a [Store] takes at most.
const (
	MaxKey  = 512     // bytes of a Key; any byte is allowed
	MaxBlob = 1 << 20 // bytes of a blob; the engine itself stays far below
)

// ErrRefused says that a [Store] was asked for something it never does: an
// empty or oversized blob, an empty key, a zero tag. Nothing happened, and
// asking again will not help.
var ErrRefused = errors.New("refused")

// CheckCommit returns an error that wraps [ErrRefused] if no Store may take
// this commit. Stores call it first, so that all refuse the same things.
func CheckCommit(key Key, old, next Tag, blob []byte) error {
	switch {
	case len(blob) == 0:
		return fmt.Errorf("%w: the blob is empty", ErrRefused)
	case len(blob) > MaxBlob:
		return fmt.Errorf("%w: the blob has %d bytes, %d is the limit", ErrRefused, len(blob), MaxBlob)
	}
	return CheckDelete(key, old, next)
}

// CheckDelete is what [CheckCommit] is, for a Delete.
func CheckDelete(key Key, old, next Tag) error {
	switch {
	case next == Tag{}:
		return fmt.Errorf("%w: the next tag is zero", ErrRefused)
	case next == old:
		// It would look like a repeated try that had landed.
		return fmt.Errorf("%w: the next tag is the old one", ErrRefused)
	}
	return CheckKey(key)
}

// CheckKey returns an error that wraps [ErrRefused] if key is empty or longer
// than [MaxKey].
func CheckKey(key Key) error {
	switch {
	case key == "":
		return fmt.Errorf("%w: the key is empty", ErrRefused)
	case len(key) > MaxKey:
		return fmt.Errorf("%w: the key has %d bytes, %d is the limit", ErrRefused, len(key), MaxKey)
	}
	return nil
}

// CheckDue returns an error that wraps [ErrRefused] if n is negative, or the
// lease too short to keep anybody: less than a millisecond.
func CheckDue(lease time.Duration, n int) error {
	switch {
	case lease < time.Millisecond:
		return fmt.Errorf("%w: a lease of %v", ErrRefused, lease)
	case n < 0:
		return fmt.Errorf("%w: %d people due", ErrRefused, n)
	}
	return nil
}
