package dialog

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// A button's data: the run's mark, the question's fingerprint and a hash of the
// option, four bytes each. It fits every platform, tells a reader nothing, and
// an old, a foreign or a future button is recognised as such.

func buttonData(mark, print uint32, opt string) string {
	var b [12]byte
	binary.LittleEndian.PutUint32(b[0:], mark)
	binary.LittleEndian.PutUint32(b[4:], print)
	binary.LittleEndian.PutUint32(b[8:], hash32(opt))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func readData(data string) (mark, print, code uint32, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(data)
	if err != nil || len(b) != 12 {
		return 0, 0, 0, false
	}
	return binary.LittleEndian.Uint32(b[0:]), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:]), true
}

// sameQuestion tells whether two messages ask the same of the same conversation.
func sameQuestion(x, y *Message) bool {
	if len(x.Choices) == 0 || len(y.Choices) == 0 {
		return false
	}
	a, b, _, ok := readData(x.Choices[0][0].Data)
	c, d, _, known := readData(y.Choices[0][0].Data)
	return ok && known && a == c && b == d
}

// optionByCode finds the option of the question that a button meant, "" if none.
func (t *Turn) optionByCode(r *Run, st *Step, code uint32) string {
	for _, nav := range []string{navBack, navSkip, navStop, navDone, navHelp} {
		if hash32(nav) == code {
			return nav
		}
	}
	for _, o := range t.offered(r, st) {
		if hash32(o.ID) == code {
			return o.ID
		}
	}
	return ""
}

// options are the items of a question, in the order of the flow.
func (t *Turn) options(st *Step) []Option {
	list := make([]Option, 0, len(st.Options))
	for i, id := range st.Options {
		if i == st.FromAt && st.From != "" {
			list = append(list, t.Script.Lists[st.From](t)...)
		}
		list = append(list, Option{ID: id})
	}
	if st.From != "" && st.FromAt >= len(st.Options) {
		list = append(list, t.Script.Lists[st.From](t)...)
	}
	return list
}

// offered are the options and the person's own additions in the draft.
func (t *Turn) offered(r *Run, st *Step) []Option {
	t.Run = r
	list := t.options(st)
	for _, v := range r.Draft {
		item := v
		if st.Form == Each {
			item, _ = splitRate(v)
		}
		if OwnText(item) != "" && !slices.ContainsFunc(list, func(o Option) bool { return o.ID == item }) {
			list = append(list, Option{ID: item})
		}
	}
	return list
}

// label is an option on a button.
func (t *Turn) label(r *Run, st *Step, o Option) string {
	if o.Label != "" {
		return o.Label
	}
	return Plain(t.optionLabel(r.Flow, st.Key, o.ID))
}

// askNow shows the question.
func (t *Turn) askNow(r *Run, f *Flow, st *Step) {
	if q := (Question{st.Key, st.Print()}); r.Last != q {
		if t.Script.Preset != nil && len(r.Draft) == 0 {
			t.Run = r
			r.Draft = t.Script.Preset(t, f.Name, st.Key)
		}
		r.Last = q
	}
	r.Asked = Question{st.Key, st.Print()}
	said := t.paras
	t.paras = nil
	m := t.question(r, st)
	t.paras = append(said, m.Text)
	m.Choices = t.shareRow(m.Choices)
	t.post(Entry{Screen: true, Msg: m})
}

// question draws a step of the run.
func (t *Turn) question(r *Run, st *Step) Message {
	t.Run = r
	f := t.Script.Flows[r.Flow]
	m := Message{Many: st.Form == Many || st.Form == Each}
	m.Text = t.Word(f.Name+"."+st.Key+".ask", t.salt(r, st.Key))
	print := st.Print()
	const most = 3 // in a row
	var rows [][]Choice
	row, width := make([]Choice, 0, most), 0
	for _, o := range t.offered(r, st) {
		c := Choice{Label: t.label(r, st, o), Data: buttonData(r.Mark, print, o.ID), Share: o.Share, URL: o.URL}
		if m.Many {
			c = t.mark(r, st, o, c)
		}
		if w := len([]rune(c.Label)); len(row) > 0 && (len(row) == most || width+w > 26) {
			rows, row, width = append(rows, row), make([]Choice, 0, most), 0
		}
		row = append(row, c)
		width += len([]rune(c.Label)) + 2
	}
	if len(row) > 0 {
		rows = append(rows, row)
	}
	if m.Many {
		rows = append(rows, []Choice{{Label: t.Label("engine.nav.done"), Data: buttonData(r.Mark, print, navDone)}})
	}
	m.Choices = append(rows, t.navRows(r, f, st)...)
	return m
}

// mark shows on a toggle what it is set to.
func (t *Turn) mark(r *Run, st *Step, o Option, c Choice) Choice {
	for _, v := range r.Draft {
		item, rate := v, ""
		if st.Form == Each {
			item, rate = splitRate(v)
		}
		if item != o.ID {
			continue
		}
		c.On = true
		if rate != "" {
			c.Label += ": " + Plain(t.Label(r.Flow+"."+st.Key+"."+rate))
		}
	}
	return c
}

func (t *Turn) navRows(r *Run, f *Flow, st *Step) [][]Choice {
	var row []Choice
	nav := func(id, key string) {
		row = append(row, Choice{Label: t.Label("engine.nav." + key), Data: buttonData(r.Mark, st.Print(), id), Nav: true})
	}
	if r.canBack() && !f.Bare {
		nav(navBack, "back")
	}
	if st.Skip {
		nav(navSkip, "skip")
	}
	if !f.Bare {
		nav(navStop, "stop")
	}
	var rows [][]Choice
	if len(row) > 0 {
		rows = append(rows, row)
	}
	if f.Help {
		row = nil
		nav(navHelp, "help")
		rows = append(rows, row)
	}
	return rows
}

// salt makes a question keep its wording while it is open.
func (t *Turn) salt(r *Run, key string) uint64 {
	return uint64(r.Mark) ^ hash64(key)
}

// again makes advance show the open question, although it is on the screen already.
func (t *Turn) again() {
	if r := t.top(); r != nil && !r.waits() {
		r.Asked = Question{}
	}
}

// asking tells whether something is to be said before the turn ends.
func (t *Turn) asking() bool { return len(t.paras) > 0 || len(t.share) > 0 }

// close posts what was said and not followed by a question.
func (t *Turn) close() {
	if t.asking() {
		t.post(Entry{Msg: Message{Choices: t.shareRow(nil)}})
	}
}

// reaskOrGate shows what is open, or the gate, or what there is to do.
func (t *Turn) reaskOrGate() {
	if t.gated("") {
		return
	}
	t.again()
}
