package aftercare

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"afterglow/dialog"
)

// yours is what belongs to the person: to take along, and to erase.
func (b *bot) yours(s *dialog.Script) {
	s.Actions["forget.all"] = func(t *dialog.Turn) {
		if closed(t) {
			b.forgetBehindDoor(t)
			return
		}
		unlinkAll(t)
		t.Say("forget.gone.say")
		t.Erase()
	}
	s.Facts["gone"] = func(t *dialog.Turn) string {
		if b.GoneDays > 0 {
			return "known"
		}
		return "unknown"
	}
	s.Values["gone"] = func(t *dialog.Turn) string { return strconv.Itoa(b.GoneDays) }
	s.Actions["hide.all"] = func(t *dialog.Turn) {
		t.Remove()
		t.Say("hide.done.say")
		t.Leave()
	}
	s.Actions["export.send"] = func(t *dialog.Turn) {
		data, err := json.MarshalIndent(Everything(t.State), "", "  ")
		if err != nil { // plain data always marshals
			panic(err)
		}
		t.Post(dialog.Entry{Msg: dialog.Message{
			Text: t.Label("export.page.caption"),
			File: &dialog.File{Name: "afterglow.json", Type: "application/json", Bytes: append(data, '\n')},
		}})
		if page := b.page(t); page != "" {
			t.Tell(page)
			t.Send()
		}
	}
}

// Export is everything kept of a person, as they may take it along. The form is
// documented in docs/export.md and only ever grows.
type Export struct {
	Format   string       `json:"format"` // "afterglow-export-1"
	Person   string       `json:"person"` // the address on the platform
	Language string       `json:"language"`
	Zone     string       `json:"zone,omitempty"`
	Profile  *Profile     `json:"profile"`
	Journal  *Journal     `json:"journal"`
	Deck     *Deck        `json:"starters"`
	Plan     *Plan        `json:"plan"`
	Partner  *Partner     `json:"partner"` // never who they are
	Open     []dialog.Run `json:"open_conversations"`
	Planned  []Planned    `json:"planned"`
	Waiting  []string     `json:"waiting_messages"`
	Parked   []string     `json:"set_aside"` // messages the bot failed on, kept for a week
	Muted    bool         `json:"muted"`
	LastSeen time.Time    `json:"last_message"`
}

// Planned is a moment the bot means to act at, by the person's own clock.
type Planned struct {
	What string `json:"what"`
	When string `json:"when"`
}

// Everything gathers the export. It leaves out random marks and the marks of
// events already taken, which mean nothing to anybody.
func Everything(s *dialog.State) Export {
	e := Export{
		Format: "afterglow-export-1", Person: string(s.Person), Language: s.Lang, Zone: s.Zone,
		Profile: dialog.Part[Profile](s, partProfile), Journal: dialog.Part[Journal](s, partJournal),
		Deck: dialog.Part[Deck](s, partDeck), Plan: dialog.Part[Plan](s, partPlan),
		Partner: dialog.Part[Partner](s, partPartner),
		Open:    s.Runs, Muted: s.Muted, LastSeen: s.Clock,
	}
	for i := range s.Timers {
		e.Planned = append(e.Planned, Planned{s.Timers[i].Name, s.Timers[i].Wall.Format("2006-01-02 15:04")})
	}
	for i := range s.Outbox {
		e.Waiting = append(e.Waiting, s.Outbox[i].Msg.Text)
	}
	for i := range s.Parked {
		e.Parked = append(e.Parked, s.Parked[i].Text)
	}
	return e
}

// page is the export to read: the cards, the journal and the links in words.
func (b *bot) page(t *dialog.Turn) string {
	var parts []string
	p := profile(t)
	for i := range p.Sets {
		parts = append(parts, CardText(t, &p.Sets[i]))
	}
	return strings.Join(slices.Concat(parts, b.pages(t), linkPages(t)), "\n\n")
}
