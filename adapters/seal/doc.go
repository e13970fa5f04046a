// Package seal wraps a [dialog.Store] so that whoever copies its files learns
// neither who is in them nor what they said. What the wrapped store gets to see
// of a person is a keyed hash, a random tag, the next alarm (to the second), and
// a sealed blob of a padded size; of everybody together, the roll (see roll.go).
//
// Blobs are sealed by Tink, with keys that are called epochs, because a new one
// is added each month and the old one destroyed when nothing needs it any more:
// that ends every copy that was ever made of what was erased, wherever it lies.
// A blob is bound to the whole key of its record and to its tag, so nothing can
// be swapped between people or played back under a later tag. Replies that wait
// for delivery and events that were set aside are parts of the blob; they need
// no key of their own.
//
// An epoch never seals before every running process has it, and no record is
// ever overwritten for not being readable: [dialog.ErrUnreadable] is returned
// for it, and the bytes stay. Who sees through a running process, or has both
// the keys and a copy of the store, reads everything; this package does not
// help against them.
package seal
