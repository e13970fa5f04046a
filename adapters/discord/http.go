package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"afterglow/dialog"
)

const (
	maxBody      = 512 << 10       // an interaction with the message it is about is far smaller
	replayWindow = 5 * time.Minute // how far the clocks may differ; what is sent twice within is known by its id
)

// Handler takes interactions by HTTP in the gateway's place: Discord sends them
// to the "Interactions Endpoint URL" of the application, signed. It may be used
// beside [Bot.Run], which then brings the messages that people type; without it
// call [Bot.Register] at the beginning and [Bot.Drain] at the end. handle is as
// in Run.
func (b *Bot) Handler(handle func(context.Context, dialog.Event) error) http.Handler {
	b.inbox.serve(handle)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "only POST", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		var tooMuch *http.MaxBytesError
		switch {
		case errors.As(err, &tooMuch):
			http.Error(w, "too much", http.StatusRequestEntityTooLarge)
			return
		case err != nil:
			http.Error(w, "broken off", http.StatusBadRequest)
			return
		}
		if !signed(b.key, r.Header, body, time.Now()) {
			http.Error(w, "not signed by Discord", http.StatusUnauthorized)
			return
		}
		in, ok := readInteraction(body)
		if !ok {
			http.Error(w, "not an interaction", http.StatusBadRequest)
			return
		}
		answer, ok := b.reply(in)
		if !ok {
			http.Error(w, "not an interaction of ours", http.StatusBadRequest)
			return
		}
		acked, ok := b.follow(in, answer)
		if !ok {
			http.Error(w, "too much is waiting", http.StatusServiceUnavailable)
			return
		}
		writeCallback(w, answer.now)
		http.NewResponseController(w).Flush() // where it can not, returning does
		b.fresh.Store(in.Token, time.Now().Add(b.pace.headStart))
		time.AfterFunc(b.pace.headStart, func() { b.fresh.Delete(in.Token) })
		acked <- true
	})
}

// headStart lets Discord read what it was just answered by HTTP, before it is told
// more by another way.
func (b *Bot) headStart(ctx context.Context, token string) {
	if until, ok := b.fresh.Load(token); ok {
		sleep(ctx, time.Until(until.(time.Time)))
	}
}

// signed tells whether Discord signed the request, and lately.
func signed(key ed25519.PublicKey, h http.Header, body []byte, now time.Time) bool {
	stamp := h.Get("X-Signature-Timestamp")
	sig, err := hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if err != nil || len(sig) != ed25519.SignatureSize || len(key) != ed25519.PublicKeySize || stamp == "" || len(stamp) > 20 {
		return false
	}
	if !ed25519.Verify(key, append([]byte(stamp), body...), sig) {
		return false
	}
	sec, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return false
	}
	off := now.Sub(time.Unix(sec, 0))
	return off < replayWindow && off > -replayWindow
}
