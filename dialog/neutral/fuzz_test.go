package neutral_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// FuzzCheck holds the filter to its promise, with a plain reading of its own: an
// accepted line is short, shows all it holds, and no word of it begins with or is
// a banned one. Capitals and taken-apart accents change nothing, and a banned word
// put beside it is found however it is dressed.
func FuzzCheck(f *testing.F) {
	filter, stems := shipped(f)
	type oneWord struct {
		word         string
		very, inside bool
	}
	var single []oneWord
	for _, stem := range stems {
		if words := plainWords(stem); len(words) == 1 {
			single = append(single, oneWord{words[0], strings.HasPrefix(stem, "="), strings.HasPrefix(stem, "*")})
		}
	}
	for _, line := range []string{
		"A small hello from me.", "Zeit für Tee?", "¿Un café con leche?", "Pause à 14h30 ?", "sexta-feira", "s.e.x", "s 3 x", "looove", "ſex", "sех",
		"Ça va, cœur", "\u200b", "te\u0301a", "a\u0308\u0308", "\u212ailo", "İstanbul", "STRASSE straße", "\u037e", "l'été", "tea\u00a0\u202f?", "\xff",
	} {
		f.Add(line, 0, uint8(0))
	}
	f.Add("tea", 7, uint8(1))
	f.Add("tea", 300, uint8(2))
	f.Fuzz(func(t *testing.T, line string, pick int, disguise uint8) {
		if filter.Check(line) != nil {
			return
		}
		if n := utf8.RuneCountInString(line); n == 0 || n > 60 {
			t.Errorf("%q has %d characters", line, n)
		}
		for _, r := range norm.NFC.String(line) {
			if !unicode.In(r, unicode.L, unicode.P, unicode.Nd, unicode.Zs) && r != '´' {
				t.Errorf("%q holds %U", line, r)
			}
		}
		words := plainWords(line)
		for _, stem := range single {
			for _, w := range words {
				if w == stem.word || !stem.very && strings.HasPrefix(w, stem.word) || stem.inside && strings.Contains(w, stem.word) {
					t.Errorf("%q passes in spite of %q", line, stem.word)
				}
			}
		}
		for _, same := range []string{strings.ToUpper(line), norm.NFD.String(line)} {
			if err := filter.Check(same); err != nil && len(same) <= 60 {
				t.Errorf("%q passes, %q does not: %v", line, same, err)
			}
		}
		if bad := dressed(stems[abs(pick)%len(stems)], disguise); len(line)+len(bad) < 60 && filter.Check(line+" — "+bad) == nil {
			t.Errorf("%q passes beside %q", bad, line)
		}
	})
}

// plainWords is the fuzz test's own, simple way to read a line.
func plainWords(line string) []string {
	line = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(line)))
	line = strings.NewReplacer("ß", "ss", "œ", "oe", "æ", "ae").Replace(line)
	return strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) })
}

// dressed writes a stem the way somebody may who wants it through.
func dressed(stem string, how uint8) string {
	word := strings.TrimLeft(stem, "=*")
	switch how % 4 {
	case 1:
		return strings.ToUpper(word)
	case 2:
		return norm.NFD.String(word)
	case 3:
		if !strings.ContainsAny(word, " '0123456789") {
			return strings.Join(strings.Split(word, ""), " ")
		}
	}
	return word
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}

func BenchmarkCheck(b *testing.B) {
	filter, _ := shipped(b)
	for b.Loop() {
		if err := filter.Check("Eine Minute, wann immer du eine hast."); err != nil {
			b.Fatal(err)
		}
	}
}
