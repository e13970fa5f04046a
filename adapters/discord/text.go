package discord

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"afterglow/dialog"
)

// maxContent is how long a message may be. Discord says "characters" and not
// which; counting UTF-16 units is never too long.
const maxContent = 2000

// pieces turns marked-up text into Discord's markup, in pieces of at most max
// UTF-16 units, cut between paragraphs, lines, sentences or words, in that order.
// Blank text gives no piece.
func pieces(text string, max int) []string {
	list := atoms(text)
	var out []string
	for len(list) > 0 {
		if a := &list[0]; a.text == "\n" || a.text == " " {
			list = list[1:]
			continue
		} else if len(a.text) == 1 && strings.Contains(lineMarks, a.text) {
			a.text, a.size = "\\"+a.text, a.size+1 // a piece begins a line
		}
		n := fit(list, max)
		if piece := write(list[:n]); piece != "" {
			out = append(out, piece)
		}
		list = list[n:]
	}
	return out
}

// atom is a piece of text that is never cut: a character with all that belongs
// to it, or an address.
type atom struct {
	text string // escaped
	size int    // in UTF-16 units
	bold bool
	cut  int // how good it is to cut behind it: 0 bad, 1 word, 2 sentence, 3 line, 4 paragraph
}

// lineMarks make a heading, a quote or a list at the beginning of a line.
const lineMarks = "#>-"

// atoms escapes what Discord would take for markup.
func atoms(text string) []atom {
	var list []atom
	start := true // of a line
	for _, span := range dialog.Spans(text) {
		for rest := span.Text; rest != ""; {
			n, raw := 0, false
			if url := address(rest); url > 0 && (len(list) == 0 || list[len(list)-1].cut > 0 || list[len(list)-1].text == "(") {
				n, raw = url, true
			} else {
				n = cluster(rest)
			}
			a := atom{text: rest[:n], bold: span.Bold}
			switch {
			case raw:
			case strings.ContainsAny(a.text, "\\`*_~|<[]"), start && strings.ContainsAny(a.text, lineMarks):
				a.text = "\\" + a.text
			case a.text == "\n":
				a.cut = 3
				if len(list) > 0 && list[len(list)-1].text == "\n" {
					a.cut = 4
				}
			case a.text == " ":
				a.cut = 1
				if len(list) > 0 && strings.ContainsAny(list[len(list)-1].text, ".!?…:") {
					a.cut = 2
				}
			}
			start = a.text == "\n" || start && a.text == " "
			a.size = units(a.text)
			list = append(list, a)
			rest = rest[n:]
		}
	}
	return list
}

// address is the length of the web address that s begins with, 0 if none. Its
// characters mean themselves.
func address(s string) int {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
		return 0
	}
	n := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>*`|\\()[]", r) })
	if n < 0 {
		n = len(s)
	}
	if n > 512 {
		return 0
	}
	return n
}

// cluster is the length of the first character of s together with what joins it:
// accents, variation selectors, skin tones, joined emoji, the second half of a flag.
func cluster(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	flag := isFlag(r)
	for n < len(s) && n < 64 {
		next, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case unicode.Is(unicode.M, next), next == '\u200d', next >= 0x1f3fb && next <= 0x1f3ff:
		case r == '\u200d' && next >= 0x2000 && !unicode.IsSpace(next):
		case flag && isFlag(next):
			flag = false
		default:
			return n
		}
		r = next
		n += size
	}
	return n
}

func isFlag(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

// fit is how many atoms, at least one, belong to the next piece.
func fit(list []atom, max int) int {
	size, bold := 0, false
	best, quality := 0, 0
	for i, a := range list {
		size += a.size
		if a.bold != bold {
			size += 2
			bold = a.bold
		}
		end := size
		if bold {
			end += 2
		}
		if end > max {
			if best > 0 {
				return best
			}
			return i + b2i(i == 0)
		}
		// The second half of a piece is the place to cut: a better border in the
		// first half would make for many small messages.
		if a.cut > 0 && (a.cut >= quality || size < max/2) {
			best, quality = i+1, a.cut
		}
	}
	return len(list)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// write joins atoms, without the blanks behind them.
func write(list []atom) string {
	for n := len(list); n > 0 && list[n-1].cut > 0; n-- {
		list = list[:n-1]
	}
	var b strings.Builder
	bold := false
	for _, a := range list {
		if a.bold != bold {
			b.WriteString("**")
			bold = a.bold
		}
		b.WriteString(a.text)
	}
	if bold {
		b.WriteString("**")
	}
	return b.String()
}

// units is the length in UTF-16.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// clip cuts s to max UTF-16 units, on one line, with a sign that something is missing.
func clip(s string, max int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if units(s) <= max {
		return s
	}
	out := ""
	for rest := s; rest != ""; {
		n := cluster(rest)
		if units(out)+units(rest[:n]) > max-1 {
			break
		}
		out += rest[:n]
		rest = rest[n:]
	}
	return strings.TrimSpace(out) + "…"
}
