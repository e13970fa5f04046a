package discord

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"afterglow/dialog"
)

// payload is a message as Discord takes it; the library's own type knows no nonce.
type payload struct {
	Content     string        `json:"content"`
	Components  []component   `json:"components"`
	Attachments *[]attachment `json:"attachments,omitempty"`
	Mentions    mentions      `json:"allowed_mentions"`
	Flags       int           `json:"flags,omitempty"`
	Nonce       string        `json:"nonce,omitempty"`
	Enforce     bool          `json:"enforce_nonce,omitempty"`

	files []*dialog.File
}

// mentions lets nothing in a message ring anywhere.
type mentions struct {
	Parse []string `json:"parse"`
}

var noMentions = mentions{Parse: []string{}}

type attachment struct {
	ID   string `json:"id"`
	Name string `json:"filename"`
}

// component is a row, a button, a menu or an input of a form.
type component struct {
	Type        int         `json:"type"`
	Components  []component `json:"components,omitempty"`
	Style       int         `json:"style,omitempty"`
	Label       string      `json:"label,omitempty"`
	ID          string      `json:"custom_id,omitempty"`
	URL         string      `json:"url,omitempty"`
	Placeholder string      `json:"placeholder,omitempty"`
	Min         *int        `json:"min_values,omitempty"`
	Max         *int        `json:"max_values,omitempty"`
	MaxLength   int         `json:"max_length,omitempty"`
	Options     []option    `json:"options,omitempty"`
}

type option struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

const (
	typeRow, typeButton, typeSelect, typeInput = 1, 2, 3, 4

	blue, grey, green, link = 1, 2, 3, 5 // styles of buttons

	flagNoPreview = 1 << 2 // addresses show no page
	flagEphemeral = 1 << 6
	flagThinking  = 1 << 7
	flagSilent    = 1 << 12

	maxLabel, maxOptionLabel, maxData, maxURL = 80, 100, 100, 512
	maxRowLen, maxRows, maxOptions            = 5, 5, 25
	maxFile                                   = 10 << 20
)

// What our own custom ids begin with; a [dialog.Choice] never has a "~".
const (
	idWrite = "~write" // opens the form to write in, and the form itself
	idMany  = "~many"  // a menu of toggles
	idOne   = "~one"   // a menu to pick one from
)

// words gives one of the adapter's own sentences, cut to max characters.
type words func(key string, max int) string

// encode draws a message: all its text, in several pieces if need be, with the
// choices and files on the last.
func encode(m dialog.Message, word words, noText bool) []payload {
	text := m.Text
	for _, row := range m.Choices {
		for _, c := range row {
			if c.Share != "" && !strings.Contains(dialog.Plain(text), c.Share) {
				text += "\n\n" + dialog.Escape(c.Share)
			}
		}
	}
	var out []payload
	for _, piece := range pieces(text, maxContent) {
		out = append(out, payload{Content: piece})
	}
	if len(out) == 0 {
		out = []payload{{}}
	}
	last := &out[len(out)-1]
	last.Components = components(m, word, noText)
	for _, f := range []*dialog.File{m.Picture, m.File} {
		if f != nil {
			last.files = append(last.files, f)
		}
	}
	for i := range out {
		p := &out[i]
		p.Mentions = noMentions
		p.Flags = flagNoPreview
		if m.Quiet {
			p.Flags |= flagSilent
		}
		p.Nonce = nonce(m.ID, i)
		p.Enforce = p.Nonce != ""
		list := make([]attachment, len(p.files))
		for j, f := range p.files {
			list[j] = attachment{strconv.Itoa(j), f.Name}
		}
		p.Attachments = &list
	}
	return out
}

// nonce names a piece of a message: the same at every try, never the same for
// two different pieces.
func nonce(id string, piece int) string {
	if id == "" {
		return ""
	}
	if len(id) > 20 {
		sum := sha256.Sum256([]byte(id))
		id = base64.RawURLEncoding.EncodeToString(sum[:15])
	}
	if piece > 0 {
		id += "." + strconv.Itoa(piece)
	}
	return id
}

// uploads are the files as the library takes them, read anew at every try.
func (p *payload) uploads() []*discordgo.File {
	var out []*discordgo.File
	for _, f := range p.files {
		out = append(out, &discordgo.File{Name: f.Name, ContentType: f.Type, Reader: bytes.NewReader(f.Bytes)})
	}
	return out
}

// components lays the choices out: as buttons, in the rows they came in if those
// fit, closer if they do not; as menus if there are too many. Toggles are a menu
// if they are more than one row, since that takes all of them in one go.
func components(m dialog.Message, word words, noText bool) []component {
	rows, opts, navs := sift(m.Choices)
	onlyNav := len(opts) == 0 && len(navs) > 0
	if (onlyNav || noText && len(navs) > 0) && word("write", maxLabel) != "" {
		b := component{Type: typeButton, Style: blue, Label: word("write", maxLabel), ID: idWrite}
		navs = append([]component{b}, navs...)
		rows = append(rows, []component{b})
	}
	if m.Many && len(opts) > maxRowLen+1 { // the last of them confirms
		n := len(opts) - 1
		return menus(opts[:n], append(opts[n:n+1:n+1], navs...), word("pick_many", 150), true)
	}
	if len(rows) > maxRows {
		rows = append(pack(opts), pack(navs)...)
	}
	if len(rows) > maxRows {
		rows = pack(append(opts[:len(opts):len(opts)], navs...))
	}
	if len(rows) > maxRows {
		return menus(opts, navs, word("pick", 150), false)
	}
	return inRows(rows)
}

// sift turns choices into buttons, and tells answers from the way about.
func sift(choices [][]dialog.Choice) (rows [][]component, opts, navs []component) {
	seen := map[string]bool{}
	for _, row := range choices {
		var line []component
		for _, c := range row {
			b, ok := button(c)
			if !ok || seen[b.ID+b.URL] {
				continue
			}
			seen[b.ID+b.URL] = true
			line = append(line, b)
			if c.Nav || c.URL != "" {
				navs = append(navs, b)
			} else {
				opts = append(opts, b)
			}
		}
		rows = append(rows, pack(line)...)
	}
	return rows, opts, navs
}

func button(c dialog.Choice) (component, bool) {
	b := component{Type: typeButton, Style: grey, Label: clip(c.Label, maxLabel), ID: c.Data}
	if b.Label == "" {
		b.Label = "…"
	}
	switch {
	case c.Share != "" || strings.HasPrefix(c.URL, dialog.StartURL):
		return b, false
	case c.URL != "":
		b.Style, b.URL, b.ID = link, c.URL, ""
		return b, len(b.URL) <= maxURL
	case c.On:
		b.Style, b.Label = green, clip("✓ "+c.Label, maxLabel)
	}
	return b, b.ID != "" && len(b.ID) <= maxData
}

// pack fills rows one after the other.
func pack(list []component) [][]component {
	var rows [][]component
	for len(list) > maxRowLen {
		rows = append(rows, list[:maxRowLen:maxRowLen])
		list = list[maxRowLen:]
	}
	if len(list) > 0 {
		rows = append(rows, list)
	}
	return rows
}

// menus shows opts in menus of 25 and the rest as buttons. What finds no room
// can still be typed.
func menus(opts, rest []component, placeholder string, many bool) []component {
	buttons := pack(rest)
	buttons = buttons[:min(len(buttons), maxRows-1)]
	var rows [][]component
	for i := 0; len(opts) > 0 && i < maxRows-len(buttons); i++ {
		n := min(len(opts), maxOptions)
		least, most, id := 1, 1, idOne
		if many {
			least, most, id = 0, n, idMany
		}
		menu := component{Type: typeSelect, ID: id + strconv.Itoa(i), Placeholder: placeholder, Min: &least, Max: &most}
		for _, o := range opts[:n] {
			on := many && o.Style == green
			menu.Options = append(menu.Options, option{Label: strings.TrimPrefix(o.Label, "✓ "), Value: o.ID, Default: on})
		}
		rows = append(rows, []component{menu})
		opts = opts[n:]
	}
	return inRows(append(rows, buttons...))
}

func inRows(rows [][]component) []component {
	out := []component{}
	for _, row := range rows {
		if len(row) > 0 {
			out = append(out, component{Type: typeRow, Components: row})
		}
	}
	return out
}

// plain is the message without components, its choices numbered to be typed:
// for the day Discord refuses our form.
func plain(m dialog.Message) dialog.Message {
	n := 0
	for _, row := range m.Choices {
		for _, c := range row {
			if c.Nav || c.URL != "" || c.Share != "" {
				continue
			}
			n++
			m.Text += "\n" + strconv.Itoa(n) + ") " + dialog.Escape(c.Label)
		}
	}
	m.Choices = nil
	return m
}
