package bolt

import (
	"encoding/binary"
	"time"

	"afterglow/dialog"
)

// The buckets of the file. All of them change in one transaction.
var (
	// people holds each person's record: kind, tag, then the blob or, in a
	// tombstone, when it was erased.
	people = []byte("people")
	// alarms holds when each person is due, if they are.
	alarms = []byte("alarms")
	// queue is alarms in the order of time: moment and key, and no value. Its
	// first entry tells whether anybody is due at all.
	queue = []byte("queue")
	// graves is the erasures in the order of time: moment and key. An entry stays
	// for the life of a tombstone, even if the person has come back.
	graves = []byte("graves")
	// about holds what is to be known of the file itself.
	about = []byte("about")
)

// Keys of the bucket about.
var (
	formatKey = []byte("format") // one byte: the version of all this
	cleanKey  = []byte("clean")  // there while the file is closed in good order
)

// format is the version of the layout above. A file of a higher one is not touched.
const format = 1

// Kinds of a record, its first byte.
const (
	presentKind = 1
	erasedKind  = 2
)

const headLen = 1 + len(dialog.Tag{})

// record is a value of the bucket people, not copied: it is valid as long as
// its transaction.
type record struct {
	kind   byte // 0: there is none
	tag    dialog.Tag
	blob   []byte
	erased moment
}

// parseRecord understands a value of people, nil for a missing one. It returns
// [dialog.ErrUnreadable] for what no version of this package has written.
func parseRecord(v []byte) (record, error) {
	if v == nil {
		return record{}, nil
	}
	if len(v) <= headLen {
		return record{}, dialog.ErrUnreadable
	}
	r := record{kind: v[0]}
	rest := v[1+copy(r.tag[:], v[1:headLen]):]
	switch {
	case r.tag == dialog.Tag{}:
		return record{}, dialog.ErrUnreadable
	case r.kind == presentKind:
		r.blob = rest
	case r.kind == erasedKind && len(rest) == 8:
		r.erased = moment(binary.BigEndian.Uint64(rest))
	default:
		return record{}, dialog.ErrUnreadable
	}
	return r, nil
}

// presentValue and erasedValue make what parseRecord understands.
func presentValue(tag dialog.Tag, blob []byte) []byte {
	v := make([]byte, 0, headLen+len(blob))
	return append(append(append(v, presentKind), tag[:]...), blob...)
}

func erasedValue(tag dialog.Tag, at moment) []byte {
	v := append(make([]byte, 0, headLen+8), erasedKind)
	return binary.BigEndian.AppendUint64(append(v, tag[:]...), uint64(at))
}

// moment is a point in time: milliseconds since 1970, and 0 for all before.
type moment uint64

// notBefore is the first moment that is not before t, so that nobody is due early
// and the wish to be forgotten is not after itself.
func notBefore(t time.Time) moment {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return moment(max(ms, 0))
}

// notAfter is the last moment that is not after t.
func notAfter(t time.Time) moment { return moment(max(t.UnixMilli(), 0)) }

func (m moment) time() time.Time { return time.UnixMilli(int64(m)) }

func (m moment) bytes() []byte { return binary.BigEndian.AppendUint64(nil, uint64(m)) }

// place is the key of queue and graves: bytes in the order of time.
func (m moment) place(key []byte) []byte { return append(m.bytes(), key...) }

// parsePlace takes a key of queue or graves apart, without copying.
func parsePlace(p []byte) (moment, []byte) {
	if len(p) < 8 {
		return 0, nil
	}
	return moment(binary.BigEndian.Uint64(p)), p[8:]
}
