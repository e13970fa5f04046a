package redis

import (
	"strconv"
	"time"

	"afterglow/dialog"
)

// A person's value is one byte for its kind, the tag, and then the blob or, in
// a tombstone, its milliseconds since 1970 in decimal. commit.lua
// reads and writes it too.
const (
	presentKind = 1
	erasedKind  = 2
	headLen     = 1 + len(dialog.Tag{})
)

// presentValue also copies the blob, which the client may go on sending after a
// caller has given up.
func presentValue(tag dialog.Tag, blob []byte) []byte {
	v := make([]byte, 0, headLen+len(blob))
	return append(append(append(v, presentKind), tag[:]...), blob...)
}

// erasedValue is a tombstone. If at is zero the script completes it with the
// server's time.
func erasedValue(tag dialog.Tag, at time.Time) []byte {
	v := append([]byte{erasedKind}, tag[:]...)
	if at.IsZero() {
		return v
	}
	return strconv.AppendInt(v, notBefore(at), 10)
}

// parseValue understands what commit.lua has written, and returns
// [dialog.ErrUnreadable] for all else. The blob is a part of v.
func parseValue(v []byte) (dialog.Record, error) {
	if len(v) <= headLen {
		return dialog.Record{}, dialog.ErrUnreadable
	}
	var r dialog.Record
	rest := v[1+copy(r.Tag[:], v[1:headLen]):]
	if r.Tag == (dialog.Tag{}) {
		return dialog.Record{}, dialog.ErrUnreadable
	}
	switch v[0] {
	case presentKind:
		r.Blob = rest
		return r, nil
	case erasedKind:
		if ms, err := strconv.ParseInt(string(rest), 10, 64); err == nil {
			r.Erased = time.UnixMilli(ms)
			return r, nil
		}
	}
	return dialog.Record{}, dialog.ErrUnreadable
}

// tagArg is a tag as commit.lua takes it: "" for the zero tag.
func tagArg(t dialog.Tag) []byte {
	if t == (dialog.Tag{}) {
		return nil
	}
	return t[:]
}

// alarmArg is an alarm in ms, "" for none.
func alarmArg(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(notBefore(t), 10)
}

// notBefore is t in ms, rounded up, so that nobody is due early and the wish to
// be forgotten is not after itself. All before 1970 is 0.
func notBefore(t time.Time) int64 {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return max(ms, 0)
}
