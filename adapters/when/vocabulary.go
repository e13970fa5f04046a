package when

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

//go:embed words/*.toml
var files embed.FS

// names are the languages, in the order in which they are read without a hint.
var names = []string{"en", "es", "de", "fr", "pt"}

// vocabulary is what one language has words for. Nobody changes it once loaded.
type vocabulary struct {
	habits
	phrases map[string][]meaning // by folded text
	widest  int                  // tokens in the longest phrase
	typos   []string             // words that may be misspelt
	exempt  map[string]bool      // words that look like a misspelling and are none
}

// habits are the ways in which the languages differ besides their words.
type habits struct {
	Clock24    bool     `toml:"clock24"`    // a written hour is one of 24: "9 Uhr" is in the morning
	DayFirst   bool     `toml:"dayfirst"`   // 3/12 and 3.12 are in December
	Ordinals   bool     `toml:"ordinals"`   // a day of the month alone needs an ending or a dot
	LooseTo    bool     `toml:"looseto"`    // the word for "ten to nine" also says nothing
	BareHours  bool     `toml:"barehours"`  // "2h" alone is a span and not a clock
	AndMinutes bool     `toml:"andminutes"` // "ocho y diez" is 8:10
	Compounds  bool     `toml:"compounds"`  // "Freitagabend" is one word
	HalfMeans  int      `toml:"halfmeans"`  // minutes that "half" adds to the hour after it
	DayIdioms  []int    `toml:"dayidioms"`  // numbers of days, in words, that mean weeks
	Compound   string   `toml:"compound"`   // how tens and units make a number
	TypoExempt []string `toml:"typoexempt"`
}

// loaded reads the words once. They are part of the program, so an error in
// them is an error in the program.
var loaded = sync.OnceValue(func() map[string]*vocabulary {
	all := make(map[string]*vocabulary, len(names))
	for _, name := range names {
		v, err := load(name)
		if err != nil {
			panic(fmt.Sprintf("when: words/%s.toml: %v", name, err))
		}
		all[name] = v
	}
	return all
})

// table is the shape of a words file.
type table struct {
	habits
	Number   map[string][]string `toml:"number"`
	Ordinal  map[string][]string `toml:"ordinal"`
	Day      map[string][]string `toml:"day"`
	Weekday  map[string][]string `toml:"weekday"`
	ShortDay map[string][]string `toml:"shortday"`
	Month    map[string][]string `toml:"month"`
	Feast    map[string][]string `toml:"feast"`
	Part     map[string][]string `toml:"part"`
	Today    map[string][]string `toml:"today"`
	Tomorrow map[string][]string `toml:"tomorrow"`
	Unit     map[string][]string `toml:"unit"`
	Span     map[string][]string `toml:"span"`
	Is       map[string][]string `toml:"is"`
}

func load(name string) (*vocabulary, error) {
	data, err := files.ReadFile("words/" + name + ".toml")
	if err != nil {
		return nil, err
	}
	var t table
	dec := toml.NewDecoder(strings.NewReader(string(data)))
	if err := dec.DisallowUnknownFields().Decode(&t); err != nil {
		return nil, err
	}
	v := &vocabulary{habits: t.habits, phrases: make(map[string][]meaning), exempt: make(map[string]bool)}
	for _, w := range t.TypoExempt {
		v.exempt[w] = true
	}
	sections := []struct {
		words map[string][]string
		class class
		names map[string]int // nil: keys are numbers
		typos bool
	}{
		{t.Ordinal, anOrdinal, nil, false},
		{t.Day, aDay, nil, true},
		{t.Weekday, aWeekday, weekdays, true},
		{t.ShortDay, aShortDay, weekdays, false},
		{t.Month, aMonth, nil, true},
		{t.Part, aPart, parts, true},
		{t.Today, aPartToday, parts, true},
		{t.Tomorrow, aPartTomorrow, parts, false},
		{t.Unit, aUnit, units, true},
		{t.Span, aSpan, nil, false},
	}
	for _, s := range sections {
		for key, phrases := range s.words {
			value, ok := s.names[key]
			if s.names == nil {
				var err error
				value, err = strconv.Atoi(key)
				ok = err == nil
			}
			if !ok {
				return nil, fmt.Errorf("unknown key %q", key)
			}
			for _, p := range phrases {
				v.add(p, meaning{class: s.class, value: value}, s.typos)
			}
		}
	}
	for key, phrases := range t.Feast {
		var month, day int
		if _, err := fmt.Sscanf(key, "%d-%d", &month, &day); err != nil {
			return nil, fmt.Errorf("feast %q: %w", key, err)
		}
		for _, p := range phrases {
			v.add(p, meaning{class: aFeast, value: month*100 + day}, false)
		}
	}
	for key, phrases := range t.Is {
		role, ok := roles[key]
		if !ok {
			return nil, fmt.Errorf("unknown key %q", key)
		}
		for _, p := range phrases {
			v.add(p, meaning{class: role}, false)
		}
	}
	if err := v.addNumbers(t.Number); err != nil {
		return nil, err
	}
	if v.Compounds {
		v.addCompounds(t)
	}
	slices.Sort(v.typos)
	return v, nil
}

// addNumbers adds the number words and those made of tens and units.
func (v *vocabulary) addNumbers(words map[string][]string) error {
	for _, key := range slices.Sorted(maps.Keys(words)) {
		n, err := strconv.ParseFloat(key, 64)
		if err != nil {
			return fmt.Errorf("number %q: %w", key, err)
		}
		for _, w := range words[key] {
			v.add(w, meaning{class: aNumber, value: int(n), part: n - float64(int(n))}, false)
		}
		if n < 20 || int(n)%10 != 0 {
			continue
		}
		for u := 1; u <= 9; u++ {
			for _, tens := range words[key] {
				for _, one := range words[strconv.Itoa(u)] {
					w := strings.NewReplacer("TENS", tens, "UNIT", one).Replace(v.Compound)
					v.add(w, meaning{class: aNumber, value: int(n) + u}, false)
				}
			}
		}
	}
	return nil
}

// addCompounds adds "Freitagabend": to read it is to read its two halves, so
// it stands for them.
func (v *vocabulary) addCompounds(t table) {
	for day, names := range t.Weekday {
		for part, words := range t.Part {
			for _, name := range names {
				for _, w := range words {
					if !strings.Contains(w, " ") {
						v.add(name+strings.ToLower(w), meaning{class: aWeekday, value: weekdays[day], part: float64(parts[part])}, false)
					}
				}
			}
		}
	}
}

// add gives a phrase one more meaning; one with umlauts also as ae, oe, ue.
func (v *vocabulary) add(phrase string, m meaning, typos bool) {
	spellings := []string{phrase}
	if spelt := umlauts.Replace(phrase); spelt != phrase {
		spellings = append(spellings, spelt)
	}
	for _, s := range spellings {
		folded, _ := fold(s, longest)
		tokens := lex(folded)
		key := join(tokens)
		if key == "" || slices.Contains(v.phrases[key], m) {
			continue
		}
		v.phrases[key] = append(v.phrases[key], m)
		v.widest = max(v.widest, len(tokens))
		if typos && len(tokens) == 1 && len(key) >= 5 {
			v.typos = append(v.typos, key)
		}
	}
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue")

// join makes the key of a phrase.
func join(tokens []token) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// refuses tells whether a word says no in this language.
func (v *vocabulary) refuses(w string) bool {
	if len(w) < 3 && w != "no" {
		return false
	}
	for _, m := range v.phrases[w] {
		if m.class == isNo || m.class == isDecline || m.class == isNotNow {
			return true
		}
	}
	return false
}
