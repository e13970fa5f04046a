package crashtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"afterglow/dialog"
)

// journal is the platform: a file that says what people did, what was confirmed
// and what has arrived on their phones. It survives the process as the real one does.
type journal struct {
	mu   sync.Mutex
	file *os.File
	read map[string]bool // events whose answers somebody has read
	die  func(point string)
}

// await has a person wait for the answer before they go on. After a "/forget"
// they do not: the last words may be lost with a process.
func (j *journal) await(ev dialog.Event) {
	if ev.Name == "forget" {
		return
	}
	for begun := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		j.mu.Lock()
		read := j.read[ev.ID]
		j.mu.Unlock()
		if read {
			return
		}
		if time.Since(begun) > 30*time.Second {
			panic("no answer to " + ev.ID)
		}
	}
}

func (j *journal) write(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	_, err := fmt.Fprintf(j.file, format+"\n", args...)
	check(err)
}

// Send implements [dialog.Platform].
func (j *journal) Send(_ context.Context, to dialog.PersonID, m dialog.Message) (dialog.Ref, error) {
	j.write("sent %s %s %s %t %s", to, m.ID, m.Hint, m.Nudge, m.Text)
	j.die("arrived")
	j.mu.Lock()
	defer j.mu.Unlock()
	j.read[m.Hint] = true
	return dialog.Ref(m.ID), nil
}

// Remove implements [dialog.Remover]: all is taken back.
func (j *journal) Remove(context.Context, dialog.PersonID, []dialog.Ref) ([]dialog.Ref, error) {
	return nil, nil
}

// story is what the journal says.
type story struct {
	begun, confirmed [people]int
	at               [people]time.Time // of the last event that was begun
	forgotten        map[dialog.PersonID]time.Time
	answers          map[string]string // event → the last words of its answer
	copies           map[string]int    // message → copies
	nudges           map[string]int
}

// readStory reads a journal; the story of one that is not there is empty.
func readStory(path string) (*story, error) {
	s := &story{forgotten: map[dialog.PersonID]time.Time{}, answers: map[string]string{}, copies: map[string]int{}, nudges: map[string]int{}}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.SplitN(lines.Text(), " ", 6)
		switch line[0] {
		case "new", "ok":
			p, _ := strconv.Atoi(line[1])
			n, _ := strconv.Atoi(line[2])
			ms, _ := strconv.ParseInt(line[3], 10, 64)
			at := time.UnixMilli(ms)
			if line[0] == "new" {
				s.begun[p], s.at[p] = n, at
				continue
			}
			s.confirmed[p] = n
			if event(p, n, at).Name == "forget" {
				s.forgotten[dialog.PersonID(key(p))] = at
			}
		case "sent":
			if line[4] == "true" {
				s.nudges[line[1]+" "+line[5]]++
				continue
			}
			s.copies[line[2]]++
			s.answers[line[3]] = line[5]
		}
	}
	return s, lines.Err()
}
