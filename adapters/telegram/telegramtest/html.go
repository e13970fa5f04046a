package telegramtest

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf16"
)

var knownTags = []string{"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "tg-spoiler", "blockquote"}

// parse takes the tags out of HTML as Telegram reads it and refuses what is not
// well-formed. Bold text comes back between asterisks in shown.
func parse(text string) (plain, shown string, err error) {
	var p, s strings.Builder
	var open []string
	for i := 0; i < len(text); {
		switch text[i] {
		case '<':
			end := strings.IndexByte(text[i:], '>')
			if end < 0 {
				return "", "", fmt.Errorf("unclosed start tag at byte offset %d", i)
			}
			tag := text[i+1 : i+end]
			i += end + 1
			name, closing := strings.CutPrefix(tag, "/")
			if !slices.Contains(knownTags, name) {
				return "", "", fmt.Errorf("unsupported start tag %q", tag)
			}
			switch {
			case !closing:
				open = append(open, name)
			case len(open) == 0 || open[len(open)-1] != name:
				return "", "", fmt.Errorf("unmatched end tag at byte offset %d", i)
			default:
				open = open[:len(open)-1]
			}
			if name == "b" {
				s.WriteByte('*')
			}
		case '&':
			end := strings.IndexByte(text[i:], ';')
			if end < 0 || end > 10 {
				return "", "", fmt.Errorf("a bare ampersand at byte offset %d", i)
			}
			one := html.UnescapeString(text[i : i+end+1])
			if strings.HasPrefix(one, "&") && one != "&" {
				return "", "", fmt.Errorf("an entity nobody knows at byte offset %d", i)
			}
			p.WriteString(one)
			s.WriteString(one)
			i += end + 1
		case '>':
			return "", "", fmt.Errorf("a bare > at byte offset %d", i) // the real server lets it pass
		default:
			p.WriteByte(text[i])
			s.WriteByte(text[i])
			i++
		}
	}
	if len(open) > 0 {
		return "", "", fmt.Errorf("can't find end tag corresponding to start tag %q", open[len(open)-1])
	}
	return strings.TrimSpace(p.String()), strings.TrimSpace(s.String()), nil
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }
