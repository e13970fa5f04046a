package care

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// stop separates sentences in folded text; a space separates words.
const stop = '\n'

// fold writes text the way the lexicon is written: lower case, no accents, no
// invisible characters, letters that only look Latin turned into Latin, emoji
// as words, sentences ended by [stop]. Apostrophes and the signs people hide
// letters behind (* @ $) stay where a letter stands on both sides; the
// tokeniser resolves them. Time is linear in len(text).
func fold(text string) string {
	if !plain(text) {
		text = norm.NFKD.String(strings.ToValidUTF8(text, " "))
	}
	var b strings.Builder
	b.Grow(len(text) + 8)
	var last rune // the last rune written
	for i, r := range text {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		case r == '.' || r == ',' || r == ':':
			switch {
			case isDigit(last) && isDigit(after(text, i, r)): // 8.5 and 10:30 are one word
			case r == '.' && !pause(text, i):
				r = stop
			default:
				r = ' '
			}
		case r == '!' || r == '?' || r == ';' || r == '\n' || r == '\r':
			r = stop
		case r == '\'' || r == '’' || r == '‘' || r == '`' || r == 'ʼ' || r == '´' || r == '′':
			if r = '\''; !isWord(last) {
				r = ' '
			}
		case r == '*' || r == '@' || r == '$':
			if !isWord(last) || !hideable(after(text, i, r)) {
				r = ' '
			}
		case r < utf8.RuneSelf:
			r = ' '
		case unseen(r):
			continue
		default:
			if word, ok := emoji[r]; ok {
				b.WriteByte(' ')
				b.WriteString(word)
				b.WriteByte(' ')
				last = ' '
				continue
			}
			if s, ok := spelled[r]; ok {
				b.WriteString(s)
				last = rune(s[len(s)-1])
				continue
			}
			if !unicode.IsLetter(r) {
				r = ' '
				break
			}
			if r = unicode.ToLower(r); twins[r] != 0 {
				r = twins[r]
			}
		}
		if last == stop && (r == stop || r == ' ') || r == ' ' && last == ' ' {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// pause tells that the full stop at i is one of several: "i want to... stop"
// goes on, it does not end.
func pause(text string, i int) bool {
	return i > 0 && text[i-1] == '.' || i+1 < len(text) && text[i+1] == '.'
}

// plain tells that text is ASCII, and so needs no decomposition.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// after is the rune that follows r at i, or 0.
func after(text string, i int, r rune) rune {
	next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
	return next
}

// unseen tells that r changes nothing a reader would see as a letter: combining
// marks, zero-width and direction characters, soft hyphens, variation selectors.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) || r == 'ᅟ' || r == 'ㅤ'
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isWord(r rune) bool { return r != ' ' && r != stop && r != 0 }

func hideable(r rune) bool { return unicode.IsLetter(r) || r == '*' || r == '$' || r == '@' }

// spelled are letters that take more than one Latin letter, or none of their own decomposition.
var spelled = map[rune]string{
	'ß': "ss", 'ẞ': "ss", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ø': "o", 'Ø': "o", 'ł': "l", 'Ł': "l", 'đ': "d", 'Đ': "d", 'ı': "i",
}

// twins are letters of other scripts that readers take for Latin ones.
var twins = map[rune]rune{
	'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'у': 'y', 'х': 'x', 'і': 'i', 'ј': 'j', 'ѕ': 's', 'һ': 'h', 'ԁ': 'd', 'ԛ': 'q', 'ԝ': 'w',
	'к': 'k', 'м': 'm', 'т': 't', 'в': 'b', 'н': 'h', 'ӏ': 'l', 'ո': 'n', 'ս': 'u', 'օ': 'o', 'α': 'a', 'ο': 'o', 'ν': 'v', 'ι': 'i', 'κ': 'k',
	'ρ': 'p', 'τ': 't', 'υ': 'u', 'ε': 'e', 'η': 'n', 'ω': 'w', 'χ': 'x', 'ɑ': 'a', 'ɡ': 'g', 'ɩ': 'i', 'ʟ': 'l', 'ꜱ': 's', 'ᴀ': 'a', 'ᴅ': 'd', 'ᴇ': 'e',
	'ɪ': 'i', 'ᴋ': 'k', 'ᴍ': 'm', 'ɴ': 'n', 'ᴏ': 'o', 'ᴘ': 'p', 'ʀ': 'r', 'ᴛ': 't', 'ᴜ': 'u', 'ᴠ': 'v', 'ᴡ': 'w', 'ʏ': 'y', 'ᴢ': 'z', 'ʙ': 'b', 'ɢ': 'g', 'ʜ': 'h',
}

// emoji as words of the lexicon. Those that say nothing about how somebody is
// are left out and read as a space.
var emoji = map[rune]string{
	'😭': "emojicry", '😢': "emojicry", '🥺': "emojisad", '😞': "emojisad", '😔': "emojisad", '😟': "emojisad", '🙁': "emojisad", '☹': "emojisad", '😓': "emojisad",
	'😿': "emojicry", '💔': "emojiheartbreak", '🥀': "emojisad", '😰': "emojifear", '😨': "emojifear", '😱': "emojifear", '😖': "emojisad", '😣': "emojisad",
	'😂': "emojilaugh", '🤣': "emojilaugh", '😆': "emojilaugh", '😅': "emojilaugh", '😹': "emojilaugh", '💀': "emojiskull", '☠': "emojiskull", '⚰': "emojicoffin",
	'🪦': "emojicoffin", '🔪': "emojiknife", '🗡': "emojiknife", '🔫': "emojigun", '💊': "emojipill", '🩸': "emojiblood", '🚑': "emojiambulance", '🆘': "emojisos",
	'😊': "emojismile", '😄': "emojismile", '😁': "emojismile", '😃': "emojismile", '🙂': "emojismile", '☺': "emojismile", '😉': "emojismile", '😌': "emojismile",
	'😍': "emojilove", '🥰': "emojilove", '😘': "emojilove", '❤': "emojilove", '💕': "emojilove", '💖': "emojilove", '💜': "emojilove", '💙': "emojilove", '💛': "emojilove",
	'😜': "emojilaugh", '😝': "emojilaugh", '😏': "emojismile", '🔥': "emojismile", '🎉': "emojismile", '👍': "emojismile", '🙏': "emojiplease", '🤗': "emojilove",
}
