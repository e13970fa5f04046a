package prompts_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"afterglow/dialog"
	"afterglow/dialog/care"
	"afterglow/dialog/support"
	"afterglow/prompts"
	"afterglow/prompts/helplines"
)

// reviewed is every language's table, the languages sorted, and the book.
func reviewed(t *testing.T) (tables map[string]dialog.Words, langs []string, book support.Book) {
	t.Helper()
	loaded, err := prompts.Load()
	if err != nil {
		t.Fatal(err)
	}
	tables = loaded.Reviewed()
	if book, err = helplines.Load(); err != nil {
		t.Fatal(err)
	}
	langs = slices.Sorted(maps.Keys(tables))
	if want := []string{"de", "en", "es", "fr", "pt"}; !slices.Equal(langs, want) {
		t.Fatalf("languages %v, want %v", langs, want)
	}
	return tables, langs, book
}

func lookup(table map[string][]string) support.Words {
	return func(key string) []string { return table[key] }
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestEveryLanguageSaysTheSameThings(t *testing.T) {
	tables, langs, _ := reviewed(t)
	for _, lang := range langs {
		for key, sentences := range tables[lang] {
			if len(sentences) != 1 || strings.TrimSpace(sentences[0]) == "" {
				t.Errorf("%s: %s has %d wordings; reviewed sentences have one, and never an empty one", lang, key, len(sentences))
				continue
			}
			english, ok := tables["en"][key]
			if !ok {
				t.Errorf("%s: %s is not in English", lang, key)
				continue
			}
			holes := func(s string) []string { return slices.Sorted(slices.Values(placeholder.FindAllString(s, -1))) }
			if got, want := holes(sentences[0]), holes(english[0]); !slices.Equal(got, want) {
				t.Errorf("%s: %s has %v, English has %v", lang, key, got, want)
			}
		}
		for key := range tables["en"] {
			if _, ok := tables[lang][key]; !ok {
				t.Errorf("%s: %s is missing", lang, key)
			}
		}
	}
}

// Whatever Compose, the ladder and the clocks look up is there: the words'
// stand-in notes each key that was asked for in vain.
func TestNoSentenceIsMissing(t *testing.T) {
	tables, langs, book := reviewed(t)
	optional := []string{"care.serves.all", "care.serves.unstated"} // nothing to say
	for _, lang := range langs {
		missing := map[string]bool{}
		w := support.Words(func(key string) []string {
			found := tables[lang][key]
			if len(found) == 0 && !slices.Contains(optional, key) {
				missing[key] = true
			}
			return found
		})
		everywhere(book, func(f care.Finding, at support.Place) { support.Compose(w, book, f, at) })
		for about := care.Self; about <= care.Actor; about++ {
			support.Clock(w, book, about, support.Place{})
		}
		for _, p := range support.Parts {
			for _, q := range support.Questions(p) {
				for _, o := range append(q.Options, "ask") {
					w("support.body." + string(p) + "." + q.ID + "." + o)
				}
				for _, o := range q.Options {
					rung, done := support.Ladder(p, map[string][]string{"signs": {"none"}, q.ID: {o}})
					if done {
						support.Advice(w, book, p, rung, support.Place{})
					}
				}
			}
		}
		for _, since := range clockTimes {
			ws, _ := support.Windows(since)
			support.Clocks(w, ws)
		}
		for _, code := range append(book.Listed(), "other") {
			w("support.country." + code)
		}
		for _, key := range slices.Sorted(maps.Keys(missing)) {
			t.Errorf("%s: %s is looked up and is not there", lang, key)
		}
	}
}

// What never belongs into these sentences, in the words of each language.
var forbidden = map[string]string{
	"en": `\bshould|\bought to|you must|\bcommit(ted)? suicide|(failed|successful) attempt|\bnormal|\bpromise|just leave|why (did|do|didn't|don't) you|calm down|misunderstanding|don't be silly|for a reason|it will pass|your family|have it worse|till morning|\bvictim|\brape|\babuser|attention.seek`,
	"es": `\bdeber[ií]as|\bdebes\b|tienes que irte|comet\w+ suicidio|intento fallido|intento exitoso|\bnormal|promet|vete y ya|por qué (no|lo|fuiste|te quedas)|cálmate|tranquilízate|malentendido|tu familia|hay quien está peor|hasta mañana|víctima|violaci[oó]n`,
	"de": `\bsoll(te)?st|\bsollte|selbstmord|freitod|(gescheiterter|erfolgreicher) versuch|\bnormal|versprich|verspreche|geh einfach|warum (hast|bist|gehst|bleibst) du|beruhig|missverständnis|stell dich nicht|deine familie|anderen geht|bis morgen|\bopfer|vergewaltig`,
	"fr": `tu devrais|tu dois\b|il faut que tu|commettre|tentative (ratée|réussie)|\bnormal|promets|promesse|pars, c'est tout|pourquoi (as-tu|tu|restes-tu)|calme-toi|malentendu|ta famille|pire ailleurs|jusqu'à demain|victime|\bviol\b|\bviolée?s?\b`,
	"pt": `\bdeveria|você deve\b|comet\w+ suicídio|tentativa (falha|frustrada|bem-sucedida)|\bnormal|promet|simplesmente (saia|vá)|por que você|acalme|mal-entendido|sua família|gente pior|até amanhã|vítima|estupr`,
}

// Explicit words, doses and methods, in any language.
var (
	explicit = regexp.MustCompile(`(?i)\b(p[eéê]nis|pene|vagina|vulva|anus|ano|anal|oralsex|orgasm\w*|fuck\w*|follar|ficken|baiser|foder|cum|cock|pussy|kink\w*|bdsm)\b`)
	dose     = regexp.MustCompile(`(?i)\d+\s*(mg|ml|µg|mcg|g\b|tablet|pill|tablett|comprim|pastill|cachet)`)
)

func TestWhatIsNeverSaid(t *testing.T) {
	tables, langs, _ := reviewed(t)
	for _, lang := range langs {
		never := regexp.MustCompile(`(?i)` + forbidden[lang])
		for key, sentences := range tables[lang] {
			for _, s := range sentences {
				for _, r := range []*regexp.Regexp{never, explicit, dose} {
					if hit := r.FindString(s); hit != "" {
						t.Errorf("%s: %s says %q: %s", lang, key, hit, s)
					}
				}
				for _, c := range s {
					if unicode.Is(unicode.So, c) || c > 0xffff || strings.ContainsRune("!¡", c) {
						t.Errorf("%s: %s has %q: no pictures and no exclamations here", lang, key, c)
					}
				}
			}
		}
	}
}

// Language is not country: the words themselves hold no number one could dial.
var dialled = regexp.MustCompile(`\d{3,}`)

func TestTheWordsHoldNoNumberToDial(t *testing.T) {
	tables, langs, _ := reviewed(t)
	for _, lang := range langs {
		for key, sentences := range tables[lang] {
			for _, n := range dialled.FindAllString(sentences[0], -1) {
				if n != "120" { // hours of ulipristal
					t.Errorf("%s: %s holds %s", lang, key, n)
				}
			}
		}
	}
}

func TestLabelsFitAButton(t *testing.T) {
	tables, langs, _ := reviewed(t)
	for _, lang := range langs {
		for key, s := range tables[lang] {
			limit := 0
			switch {
			case strings.HasPrefix(key, "care.button."):
				limit = 34
			case strings.HasPrefix(key, "support.country."), strings.HasPrefix(key, "support.kind."):
				limit = 40
			case strings.HasPrefix(key, "support.body.") && strings.Count(key, ".") == 4 && !strings.HasSuffix(key, ".ask"):
				limit = 68
			}
			if n := len([]rune(s[0])); limit > 0 && n > limit {
				t.Errorf("%s: %s is %d letters long, at most %d", lang, key, n, limit)
			}
		}
	}
}

func TestASentenceNamesTheButtonAsItIsCalled(t *testing.T) {
	tables, langs, _ := reviewed(t)
	for _, lang := range langs {
		label := tables[lang]["care.button.windows"][0]
		for _, key := range []string{"care.nonconsent.2.self.step", "care.medical.2.self.step", "care.medical.clock.self.more", "care.medical.2.other.step"} {
			if s := tables[lang][key][0]; !strings.Contains(s, label) {
				t.Errorf("%s: %s does not name the button %q: %s", lang, key, label, s)
			}
		}
	}
}
