package telegram

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
)

// free is an address on the loopback that nobody listens on, and that nobody is
// handed by chance: it lies below the ports that systems give away.
func free(t testing.TB) string {
	for range 1000 {
		addr := fmt.Sprintf("127.0.0.1:%d", 10000+(uint32(os.Getpid())*251+ports.Add(1))%20000)
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}

var ports atomic.Uint32

// Behind a proxy: an update is repeated until the handler has taken it.
func TestWebhook(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	addr := free(t)
	s.Proxy(addr)
	in := &inbox{refuse: func(dialog.Event) bool { return true }}
	b, stop := run(t, s, Config{Webhook: Webhook{URL: "https://bot.example/telegram", Listen: addr}}, in)
	mira := s.Person("en")
	mira.Type("one")
	mira.Type("two")
	if !s.Wait(func() bool { return b.Stats.Again.Load() >= 2 }) || s.Unconfirmed() != 2 {
		t.Fatalf("%d times refused, %d unconfirmed", b.Stats.Again.Load(), s.Unconfirmed())
	}
	in.set(nil)
	if !s.Wait(func() bool { return s.Unconfirmed() == 0 }) || fmt.Sprint(in.texts(mira)) != "[one two]" {
		t.Fatalf("%q, %d unconfirmed", in.texts(mira), s.Unconfirmed())
	}
	s.Raw(`"message":{"message_id":"x"}`)
	if !s.Wait(func() bool { return s.Unconfirmed() == 0 }) || b.Stats.Poison.Load() != 1 {
		t.Errorf("poison comes again and again")
	}
	stop()
	if !s.Hooked() {
		t.Error("a stop must not unregister the webhook: other replicas, or the next start, rely on it")
	}
}

// With a certificate of one's own, which Telegram is shown.
func TestWebhookWithCertificate(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	dir := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	like := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, like, like, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "EC PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	addr := free(t)
	s.AnyPort()
	in := &inbox{}
	run(t, s, Config{Webhook: Webhook{
		URL: "https://" + addr + "/telegram", Listen: addr, Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem"), SelfSigned: true,
	}}, in)
	mira := s.Person("en")
	mira.Type("one")
	if !s.Wait(func() bool { return len(in.texts(mira)) == 1 }) {
		t.Error("nothing arrived")
	}
	if c := s.Calls("setWebhook"); len(c) != 1 || !strings.Contains(c[0].Params["certificate"], "cert.pem") {
		t.Errorf("%d calls", len(c))
	}
}

func TestWebhookAddressIsTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{Webhook: Webhook{URL: "https://bot.example/", Listen: l.Addr().String()}})
	if err := b.Run(context.Background(), (&inbox{}).handle); err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("%v", err)
	}
	if s.Hooked() {
		t.Error("Telegram was told of a webhook that nobody serves")
	}
}

func TestHandlerAnswers(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{Webhook: Webhook{URL: "https://bot.example/", Secret: "s3cret"}})
	in := &inbox{}
	h := b.Handler(in.handle)
	good := `{"update_id":1,"message":{"message_id":1,"from":{"id":5},"chat":{"id":5,"type":"private"},"date":1,"text":"hello"}}`
	for _, tt := range []struct {
		name, method, secret, body string
		want, taken                int
	}{
		{"a message", "POST", "s3cret", good, 200, 1},
		{"no secret", "POST", "", good, 403, 1},
		{"a wrong secret", "POST", "s3cre", good, 403, 1},
		{"looked at by a browser", "GET", "s3cret", "", 405, 1},
		{"no JSON", "POST", "s3cret", "<html>", 200, 1},
		{"cut off", "POST", "s3cret", good[:50], 200, 1},
		{"as large as it may be", "POST", "s3cret", good + strings.Repeat(" ", maxUpdate-len(good)), 200, 2},
		{"too large", "POST", "s3cret", good + strings.Repeat(" ", maxUpdate), 200, 2},
		{"a kind nobody knows", "POST", "s3cret", `{"update_id":2,"telepathy":{}}`, 200, 2},
	} {
		r := httptest.NewRequest(tt.method, "/", strings.NewReader(tt.body))
		if tt.secret != "" {
			r.Header.Set("X-Telegram-Bot-Api-Secret-Token", tt.secret)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.want || len(in.texts(nil)) != tt.taken {
			t.Errorf("%s: %d, %d taken", tt.name, w.Code, len(in.texts(nil)))
		}
	}
	in.set(func(dialog.Event) bool { return true })
	r := httptest.NewRequest("POST", "/", strings.NewReader(good))
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", "s3cret")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("a handler that fails gives %d", w.Code)
	}
}

// Without a configured secret nobody is let in.
func TestHandlerWithoutWebhook(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	defer s.Close()
	b := open(t, s, Config{})
	w := httptest.NewRecorder()
	b.Handler((&inbox{}).handle).ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(`{}`)))
	if w.Code != http.StatusForbidden {
		t.Errorf("%d", w.Code)
	}
}

// Somebody who opens a connection and says nothing is let go of.
func TestWebhookDropsTheSilent(t *testing.T) {
	t.Parallel()
	s := telegramtest.New()
	addr := free(t)
	s.Proxy(addr)
	in := &inbox{}
	run(t, s, Config{Webhook: Webhook{URL: "https://bot.example/", Listen: addr}}, in)
	if !s.Wait(s.Hooked) {
		t.Fatal("no webhook")
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\n")
	conn.SetReadDeadline(time.Now().Add(8 * time.Second))
	if _, err := conn.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Errorf("the connection stays: %v", err)
	}
}

func TestWebhookSecretIsDerived(t *testing.T) {
	t.Parallel()
	a, b, c := Webhook{URL: "https://x"}, Webhook{URL: "https://y"}, Webhook{URL: "https://x"}
	for w, token := range map[*Webhook]string{&a: "1:a", &b: "1:a", &c: "1:b"} {
		if err := w.check(token); err != nil {
			t.Fatal(err)
		}
	}
	if a.Secret != b.Secret || a.Secret == c.Secret || strings.Contains(a.Secret, "1:a") || len(a.Secret) < 40 {
		t.Error(a.Secret, b.Secret, c.Secret)
	}
}
