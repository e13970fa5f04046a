package aftercare_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"afterglow/dialog"
)

// The walk visits every question that a person can come to, and lets every kind
// of event happen there.

// lives are ways to come to the door: what a person has done before. Each is
// walked from every command.
var lives = map[string]string{
	"stranger": ``,
	"adult":    `yes|agree|skip|look|nothing`,
	"settled":  ready + `|/needs|any|1,2|cuddling ask first|done|1,2|done|1,2|done|1|done|1|done|1|1|1|1|1|tired|tea`,
	"noted":    ready + `|/after|now|steady|no|1|no|fine`,
	"checked":  ready + wants + encounter + `|/checkin|yes|heavy|tired|sad|none|hard|no|1,1,1|done|nothing|a note|no` + `|/starters|5|6|4|keep it|enough`,
	"twice":    ready + wants + notTwice + encounter,
	"unwanted": ready + `|/needs|any|1|done|stop` + encounter + unwantedTwice,
	"paused":   ready + `|/pause|week`,
	"low":      ready + encounter + `|/checkin|short|heavy|tired|quiet`,
	"silenced": ready + encounter + `|@60d` + encounter + `|@60d`,
	"held":     ready + wants + encounter + `|i want to kill myself|i'm safe`,
	"minor":    ready + `|i am 15 years old`,
	"nudged":   ready + wants + encounter + `|@26h`,
	"second":   ready + wants + `|/after|now|steady|no|1|yes|fine|@26h|[Open]|short|bright|fine|quiet|@48h`,
	"sore":     ready + wants + encounter + `|/checkin|short|mixed|pain|none|1|[Understood]|skip|no|@28h`,
	"reminded": ready + `|/planner|yes|tea|tea|gentle|skip|skip|skip|tomorrow|done|@30h`,
	"asked":    ready + invites,
	"linked":   ready + wants + `|/needs|steady|1|done|stop` + invites + `|/partner|[Ben: used your code]|yes|share|any|1,2|yes, in 12 hours|ben:/partner|ben:[Ana: new]|ben:share|ben:1|ben:done|ben:yes, in 12 hours|@26h|/partner|[Ben: new]`,
	"coded":    ready + `|/partner|[I have a code]|yes`,
	"joining":  ready + `|ben:/partner|ben:[Invite somebody]|ben:yes|ben:Ben|ben:yes|/partner $code|yes`,
	"kept":     ready + `|/starters|5|6|4|keep it|keep it|enough`,
}

const (
	ready     = `yes|agree|Berlin|look|nothing`
	wants     = `|/needs|any|1|cuddling ask first|done|1|done|1|done|stop`
	encounter = `|/after|now|steady|no|1|no|fine`
	invites   = `|/partner|[Invite somebody]|yes|Ana|yes|ben:/partner $code|ben:yes|ben:Ben|ben:yes`
	notTwice  = `|/checkin|yes|bright|fine|calm|quiet|cuddling not|done|skip|skip|@30h` + `|/checkin|yes|bright|fine|calm|quiet|cuddling not|done|skip|skip|skip|@30h`

	unwantedTwice = `|/checkin|yes|bright|fine|calm|quiet|cuddling unwanted|done|skip|skip|@30h` + `|/checkin|yes|bright|fine|calm|quiet|cuddling unwanted`
)

// place is a question as it was come to.
type place struct {
	life, flow, step, under string
	passed                  bool // the gate
}

type walker struct {
	t       *testing.T
	script  *dialog.Script
	visited map[place]bool
	pairs   map[string]bool // flow.step × kind of event
	events  int
	longest int
}

func TestWalk(t *testing.T) {
	w := &walker{t: t, script: script(t), visited: map[place]bool{}, pairs: map[string]bool{}}
	commands := slices.Sorted(maps.Keys(w.script.Commands))
	for _, name := range slices.Sorted(maps.Keys(lives)) {
		v := w.live(name)
		for _, c := range append([]string{""}, commands...) {
			u := v.copy()
			if c != "" {
				u.must(dialog.Event{Kind: dialog.Command, Name: c})
			}
			w.explore(u, name+" /"+c, 0)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.script.Flows)) {
		for _, st := range w.script.Flows[name].Steps {
			if st.Asks() && !w.pairs[name+"."+st.Key+" each option"] && !unreached[name+"."+st.Key] {
				t.Errorf("nobody comes to %s.%s", name, st.Key)
			}
		}
	}
	t.Logf("%d pairs of question and kind of event, %d questions in %d places, %d events, longest path %d",
		len(w.pairs), w.questions(), len(w.visited), w.events, w.longest)
}

// unreached are questions that only a second shipped language brings up.
var unreached = map[string]bool{"start.language": true, "set_language.language": true}

func (w *walker) questions() int {
	seen := map[string]bool{}
	for p := range w.pairs {
		seen[strings.Fields(p)[0]] = true
	}
	return len(seen)
}

// explore goes down every option of the open question.
func (w *walker) explore(v *visitor, path string, depth int) {
	w.longest = max(w.longest, depth)
	p, ok := v.place()
	if !ok {
		return
	}
	p.passed = w.passed(v)
	if w.visited[p] {
		return
	}
	w.visited[p] = true
	if !p.passed && !w.script.Flows[p.flow].Open {
		w.t.Errorf("%s: %s.%s is asked before the gate is passed", path, p.flow, p.step)
	}
	if q := (place{flow: p.flow, step: p.step, under: p.under, passed: p.passed}); !w.visited[q] { // the same in every life
		w.visited[q] = true
		w.happen(v, p, path)
	}
	for _, c := range v.buttons() {
		if c.Data == "" {
			continue
		}
		u := v.copy()
		u.must(dialog.Event{Kind: dialog.Press, Data: c.Data, Screen: u.ref})
		if m := u.screen; m.Many && !c.Nav && len(c.Label) > 0 { // a toggle: and then confirm it
			if q, same := u.place(); same && q.flow == p.flow && q.step == p.step {
				for _, d := range u.buttons() {
					if d.Label == "Done" {
						u.must(dialog.Event{Kind: dialog.Press, Data: d.Data, Screen: u.ref})
						break
					}
				}
			}
		}
		w.explore(u, path+" ["+c.Label+"]", depth+1)
	}
	for _, text := range []string{"a few words of my own", "tomorrow 9 pm", "12", "Lisbon", "Birmingham", "Germany", "22:30"} {
		u := v.copy()
		u.must(dialog.Event{Kind: dialog.Text, Text: text})
		w.explore(u, path+" "+text, depth+1)
	}
}

// happen lets every kind of event happen at a question.
func (w *walker) happen(v *visitor, p place, path string) {
	name := p.flow + "." + p.step
	try := func(kind string, evs ...dialog.Event) {
		w.pairs[name+" "+kind] = true
		for _, ev := range evs {
			u := v.copy()
			u.path = path + " → " + name + " ! " + kind
			answered := u.must(ev)
			if !answered && ev.Kind != dialog.Alarm && ev.Kind != dialog.Blocked && ev.Kind != dialog.Unblocked && ev.Kind != dialog.Sent {
				w.t.Errorf("%s: %s is answered by silence", u.path, kind)
			}
		}
	}
	var options []dialog.Event
	var nav []dialog.Event
	for _, c := range v.buttons() {
		ev := dialog.Event{Kind: dialog.Press, Data: c.Data, Screen: v.ref}
		if c.Data == "" {
			continue
		}
		if c.Nav {
			nav = append(nav, ev)
		} else {
			options = append(options, ev)
		}
	}
	try("each option", options...)
	try("each way back and out", nav...)
	for i := range min(len(options), 12) {
		try("its number", dialog.Event{Kind: dialog.Text, Text: fmt.Sprint(i + 1)})
	}
	try("nonsense", dialog.Event{Kind: dialog.Text, Text: "qwfp zxcv"}, dialog.Event{Kind: dialog.Text, Text: "????"})
	try("nothing", dialog.Event{Kind: dialog.Text, Text: " \u200b "})
	try("a very long text", dialog.Event{Kind: dialog.Text, Text: strings.Repeat("word ", 3000)})
	try("broken UTF-8", dialog.Event{Kind: dialog.Text, Text: "a\xffb\x00c\u202e"})
	try("back", dialog.Event{Kind: dialog.Text, Text: "back"})
	try("skip", dialog.Event{Kind: dialog.Text, Text: "skip"})
	try("stop here", dialog.Event{Kind: dialog.Text, Text: "stop here"})
	try("repeat", dialog.Event{Kind: dialog.Text, Text: "repeat"})
	try("change", dialog.Event{Kind: dialog.Text, Text: "change"})
	for _, media := range []string{"voice", "photo", "video", "sticker", "location", "contact", "poll", "file", "other", "something-new"} {
		try("media", dialog.Event{Kind: dialog.Media, Name: media})
	}
	try("an edited message", dialog.Event{Kind: dialog.Edited, Text: "what I meant was"})
	for _, c := range slices.Sorted(maps.Keys(w.script.Commands)) {
		try("each command", dialog.Event{Kind: dialog.Command, Name: c})
	}
	try("an unknown command", dialog.Event{Kind: dialog.Command, Name: "dance", Text: "now"})
	try("a foreign button", dialog.Event{Kind: dialog.Press, Data: "AAAAAAAAAAAAAAAA"}, dialog.Event{Kind: dialog.Press, Data: "%%%"}, dialog.Event{Kind: dialog.Press})
	try("danger", dialog.Event{Kind: dialog.Text, Text: "i want to kill myself"})
	try("an alarm", dialog.Event{Kind: dialog.Alarm})
	try("blocked and unblocked", dialog.Event{Kind: dialog.Blocked}, dialog.Event{Kind: dialog.Unblocked})
	if old := v.old; old != "" {
		try("an old button", dialog.Event{Kind: dialog.Press, Data: old})
	}
	w.leaves(v, p, path)
}

// passed tells whether the gate is passed, by asking for something that never
// goes without.
func (w *walker) passed(v *visitor) bool {
	u := v.copy()
	u.must(dialog.Event{Kind: dialog.Command, Name: "checkin"})
	q, ok := u.place()
	return ok && q.flow != "start" && q.flow != "locked"
}

// leaves proves that the question can be left for good.
func (w *walker) leaves(v *visitor, p place, path string) {
	u := v.copy()
	u.must(dialog.Event{Kind: dialog.Command, Name: "stop"})
	if q, ok := u.place(); ok && q.flow == p.flow && q.step == p.step && p.flow != "start" && p.flow != "locked" && p.flow != "stop" {
		w.t.Errorf("%s: /stop does not leave %s.%s", path, p.flow, p.step)
	}
}

// visitor is a person on the walk. It can be copied at any question.
type visitor struct {
	w      *walker
	blob   []byte
	now    time.Time
	n      int
	ref    dialog.Ref
	screen dialog.Message
	all    []dialog.Choice // buttons of other messages, newest last
	old    string
	path   string
	life   string

	who   dialog.PersonID
	peer  *visitor      // "ben:" in a life
	words []dialog.Word // for the peer
	code  string        // of an invite, shown last
}

func (v *visitor) copy() *visitor {
	u := *v
	u.all = slices.Clip(v.all)
	return &u
}

// live lives through the lines of a life.
func (w *walker) live(name string) *visitor {
	v := &visitor{w: w, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), path: name, life: name, who: "test:walker"}
	v.must(dialog.Event{Kind: dialog.Command, Name: "start"})
	v.through(lives[name])
	v.peer = nil // the walk is for one
	return v
}

// through lives through lines.
func (v *visitor) through(lines string) {
	w := v.w
	for _, line := range strings.Split(lines, "|") {
		if theirs, ok := strings.CutPrefix(line, "ben:"); ok {
			if v.peer == nil {
				v.peer = &visitor{w: w, now: v.now, path: v.path + " ben", who: "test:peer"}
				v.peer.must(dialog.Event{Kind: dialog.Command, Name: "start"})
				v.peer.through(ready + wants)
			}
			v.peer.now = v.now
			v.peer.through(strings.ReplaceAll(theirs, "$code", v.code))
			if v.peer.code != "" {
				v.code = v.peer.code
			}
			v.meet()
			continue
		}
		line = strings.ReplaceAll(line, "$code", v.code)
		switch {
		case line == "":
		case line[0] == '/':
			name, rest, _ := strings.Cut(line[1:], " ")
			v.must(dialog.Event{Kind: dialog.Command, Name: name, Text: rest})
		case line[0] == '@':
			d, err := time.ParseDuration(strings.Replace(line[1:], "60d", "1440h", 1))
			if err != nil {
				w.t.Fatal(err)
			}
			v.pass(d)
			if v.peer != nil {
				v.peer.pass(v.now.Sub(v.peer.now))
			}
		case line[0] == '[':
			for _, c := range slices.Backward(append(slices.Clip(v.all), v.buttons()...)) {
				if "["+c.Label+"]" == line {
					v.must(dialog.Event{Kind: dialog.Press, Data: c.Data})
					break
				}
			}
		default:
			v.must(dialog.Event{Kind: dialog.Text, Text: line})
		}
		v.meet()
	}
}

// meet carries the words between two people.
func (v *visitor) meet() {
	if v.peer == nil {
		return
	}
	for _, pair := range [][2]*visitor{{v, v.peer}, {v.peer, v}} {
		from, to := pair[0], pair[1]
		words := from.words
		from.words = nil
		for _, x := range words {
			to.must(x.Event(from.who))
			from.must(dialog.Event{Kind: dialog.ToldWord, Told: &dialog.Told{Word: x.ID, Try: x.Tries, Telling: dialog.Taken}})
		}
	}
}

func (v *visitor) pass(d time.Duration) {
	until := v.now.Add(d)
	for range 200 {
		s := v.state()
		at := s.Alarm()
		if at.IsZero() || at.After(until) {
			break
		}
		v.now = at
		v.must(dialog.Event{Kind: dialog.Alarm})
	}
	v.now = until
}

func (v *visitor) state() *dialog.State {
	s, err := dialog.DecodeState(v.blob)
	if err != nil {
		v.w.t.Fatalf("%s: %v", v.path, err)
	}
	return s
}

// place is the open question.
func (v *visitor) place() (place, bool) {
	if v.blob == nil {
		return place{}, false
	}
	runs := v.state().Runs
	if len(runs) == 0 {
		return place{}, false
	}
	top := runs[len(runs)-1]
	p := place{life: v.life, flow: top.Flow, step: top.Asked.Key}
	if len(runs) > 1 {
		p.under = runs[len(runs)-2].Flow
	}
	return p, top.Asked.Key != ""
}

func (v *visitor) buttons() (list []dialog.Choice) {
	for _, row := range v.screen.Choices {
		list = append(list, row...)
	}
	return list
}

// must takes a step, proves what it says, and tells whether it said something.
func (v *visitor) must(ev dialog.Event) (answered bool) {
	w := v.w
	w.events++
	v.n++
	v.now = v.now.Add(time.Second)
	if ev.ID == "" {
		ev.ID = fmt.Sprint(v.n)
	}
	ev.At = v.now
	next, out, err := w.script.Apply(v.blob, v.who, 7, ev, v.now)
	if err != nil {
		w.t.Fatalf("%s: %+v: %v", v.path, ev, err)
	}
	v.blob = next
	v.words = append(v.words, out.Words...)
	for i, e := range out.Deliver {
		w.sound(v, e.Msg)
		if code, ok := strings.CutPrefix(e.Msg.Text, "/partner "); ok {
			v.code = code
		}
		if out.Erase {
			continue
		}
		if len(e.Msg.Choices) > 0 {
			if b := v.buttons(); len(b) > 0 {
				v.old = b[0].Data
			}
			v.screen, v.ref = e.Msg, dialog.Ref(fmt.Sprintf("%d.%d", v.n, i))
		}
		if e.Msg.Nudge {
			v.all = append(v.all, e.Msg.Choices[0]...)
		}
		r := dialog.Receipt{Entry: e.ID, OK: true, Ref: dialog.Ref(fmt.Sprintf("%d.%d", v.n, i))}
		if v.blob, out, err = w.script.Apply(v.blob, v.who, 7, dialog.Event{Kind: dialog.Sent, Receipt: &r}, v.now); err != nil {
			w.t.Fatalf("%s: %v", v.path, err)
		}
		answered = true
	}
	if out.Erase {
		v.blob, v.screen = nil, dialog.Message{}
		return true
	}
	return answered
}

var (
	keyForm   = regexp.MustCompile(`[a-z_]{3,}\.[a-z_.]+`)
	openBrace = regexp.MustCompile(`\{[a-z_]+\}`)
)

// bare finds a key that stands where its words are meant to be.
func (w *walker) bare(text string) string {
	for _, key := range keyForm.FindAllString(text, -1) {
		room, _, _ := strings.Cut(key, ".")
		if w.script.Flows[room] != nil || slices.Contains([]string{"engine", "calendar", "care", "support"}, room) {
			return key
		}
	}
	return ""
}

// sound proves that a message can be shown by every platform.
func (w *walker) sound(v *visitor, m dialog.Message) {
	bad := func(format string, args ...any) {
		w.t.Errorf("%s: "+format+"\n%s", append(append([]any{v.path}, args...), dialog.Transcript(m))...)
	}
	text := dialog.Plain(m.Text)
	if n := utf8.RuneCountInString(text); n > 2000 && m.File == nil {
		bad("%d characters are more than Discord takes", n)
	}
	if text == "" {
		bad("a message without words")
	}
	if key := w.bare(text); key != "" {
		bad("words are missing for %q", key)
	}
	if open := openBrace.FindString(text); open != "" {
		bad("nothing fills %s", open)
	}
	n := 0
	for _, row := range m.Choices {
		if len(row) > 5 {
			bad("a row of %d", len(row))
		}
		for _, c := range row {
			n++
			if c.Label == "" || utf8.RuneCountInString(c.Label) > 80 || w.bare(c.Label) != "" || openBrace.MatchString(c.Label) {
				bad("label %q", c.Label)
			}
			if len(c.Data) > 40 || c.Data == "" && c.Share == "" && c.URL == "" {
				bad("data %q", c.Data)
			}
		}
	}
	if n > 25 {
		bad("%d choices", n)
	}
}
