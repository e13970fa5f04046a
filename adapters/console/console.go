// Package console is the bot in a terminal: lines in, lines out. Choices are
// numbered; where there is a terminal it has colours and a prompt, where stdin
// is piped the lines are plain. It can write the conversation down as a
// transcript that is a test.
package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"afterglow/dialog"
)

// Person is the one who sits at the terminal.
const Person = dialog.PersonID("console:you")

// Console is a [dialog.Platform] for one person. Its methods may be called at once.
type Console struct {
	out    io.Writer
	fancy  bool
	width  int
	folder string // where files are put
	record io.Writer

	mu   sync.Mutex
	sent int
	last [][]dialog.Choice
	// nudge tells that they stand under a nudge: numbers are then its, also where
	// the engine has another question open.
	nudge bool
}

// Options of a console.
type Options struct {
	Fancy  bool      // colours, a prompt, lines broken at the terminal's width
	Width  int       // columns; 0: 80
	Folder string    // where files that the bot sends are put; empty: they are only named
	Record io.Writer // gets the conversation as a transcript; nil: no
}

// New is a console that writes to out.
func New(out io.Writer, o Options) *Console {
	if o.Width == 0 {
		o.Width = 80
	}
	return &Console{out: out, fancy: o.Fancy, width: min(o.Width, 100), folder: o.Folder, record: o.Record}
}

// Terminal tells whether f is one, and how wide.
func Terminal(f *os.File) (width int, ok bool) {
	if !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	return width, err == nil
}

// MaxLine is how much of one line is read; the rest of it is skipped.
const MaxLine = 64 << 10

// Run reads lines until in ends or ctx does, and hands each to handle. after is
// called when a line has been answered; the next one is read after it. A prompt
// is shown where there is a terminal.
func (c *Console) Run(ctx context.Context, in io.Reader, handle func(context.Context, dialog.Event) error, settle func()) error {
	lines := make(chan string)
	var readErr error
	go func() {
		defer close(lines)
		r := bufio.NewReaderSize(in, MaxLine)
		for {
			line, err := readLine(r)
			if err != nil {
				if !errors.Is(err, io.EOF) {
					readErr = err
				}
				return
			}
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
		}
	}()
	for n := 0; ; n++ {
		c.prompt()
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if !ok {
				return readErr
			}
			c.note("> " + strings.TrimRight(line, "\r"))
			if err := handle(ctx, c.event(line)); err != nil {
				return err
			}
			settle()
		}
	}
}

// readLine reads one line of any length and keeps the first MaxLine bytes of it.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	kept := string(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.ReadSlice('\n')
	}
	if err != nil && (len(kept) == 0 || !errors.Is(err, io.EOF)) {
		return "", err
	}
	return strings.TrimRight(kept, "\r\n"), nil
}

// event is a typed line. "[label]" or "[label" presses that button of the last
// screen, "(voice)" sends a message of that kind, "/name" is a command.
func (c *Console) event(line string) dialog.Event {
	ev := dialog.Event{Person: Person, Kind: dialog.Text, Text: line}
	trimmed := strings.TrimSpace(line)
	if name, ok := strings.CutPrefix(trimmed, "/"); ok {
		ev.Kind = dialog.Command
		ev.Name, ev.Text, _ = strings.Cut(name, " ")
		ev.Text = strings.TrimSpace(ev.Text)
		return ev
	}
	if data, ok := c.pressed(trimmed); ok {
		ev.Kind, ev.Data, ev.Text = dialog.Press, data, ""
	}
	return ev
}

// pressed finds the button that a line means: its number, or its label in brackets.
func (c *Console) pressed(line string) (data string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	label, bracket := strings.CutPrefix(line, "[")
	label = strings.TrimSuffix(label, "]")
	if !bracket && !c.nudge {
		return "", false // numbers and labels are the engine's to understand
	}
	n := 0
	for _, row := range c.last {
		for _, x := range row {
			n++
			if bracket && strings.EqualFold(x.Label, label) || !bracket && line == strconv.Itoa(n) {
				return x.Data, x.Data != ""
			}
		}
	}
	return "", false
}

// Send writes a message out. An edit is simply the newer state of the screen.
func (c *Console) Send(_ context.Context, _ dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent++
	if m.Nudge && c.fancy {
		fmt.Fprint(c.out, "\r\a") // the prompt stands there already
	}
	var b strings.Builder
	if m.Text != "" {
		c.text(&b, m.Text)
	}
	for _, f := range []*dialog.File{m.Picture, m.File} {
		if f != nil {
			where, err := c.keep(f)
			if err != nil {
				return "", &dialog.SendError{Verdict: dialog.Never, Err: err}
			}
			fmt.Fprintf(&b, "(%s)\n", where)
		}
	}
	c.choices(&b, m.Choices)
	if len(m.Choices) > 0 {
		c.last, c.nudge = m.Choices, m.Nudge
	}
	c.note(transcript(m))
	if _, err := io.WriteString(c.out, b.String()+"\n"); err != nil {
		return "", &dialog.SendError{Verdict: dialog.Later, Err: err}
	}
	if m.Nudge {
		c.promptLocked()
	}
	return dialog.Ref(strconv.Itoa(c.sent)), nil
}

// keep puts a file into the folder and tells where it is.
func (c *Console) keep(f *dialog.File) (string, error) {
	if c.folder == "" {
		return fmt.Sprintf("%s, %d bytes", f.Name, len(f.Bytes)), nil
	}
	path := c.folder + string(os.PathSeparator) + f.Name
	if err := os.WriteFile(path, f.Bytes, 0o600); err != nil {
		return "", fmt.Errorf("write file: %w", err)
	}
	return path, nil
}

func (c *Console) text(b *strings.Builder, text string) {
	var plain strings.Builder
	for _, s := range dialog.Spans(text) {
		if s.Bold && c.fancy {
			plain.WriteString("\x1b[1m" + s.Text + "\x1b[22m")
		} else {
			plain.WriteString(s.Text)
		}
	}
	for _, line := range strings.Split(plain.String(), "\n") {
		b.WriteString(c.wrap(line) + "\n")
	}
}

// wrap breaks a line between words at the terminal's width. Piped lines stay whole.
func (c *Console) wrap(line string) string {
	if !c.fancy {
		return line
	}
	var b strings.Builder
	col := 0
	for i, word := range strings.Split(line, " ") {
		w := visible(word)
		switch {
		case i > 0 && col+1+w > c.width-2:
			b.WriteByte('\n')
			col = 0
		case i > 0:
			b.WriteByte(' ')
			col++
		}
		b.WriteString(word)
		col += w
	}
	return b.String()
}

// visible is the number of runes that take room.
func visible(s string) (n int) {
	esc := false
	for _, r := range s {
		switch {
		case r == '\x1b':
			esc = true
		case esc:
			esc = r != 'm'
		default:
			n++
		}
	}
	return n
}

// choices are numbered, in the order in which the engine counts them; the way
// back and out stands in a line of words beneath.
func (c *Console) choices(b *strings.Builder, rows [][]dialog.Choice) {
	n := 0
	var nav []string
	for _, row := range rows {
		for _, x := range row {
			switch {
			case x.Nav:
				nav = append(nav, strings.ToLower(x.Label))
			case x.Share != "" || strings.HasPrefix(x.URL, dialog.StartURL):
			case x.URL != "":
				fmt.Fprintf(b, "     %s: %s\n", x.Label, x.URL)
			default:
				n++
				mark := ""
				if x.On {
					mark = " ✓"
				}
				fmt.Fprintf(b, "  %s %s%s\n", c.dim(fmt.Sprintf("%2d", n)), x.Label, c.colour(mark))
			}
		}
	}
	if len(nav) > 0 {
		fmt.Fprintf(b, "  %s\n", c.dim("("+strings.Join(nav, " · ")+")"))
	}
}

func (c *Console) dim(s string) string {
	if !c.fancy {
		return s
	}
	return "\x1b[2m" + s + "\x1b[22m"
}

func (c *Console) colour(s string) string {
	if !c.fancy || s == "" {
		return s
	}
	return "\x1b[33m" + s + "\x1b[39m"
}

func (c *Console) prompt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.promptLocked()
}

func (c *Console) promptLocked() {
	if c.fancy {
		fmt.Fprint(c.out, "\x1b[33m›\x1b[39m ")
	}
}

// Begin writes the head of the transcript: what the first event was, and where
// time and chance began.
func (c *Console) Begin(at time.Time, seed uint64, first string) {
	c.note(fmt.Sprintf("A conversation, as it was held.\nat: %s\nseed: %d\n-- chat --\n> %s", at.UTC().Format(time.RFC3339), seed, first))
}

// note adds a line to the transcript.
func (c *Console) note(line string) {
	if c.record != nil && line != "" {
		fmt.Fprintln(c.record, line)
	}
}

// transcript is a message as a transcript writes it.
func transcript(m dialog.Message) string { return dialog.Transcript(m) }
