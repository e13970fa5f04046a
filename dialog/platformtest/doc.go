// Package platformtest holds the chats that every [dialog.Platform] lives
// through, mishaps included. A new platform gets its test with three lines:
//
//	func TestPlatform(t *testing.T) {
//		platformtest.Run(t, func(t testing.TB) platformtest.Subject { … })
//	}
//
// The bot in these chats is a tea house with a handful of words (script.go): the
// real engine and host around it, and a store in memory. The chats (chats.go)
// are written down as they would be read:
//
//	> /tea                      the person types
//	< Which one? [Green]        the bot's newest message, and its keys
//	> [Green]                   the person taps
//	? voice                     the person sends something that is no text
//	! lose 1                    a mishap; see mishaps in world.go
//	@ 2h                        time passes
//	= 3                         so many messages of the bot stand in the chat; "3-4" where the platform decides
package platformtest

import (
	"context"
	"testing"

	"afterglow/dialog"
)

// Subject is a platform with one person on it, and the ways to hurt it. The
// person and what is in the chat outlive the adapter.
type Subject interface {
	// Connect makes a new adapter, as a program does that has just been started.
	// The function it returns takes events until ctx ends, and returns when
	// everything it has taken is answered.
	Connect() (dialog.Platform, func(ctx context.Context, handle func(context.Context, dialog.Event) error), error)
	// Name is the part of a PersonID before the colon.
	Name() string

	Type(text string)         // a message
	Command(name string)      // "/name", in whatever way the platform has commands
	Press(label string) error // the newest key of that label
	Media(kind string)        // as [dialog.Event].Name of a Media event
	Block()
	Unblock()

	// Screens are the bot's messages, top to bottom, as the person sees them now.
	Screens() []Screen

	Offline(bool) // nobody can connect
	Lose(n int)   // the next n sends take effect, but their answers are lost
	Page(n int)   // the next n sends are answered with a page and have no effect
	Limit(n int)  // the next n sends are refused for a second
	Twice()       // from now on every event arrives twice; nothing where that can not happen

	// Problems are what the adapter did that the platform's rules forbid.
	Problems() []string
}

// Screen is one message as a person sees it.
type Screen struct {
	Text   string   // without looks
	Labels []string // of the keys or list entries, top to bottom; a toggle that is on begins with "✓ "
	File   string   // the name of the picture or file that came with it
}

// Run lives through all chats, each on a fresh subject.
func Run(t *testing.T, open func(t testing.TB) Subject) {
	for _, c := range chats {
		t.Run(c.title, func(t *testing.T) {
			t.Parallel() // most of the time is spent waiting
			w := newWorld(t, open(t))
			w.live(c.lines)
		})
	}
}
