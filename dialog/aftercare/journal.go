package aftercare

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"afterglow/dialog"
)

// Journal is the check-ins of a person, oldest first. It is asked about oneself
// only and counts nothing but oneself.
type Journal struct {
	Entries []Entry
	Older   int // how many more there were before, let go to keep the rest small
}

// Entry is one check-in: option ids, no text but the note.
type Entry struct {
	At        time.Time
	Kind      string // checkin, again, recheck
	Encounter string
	Set       string
	Overall   string
	Body      []string
	Feelings  []string
	Mind      []string
	Needs     []string // item=rate
	Next      []string
	Note      string
}

const maxEntries = 500

func journal(t *dialog.Turn) *Journal { return dialog.Part[Journal](t.State, partJournal) }

// Code tells the layout.
func (j *Journal) Code(c *dialog.Coder) {
	c.Count(&j.Older)
	dialog.List(c, &j.Entries, func(c *dialog.Coder, e *Entry) {
		c.Time(&e.At)
		c.ID(&e.Kind)
		c.ID(&e.Encounter)
		c.ID(&e.Set)
		c.ID(&e.Overall)
		for _, list := range []*[]string{&e.Body, &e.Feelings, &e.Mind, &e.Needs, &e.Next} {
			dialog.List(c, list, (*dialog.Coder).ID)
		}
		c.String(&e.Note)
	})
}

// read takes the answers of a check-in.
func (e *Entry) read(r *dialog.Run) {
	e.Overall = r.Value("overall")
	if e.Overall == "" {
		e.Overall = r.Value("now")
	}
	for key, list := range map[string]*[]string{"body": &e.Body, "feelings": &e.Feelings, "mind": &e.Mind, "needs": &e.Needs, "next": &e.Next} {
		if a := r.Find(key); a != nil && a.Mode == dialog.Given {
			*list = slices.Clone(a.Values)
		}
	}
	for _, key := range []string{"note", "unsaid"} {
		if a := r.Find(key); a != nil {
			e.Note = a.Text
		}
	}
}

func (j *Journal) add(e Entry, now time.Time, keep int) {
	j.Entries = append(j.Entries, e)
	if n := len(j.Entries) - maxEntries; n > 0 {
		j.Entries = slices.Delete(j.Entries, 0, n)
		j.Older += n
	}
	j.expire(now, keep)
}

// expire lets go of check-ins older than keep days; -1 keeps all.
func (j *Journal) expire(now time.Time, keep int) {
	if keep < 0 {
		return
	}
	j.Entries = slices.DeleteFunc(j.Entries, func(e Entry) bool { return now.Sub(e.At) > time.Duration(keep)*24*time.Hour })
}

// sweep plans the day on which the oldest check-in has been kept long enough,
// so that it goes by itself, also if its owner never returns; at a time that
// tells nothing of the check-in's own.
func sweep(t *dialog.Turn) {
	j, keep := journal(t), profile(t).KeepDays()
	j.expire(t.Now, keep)
	t.State.StopTimer("expire", "")
	if keep >= 0 && len(j.Entries) > 0 {
		at := t.State.Leisure(j.Entries[0].At.Add(time.Duration(keep)*24*time.Hour + time.Second))
		t.State.SetTimer(dialog.Timer{Name: "expire", Wall: dialog.Wall(at, t.State.Zone)})
	}
}

// rated counts the check-ins that gave an item that rate.
func (j *Journal) rated(item, rate string) (n int) {
	for i := range j.Entries {
		n += count(j.Entries[i].Needs, item+"="+rate)
	}
	return n
}

func (b *bot) journal(s *dialog.Script) {
	s.Timers["expire"] = func(t *dialog.Turn, _ dialog.Timer) { sweep(t) }
	s.Facts["journal"] = func(t *dialog.Turn) string {
		journal(t).expire(t.Now, profile(t).KeepDays())
		if len(journal(t).Entries) == 0 {
			return "none"
		}
		return "some"
	}
	s.Lists["entries"] = func(t *dialog.Turn) []dialog.Option {
		var list []dialog.Option
		entries := journal(t).Entries
		for i := len(entries) - 1; i >= 0 && len(list) < maxShown; i-- {
			e := &entries[i]
			label := day(t, e.At)
			if e.Overall != "" {
				label += " · " + e.overall(t)
			}
			list = append(list, dialog.Option{ID: entryID(e), Label: label})
		}
		return list
	}
	s.Values["entry"] = func(t *dialog.Turn) string {
		if e := b.picked(t); e != nil {
			return b.entryText(t, e)
		}
		return ""
	}
	s.Values["patterns"] = func(t *dialog.Turn) string { return b.patterns(t) }
	s.Actions["journal.erase"] = func(t *dialog.Turn) {
		if e := b.picked(t); e != nil {
			at := e.At
			j := journal(t)
			j.Entries = slices.DeleteFunc(j.Entries, func(e Entry) bool { return e.At.Equal(at) })
			t.Say("journal.erased.say")
		}
		t.Again("what", "pick", "entry")
	}
	s.Actions["journal.erase_note"] = func(t *dialog.Turn) {
		if e := b.picked(t); e != nil {
			e.Note = ""
			t.Say("journal.note_erased.say")
		}
		t.Again("entry")
	}
	s.Actions["journal.back"] = func(t *dialog.Turn) { t.Again("pick", "entry") }
	s.Lists["entry_note"] = func(t *dialog.Turn) []dialog.Option {
		if e := b.picked(t); e != nil && e.Note != "" {
			return []dialog.Option{{ID: "erase_note"}}
		}
		return nil
	}
}

const maxShown = 8

func entryID(e *Entry) string { return "e" + strconv.FormatInt(e.At.UnixMilli(), 36) }

func (b *bot) picked(t *dialog.Turn) *Entry {
	id := t.Run.Value("pick")
	entries := journal(t).Entries
	for i := range entries {
		if entryID(&entries[i]) == id {
			return &entries[i]
		}
	}
	return nil
}

// later tells whether the entry is a second look, which compares.
func (e *Entry) later() bool { return e.Kind == "again" || e.Kind == "recheck" }

// overall is the first answer in words.
func (e *Entry) overall(t *dialog.Turn) string {
	if e.later() {
		return t.Label(e.Kind + ".now." + e.Overall)
	}
	return t.Label("checkin.overall." + e.Overall)
}

// entryText is one check-in in words.
func (b *bot) entryText(t *dialog.Turn, e *Entry) string {
	lines := []string{"*" + when(t, e.At) + "*"}
	if e.Overall != "" {
		title := "checkin.overall.title"
		if e.later() {
			title = e.Kind + ".now.title"
		}
		lines = append(lines, t.Label(title)+" "+e.overall(t))
	}
	body := "checkin"
	if e.Kind == "again" {
		body = e.Kind
	}
	for _, x := range []struct {
		key  string
		list []string
	}{{body + ".body", e.Body}, {"checkin.feelings", e.Feelings}, {"checkin.mind", e.Mind}, {"checkin.next", e.Next}} {
		if labels := optionLabels(t, x.key+".", x.list); labels != "" {
			_, key, _ := strings.Cut(x.key, ".")
			lines = append(lines, t.Label("journal."+key+".title")+" "+labels)
		}
	}
	var needs []string
	for _, v := range e.Needs {
		item, rate, _ := strings.Cut(v, "=")
		needs = append(needs, b.itemName(t, item)+" ("+t.Label("checkin.needs."+rate)+")")
	}
	if len(needs) > 0 {
		lines = append(lines, t.Label("journal.needs.title")+" "+strings.Join(needs, ", "))
	}
	if e.Note != "" {
		lines = append(lines, t.Label("journal.note.title")+" "+dialog.Escape(e.Note))
	}
	return strings.Join(lines, "\n")
}

func optionLabels(t *dialog.Turn, prefix string, ids []string) string {
	var labels []string
	for _, id := range ids {
		labels = append(labels, t.Label(prefix+id))
	}
	return strings.Join(labels, ", ")
}

// itemName is a need's label, whatever area it belongs to.
func (b *bot) itemName(t *dialog.Turn, item string) string {
	for _, area := range areas {
		if len(b.Words[b.Langs[0]]["needs."+area+"."+item]) > 0 {
			return t.Label("needs." + area + "." + item)
		}
	}
	return itemLabel(t, Need{Item: item})
}

// patterns are what came more than once, in words; no score, nobody rated.
func (b *bot) patterns(t *dialog.Turn) string {
	counts := map[string]int{}
	for _, e := range journal(t).Entries {
		for _, v := range e.Needs {
			if item, rate, _ := strings.Cut(v, "="); rate == "not" || rate == "met" {
				counts["needs "+rate+" "+item]++
			}
		}
		for _, f := range e.Feelings {
			counts["feelings - "+f]++
		}
	}
	var keys []string
	for key, n := range counts {
		if n >= 2 {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(x, y string) int {
		if counts[x] != counts[y] {
			return counts[y] - counts[x]
		}
		return strings.Compare(x, y)
	})
	var lines []string
	for _, key := range keys[:min(len(keys), maxShown)] {
		f := strings.SplitN(key, " ", 3)
		name, line := "", "feelings"
		if f[0] == "feelings" {
			name = t.Label("checkin.feelings." + f[2])
		} else {
			name, line = b.itemName(t, f[2]), f[1]
		}
		lines = append(lines, with(raw(t, "journal.pattern."+line), "what", name, "times", times(t, counts[key])))
	}
	if len(lines) == 0 {
		return t.Label("journal.pattern.none")
	}
	return strings.Join(lines, "\n")
}

// times is a small number of times in words.
func times(t *dialog.Turn, n int) string {
	if n <= 5 {
		return t.Label("journal.times.n" + strconv.Itoa(n))
	}
	return with(raw(t, "journal.times.many"), "n", strconv.Itoa(n))
}

// pages are all check-ins in words, for the export.
func (b *bot) pages(t *dialog.Turn) []string {
	var pages []string
	entries := journal(t).Entries
	for i := range entries {
		pages = append(pages, b.entryText(t, &entries[i]))
	}
	return pages
}
