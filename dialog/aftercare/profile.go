package aftercare

import (
	"slices"
	"time"

	"afterglow/dialog"
)

// Profile is what a person told of themselves and decided for the bot.
type Profile struct {
	Adult   time.Time // when they confirmed to be 18; zero: not yet
	Agreed  time.Time // when they agreed to what is kept
	Country string    // ISO code, from their city or their own word; may be empty
	Sets    []Set

	SafeNo bool // they feel safe saying no to the partner they plan talks with; asked once

	QuietFrom, QuietTo int    // minutes of the day in which nothing is delivered; equal: the default
	Line               string // the line for unasked messages: an id, or "+" and their own; empty: any
	Tidy               bool   // take the bot's messages away once a check-in is done
	Keep               int    // days a check-in is kept; 0: the default, -1: until they say
}

// Set is what does a person good in one situation.
type Set struct {
	ID    string // "any", "steady", "new", "casual", "distance", "solo"
	Needs []Need
	Facts []Fact
}

// Need is one thing and how welcome it is: "want", "askfirst", "dont".
type Need struct{ Area, Item, Rate string }

// Fact is an answer that is no list: closeness, talk, … An option id, or text.
type Fact struct{ Key, Value, Text string }

func profile(t *dialog.Turn) *Profile { return dialog.Part[Profile](t.State, partProfile) }

// Code tells the layout.
func (p *Profile) Code(c *dialog.Coder) {
	c.Time(&p.Adult)
	c.Time(&p.Agreed)
	c.ID(&p.Country)
	dialog.List(c, &p.Sets, func(c *dialog.Coder, s *Set) { s.Code(c) })
	c.Bool(&p.SafeNo)
	c.Count(&p.QuietFrom)
	c.Count(&p.QuietTo)
	c.String(&p.Line)
	c.Bool(&p.Tidy)
	keep := p.Keep + 1
	c.Count(&keep)
	p.Keep = keep - 1
}

// Code tells the layout.
func (s *Set) Code(c *dialog.Coder) {
	c.ID(&s.ID)
	dialog.List(c, &s.Needs, func(c *dialog.Coder, n *Need) { c.ID(&n.Area); c.ID(&n.Item); c.ID(&n.Rate) })
	dialog.List(c, &s.Facts, func(c *dialog.Coder, f *Fact) { c.ID(&f.Key); c.ID(&f.Value); c.String(&f.Text) })
}

// Empty tells whether nothing stands in it.
func (s *Set) Empty() bool { return len(s.Needs)+len(s.Facts) == 0 }

// Set returns the set id, or nil.
func (p *Profile) Set(id string) *Set {
	i := slices.IndexFunc(p.Sets, func(s Set) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Sets[i]
}

// For returns the set for a situation, or the general one, or the first there
// is, or nil.
func (p *Profile) For(situation string) *Set {
	for _, id := range []string{situation, "any"} {
		if s := p.Set(id); s != nil {
			return s
		}
	}
	if len(p.Sets) > 0 {
		return &p.Sets[0]
	}
	return nil
}

// Items are the needs of an area with that rate; an empty area or rate is any.
func (s *Set) Items(area, rate string) []Need {
	var list []Need
	for _, n := range s.Needs {
		if (area == "" || n.Area == area) && (rate == "" || n.Rate == rate) {
			list = append(list, n)
		}
	}
	return list
}

// Fact returns the fact under key, or nil.
func (s *Set) Fact(key string) *Fact {
	i := slices.IndexFunc(s.Facts, func(f Fact) bool { return f.Key == key })
	if i < 0 {
		return nil
	}
	return &s.Facts[i]
}

// Quiet are the minutes of the day between which nothing is delivered.
func (p *Profile) Quiet() (from, to int) {
	if p.QuietFrom == p.QuietTo {
		return 22 * 60, 9 * 60
	}
	return p.QuietFrom, p.QuietTo
}

// KeepDays is how long a check-in is kept; -1: until the person says.
func (p *Profile) KeepDays() int {
	if p.Keep == 0 {
		return 365
	}
	return p.Keep
}
