// Package when reads what people type when the bot asks "when?": "tomorrow
// morning", "in 20 min", "halb acht", "not now", in English, Spanish, German,
// French and Brazilian Portuguese.
//
// It would rather ask back than guess: a wrong moment is an unwanted message.
// It never schedules what was declined, nothing in the past and nothing beyond
// [Horizon]. It is pure: no clock, no state that changes, safe for any number
// of callers at once. The words live in words/*.toml, the choices and their
// reasons in docs/when.md.
package when

import (
	"strings"
	"time"
)

// Kind says what an answer amounts to.
type Kind uint8

const (
	Ask  Kind = iota // ask back: ambiguous, vague, past, too far away or not understood
	At               // a moment
	None             // declined: "never", "not now", "no thanks"
)

// Horizon is how far ahead a moment may lie.
const Horizon = 60 * 24 * time.Hour

// longest is how much of an answer is read, in characters. A longer one is a
// story and not an answer; [Read] asks back.
const longest = 200

// Answer is what a text says about when. At is set only if Kind is [At].
type Answer struct {
	Kind Kind
	At   time.Time
}

// Read tells when text wants to be written to. Now carries the person's zone;
// the result is in the same zone, not before now and not after now+[Horizon].
// Langs are hints ("en", "pt-BR"), the likeliest first; with none that is known
// any of the five languages is as likely. A text that only another language
// understands is read in that one all the same.
func Read(text string, now time.Time, langs ...string) Answer {
	now = now.Round(0) // without the monotonic clock, so that equal answers compare equal
	folded, cut := fold(text, longest)
	tokens := lex(folded)
	if cut || len(tokens) == 0 {
		return Answer{}
	}
	var readings []reading
	for _, v := range vocabularies(langs) {
		readings = append(readings, read(v, tokens, now))
	}
	return choose(readings, len(langs) > 0 && known(langs))
}

// reading is what one language makes of a text.
type reading struct {
	vocabulary *vocabulary
	answer     Answer
	strangers  []string // words this language does not know
	misfits    int      // numbers and units it has no place for
	mute       bool     // it finds nothing about when
	now        bool     // its answer is this very moment
}

// choose takes the language that knows most words. Where two know as many, the
// one hinted at earlier wins; without a hint all that have something to say
// must agree.
func choose(readings []reading, hinted bool) Answer {
	best := readings[0]
	for _, r := range readings[1:] {
		if r.better(best, hinted) {
			best = r
		}
	}
	if best.answer.Kind != Ask && refused(best, readings) {
		return Answer{}
	}
	if hinted {
		return best.answer
	}
	for _, r := range readings {
		if best.now {
			r.mute = false // "ja" is German for yes and Portuguese for now
		}
		if r.answer != best.answer && !best.better(r, false) {
			return Answer{}
		}
	}
	return best.answer
}

// better tells whether r knows more of the text than other. Without a hint it
// also counts what else shows that a text is in another language.
func (r reading) better(other reading, hinted bool) bool {
	if len(r.strangers) != len(other.strangers) || hinted {
		return len(r.strangers) < len(other.strangers)
	}
	if r.misfits != other.misfits {
		return r.misfits < other.misfits
	}
	return !r.mute && other.mute
}

// refused tells whether a word that the chosen language does not know says no
// in another one: "not mañana".
func refused(best reading, readings []reading) bool {
	for _, word := range best.strangers {
		for _, r := range readings {
			if r.vocabulary.refuses(word) {
				return true
			}
		}
	}
	return false
}

// vocabularies returns all five, those hinted at first.
func vocabularies(langs []string) []*vocabulary {
	all := loaded()
	out := make([]*vocabulary, 0, len(all))
	taken := make(map[string]bool, len(all))
	for _, lang := range append(shorten(langs), names...) {
		if v := all[lang]; v != nil && !taken[lang] {
			taken[lang] = true
			out = append(out, v)
		}
	}
	return out
}

// known tells whether any of langs is one of the five.
func known(langs []string) bool {
	for _, lang := range shorten(langs) {
		if loaded()[lang] != nil {
			return true
		}
	}
	return false
}

// shorten makes "pt" of "pt-BR" and "PT_br".
func shorten(langs []string) []string {
	out := make([]string, 0, len(langs)+len(names))
	for _, lang := range langs {
		lang, _, _ = strings.Cut(lang, "-")
		lang, _, _ = strings.Cut(lang, "_")
		out = append(out, strings.ToLower(lang))
	}
	return out
}
