package dialog

import (
	"context"
	"fmt"
	"time"
)

// PersonID names one person on one platform, as "telegram:4711". The part
// before the colon routes to the [Platform]; only the adapter that made the
// rest may read it.
type PersonID string

// Ref names a message that a platform has taken, so that it can be edited or
// removed later. Only the adapter that made it may read it. Empty: none.
type Ref string

// Platform is the way out to one network. Send is called for one person by one
// goroutine at a time, for different people at once.
type Platform interface {
	// Send hands over one message and returns how to find it again. With
	// Message.Edit set it changes that message in place; a platform that can
	// not (too old, gone) sends a new one. Sending the same Message.ID twice must
	// do as little harm as the platform allows (Discord: a nonce).
	//
	// A failure is a *[SendError]; any other error counts as [Unknown]. ctx ends
	// before the sender's lease does; Send must return then.
	Send(ctx context.Context, to PersonID, m Message) (Ref, error)
}

// Typist is a [Platform] that can show that the bot is writing.
type Typist interface {
	Typing(ctx context.Context, to PersonID) error
}

// Remover is a [Platform] that can take back messages. It returns those that
// it could not remove; an error means that none was tried to the end.
type Remover interface {
	Remove(ctx context.Context, from PersonID, refs []Ref) (left []Ref, err error)
}

// Verdict sorts a failed send by what we know of it.
type Verdict uint8

const (
	// Unknown: it may or may not have arrived (timeout, reset, 5xx, nonsense).
	Unknown Verdict = iota
	// Later: surely not sent; try again after SendError.After (rate limit, no
	// connection).
	Later
	// Never: surely not sent, and trying again will not help (refused as
	// malformed). The message is dropped, the conversation goes on.
	Never
	// Gone: the person can not be reached (blocked, deactivated, no shared
	// server). They are mute until they write again.
	Gone
)

func (v Verdict) String() string {
	return [...]string{"unknown", "later", "never", "gone"}[v]
}

// SendError is a failed send. Its text carries no token and nothing of a person.
type SendError struct {
	Verdict Verdict
	After   time.Duration // with Later: how long to wait at least; 0: as the host likes
	Lane    bool          // with Later: the whole bot is limited, not this chat alone
	Err     error
}

func (e *SendError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("send: %v", e.Verdict)
	}
	return fmt.Sprintf("send: %v: %v", e.Verdict, e.Err)
}

func (e *SendError) Unwrap() error { return e.Err }
