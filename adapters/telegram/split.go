package telegram

import (
	"html"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"afterglow/dialog"
)

// Telegram's limits, in UTF-16 units after the markup is taken out.
const (
	maxText    = 4096
	maxCaption = 1024
)

// units is the length of text as Telegram counts it.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// render is marked-up text as HTML in pieces of at most max units, cut where a
// paragraph, a sentence or at least a word ends. Text without anything to see
// gives none.
func render(text string, max int) []string {
	spans := dialog.Spans(strings.ToValidUTF8(text, ""))
	var plain strings.Builder
	for _, s := range spans {
		plain.WriteString(s.Text)
	}
	var out []string
	for _, cut := range split(plain.String(), max) {
		out = append(out, markup(spans, cut[0], cut[1]))
	}
	return out
}

// markup is the HTML of the bytes from to to of the text of spans.
func markup(spans []dialog.Span, from, to int) string {
	var b strings.Builder
	at := 0
	for _, s := range spans {
		lo, hi := max(from-at, 0), min(to-at, len(s.Text))
		at += len(s.Text)
		if lo >= hi {
			continue
		}
		text := html.EscapeString(s.Text[lo:hi])
		if s.Bold {
			text = "<b>" + text + "</b>"
		}
		b.WriteString(text)
	}
	return b.String()
}

// split finds the pieces of text, as pairs of byte offsets without the blank
// space between them.
func split(text string, max int) [][2]int {
	var out [][2]int
	start := 0
	for {
		rest := strings.TrimLeft(text[start:], blank)
		start = len(text) - len(rest)
		rest = strings.TrimRight(rest, blank)
		if rest == "" {
			return out
		}
		end := len(rest)
		if cut := offset(rest, max); cut < len(rest) {
			end = border(rest, cut)
		}
		out = append(out, [2]int{start, start + len(strings.TrimRight(rest[:end], blank))})
		start += end
	}
}

const blank = " \n\t\r"

// offset is the byte offset after at most max units of text.
func offset(text string, max int) int {
	n := 0
	for i, r := range text {
		if n += utf16.RuneLen(r); n > max {
			return i
		}
	}
	return len(text)
}

// border is the best place to cut text at or before cut. A place in the first
// third is not good enough: the next kind of border is looked for.
func border(text string, cut int) int {
	for _, ends := range [][]string{{"\n\n"}, {"\n"}, {". ", "! ", "? ", "… ", ".\u201d "}, {" "}} {
		best := 0
		for _, end := range ends {
			if i := strings.LastIndex(text[:cut], end); i >= 0 {
				best = max(best, i+len(end))
			}
		}
		if best > cut/3 {
			return best
		}
	}
	// Not inside one thing that is made of several runes, if it can be helped.
	for i := cut; i > cut/3; {
		r, _ := utf8.DecodeRuneInString(text[i:])
		before, size := utf8.DecodeLastRuneInString(text[:i])
		if !joins(r) && before != '\u200d' {
			return i
		}
		i -= size
	}
	return cut
}

// joins tells whether r belongs to the rune before it: joiners, variation
// selectors, skin tones, combining accents.
func joins(r rune) bool {
	return r == '\u200d' || r >= '\ufe00' && r <= '\ufe0f' || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0x300 && r <= 0x36f
}
