package discord

import (
	"errors"
	"net/http"
	"time"

	"afterglow/dialog"
)

// The codes of Discord that we act upon.
const (
	codeUnknownChannel = 10003
	codeUnknownUser    = 10013
	codeUnknownWebhook = 10015 // also: an interaction that is not acknowledged yet, or no longer alive
	codeOpeningTooFast = 40003
	codeAcknowledged   = 40060
	codeMissingAccess  = 50001
	codeCannotReach    = 50007 // direct messages closed, or blocked
	codeInvalidForm    = 50035
	codeNoMutual       = 50278 // no shared server and not installed
)

// errWait says that a limit stands before the request; it was not made.
var errWait = errors.New("held back by a limit")

// openPause is how long no direct message is opened after Discord said "too fast".
const openPause = 10 * time.Minute

// verdict sorts a failure by what we know of the message's fate.
func verdict(err error) *dialog.SendError {
	var done *dialog.SendError
	if errors.As(err, &done) {
		return done
	}
	var e *apiError
	if !errors.As(err, &e) {
		return &dialog.SendError{Verdict: dialog.Unknown, Err: err}
	}
	out := func(v dialog.Verdict, after time.Duration) *dialog.SendError {
		return &dialog.SendError{Verdict: v, After: after, Lane: v == dialog.Later && e.global, Err: e}
	}
	switch {
	case e.status == 0 && !e.sent:
		return out(dialog.Later, e.after)
	case e.status == 0, e.status >= 500, e.status < 400:
		return out(dialog.Unknown, 0)
	case e.code == codeOpeningTooFast:
		return out(dialog.Later, max(e.after, openPause))
	case e.status == http.StatusTooManyRequests:
		return out(dialog.Later, max(e.after, 100*time.Millisecond))
	case e.status == http.StatusUnauthorized:
		e.global = true
		return out(dialog.Later, time.Hour)
	case e.code == codeCannotReach, e.code == codeNoMutual, e.code == codeUnknownUser,
		e.code == codeMissingAccess, e.code == codeUnknownChannel: // the last two after opening the channel anew
		return out(dialog.Gone, 0)
	case e.status == http.StatusForbidden && e.code == 0: // not Discord but the wall before it
		e.global = true
		return out(dialog.Later, time.Minute)
	}
	return out(dialog.Never, 0)
}

// has tells whether err is Discord's answer with one of the codes.
func has(err error, codes ...int) bool {
	var e *apiError
	if !errors.As(err, &e) {
		return false
	}
	for _, code := range codes {
		if e.code == code && code != 0 {
			return true
		}
	}
	return false
}

// missing tells whether what was to be changed is not there, or not for us, or
// the token that led to it has run out.
func missing(err error) bool {
	var e *apiError
	return errors.As(err, &e) && e.code != codeInvalidForm &&
		(e.status == http.StatusNotFound || e.status == http.StatusForbidden && e.code != 0 || e.status == http.StatusUnauthorized)
}
