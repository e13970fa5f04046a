package dialog

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Word is what one person's conversation tells another's. The two have no record
// in common: a word waits in the state of whoever sends it, and happens to its
// receiver as an [Event] of kind [Partner], once, however often it is told.
//
// Words to one person are told one after the other, in the order in which they
// become due: the next one goes when the one before has been taken. Words wait
// apart from the [State.Outbox], so that neither ever holds up the other.
type Word struct {
	ID     WordID    // random; [Turn.Carry] sets it
	To     PersonID  // never the sender
	Name   string    // the receiver's step does "partner."+Name
	Text   string    // at most [MaxWord] bytes
	After  time.Time // not before then; zero: now
	Latest time.Time // of no use from then on; zero: always of use
	Last   bool      // takes the place of all that waits for that person, and is never refused; it may be taken twice

	At    time.Time // when the sender's script said it
	Hops  int       // words it comes of, each told by the step for the one before
	Tries int       // how often a host took it on
	Fails int       // of these, how many did not end well
	Doubt bool      // it may have been taken
	Until time.Time // somebody is telling it until then; zero: nobody
}

// WordID names a word. It never comes twice.
type WordID [16]byte

func (id WordID) String() string { return hex.EncodeToString(id[:]) }

// Limits of what one person tells others. [Turn.Carry] refuses what is more.
const (
	MaxWord      = 2000     // bytes of a text
	maxWordName  = 40       // bytes
	maxWordsTo   = 10       // waiting for one person
	maxWordsAll  = 16 << 10 // bytes of all texts that wait
	maxHops      = 2
	wordBurst    = 20              // words at once
	wordPace     = 2 * time.Minute // and one more after each of these
	wordLife     = 24 * time.Hour  // from the first try on: [seenLife] is longer, so a second copy is known for one
	lastWordLife = 30 * 24 * time.Hour
)

// Event is the word as it happens to its receiver.
func (w *Word) Event(from PersonID) Event {
	return Event{ID: "word " + w.ID.String(), Kind: Partner, Person: w.To, From: from, Name: w.Name, Text: w.Text, At: w.At, hops: w.Hops}
}

// Carry has a word carried to another person, and tells whether it will be: not
// if it says too much, if too many wait already, or if too many have been said
// of late. Fields that a host keeps are set here.
func (t *Turn) Carry(w Word) (WordID, bool) {
	s := t.State
	if w.To == "" || w.To == s.Person || w.Name == "" || len(w.Name) > maxWordName || len(w.Text) > MaxWord {
		return WordID{}, false
	}
	w.Hops = 0
	if k := t.Event.Kind; k == Partner || k == ToldWord {
		w.Hops = t.Event.hops + 1
	}
	if w.Hops > maxHops {
		return WordID{}, false
	}
	switch {
	case w.Last:
		t.RecallAll(w.To)
	case !s.roomFor(&w) || !s.spoken.speak(t.Now):
		return WordID{}, false
	}
	w.ID, w.At = s.wordID(), t.Now
	if w.After.Before(t.Now) {
		w.After = t.Now
	}
	w.Tries, w.Fails, w.Doubt, w.Until = 0, 0, false, time.Time{}
	w.Name, w.Text = strings.Clone(w.Name), strings.Clone(w.Text)
	s.Words = append(s.Words, w)
	return w.ID, true
}

// Recall takes a word back, and tells whether it surely never was nor will be
// taken. What is being told at this moment can not be held, but is not told again.
func (t *Turn) Recall(id WordID) bool {
	i := slices.IndexFunc(t.State.Words, func(w Word) bool { return w.ID == id })
	return i >= 0 && t.State.recall(i, t.Now)
}

// RecallAll takes back whatever waits for somebody.
func (t *Turn) RecallAll(to PersonID) {
	s := t.State
	for i := len(s.Words) - 1; i >= 0; i-- {
		if s.Words[i].To == to {
			s.recall(i, t.Now)
		}
	}
}

func (s *State) recall(i int, now time.Time) (sure bool) {
	w := &s.Words[i]
	if !w.Until.IsZero() {
		w.Latest = now
		return false
	}
	sure = !w.Doubt
	s.Words = slices.Delete(s.Words, i, i+1)
	return sure
}

func (s *State) roomFor(w *Word) bool {
	waiting, bytes := 0, len(w.Text)
	for i := range s.Words {
		bytes += len(s.Words[i].Text)
		if s.Words[i].To == w.To {
			waiting++
		}
	}
	return waiting < maxWordsTo && bytes <= maxWordsAll
}

func (s *State) wordID() (id WordID) {
	binary.LittleEndian.PutUint64(id[:], s.rand()^s.salt)
	binary.LittleEndian.PutUint64(id[8:], s.rand())
	sum := sha256.Sum256(append([]byte("word"), id[:]...)) // it must not tell where the sender's chance stands
	return WordID(sum[:16])
}

// speech is a bucket that every word fills and time empties.
type speech struct {
	level int
	at    time.Time
}

// speak adds a word, if it still has room.
func (p *speech) speak(now time.Time) bool {
	if p.empty(now) {
		*p = speech{at: now}
	}
	drained := int(now.Sub(p.at) / wordPace)
	p.level, p.at = p.level-drained, p.at.Add(time.Duration(drained)*wordPace)
	if p.level >= wordBurst {
		return false
	}
	p.level++
	return true
}

func (p *speech) empty(now time.Time) bool {
	return now.Sub(p.at) >= time.Duration(p.level)*wordPace
}

// wordsPart is the engine's own section among the parts: a build from before
// there were words carries it along unread, and tells nothing.
const wordsPart = 0

// waitingWords is what the section says.
type waitingWords State

// Code implements [Coded].
func (s *waitingWords) Code(c *Coder) {
	c.Count(&s.spoken.level)
	c.Time(&s.spoken.at)
	List(c, &s.Words, (*Coder).word)
}

func (c *Coder) word(w *Word) {
	id, to := string(w.ID[:]), string(w.To)
	c.String(&id)
	if c.reading && copy(w.ID[:], id) != len(w.ID) {
		c.fail()
	}
	c.String(&to)
	w.To = PersonID(to)
	c.ID(&w.Name)
	c.String(&w.Text)
	c.Time(&w.After)
	c.Time(&w.Latest)
	c.Bool(&w.Last)
	c.Time(&w.At)
	c.Count(&w.Hops)
	c.Count(&w.Tries)
	c.Count(&w.Fails)
	c.Bool(&w.Doubt)
	c.Time(&w.Until)
}

// packWords writes the words to their section; with nothing to tell there is none.
func (s *State) packWords() {
	if len(s.parts) > 0 && s.parts[0].id == wordsPart {
		s.parts = slices.Delete(s.parts, 0, 1)
	}
	if len(s.Words) > 0 || !s.spoken.empty(s.Clock) {
		raw := string(Encode(nil, (*waitingWords)(s)))
		s.parts = slices.Insert(s.parts, 0, part{id: wordsPart, raw: raw})
	}
}

// unpackWords reads the section, if there is one.
func (s *State) unpackWords(c *Coder) {
	if len(s.parts) == 0 || s.parts[0].id != wordsPart {
		return
	}
	if Decode(s.parts[0].raw, (*waitingWords)(s)) != nil {
		c.fail()
	}
}
