package dialog

import (
	"context"
	"fmt"
	"iter"
)

// The abilities below are optional: whoever looks after a store asks it whether
// it has them. The engine itself needs none of them.

// Walker is a [Store] that can name everything it holds.
type Walker interface {
	// Keys walks over the keys of all records and tombstones, in no particular
	// order. A key that is there all the while is named at least once, one that
	// comes or goes meanwhile may or may not be. The walk ends at the first
	// error, with an empty key. It holds nothing up: it may take as long as the
	// caller likes.
	Keys(ctx context.Context) iter.Seq2[Key, error]
}

// Rewriter is a [Store] that can replace the bytes of a record by others that
// mean the same, unseen by everybody else.
type Rewriter interface {
	// Rewrite replaces the blob of the record that carries tag. Tag, alarm and a
	// running lease stay as they are, so nobody is due earlier or later for it
	// and no writer under way meets a conflict. It returns [ErrConflict] if the
	// record carries another tag, is erased, or is not there. A try that is
	// repeated does no harm.
	Rewrite(ctx context.Context, key Key, tag Tag, blob []byte) error
}

// Compactor is a [Store] whose files keep bytes of what was erased or
// overwritten until they are rewritten.
type Compactor interface {
	// Compact rewrites the files, so that only what is alive is left in them. It
	// returns when that is done, or, where a server does it in the background,
	// when it has begun.
	Compact(ctx context.Context) error
}

// CheckRewrite is what [CheckCommit] is, for a Rewrite.
func CheckRewrite(key Key, tag Tag, blob []byte) error {
	switch {
	case tag == Tag{}:
		return fmt.Errorf("%w: the tag is zero", ErrRefused)
	case len(blob) == 0:
		return fmt.Errorf("%w: the blob is empty", ErrRefused)
	case len(blob) > MaxBlob:
		return fmt.Errorf("%w: the blob has %d bytes, %d is the limit", ErrRefused, len(blob), MaxBlob)
	}
	return CheckKey(key)
}
