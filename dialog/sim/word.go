package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"afterglow/dialog"
)

// Two people tell each other words. What each of them said and heard stands in a
// part of their state; a word carries whatever is needed to judge it by.

const (
	wordsPart = 2
	bye       = "bye" // the last word, said by "/unlink" and "/forget"
)

// said is the text of a word.
type said struct {
	life    time.Time // since when its sender is who they are
	n       int       // of this life
	at      time.Time
	due     time.Time
	event   string
	bye     bool
	forgets bool // said with "/forget"
	sender  dialog.PersonID
}

func (s *said) Code(c *dialog.Coder) {
	c.Time(&s.life)
	c.Count(&s.n)
	c.Time(&s.at)
	c.Time(&s.due)
	c.String(&s.event)
	c.Bool(&s.bye)
	c.Bool(&s.forgets)
	from := string(s.sender)
	c.String(&from)
	s.sender = dialog.PersonID(from)
}

func (s *said) text() string { return string(dialog.Encode(nil, s)) }

// talk is what somebody said, heard and learned.
type talk struct {
	said, heard []said
	gone        int // so many words had been said when nobody was there
}

func (t *talk) Code(c *dialog.Coder) {
	each := func(c *dialog.Coder, s *said) { s.Code(c) }
	dialog.List(c, &t.said, each)
	dialog.List(c, &t.heard, each)
	c.Count(&t.gone)
}

// Said and Heard list the events by which somebody told a word in this life, and
// those of the words that came to them, in order.
func Said(s *dialog.State, since time.Time) []string {
	return events(dialog.Part[talk](s, wordsPart).said, func(x *said) bool { return x.at.After(since) && !x.bye })
}

// Heard is told with [Said].
func Heard(s *dialog.State, since time.Time) []string {
	return events(dialog.Part[talk](s, wordsPart).heard, func(x *said) bool { return x.life.Equal(since) && !x.bye })
}

func events(words []said, ok func(*said) bool) (ids []string) {
	for i := range words {
		if ok(&words[i]) {
			ids = append(ids, words[i].event)
		}
	}
	return ids
}

// Other is whom somebody tells words: 0 and 1 are a pair, and 2 and 3.
func Other(p dialog.PersonID) dialog.PersonID {
	return p[:len(p)-1] + dialog.PersonID(p[len(p)-1]^1)
}

// tell says a word to the other one, due after d.
func tell(t *dialog.Turn, d time.Duration, last bool) {
	talk := dialog.Part[talk](t.State, wordsPart)
	s := said{life: t.State.Since, n: len(talk.said), at: t.Now, due: t.Now.Add(d), event: t.Event.ID, bye: last, forgets: last && t.Event.Name == "forget", sender: t.State.Person}
	name := "hello"
	if last {
		name = bye
	}
	if _, ok := t.Carry(dialog.Word{To: Other(t.State.Person), Name: name, Text: s.text(), After: s.due, Last: last}); ok {
		talk.said = append(talk.said, s)
	}
}

func hear(t *dialog.Turn) {
	var s said
	if err := dialog.Decode(t.Event.Text, &s); err != nil || s.sender != t.Event.From {
		panic("a word came garbled")
	}
	talk := dialog.Part[talk](t.State, wordsPart)
	talk.heard = append(talk.heard, s)
	t.Tell("nobody must see this")
}

// talkActions are the script's part in it.
func talkActions(sc *dialog.Script) {
	act := func(name, answer string, do func(*dialog.Turn)) {
		sc.Commands[name] = name
		sc.Actions[name] = func(t *dialog.Turn) { note(t); do(t); t.Tell(answer) }
	}
	act("tell", "Told.", func(t *dialog.Turn) { tell(t, 0, false) })
	act("later", "It will be told.", func(t *dialog.Turn) { tell(t, time.Duration(1+t.Rand(20))*time.Second, false) })
	act("unlink", "Unlinked.", func(t *dialog.Turn) { tell(t, 0, true) })
	sc.Actions["partner.hello"], sc.Actions["partner."+bye] = hear, hear
	sc.Actions["partner.gone"] = func(t *dialog.Turn) {
		talk := dialog.Part[talk](t.State, wordsPart)
		talk.gone = len(talk.said)
		if t.Event.From != Other(t.State.Person) {
			panic("somebody is gone who was never there")
		}
	}
}

// flies notes until when words were being told, as a record says that is replaced
// now.
func (p *person) flies(w *world, blob []byte) {
	if s, err := dialog.DecodeState(blob); err == nil {
		for _, x := range s.Words {
			if !x.Until.IsZero() {
				p.told[x.Text] = w.trueTime()
			}
		}
	}
}

// loose tells that x may come after a last word which should have taken its
// place: it was being told when its sender had themselves forgotten, who does not
// wait for other hosts, or when it was taken back, and a host believed its lease
// to be over. What was being told in a life that was forgotten may come after what
// its sender told in the next. The last word of an erasure that lost a race may
// come at any time.
func (p *person) loose(w *world, last, x *said) bool {
	until, flew := p.told[x.text()]
	return x.forgets || flew && x.life.Before(last.life) || last.bye && flew && (w.jumps || last.forgets && !until.Before(last.at))
}

// firstWord is when the first word of a state is due: of those for one person the
// one that was begun, or else the earliest.
func firstWord(words []dialog.Word) (first time.Time) {
	heads := map[dialog.PersonID]dialog.Word{}
	for _, w := range words {
		head, ok := heads[w.To]
		if begun := head.Tries > 0; !ok || !begun && (w.Tries > 0 || w.After.Before(head.After)) {
			heads[w.To] = w
		}
	}
	for _, w := range heads {
		at := w.After
		if !w.Until.IsZero() {
			at = w.Until
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// judgeTalk looks at what a told b. s and r are their states; nil: there is none.
func (w *world) judgeTalk(a, b *person, s, r *dialog.State) {
	if r == nil {
		if s != nil {
			w.judgeLeft(a, s)
		}
		return
	}
	excused := !a.dropped.IsZero() || !b.dropped.IsZero()
	heard := slices.Clone(dialog.Part[talk](r, wordsPart).heard)
	heard = slices.DeleteFunc(heard, func(x said) bool { return x.sender != a.id })
	w.counts.Words += len(heard)
	times := map[string]int{}
	for i, x := range heard {
		text := x.text()
		times[text]++
		switch {
		case excused:
		case times[text] > 1 && !x.bye:
			w.breaks("%s heard word %d of %s twice (%s)", b.id, x.n, a.id, x.event)
		case !w.jumps && !x.at.After(r.Since):
			w.breaks("%s was forgotten at %v and heard word %d of %s, said at %v", b.id, r.Since, x.n, a.id, x.at)
		}
		for _, y := range heard[:i] {
			if !excused && y.overtook(&x) && !a.loose(w, &y, &x) {
				w.breaks("%s heard word %d of %s (%s) after word %d (%s)", b.id, x.n, a.id, x.event, y.n, y.event)
			}
		}
	}
	if wish, once := a.wish(); once && a.erased == 1 && w.quiet && w.queue == 0 && b.erased == 0 && !b.met.IsZero() && b.met.Before(wish.born) &&
		!slices.ContainsFunc(heard, func(x said) bool { return x.event == wish.ID }) {
		w.breaks("%s was forgotten (%s), and %s never heard of it", a.id, wish.ID, b.id)
	}
	if s == nil {
		return
	}
	w.judgeLeft(a, s)
	told := dialog.Part[talk](s, wordsPart)
	last := told.gone
	for _, x := range told.said {
		if x.bye {
			last = max(last, x.n) // it takes the place of all before
		}
	}
	lost := !excused && !slices.ContainsFunc(r.Parked, func(p dialog.Parked) bool { return p.Kind == dialog.Partner })
	for _, x := range told.said[min(last, len(told.said)):] {
		if lost && (w.jumps || x.at.After(r.Since)) && x.at.After(b.forgot) && !b.lost[x.text()] && times[x.text()] == 0 {
			w.breaks("word %d of %s (%s) never came to %s", x.n, a.id, x.event, b.id)
		}
	}
	if told.gone > 0 && !excused && !w.jumps && b.erased == 0 && told.said[told.gone-1].at.After(b.met) && told.said[0].at.After(b.met) {
		w.breaks("%s was told that %s is not there", a.id, b.id)
	}
}

// wish is the one time that somebody wanted to be forgotten, if there was just one.
func (p *person) wish() (wish *happening, once bool) {
	for _, h := range p.events {
		if h.Name == "forget" {
			wish, once = h, wish == nil
		}
	}
	return wish, once
}

// overtook tells that x came later, and may not.
func (s *said) overtook(x *said) bool {
	if s.life.Equal(x.life) && (s.bye || x.bye) {
		return x.n < s.n
	}
	return cmp.Or(x.life.Compare(s.life), x.due.Compare(s.due), x.n-s.n) < 0
}

// judgeLeft looks whether anything is left that could have been told.
func (w *world) judgeLeft(p *person, s *dialog.State) {
	if at := firstWord(s.Words); !at.IsZero() && !at.After(w.trueTime()) {
		w.breaks("%s has words left over that were due at %v: %s", p.id, at, fmt.Sprint(len(s.Words)))
	}
}
