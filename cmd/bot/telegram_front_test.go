package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// front is what stands between Telegram and the replicas of a bot with a webhook:
// each gets every other call, whether it lives or not.
type front struct {
	addr string
	came atomic.Int64 // calls handed on
	lost atomic.Int64 // answers that did not get back, though the bot gave them
	lose atomic.Bool  // from now on no answer gets back
}

func newFront(t *testing.T, backs []string) *front {
	f := &front{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: backs[int(f.came.Add(1))%len(backs)]})
		},
		ModifyResponse: func(r *http.Response) error {
			if r.StatusCode == http.StatusOK && f.lose.Load() {
				f.lost.Add(1)
				return errors.New("lost on the way back")
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	f.addr = server.Listener.Addr().String()
	return f
}

// gate is a proxy before the Bot API that holds what is put into chats while it is shut.
type gate struct {
	shut  atomic.Bool
	holds atomic.Int64 // calls that stand before it
}

// slowly has the bot go through a gate. It is to be called before the bot starts.
func (m *mishap) slowly() *gate {
	g := &gate{}
	to, err := url.Parse(m.server.URL())
	must(m.t, err)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) {
		panic(http.ErrAbortHandler) // what breaks behind it breaks before it
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		if strings.HasPrefix(method, "sendM") || strings.HasPrefix(method, "edit") {
			g.holds.Add(1)
			for g.shut.Load() && r.Context().Err() == nil {
				time.Sleep(2 * time.Millisecond)
			}
			g.holds.Add(-1)
		}
		if r.Context().Err() == nil { // else whoever called is dead, and it never arrives
			proxy.ServeHTTP(w, r)
		}
	}))
	m.t.Cleanup(server.Close)
	m.env = append(m.env, "TELEGRAM_API_URL="+server.URL)
	return g
}
