package seal

import (
	"encoding/binary"
	"fmt"

	"afterglow/dialog"
)

// A sealed blob is
//
//	'S'  schema  lowest reader  Tink ciphertext
//
// and the ciphertext 0x01, the epoch in four bytes, salt and nonce in 24, the
// padded text, and 16 bytes that vouch for it. The text is the length of the
// blob in four bytes, the blob, and zeros. The first three bytes are vouched for
// as well, though they stand in clear.
const (
	magic        = 'S'
	schema       = 1 // what this build writes
	lowestReader = 1 // the oldest build that understands it

	headLen  = 3
	prefix   = 5 // of a Tink ciphertext: 0x01 and the epoch
	overhead = headLen + prefix + 24 + 16 + 4
)

// MaxBlob is the longest blob, in bytes, that a sealed store takes.
const MaxBlob = dialog.MaxBlob - overhead

// Sealed blobs have a length of whole steps, small ones up to 16 KiB and large
// ones beyond, so that the size of a record tells little of how far a person
// is. The ordinary person of a few months fits into one of the first four sizes.
const (
	smallStep = 1 << 10
	largeStep = 4 << 10
	smallEnd  = 16 << 10
)

// sealedLen is the length of a sealed blob of n bytes.
func sealedLen(n int) int {
	n += overhead
	step := smallStep
	if n > smallEnd {
		step = largeStep
	}
	return (n + step - 1) / step * step
}

// seal closes a blob under the ring's epoch.
func (k *keys) seal(key dialog.Key, tag dialog.Tag, blob []byte) ([]byte, error) {
	head := []byte{magic, schema, lowestReader}
	size := sealedLen(len(blob))
	text := make([]byte, size-overhead+4)
	binary.BigEndian.PutUint32(text, uint32(len(blob)))
	copy(text[4:], blob)
	cipher, err := k.aead.Encrypt(text, associated(head, key, tag))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return append(append(make([]byte, 0, headLen+len(cipher)), head...), cipher...), nil
}

// open is the way back. Every error wraps [dialog.ErrUnreadable] and tells what
// is wrong with the bytes, never what is in them.
func (k *keys) open(key dialog.Key, tag dialog.Tag, sealed []byte) ([]byte, error) {
	epoch, err := epochOf(sealed)
	if err != nil {
		return nil, err
	}
	if !k.has(epoch) {
		if at, ok := k.destroyedAt(epoch); ok {
			return nil, fmt.Errorf("its key %v was destroyed on %s: %w", epoch, at.Format("2006-01-02"), dialog.ErrUnreadable)
		}
		return nil, fmt.Errorf("its key %v is not on this ring: %w (hint: give this process the present key file)", epoch, dialog.ErrUnreadable)
	}
	text, err := k.aead.Decrypt(sealed[headLen:], associated(sealed[:headLen], key, tag))
	if err != nil { // Tink's own error tells no more
		return nil, fmt.Errorf("damaged, or moved here from another record: %w", dialog.ErrUnreadable)
	}
	if len(text) < 4 || uint64(binary.BigEndian.Uint32(text)) > uint64(len(text)-4) {
		return nil, fmt.Errorf("its length makes no sense: %w", dialog.ErrUnreadable)
	}
	return text[4 : 4+binary.BigEndian.Uint32(text)], nil
}

// epochOf reads under which epoch a blob is sealed, without opening it.
func epochOf(sealed []byte) (Epoch, error) {
	switch {
	case len(sealed) < headLen || sealed[0] != magic:
		return 0, fmt.Errorf("not a sealed record: %w", dialog.ErrUnreadable)
	case sealed[2] > schema:
		return 0, fmt.Errorf("sealed by a newer version (schema %d, this build reads up to %d): %w (hint: update the bot)", sealed[1], schema, dialog.ErrUnreadable)
	case len(sealed) < overhead:
		return 0, fmt.Errorf("cut short: %w", dialog.ErrUnreadable)
	}
	return Epoch(binary.BigEndian.Uint32(sealed[headLen+1:])), nil
}

// associated is what a sealed blob is bound to. The key comes last, so no two
// records give the same bytes.
func associated(head []byte, key dialog.Key, tag dialog.Tag) []byte {
	const purpose = "afterglow record\x00"
	a := make([]byte, 0, len(purpose)+len(head)+len(tag)+len(key))
	a = append(append(a, purpose...), head...)
	return append(append(a, tag[:]...), key...)
}
