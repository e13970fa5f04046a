package telegram

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"afterglow/dialog"
)

// verdict sorts a failed call by what we know of it.
func verdict(err error) *dialog.SendError {
	out := &dialog.SendError{Verdict: dialog.Unknown, Err: err}
	var f *failure
	if !errors.As(err, &f) {
		return out
	}
	switch {
	case !f.reached:
		out.Verdict = dialog.Later
	case f.code == http.StatusTooManyRequests: // by whomever: it was not taken
		out.Verdict, out.After = dialog.Later, max(f.wait, time.Second)
	case !f.said || f.code >= 500 || f.code < 400:
		// a gateway's page, or Telegram lost its own way: it may have arrived
	case f.dead(): // the operator has to do something; nothing is dropped meanwhile
		out.Verdict, out.After, out.Lane = dialog.Later, time.Minute, true
	case f.code == http.StatusConflict:
		out.Verdict = dialog.Later
	case f.code == http.StatusForbidden, f.says("chat not found", "user not found", "PEER_ID_INVALID", "user is deactivated", "bot was blocked"):
		out.Verdict = dialog.Gone
	default:
		out.Verdict = dialog.Never
	}
	return out
}

// limits remembers what Telegram told us to wait for. Asking again before then
// would make the wait longer, so nothing is sent meanwhile.
type limits struct {
	mu    sync.Mutex
	chats map[int64]time.Time // until when a chat is closed
	all   time.Time           // until when everything is
}

const (
	// laneChats is how many chats have to be limited at one time to take it for
	// a limit of the whole bot; the answer itself does not tell.
	laneChats = 3
	maxLimits = 1000
)

// wait returns how long a message to chat has to wait, and whether all have to.
func (l *limits) wait(chat int64, now time.Time) (d time.Duration, lane bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.all.Sub(now); d > 0 {
		return d, true
	}
	return max(l.chats[chat].Sub(now), 0), false
}

// hit notes an answer of 429 to a message to chat, and tells whether the whole
// bot has to wait now.
func (l *limits) hit(chat int64, d time.Duration, now time.Time) (lane bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.chats == nil || len(l.chats) >= maxLimits {
		l.chats = map[int64]time.Time{}
	}
	for c, until := range l.chats {
		if !until.After(now) {
			delete(l.chats, c)
		}
	}
	l.chats[chat] = now.Add(d)
	if len(l.chats) < laneChats {
		return false
	}
	if until := now.Add(d); until.After(l.all) {
		l.all = until
	}
	return true
}
