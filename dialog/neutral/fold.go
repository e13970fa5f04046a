package neutral

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Letters that do not come apart into a plain one and its marks.
var whole = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ŋ': "n", 'ı': "i",
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "ae", "Ö", "oe", "Ü", "ue")

// plainLetter writes a letter with a to z, or returns "" if it is not one of a
// language we read: another script, or a small capital, a mathematical letter, a
// long s and whatever else looks like one.
func plainLetter(r rune) string {
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
	base = unicode.ToLower(base)
	if 'a' <= base && base <= 'z' {
		return string(base)
	}
	return whole[base]
}

// fold writes a line with a to z, without case and accents. Everything that is no
// letter stays as it is.
func fold(line string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(line) {
		switch plain := plainLetter(r); {
		case !unicode.IsLetter(r):
			b.WriteRune(r)
		case plain != "":
			b.WriteString(plain)
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func hasLetter(folded string) bool {
	return strings.ContainsFunc(folded, unicode.IsLetter)
}

// spellings returns the folded line, and where somebody drew out a letter
// ("looove", "kisss") the words it may stand for: with that letter once and twice.
func spellings(folded string) []string {
	out := []string{folded}
	for _, n := range []int{1, 2} {
		if s := drawnIn(folded, n); s != folded {
			out = append(out, s)
		}
	}
	return out
}

// drawnIn shortens three or more of the same letter to n.
func drawnIn(folded string, n int) string {
	letters := []rune(folded)
	out := make([]rune, 0, len(letters))
	for i := 0; i < len(letters); {
		j := i
		for j < len(letters) && letters[j] == letters[i] {
			j++
		}
		keep := j - i
		if keep > 2 && unicode.IsLetter(letters[i]) {
			keep = n
		}
		out = append(out, letters[i:i+keep]...)
		i = j
	}
	return string(out)
}
