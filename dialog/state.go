package dialog

import (
	"fmt"
	"hash/crc32"
	"time"
)

// State is everything a person has with the bot. It is ONE value: what is
// answered, what is planned and what still waits for delivery change together
// or not at all.
type State struct {
	Person PersonID
	Lang   string // as a person chose it: "en"
	Zone   string // IANA name; empty until known

	Seed  uint64    // where chance comes from, so that a step can be repeated
	Clock time.Time // the last now; time never runs backwards for a person

	Runs   []Run    // open conversations; the last one is being held, the others wait
	Ended  []uint32 // marks of the last few that ended, to know their buttons
	Flood  Flood    // how fast they write
	Misses int      // texts in a row that nobody could make sense of

	Timers []Timer
	Outbox []Entry
	Words  []Word // for other people, until these have taken them
	Muted  bool   // they closed the door; nothing is sent until they come back

	Screen Ref     // the message that carries the open question
	Trail  []Trace // what was sent lately, the oldest first, to take it back on request
	Parked []Parked
	Tried  Tried     // the event that some process may have died of
	Since  time.Time // they had themselves forgotten then: what happened before does not count

	seen   seen
	spoken speech // how many words they told of late
	parts  []part
	salt   uint64 // of this step alone; see [Script.Apply]
}

// Run is one conversation along a flow.
type Run struct {
	Flow    string
	Mark    uint32 // random; stands in every button of this run
	Begun   time.Time
	Answers []Answer // in the order of the flow
	Asked   Question // the one on the screen; empty: it has to be shown again
	Last    Question // the one shown last
	Draft   []string // toggles of an unfinished many or each
	Note    string   // what the flow was begun with: an id, a word; may be empty
	Called  bool     // begun by a step of the run below, which goes on when this one ends
}

// Question names a question as it was asked.
type Question struct {
	Key   string
	Print uint32 // of kind, options, unit; see [Step.Print]
}

// Mode tells what an Answer records.
type Mode uint8

const (
	// Given is an answer.
	Given Mode = iota
	// Skipped is a question the person passed over.
	Skipped
	// Said is a statement that has been shown.
	Said
	// Done is something that has happened; back does not cross it.
	Done
)

// Answer is what a step of a run is settled by.
type Answer struct {
	Question
	Mode   Mode
	Values []string // option ids; "item=rate" for each
	Text   string
	Number int64
	At     time.Time
}

// Trace is a message that was sent.
type Trace struct {
	Ref Ref
	At  time.Time
}

// Parked is an event that the engine failed on, kept for a short while.
type Parked struct {
	At   time.Time
	Kind Kind
	Text string
}

// Tried counts how often the step was begun for one event, written down where
// the process might not live to tell.
type Tried struct {
	Event uint64 // hash of its id, or of its kind if it has none
	Count int
	At    time.Time
}

// Limits of one person's state. Each has a defined outcome; see [Script.Apply].
const (
	MaxState   = 64 << 10 // bytes; a step that would grow past it is undone and the person told
	WarnState  = 16 << 10 // bytes; the host counts states beyond it
	maxRuns    = 8        // the oldest waiting one is let go
	maxAnswers = 200      // a run; it is ended and the person told
	maxTurn    = 64       // steps one event may take; the run is ended and the person told
	maxOutbox  = 20       // nudges go first, then the oldest
	maxTrail   = 100
	runLife    = 30 * 24 * time.Hour // an untouched conversation is let go
)

// NewState is the state of a person nobody has met. seed is random.
func NewState(person PersonID, seed uint64) *State {
	return &State{Person: person, Seed: seed}
}

const (
	schema       = 1 // what this build writes
	lowestReader = 1 // the oldest build that understands it
	magic        = 'A'
)

// Encode is the state as bytes. Equal states give equal bytes.
func (s *State) Encode() []byte {
	buf := make([]byte, 0, 2048+24*len(s.Trail))
	buf = append(buf, magic, schema, lowestReader)
	buf = Encode(buf, s)
	return appendSum(buf)
}

// DecodeState reads what Encode wrote. Any error wraps [ErrUnreadable].
func DecodeState(blob []byte) (*State, error) {
	if len(blob) < 7 || blob[0] != magic {
		return nil, fmt.Errorf("state: no header: %w", ErrUnreadable)
	}
	if blob[2] > schema {
		return nil, fmt.Errorf("state: written by a newer version (schema %d, this build reads up to %d): %w", blob[1], schema, ErrUnreadable)
	}
	body, sum := blob[3:len(blob)-4], blob[len(blob)-4:]
	if string(appendSum(nil, blob[:len(blob)-4]...)) != string(sum) {
		return nil, fmt.Errorf("state: damaged (checksum): %w", ErrUnreadable)
	}
	s := new(State)
	if err := Decode(string(body), s); err != nil {
		return nil, fmt.Errorf("state: %w: %w", err, ErrUnreadable)
	}
	return s, nil
}

func appendSum(buf []byte, of ...byte) []byte {
	data := buf
	if of != nil {
		data = of
	}
	sum := crc32.ChecksumIEEE(data)
	return append(buf, byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
}

// Code tells the layout: what every step needs, then the parts, whole.
func (s *State) Code(c *Coder) {
	person := string(s.Person)
	c.String(&person)
	s.Person = PersonID(person)
	c.ID(&s.Lang)
	c.ID(&s.Zone)
	c.Uint64(&s.Seed)
	c.Time(&s.Clock)
	List(c, &s.Runs, (*Coder).run)
	List(c, &s.Ended, (*Coder).Uint32)
	c.Count(&s.Flood.Level)
	c.Time(&s.Flood.At)
	c.Count(&s.Misses)
	List(c, &s.Timers, (*Coder).timer)
	List(c, &s.Outbox, (*Coder).entry)
	c.Bool(&s.Muted)
	c.ref(&s.Screen)
	List(c, &s.Trail, func(c *Coder, t *Trace) { c.ref(&t.Ref); c.Time(&t.At) })
	List(c, &s.Parked, func(c *Coder, p *Parked) {
		kind := int(p.Kind)
		c.Time(&p.At)
		c.Count(&kind)
		c.String(&p.Text)
		p.Kind = Kind(kind)
	})
	c.Uint64(&s.Tried.Event)
	c.Count(&s.Tried.Count)
	c.Time(&s.Tried.At)
	c.Time(&s.Since)
	c.String((*string)(&s.seen))
	if !c.reading {
		s.packWords()
		s.packParts()
	}
	List(c, &s.parts, func(c *Coder, p *part) { c.Count(&p.id); c.String(&p.raw) })
	if c.reading {
		s.unpackWords(c)
	}
}

func (c *Coder) ref(r *Ref) {
	s := string(*r)
	c.String(&s)
	*r = Ref(s)
}

func (c *Coder) question(q *Question) {
	c.ID(&q.Key)
	c.Uint32(&q.Print)
}

func (c *Coder) run(r *Run) {
	c.ID(&r.Flow)
	c.Uint32(&r.Mark)
	c.Time(&r.Begun)
	List(c, &r.Answers, (*Coder).answer)
	c.question(&r.Asked)
	c.question(&r.Last)
	List(c, &r.Draft, (*Coder).ID)
	c.String(&r.Note)
	c.Bool(&r.Called)
}

// answer writes only the fields that are set: most answers are one option.
func (c *Coder) answer(a *Answer) {
	const text, number, at = 1, 2, 4
	var has int
	if a.Text != "" {
		has |= text
	}
	if a.Number != 0 {
		has |= number
	}
	if !a.At.IsZero() {
		has |= at
	}
	head := has<<2 | int(a.Mode)
	c.question(&a.Question)
	c.Count(&head)
	a.Mode, has = Mode(head&3), head>>2
	List(c, &a.Values, (*Coder).ID)
	if has&text != 0 {
		c.String(&a.Text)
	}
	if has&number != 0 {
		c.Int(&a.Number)
	}
	if has&at != 0 {
		c.Time(&a.At)
	}
}

// rand returns the next random number of this person's own series (splitmix64).
func (s *State) rand() uint64 {
	s.Seed += 0x9e3779b97f4a7c15
	z := s.Seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
