package aftercare

import (
	"slices"
	"strconv"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/care"
	"afterglow/dialog/support"
)

// lockTime is how long an account stays closed after a statement of being under
// 18. A wrong hit finds its way back by waiting, not by typing a number.
const lockTime = 14 * 24 * time.Hour

// unlock is the timer at which a closed account is erased.
const unlock = "unlock"

// closed tells whether the door is closed. When the time is over, nothing is left
// that says it was.
func closed(t *dialog.Turn) bool {
	d := danger(t)
	if t.Now.Before(d.Locked) {
		return true
	}
	if !d.Locked.IsZero() {
		d.Locked = time.Time{}
		t.State.StopTimer(unlock, "")
		t.Close("locked")
	}
	return false
}

// close closes the door until then. The record goes by itself when the time is over.
func (b *bot) close(t *dialog.Turn, until time.Time, lang string) {
	*danger(t) = Danger{Locked: until, Lang: lang}
	t.State.Zone = ""
	t.State.SetTimer(dialog.Timer{Name: unlock, Wall: dialog.Wall(until, "")})
}

// forgetBehindDoor erases everything but the moment until which the door is closed,
// and the language to say so in: erasing is no way around it.
func (b *bot) forgetBehindDoor(t *dialog.Turn) {
	unlinkAll(t)
	d, lang := *danger(t), t.State.Lang
	t.Forget()
	t.State.Lang = lang
	b.close(t, d.Locked, d.Lang)
	t.Tell(with(first1(b.words(t)("care.minor.erased")), "wait", b.wait(t)))
}

// behind is what counts of a finding while the door is closed: danger, and then
// that somebody young told of it, so that a line for them stands there too.
func behind(f care.Finding) care.Finding {
	f.Categories = slices.DeleteFunc(slices.Clone(f.Categories), func(c care.Category) bool { return c < care.SelfHarm || c > care.Medical })
	if len(f.Categories) > 0 {
		f.Categories = append(f.Categories[:1:1], care.Minor)
	}
	return f
}

func saysUnder18(f care.Finding) bool {
	return f.First() == care.Minor && f.Sure && f.Severity >= 3 && f.About == care.Self
}

// lock closes the account of somebody under 18: what was kept goes, at once.
func (b *bot) lock(t *dialog.Turn) {
	t.EndAll()
	unlinkAll(t)
	t.State.Timers = nil
	t.State.Outbox = nil
	t.State.Parked = nil
	for _, part := range []int{partProfile, partJournal, partDeck, partPlan, partDoubt} {
		t.State.DropPart(part)
	}
	b.close(t, t.Now.Add(lockTime), danger(t).Lang)
	t.Tell(b.childHelp(t))
	t.Start("locked", "")
}

// childHelp is what somebody under 18 is told.
func (b *bot) childHelp(t *dialog.Turn) string {
	f := care.Finding{Categories: []care.Category{care.Minor}, Severity: 3, About: care.Self}
	return support.Compose(b.words(t), b.Support, f, b.place(t)).Text()
}

// wait is how long the door stays closed.
func (b *bot) wait(t *dialog.Turn) string {
	n := 1 + int(danger(t).Locked.Sub(t.Now)/(24*time.Hour))
	if danger(t).Locked.Sub(t.Now)%(24*time.Hour) == 0 {
		n--
	}
	if n == 1 {
		return first1(b.words(t)("care.minor.day"))
	}
	return with(first1(b.words(t)("care.minor.days")), "n", strconv.Itoa(n))
}

// Doubt is a question of age that nobody has answered yet, or a partner who is
// under 18: nothing but help opens until that is out of the world. It outlives
// whatever else is told meanwhile.
type Doubt struct {
	Severity int // 0: there is none; 1: it is asked; 3: it was said of somebody else
	About    int
	Held     bool // it is what put things on hold
}

func doubt(t *dialog.Turn) *Doubt { return dialog.Part[Doubt](t.State, partDoubt) }

func (q *Doubt) open() bool { return q.Severity > 0 }

// Code tells the layout.
func (q *Doubt) Code(c *dialog.Coder) {
	c.Count(&q.Severity)
	c.Count(&q.About)
	c.Bool(&q.Held)
}
