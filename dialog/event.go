package dialog

import "time"

// Kind tells what happened.
type Kind uint8

const (
	// Text is anything a person typed that is no command.
	Text Kind = iota + 1
	// Press is a tap on a choice; Event.Data carries [Choice.Data] as it came
	// back. It is untrusted: a client may send anything.
	Press
	// Command is "/name argument"; Event.Name has no slash, Event.Text is the rest.
	Command
	// Media is a message we can not read; Event.Name says what: "voice", "photo",
	// "video", "sticker", "location", "contact", "poll", "file", "other".
	Media
	// Edited says that the person edited a message they had sent; Event.Text is the new text.
	Edited
	// Alarm means "look at what is due", never "do X".
	Alarm
	// Sent reports the outcome of a delivery from the outbox; see [Receipt].
	Sent
	// Blocked and Unblocked: the person closed or reopened the door.
	Blocked
	Unblocked
	// Removed says that messages have been taken back, but Event.Left of them.
	Removed
	// Partner is a word from another person's conversation: the step does
	// "partner."+Event.Name, and says nothing at once. See [Word].
	Partner
	// ToldWord reports how a word was told that this person's conversation had
	// for another; see [Told]. If nobody is there the step does "partner.gone",
	// with Event.From the one who is gone.
	ToldWord
)

// Event is something that happened to one person's conversation. It is plain
// data: storable, printable, comparable by its ID.
type Event struct {
	// ID names this happening as the platform does ("message 17", "callback
	// ab12"), the same at every redelivery. Empty for what can not be redelivered.
	ID     string
	Person PersonID
	From   PersonID // Partner: who told it; only a [Host] sets it, and clears what an adapter puts there
	Kind   Kind
	Name   string    // Command: its name; Media: what; Partner: the word's
	Text   string    // Text, Edited: what was typed; Command: the argument; Partner: the word's, as the other script wrote it
	Data   string    // Press: the choice's data
	Screen Ref       // Press: the message the choice stood on
	At     time.Time // when it happened by the platform's clock; zero: unknown
	Lang   string    // the client's language ("de", "pt-br"), a hint; may be empty
	Hint   string    // Press, Command on Discord: where and until when the platform waits for an answer; opaque, copied to the first Message answering it
	// Alone says that no other process can be delivering to this person: what an
	// earlier one had begun is in doubt in a moment, not when its lease ends.
	Alone   bool
	Mine    []uint64 // with Alone: entries whose outcome this process knows and is about to note
	Left    int      // Removed only
	Receipt *Receipt // Sent only
	Told    *Told    // ToldWord only
	State   *State   // what the blob says that is handed in with it; the step takes it over. Nil: it is to be read

	hops int           // Partner: see [Word]
	by   time.Duration // Partner: not to be taken after that, by the machine's clock; 0: at any time
}

// Receipt is how a delivery went.
type Receipt struct {
	Entry   uint64 // the outbox entry's id
	Try     int    // its [Entry.Tries] at the time; 0: the latest
	Ref     Ref    // where it is now, if it was sent
	OK      bool
	Held    bool          // nothing was tried
	Verdict Verdict       // if not OK
	After   time.Duration // with Later or Held: how long to wait; 0: as it comes
}
