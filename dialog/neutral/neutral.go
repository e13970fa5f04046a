// Package neutral keeps what nobody asked for safe to be seen: a nudge lights up
// a lock screen, and whoever stands beside it may read it. A line passes when it
// is short, plain, and hints at nothing.
//
// The package is pure and knows no words of its own; the banned stems are handed
// to [New]. Every list counts whatever the language of the line is, because the
// people who glance at a screen read all sorts of languages.
//
// It can only vouch for letters it can read. Lines in anything but the Latin
// alphabet are refused ([ErrScript]) until there are lists, and folding, for
// another one; so are letters made to look like others.
package neutral

import (
	"errors"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxRunes is the length of the longest line. A character as a reader sees it is
// never less than one rune, so the bound holds for those as well.
const MaxRunes = 60

// Why a line is refused. None of them quotes the line.
var (
	ErrEmpty   = errors.New("no word in it")
	ErrTooLong = errors.New("more than 60 characters")
	ErrHidden  = errors.New("characters that can not be seen")
	ErrScript  = errors.New("letters that are not of the plain latin alphabet")
	ErrEmoji   = errors.New("emoji, picture or emoticon")
	ErrLink    = errors.New("link or address")
	ErrMention = errors.New("mention, tag or command")
	ErrDigits  = errors.New("number that is no time of day or small count")
	ErrMarkup  = errors.New("markup, or a sign that a plain line does without")
	ErrBanned  = errors.New("word that hints")
)

// Filter decides which lines may be sent without having been asked for. The zero
// Filter bans no word; all other rules hold. A Filter does not change, so any
// number of goroutines may use it at once.
type Filter struct {
	stems stems
}

// New makes a Filter of banned stems. Case and accents do not matter, and a stem
// with an umlaut also stands for its spelling with an e:
//
//	"kiss"        words that begin with it: kiss, kisses, kissing
//	"=bed"        this very word, and not "bedrock"
//	"*schmerz"    words that hold it anywhere: Kopfschmerzen
//	"last night"  these words in a row, the last one by its beginning
//	"=my love"    these very words in a row
//
// A stem in which nothing is left to compare (no letter, no digit) bans nothing.
func New(list []string) *Filter {
	return &Filter{stems: newStems(list)}
}

// Check returns nil if the line may light up on anybody's screen, or the first of
// this package's errors that speaks against it. It looks at the line alone: equal
// lines get equal answers.
func (f *Filter) Check(line string) error {
	if len(line) > MaxRunes*utf8.UTFMax || utf8.RuneCountInString(line) > MaxRunes {
		return ErrTooLong
	}
	if !utf8.ValidString(line) {
		return ErrHidden
	}
	line = norm.NFC.String(line)
	if err := checkSigns(line); err != nil {
		return err
	}
	folded := fold(line)
	if !hasLetter(folded) {
		return ErrEmpty
	}
	for _, text := range spellings(folded) {
		if f.stems.match(split(text)) {
			return ErrBanned
		}
	}
	return nil
}
