// Package aftercare is what this bot knows: preferences, check-ins, the nudge
// plan, starters, settings. It gives the engine the Go behind the names that
// flows use; the flows and every sentence come from package prompts.
//
// What is kept of a person beside the open conversation stands in a few parts
// of the state: [Profile], [Journal], [Deck], [Plan], [Partner].
package aftercare

import (
	"time"

	"afterglow/dialog"
	"afterglow/dialog/care"
	"afterglow/dialog/support"
)

// The parts of a state. The numbers are stored and never change their meaning.
const (
	partProfile = 1
	partJournal = 2
	partDeck    = 3
	partPlan    = 4
	partDanger  = 5
	partPartner = 6
	partDoubt   = 7
)

// Content is what package prompts has loaded.
type Content struct {
	Flows map[string]*dialog.Flow
	Words map[string]dialog.Words
	Langs []string
	Cards map[string][]Card // by language
	Zones []Place
	// Neutral tells whether a person's own line may stand on a lock screen; nil: any may.
	Neutral func(line string) error
	// Care tells what a text tells of; nil: nobody looks.
	Care func(text string) care.Finding
	// Support is who can help where.
	Support support.Book
	// GoneDays is after how many days what was erased is gone from all copies; 0:
	// nobody has computed it.
	GoneDays int
	// Invite seals who invites and a secret of 16 bytes into a code that only this
	// bot can open; "" if it does not fit one. Invited is the way back. Nil: nobody
	// can be invited.
	Invite  func(person dialog.PersonID, secret string) string
	Invited func(code string) (person dialog.PersonID, secret string, ok bool)
	// ReadTime is [dialog.Script.ReadTime].
	ReadTime func(text string, now time.Time, langs ...string) (time.Time, dialog.Reading)
}

// Card is one conversation starter.
type Card struct {
	ID, Group, Tone, Text, Tip string
	For                        []string // situations; empty: any
}

// Place is a city, its time zone and country.
type Place struct{ City, Zone, Country string }

// New makes the script of the bot. An error names what a flow asks for in vain.
func New(c Content) (*dialog.Script, error) {
	b := &bot{Content: c}
	s := &dialog.Script{
		Flows: c.Flows, Words: c.Words, Langs: c.Langs, ReadTime: c.ReadTime,
		Commands: map[string]string{},
		Actions:  map[string]func(*dialog.Turn){},
		Lists:    map[string]func(*dialog.Turn) []dialog.Option{},
		Facts:    map[string]func(*dialog.Turn) string{},
		Values:   map[string]func(*dialog.Turn) string{},
		Timers:   map[string]func(*dialog.Turn, dialog.Timer){},
		Readers:  map[string]func(*dialog.Turn, string) []string{},
		Gate:     gate,
		Known:    roomFor,
		Preset:   preset,
		Flood:    100,
		Visit:    visit,
		Heard:    returned,
	}
	s.Commands["support"] = "flow:someone"
	for _, name := range []string{"start", "needs", "starters", "planner", "after", "checkin", "journal", "settings", "pause", "privacy", "export", "forget", "hide", "help", "stop"} {
		if c.Flows[name] != nil {
			s.Commands[name] = "flow:" + name
		}
	}
	s.Commands["start"] = "start.again"
	s.Commands["partner"] = "partner.begin"
	for _, room := range []func(*dialog.Script){b.start, b.zones, b.needs, b.starters, b.settings, b.nudges, b.checkin, b.journal, b.planner, b.danger, b.yours, b.partner} {
		room(s)
	}
	return s, s.Init()
}

// bot is the content that the actions work with. It is only read.
type bot struct{ Content }

// lang is the language a person's cards come in.
func (b *bot) lang(t *dialog.Turn) string {
	if len(b.Cards[t.State.Lang]) > 0 {
		return t.State.Lang
	}
	return b.Langs[0]
}
