package aftercare

import (
	"hash/fnv"
	"slices"

	"afterglow/dialog"
)

// Deck is which starters a person has seen in this round, and which they keep.
// The order is a permutation by the round's number, so nothing is drawn twice
// and nothing has to be shuffled or stored.
type Deck struct {
	Round uint64
	Seen  []string
	Kept  []string
}

func deck(t *dialog.Turn) *Deck { return dialog.Part[Deck](t.State, partDeck) }

// Code tells the layout.
func (d *Deck) Code(c *dialog.Coder) {
	c.Uint64(&d.Round)
	dialog.List(c, &d.Seen, (*dialog.Coder).ID)
	dialog.List(c, &d.Kept, (*dialog.Coder).ID)
}

const maxKept = 60

func (b *bot) starters(s *dialog.Script) {
	s.Values["card"] = func(t *dialog.Turn) string {
		c := b.draw(t)
		text := dialog.Escape(c.Text)
		if c.Tip != "" {
			text += "\n\n" + dialog.Escape(c.Tip)
		}
		return text
	}
	s.Lists["card"] = func(t *dialog.Turn) []dialog.Option {
		return []dialog.Option{{ID: "share", Label: t.Label("starters.card.share"), Share: b.draw(t).Text}}
	}
	s.Actions["deck.another"] = func(t *dialog.Turn) { b.next(t); t.Again("card") }
	s.Actions["deck.keep"] = func(t *dialog.Turn) {
		d := deck(t)
		if id := b.draw(t).ID; !slices.Contains(d.Kept, id) {
			d.Kept = append(d.Kept, id)
			if len(d.Kept) > maxKept {
				d.Kept = d.Kept[1:]
			}
		}
		t.Say("starters.kept.say")
		b.next(t)
		t.Again("card")
	}
	s.Actions["deck.other"] = func(t *dialog.Turn) { b.next(t); t.Again("group", "who", "tone", "card") }
	s.Actions["deck.seen"] = func(t *dialog.Turn) {
		if t.Run.Find("tone") != nil {
			b.next(t)
		}
	}
	s.Actions["deck.close"] = func(t *dialog.Turn) {
		if t.Run.Find("card") != nil {
			b.next(t)
			t.Say("starters.close.say")
		}
	}
	b.favourites(s)
}

// matching are the cards of the kind that the run asked for. Where there is
// none, the tone is let go, then the situation.
func (b *bot) matching(t *dialog.Turn) []Card {
	group, who, tone := t.Run.Value("group"), t.Run.Value("who"), t.Run.Value("tone")
	any := func(want string) bool { return want == "" || want == "any" }
	find := func(tone, who string) []Card {
		var list []Card
		for _, c := range b.Cards[b.lang(t)] {
			if (any(group) || c.Group == group) && (any(tone) || c.Tone == tone) &&
				(any(who) && !slices.Equal(c.For, []string{"sorry"}) || slices.Contains(c.For, who) || len(c.For) == 0 && who != "sorry") {
				list = append(list, c)
			}
		}
		return list
	}
	for _, try := range [][2]string{{tone, who}, {"any", who}} {
		if list := find(try[0], try[1]); len(list) > 0 {
			return list
		}
	}
	return find("any", "any")
}

// draw is the card on the table: the first of the round's order not seen yet.
// Drawing changes nothing; next does.
func (b *bot) draw(t *dialog.Turn) Card {
	d := deck(t)
	var best Card
	var lowest uint64
	for _, c := range b.matching(t) {
		rank := order(d.Round, c.ID)
		if slices.Contains(d.Seen, c.ID) {
			rank |= 1 << 63 // seen ones only when nothing else is left
		} else {
			rank &^= 1 << 63
		}
		if best.ID == "" || rank < lowest {
			best, lowest = c, rank
		}
	}
	return best
}

// next puts the card on the table away. Once all of a kind have been seen they
// come round again, in another order.
func (b *bot) next(t *dialog.Turn) {
	d := deck(t)
	d.Seen = append(d.Seen, b.draw(t).ID)
	list := b.matching(t)
	for _, c := range list {
		if !slices.Contains(d.Seen, c.ID) {
			return
		}
	}
	last := d.Seen[len(d.Seen)-1]
	d.Seen = slices.DeleteFunc(d.Seen, func(id string) bool {
		return id != last && slices.ContainsFunc(list, func(c Card) bool { return c.ID == id })
	})
	d.Round++
	t.Say("starters.through.say")
}

func order(round uint64, id string) uint64 {
	h := fnv.New64a()
	for i := range 8 {
		h.Write([]byte{byte(round >> (8 * i))})
	}
	h.Write([]byte(id))
	x := h.Sum64() // FNV's high bits change little at the end of a text
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}

func (b *bot) card(t *dialog.Turn, id string) (Card, bool) {
	cards := b.Cards[b.lang(t)]
	i := slices.IndexFunc(cards, func(c Card) bool { return c.ID == id })
	if i < 0 {
		return Card{}, false
	}
	return cards[i], true
}

func (b *bot) favourites(s *dialog.Script) {
	s.Facts["favourites"] = func(t *dialog.Turn) string {
		if len(deck(t).Kept) == 0 {
			return "none"
		}
		return "some"
	}
	s.Lists["favourites"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		for _, id := range deck(t).Kept {
			if c, ok := b.card(t, id); ok {
				list = append(list, dialog.Option{ID: id, Label: dialog.Shorten(c.Text, 36)})
			}
		}
		return list
	}
	s.Values["favourite"] = func(t *dialog.Turn) string {
		c, _ := b.card(t, t.Run.Value("pick"))
		return dialog.Escape(c.Text)
	}
	s.Lists["favourite"] = func(t *dialog.Turn) []dialog.Option {
		c, _ := b.card(t, t.Run.Value("pick"))
		return []dialog.Option{{ID: "share", Label: t.Label("favourites.card.share"), Share: c.Text}}
	}
	s.Actions["favourites.drop"] = func(t *dialog.Turn) {
		d, pick := deck(t), t.Run.Value("pick")
		d.Kept = slices.DeleteFunc(d.Kept, func(id string) bool { return id == pick })
		t.Say("favourites.dropped.say")
		t.Again("pick", "card")
	}
	s.Actions["favourites.list"] = func(t *dialog.Turn) { t.Again("pick", "card") }
}
