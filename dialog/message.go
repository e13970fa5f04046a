package dialog

import "strings"

// Message is one thing the bot says, as data. Text carries light markup: *bold*
// between asterisks, a backslash before a literal asterisk or backslash, and
// newlines. Nothing else; [Spans] reads it.
type Message struct {
	ID      string // the same at every try of this delivery; a nonce can be made of it
	Text    string
	Choices [][]Choice // rows, top to bottom; empty: none
	Many    bool       // the choices are toggles with a confirming one; a platform may draw them as a list
	Edit    Ref        // change this message in place, if the platform can
	Picture *File      // sent with Text as its caption
	File    *File
	Quiet   bool   // delivered without a sound
	Nudge   bool   // nobody asked for it: never sent twice, dropped when in doubt
	Hint    string // Event.Hint of the event that this answers
}

// Choice is one button.
type Choice struct {
	Label string
	Data  string // at most 40 bytes of A–Z a–z 0–9 _ -; means nothing to a reader; comes back in Event.Data
	On    bool   // a toggle that is switched on
	Nav   bool   // back, skip, stop and the like: a terminal need not number it
	URL   string // instead of Data: opens a page; see [StartURL]
	Share string // instead of Data: text to carry into another chat (Telegram inline mode); a platform without it shows the text
}

// StartURL and a word after it, as a choice's URL, is the bot itself, begun with
// that word as its argument: a way in for somebody the message is forwarded to.
// Where there is no such way there is no such button.
const StartURL = "start:"

// File is something to send as an upload.
type File struct {
	Name  string
	Type  string // media type
	Bytes []byte
}

// Span is a piece of text with one look.
type Span struct {
	Text string
	Bold bool
}

// Spans splits marked-up text. An asterisk without a partner is literal.
func Spans(text string) []Span {
	var out []Span
	var buf []byte
	bold := false
	flush := func() {
		if len(buf) > 0 {
			out = append(out, Span{string(buf), bold})
			buf = buf[:0]
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && (text[i+1] == '*' || text[i+1] == '\\'):
			i++
			buf = append(buf, text[i])
		case c == '*' && (bold || closes(text[i+1:])):
			flush()
			bold = !bold
		default:
			buf = append(buf, c)
		}
	}
	flush()
	return out
}

// closes tells whether an unescaped asterisk follows.
func closes(text string) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '*':
			return true
		}
	}
	return false
}

// Escape makes text that a person typed safe to stand inside a Message's Text.
func Escape(text string) string {
	var buf []byte
	for i := 0; i < len(text); i++ {
		if text[i] == '*' || text[i] == '\\' {
			buf = append(buf, '\\')
		}
		buf = append(buf, text[i])
	}
	return string(buf)
}

// Plain is the text without its markup.
func Plain(text string) string {
	if !strings.ContainsAny(text, `*\`) { // as most labels are
		return text
	}
	var buf []byte
	for _, s := range Spans(text) {
		buf = append(buf, s.Text...)
	}
	return string(buf)
}
