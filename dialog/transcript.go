package dialog

import (
	"fmt"
	"strings"
)

// Transcript is a message as conversations are written down: "<" and the text,
// then the choices in brackets, those switched on with a mark. What only finds
// the way (back, skip, stop) is left out.
func Transcript(m Message) string {
	var b strings.Builder
	mark := "<"
	if m.Nudge {
		mark = "<!"
	}
	for _, line := range strings.Split(Plain(m.Text), "\n") {
		if line == "" {
			continue
		}
		fmt.Fprintf(&b, "%s %s\n", mark, line)
	}
	for _, f := range []*File{m.Picture, m.File} {
		if f != nil {
			fmt.Fprintf(&b, "%s (file %s)\n", mark, f.Name)
		}
	}
	var labels []string
	for _, row := range m.Choices {
		for _, c := range row {
			if c.Nav || c.Data == "" {
				continue
			}
			label := c.Label
			if c.On {
				label = "✓ " + label
			}
			labels = append(labels, "["+label+"]")
		}
	}
	if len(labels) > 0 {
		fmt.Fprintf(&b, "%s %s\n", mark, strings.Join(labels, " "))
	}
	return strings.TrimRight(b.String(), "\n")
}
