package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	goredis "github.com/redis/go-redis/v9"

	"afterglow/adapters/discord/discordtest"
	"afterglow/adapters/redis/redistest"
	"afterglow/dialog/storetest"
)

// discordFloor is the least that a bot has to do for a tap: one GET, one SET, and
// the callback that changes the screen, which is the acknowledgement as well.
type discordFloor struct {
	b      *testing.B
	server *discordtest.Server
	db     *goredis.Client
	client *http.Client
	blob   []byte
}

// floorTap is what it reads of an interaction.
type floorTap struct {
	ID, Token string
	Type      int
	User      struct{ ID string }
}

// startDiscordFloor runs it until the benchmark ends, and lets so many people
// come as far as a list to tap on.
func startDiscordFloor(b *testing.B, server *discordtest.Server, byHTTP bool, people int) (all []*listing) {
	b.Helper()
	f := &discordFloor{
		b: b, server: server, blob: make([]byte, storetest.BlobSize),
		db:     goredis.NewClient(&goredis.Options{Addr: redistest.Start(b).Addr, PoolSize: 64}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}},
	}
	b.Cleanup(func() { _ = f.db.Close() })
	if byHTTP {
		f.serve()
	} else {
		f.listen()
	}
	var coming sync.WaitGroup
	for range people {
		e := &listing{tapped: "space", discordEvening: &discordEvening{t: b, server: server, who: server.Person("en-US"), http: byHTTP}}
		all = append(all, e)
		coming.Go(func() { e.type_("/start", "Touch.") })
	}
	coming.Wait()
	return all
}

// answer handles an interaction and returns the callback.
func (f *discordFloor) answer(tap floorTap) []byte {
	ctx, key := f.b.Context(), "floor:"+tap.User.ID
	if err := f.db.Get(ctx, key).Err(); err != nil && !errors.Is(err, goredis.Nil) {
		f.b.Error(err)
	}
	if err := f.db.Set(ctx, key, f.blob, 0).Err(); err != nil {
		f.b.Error(err)
	}
	kind := 7
	if tap.Type == 2 {
		kind = 4
	}
	return fmt.Appendf(nil, `{"type":%d,"data":%s}`, kind, floorScreen)
}

// listen hears by the gateway, for less long than a heartbeat is due.
func (f *discordFloor) listen() {
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimSuffix(f.server.URL(), "/api")[len("http"):]+"/socket/?v=9&encoding=json", nil)
	must(f.b, err)
	f.b.Cleanup(func() { conn.Close() })
	must(f.b, conn.WriteJSON(map[string]any{"op": 2, "d": map[string]any{"token": discordtest.Token, "intents": 1 << 12}}))
	go func() {
		for {
			var ev struct {
				T string
				D floorTap
			}
			if conn.ReadJSON(&ev) != nil {
				return
			}
			if ev.T == "INTERACTION_CREATE" {
				go f.call(ev.D)
			}
		}
	}()
	connected(f.b, f.server)
}

func (f *discordFloor) call(tap floorTap) {
	resp, err := f.client.Post(f.server.URL()+"/v9/interactions/"+tap.ID+"/"+tap.Token+"/callback", "application/json", bytes.NewReader(f.answer(tap)))
	if err != nil {
		f.b.Error(err)
		return
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
}

// serve is told by HTTP, signed.
func (f *discordFloor) serve() {
	key, err := hex.DecodeString(f.server.PublicKey())
	must(f.b, err)
	addr := freeAddr(f.b)
	srv := &http.Server{Addr: addr, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		sig, bad := hex.DecodeString(r.Header.Get("X-Signature-Ed25519"))
		var tap floorTap
		if err != nil || bad != nil || !ed25519.Verify(key, append([]byte(r.Header.Get("X-Signature-Timestamp")), body...), sig) || json.Unmarshal(body, &tap) != nil {
			f.b.Error("not signed, or no interaction")
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(f.answer(tap))
	}), ReadHeaderTimeout: 5 * time.Second}
	go srv.ListenAndServe()
	f.b.Cleanup(func() { srv.Close() })
	f.server.Endpoint = "http://" + addr + "/"
	answersAt(f.b, addr)
}

// floorScreen is as large as the bot's.
var floorScreen = func() string {
	button := func(label, id string) string {
		return fmt.Sprintf(`{"type":2,"style":2,"label":%q,"custom_id":%q}`, label, id)
	}
	row := func(in ...string) string { return `{"type":1,"components":[` + strings.Join(in, ",") + `]}` }
	return `{"content":"Touch. Tap once for **want**, again for **ask me first**, again for **please don't**. You can add your own by typing it.",` +
		`"allowed_mentions":{"parse":[]},"flags":4,"components":[` + strings.Join([]string{
		row(button("cuddling", "AAAAAAAAAAAAAAAA"), button("holding hands", "AAAAAAAAAAAAAAAB")),
		row(button("hair stroking", "AAAAAAAAAAAAAAAC"), button("massage", "AAAAAAAAAAAAAAAD")),
		row(button("lying close, no talking", "AAAAAAAAAAAAAAAE"), button("space", "AAAAAAAAAAAAAAAF")),
		row(button("Done", "AAAAAAAAAAAAAAAG"), button("Skip", "AAAAAAAAAAAAAAAH")),
	}, ",") + `]}`
}()
