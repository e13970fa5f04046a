package prompts

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"afterglow/dialog"
)

// words reads LANGUAGE/NAME.toml: key → one text, or its variants. Keys named
// note are for translators.
func (b *Book) words(lang, name, file, data string) error {
	list, err := entries(file, data)
	if b.Words[lang] == nil {
		b.Words[lang] = dialog.Words{}
	}
	errs := []error{err}
	for _, e := range list {
		key := name + "." + e.key
		if e.key == "note" || strings.HasSuffix(e.key, ".note") {
			continue
		}
		pos := Pos{file, e.line}
		if len(e.values) == 0 || slices.Contains(e.values, "") {
			errs = append(errs, &Problem{pos, fmt.Sprintf("%s is empty", key), "write the words, or take the line out"})
		}
		b.Words[lang][key] = e.values
		b.lines[lang+" "+key] = pos
	}
	return errors.Join(errs...)
}

// banned reads the stems that no unasked text may contain.
func (b *Book) banned(file, data string) error {
	list, err := entries(file, data)
	for _, e := range list {
		if strings.HasSuffix(e.key, "stems") {
			b.Stems = append(b.Stems, e.values...)
		}
	}
	return err
}

// Card is one conversation starter.
type Card struct {
	ID    string   `toml:"id"`
	Group string   `toml:"group"` // moment, clear, trade, feedback
	For   []string `toml:"for"`   // situations; empty: any
	Tone  string   `toml:"tone"`  // gentle, playful, direct
	Text  string   `toml:"text"`
	Tip   string   `toml:"tip"`
}

func (b *Book) deck(lang, file, data string) error {
	var f struct {
		Note string `toml:"note"`
		Card []Card `toml:"card"`
	}
	if err := decode(file, data, &f); err != nil {
		return err
	}
	var errs []error
	for _, c := range f.Card {
		bad := func(format string, args ...any) {
			errs = append(errs, &Problem{Pos{File: file}, fmt.Sprintf("card %q: ", c.ID) + fmt.Sprintf(format, args...), ""})
		}
		if i := slices.IndexFunc(b.Cards[lang], func(old Card) bool { return old.ID == c.ID }); i >= 0 {
			b.Cards[lang][i] = c // an operator's card replaces ours
			continue
		}
		switch {
		case c.ID == "" || c.Text == "":
			bad("has no id or no text")
		case !slices.Contains(Groups, c.Group):
			bad("group %q is none of %v", c.Group, Groups)
		case !slices.Contains(Tones, c.Tone):
			bad("tone %q is none of %v", c.Tone, Tones)
		case len([]rune(c.Text)) > 280:
			bad("is longer than 280 characters")
		}
		for _, s := range c.For {
			if !slices.Contains(Situations, s) {
				bad("situation %q is none of %v", s, Situations)
			}
		}
		b.Cards[lang] = append(b.Cards[lang], c)
	}
	return errors.Join(errs...)
}

// What a card can be for.
var (
	Groups     = []string{"moment", "clear", "trade", "feedback"}
	Tones      = []string{"gentle", "playful", "direct"}
	Situations = []string{"steady", "new", "casual", "distance", "sorry"}
)

// Place is a city, the time zone it is in, and its country (ISO code).
type Place struct{ City, Zone, Country string }

func (b *Book) zones(file, data string) error {
	var errs []error
	for i, line := range strings.Split(strings.TrimRight(data, "\n"), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(strings.TrimRight(line, "\r"), "\t")
		if len(f) != 3 || !dialog.KnownZone(f[1]) {
			errs = append(errs, &Problem{Pos{file, i + 1}, fmt.Sprintf("%q is not CITY, ZONE, COUNTRY with tabs between", line), "zones are named as in Europe/Lisbon"})
			continue
		}
		b.Zones = append(b.Zones, Place{f[0], f[1], f[2]})
	}
	return errors.Join(errs...)
}

// Word is the first text under key in the language nearest to lang, or in the
// default one; "" if nobody has it.
func (b *Book) Word(lang, key string) string {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	for _, l := range []string{strings.ToLower(lang), base, Default} {
		if v := b.Words[l][key]; len(v) > 0 {
			return v[0]
		}
	}
	return ""
}
