package main

import (
	"context"
	"crypto/hmac"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"

	"afterglow/dialog"
)

// aliases are what people are called in the log: eight digits that stand for the
// same person in every line of one process until midnight UTC, and for nobody
// after that. They are made with a key that is random, new each day and at each
// start, and never written anywhere; so an operator can follow one person's
// trouble through a day, and nobody can tell whose it was, or find them again
// tomorrow. Safe for concurrent use.
type aliases struct {
	now func() time.Time

	mu    sync.Mutex
	keyOf func(dialog.PersonID) dialog.Key // nil: nobody can be told apart yet
	day   int64                            // that the key is of, counted from 1970
	key   []byte
}

// know says which record is whose; lines about a person and about their record
// are then about the same alias.
func (a *aliases) know(keyOf func(dialog.PersonID) dialog.Key) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keyOf = keyOf
}

// of is the alias of a dialog.PersonID or a dialog.Key; false: x is neither, or
// nobody can be told apart.
func (a *aliases) of(x any) (alias string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var key dialog.Key
	switch x := x.(type) {
	case dialog.PersonID:
		if a.keyOf == nil || x == "" {
			return "", false
		}
		key = a.keyOf(x)
	case dialog.Key:
		key = x
	default:
		return "", false
	}
	if day := a.now().Unix() / (24 * 60 * 60); a.key == nil || day != a.day {
		a.day, a.key = day, make([]byte, sha256.Size)
		crand.Read(a.key)
	}
	mac := hmac.New(sha256.New, a.key)
	mac.Write([]byte(key))
	return hex.EncodeToString(mac.Sum(nil)[:4]), true
}

// aliasing is a [slog.Handler] that puts aliases in the place of people.
type aliasing struct {
	slog.Handler
	aliases *aliases
}

func (h aliasing) attr(at slog.Attr) slog.Attr {
	if alias, ok := h.aliases.of(at.Value.Any()); ok {
		at.Value = slog.StringValue(alias)
	}
	return at
}

// Handle implements [slog.Handler].
func (h aliasing) Handle(ctx context.Context, r slog.Record) error {
	next := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(at slog.Attr) bool {
		next.AddAttrs(h.attr(at))
		return true
	})
	return h.Handler.Handle(ctx, next)
}

// WithAttrs implements [slog.Handler]. A person given here keeps the alias of
// this moment, so people belong into single lines.
func (h aliasing) WithAttrs(attrs []slog.Attr) slog.Handler {
	var list []slog.Attr
	for _, at := range attrs {
		list = append(list, h.attr(at))
	}
	return aliasing{h.Handler.WithAttrs(list), h.aliases}
}

// WithGroup implements [slog.Handler].
func (h aliasing) WithGroup(name string) slog.Handler {
	return aliasing{h.Handler.WithGroup(name), h.aliases}
}
