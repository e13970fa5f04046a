package support

import (
	"slices"
	"time"
)

// Kind tells what a line helps with.
type Kind string

const (
	SelfHarm       Kind = "selfharm"   // thoughts of suicide, self-harm, a crisis of any kind
	NonConsent     Kind = "nonconsent" // sexual violence
	Violence       Kind = "violence"   // violence and control by a partner or ex-partner
	Medical        Kind = "medical"    // care of the body after an assault
	Child          Kind = "minor"      // children and teenagers, and those who worry about one
	Behaviour      Kind = "behaviour"  // adults who worry about how they treat a partner
	BehaviourChild Kind = "behaviour-child"
	Low            Kind = "drop" // a low without an emergency
)

// Kinds are all of them, in the order of the table above.
var Kinds = []Kind{SelfHarm, NonConsent, Violence, Medical, Child, Behaviour, BehaviourChild, Low}

// Serves tells for whom a line is.
type Serves string

const (
	All      Serves = "all"
	Women    Serves = "women"
	Men      Serves = "men"
	LGBT     Serves = "lgbt"
	Unstated Serves = "unstated" // the source does not say; treated as perhaps not for you
)

// Everyone are all values of [Serves].
var Everyone = []Serves{All, Women, Men, LGBT, Unstated}

// Channel is a way to reach a line.
type Channel string

const (
	Text     Channel = "text"
	WhatsApp Channel = "whatsapp"
	Chat     Channel = "chat"
	Mail     Channel = "mail"
	Call     Channel = "call"
	Web      Channel = "web"
)

// Channels are all of them in the order a person sees them: writing before
// speaking, because speaking can be overheard.
var Channels = []Channel{Text, WhatsApp, Chat, Mail, Call, Web}

// Contact is one way to reach a line.
type Contact struct {
	By  Channel
	At  string // a number or an address, as a person would type it
	Say string // text only: the word to send; may be empty
}

// Line is one service.
type Line struct {
	ID       string
	Country  string   // ISO 3166-1 alpha-2
	Regions  []string // ISO 3166-2 without the country ("SCT"); empty: the whole country
	Place    string   // what the regions are called, for people; empty with no regions
	Kinds    []Kind
	Serves   Serves
	FromAge  int // 0: no lower limit known
	Name     string
	Contacts []Contact // never empty
	Hours    string    // "24/7", or "Mo-Th 08:00-20:00; Fr 08:00-15:00" local time; empty: not known
	Sources  []string  // addresses of the pages that say so
	Status   string    // "verified-1": the service's own or an official page; "verified-2": press or another list
	Seen     Seen
}

// Country holds a country's emergency numbers. What nobody has verified is empty.
type Country struct {
	Code      string
	Emergency string // police, ambulance and fire alike
	Police    string
	Ambulance string
	Silent    string // an emergency number that takes text messages
	Sources   []string
	Status    string
	Seen      Seen
}

// Seen is when a source was last seen to say what we repeat: "2026-08-01",
// "2025-12" or "2022", no finer than the source allows.
type Seen string

// Time is the first moment Seen can mean, so that an entry is called old too
// early rather than too late. It reports false for what is not a date.
func (s Seen) Time() (time.Time, bool) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, string(s)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// Book is everything we know about who can help. It is not changed after
// loading, so it may be shared.
type Book struct {
	Lines     []Line    // in the order of preference among equals
	Countries []Country // sorted by code
}

// Country finds emergency numbers. Unknown and unlisted countries have none.
func (b Book) Country(code string) Country {
	i := slices.IndexFunc(b.Countries, func(c Country) bool { return code != "" && c.Code == code })
	if i < 0 {
		return Country{Code: code}
	}
	return b.Countries[i]
}

// Listed are the codes of the countries we have anything for, sorted.
func (b Book) Listed() []string {
	var codes []string
	for _, l := range b.Lines {
		codes = append(codes, l.Country)
	}
	for _, c := range b.Countries {
		codes = append(codes, c.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Entry names a row that somebody is to confirm.
type Entry struct {
	ID      string // a line's id, or a country's code
	Seen    Seen
	Sources []string
}

// Stale are the rows last seen more than a year before the given date, the
// oldest first. An operator confirms them on the live page.
func (b Book) Stale(at time.Time) []Entry {
	var all []Entry
	for _, c := range b.Countries {
		all = append(all, Entry{c.Code, c.Seen, c.Sources})
	}
	for _, l := range b.Lines {
		all = append(all, Entry{l.ID, l.Seen, l.Sources})
	}
	limit := at.AddDate(-1, 0, 0)
	old := slices.DeleteFunc(all, func(e Entry) bool {
		t, ok := e.Seen.Time()
		return ok && !t.Before(limit)
	})
	slices.SortStableFunc(old, func(x, y Entry) int {
		tx, _ := x.Seen.Time()
		ty, _ := y.Seen.Time()
		return tx.Compare(ty)
	})
	return old
}
