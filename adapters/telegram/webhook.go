package telegram

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Webhook says how Telegram reaches the bot. Its zero value: not at all, the
// bot asks by long polling.
type Webhook struct {
	URL    string // https://…; the path is what Handler is mounted on
	Listen string // empty: 127.0.0.1:8443
	// Secret is what Telegram shows with every update, 1 to 256 of A–Z a–z 0–9 _ -.
	// Empty: one is derived from the token, the same for every replica.
	Secret string
	// Cert and Key are PEM files to serve TLS with. Empty: a proxy does that.
	Cert, Key string
	// SelfSigned says that nobody signed Cert, so Telegram has to be shown it.
	SelfSigned bool
	// Connections is how many updates Telegram brings at once; 0: 40.
	Connections int
}

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// check completes the settings and says what is wrong with them.
func (w *Webhook) check(token string) error {
	if w.URL == "" {
		return nil
	}
	if u, err := url.Parse(w.URL); err != nil || u.Scheme != "https" || u.Host == "" {
		return errors.New("telegram: the webhook is no https address\n  hint: Telegram wants https on port 443, 80, 88 or 8443")
	}
	if (w.Cert == "") != (w.Key == "") || w.SelfSigned && w.Cert == "" {
		return errors.New("telegram: the webhook's certificate and key belong together\n  hint: set both, or none and let a proxy serve TLS")
	}
	if w.Secret == "" {
		mac := hmac.New(sha256.New, []byte(token))
		mac.Write([]byte("afterglow webhook secret"))
		w.Secret = base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	if !secretForm.MatchString(w.Secret) {
		return errors.New("telegram: the webhook's secret has characters that Telegram refuses\n  hint: 1 to 256 of A–Z a–z 0–9 _ -")
	}
	w.Listen = cmp.Or(w.Listen, "127.0.0.1:8443")
	if w.Connections <= 0 || w.Connections > 100 {
		w.Connections = 40
	}
	return nil
}

// maxUpdate is the size of the largest body that is read. Updates are a few
// kilobytes; the longest message with all its entities is far below this.
const maxUpdate = 1 << 20

// Handler takes updates as Telegram posts them. It answers 200 once handle
// returned nil and 503 if it did not: then Telegram brings the update again, and
// holds this person's next ones back meanwhile. What can not be decoded is
// answered with 200, or it would come again for a day.
func (b *Bot) Handler(handle Handler) http.Handler {
	read := reader{b.ID, b.Username}
	secret := []byte(b.cfg.Webhook.Secret)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown := []byte(r.Header.Get("X-Telegram-Bot-Api-Secret-Token"))
		switch {
		case r.Method != http.MethodPost:
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		case len(secret) == 0 || subtle.ConstantTimeCompare(shown, secret) != 1:
			w.WriteHeader(http.StatusForbidden)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		var large *http.MaxBytesError
		if err != nil && !errors.As(err, &large) {
			return // the connection broke; Telegram tries again
		}
		b.Stats.Updates.Add(1)
		var h happening
		if err == nil {
			_, h, err = read.read(raw)
		}
		h.poison = err != nil
		b.aside(h)
		ctx, cancel := context.WithTimeout(r.Context(), handleTime)
		defer cancel()
		if err := b.offer(ctx, h, handle, true); err != nil {
			b.Stats.Again.Add(1)
			b.cfg.Log.Warn("an update could not be handled yet", "who", h.lane(), "err", err)
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// serve registers the webhook and listens until ctx ends. The webhook stays
// registered then: Telegram keeps what happens until somebody listens again.
func (b *Bot) serve(ctx context.Context, handle Handler) error {
	hook := b.cfg.Webhook
	l, err := net.Listen("tcp", hook.Listen)
	if err != nil {
		return fmt.Errorf("telegram: listen for the webhook: %w\n  hint: telegram.webhook.listen names a free address, as 127.0.0.1:8443", err)
	}
	srv := &http.Server{
		Handler:           b.Handler(handle),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      handleTime + 10*time.Second,
		IdleTimeout:       75 * time.Second, // Telegram lets go after 60
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          nil,
	}
	served := make(chan error, 1)
	go func() {
		if hook.Cert != "" {
			served <- srv.ServeTLS(l, hook.Cert, hook.Key)
		} else {
			served <- srv.Serve(l)
		}
	}()
	if err := b.hook(ctx); err != nil {
		srv.Close()
		return err
	}
	select {
	case err := <-served:
		return fmt.Errorf("telegram: serve the webhook: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleTime)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		return fmt.Errorf("telegram: stop the webhook: %w", err)
	}
	return nil
}

// hook tells Telegram where to bring updates, again and again until it listens.
func (b *Bot) hook(ctx context.Context) error {
	hook := b.cfg.Webhook
	params := tgbotapi.Params{
		"url":             hook.URL,
		"secret_token":    hook.Secret,
		"allowed_updates": allowed,
	}
	params.AddNonZero("max_connections", hook.Connections)
	var files []tgbotapi.RequestFile
	if hook.SelfSigned {
		pem, err := os.ReadFile(hook.Cert)
		if err != nil {
			return fmt.Errorf("telegram: read the webhook's certificate: %w", err)
		}
		files = append(files, tgbotapi.RequestFile{Name: "certificate", Data: tgbotapi.FileBytes{Name: "cert.pem", Bytes: pem}})
	}
	for wait := time.Second; ; wait = min(2*wait, maxWait) {
		try, cancel := context.WithTimeout(ctx, callTime)
		_, err := b.call(try, "setWebhook", params, files...)
		cancel()
		if err == nil || ctx.Err() != nil {
			return nil
		}
		var f *failure
		if errors.As(err, &f) && f.said && f.code >= 400 && f.code < 500 && f.code != http.StatusTooManyRequests {
			return b.explain(fmt.Errorf("%w\n  hint: is telegram.webhook.url the address that Telegram can reach from outside?", err))
		}
		b.cfg.Log.Warn("the webhook could not be registered", "err", err, "again", wait.String())
		if errors.As(err, &f) {
			wait = max(wait, f.wait)
		}
		sleep(ctx, wait)
	}
}
