package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// rater is somebody at a question whose buttons count on: each tap moves an item
// from off to want, ask first, don't, and off again. So an answer lost, and one
// taken twice, both show.
type rater struct {
	*evening
	random *rand.Rand
	items  []string
	data   map[string]string // item → what its button carries
	rate   map[string]int
	own    []string
	taps   int
	words  int
	card   [4][]string // of all questions so far, by rate
}

// ownWords are unlike one another: what is nearly an item of the list counts as it.
var ownWords = strings.Fields("zebra umbrella trombone cinnamon lighthouse pinecone marzipan harmonica dragonfly telescope windmill " +
	"pumpkin origami saxophone walrus tangerine volcano kangaroo crayon igloo yoghurt xylophone jigsaw papaya gondola")

var rates = []string{"", "want", "ask me first", "please don't"}

// newRater goes through the door and opens the first of the questions.
func (m *mishap) newRater(seed uint64) *rater {
	m.t.Helper()
	r := &rater{evening: &evening{t: m.t, server: m.server, who: m.server.Person("en")}, random: rand.New(rand.NewPCG(seed, 1))}
	r.enter()
	r.press("What does me good", "for someone in particular")
	r.press("A steady partner", "Touch.")
	return r
}

func (e *evening) enter() {
	e.t.Helper()
	e.type_("/start", "18 or older")
	e.press("Yes, I'm 18 or older", "Is it all right if I keep that?")
	e.press("Yes, that's fine", "which city")
	e.type_("Berlin", "Where would you like to begin?")
}

// begin looks at the question with that title.
func (r *rater) begin(title string) {
	r.t.Helper()
	r.see(title)
	r.items, r.own, r.data, r.rate = nil, nil, map[string]string{}, map[string]int{}
	for _, row := range r.who.Screen().Buttons {
		for _, b := range row {
			if !slices.Contains([]string{"Done", "Back", "Skip", "Stop here"}, b.Label) {
				r.items = append(r.items, b.Label)
				r.data[b.Label] = b.Data
			}
		}
	}
}

// burst taps n items and adds one of the person's own, faster than anybody answers.
func (r *rater) burst(n int) {
	r.t.Helper()
	own := ownWords[len(r.typed)%len(ownWords)]
	at := r.random.IntN(n)
	for i := range n {
		if i == at {
			r.who.Type(own)
			r.typed, r.own = append(r.typed, own), append(r.own, own)
			r.rate[own] = 1
			r.words++
		}
		item := r.items[r.random.IntN(len(r.items))]
		must(r.t, r.who.Tap(r.data[item]))
		r.rate[item] = (r.rate[item] + 1) % len(rates)
		r.taps++
	}
}

// labels are what the question's buttons are to read.
func (r *rater) labels() []string {
	var all []string
	for _, item := range slices.Concat(r.items, r.own) {
		if n := r.rate[item]; n > 0 {
			item = "✓ " + item + ": " + rates[n]
		}
		all = append(all, item)
	}
	return all
}

// settled waits until the screen shows each answer exactly once.
func (r *rater) settled() {
	r.t.Helper()
	want := r.labels()
	slices.Sort(want)
	right := func() bool {
		got := r.who.Screen().Labels()
		got = got[:max(0, len(got)-4)] // done, back, skip, stop
		slices.Sort(got)
		return slices.Equal(got, want)
	}
	for end := time.Now().Add(patience); !r.server.Wait(right); {
		if time.Now().After(end) {
			r.t.Fatalf("an answer was lost or taken twice\nwant %q\ngot  %q\n%s", want, r.who.Screen().Labels(), r.who.Chat())
		}
	}
}

// done confirms the question and keeps what the card is to say of it.
func (r *rater) done(then string) {
	r.t.Helper()
	r.settled()
	for _, item := range slices.Concat(r.items, r.own) {
		r.card[r.rate[item]] = append(r.card[r.rate[item]], item)
	}
	r.press("Done", then)
}

// finish skips the rest after so many questions and compares the card.
func (r *rater) finish(asked int) {
	r.t.Helper()
	for _, then := range questions[asked+1:] {
		r.press("Skip", then)
	}
	card := ""
	for _, msg := range r.who.Messages() {
		if strings.Contains(msg.Text, "What does me good afterwards") {
			card = msg.Text
		}
	}
	for n, title := range []string{"", "*I'd like:* ", "*Ask me first:* ", "*Please don't:* "} {
		if n == 0 || len(r.card[n]) == 0 {
			continue
		}
		_, line, ok := strings.Cut(card, title)
		line, _, _ = strings.Cut(line, "\n")
		sorted := func(list string) []string { return slices.Sorted(strings.SplitSeq(list, ", ")) } // some items have a comma
		got, want := sorted(line), sorted(strings.Join(r.card[n], ", "))
		if !ok || !slices.Equal(got, want) {
			r.t.Errorf("%s\nwant %q\ngot  %q\n%s", title, want, got, card)
		}
	}
}

// questions are what /needs asks, in order, and what it says at the end.
var questions = []string{"Touch.", "Words.", "Food and water.", "Comfort things.", "Body care.", "closeness or more space",
	"talking about how it was", "How long is good", "How soon", "message the next day", "low moment", "what helps then", "/needs changes it any time|/needs lets you change it"}
