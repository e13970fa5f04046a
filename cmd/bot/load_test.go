package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
	"afterglow/dialog/storetest"
)

// people are those who talk to the bot at the same time, each as fast as it answers.
const people = 500

// carefulTime is how long after its start a host writes down that it is about to
// try an event that may be older than itself, as every tap may be: a third
// commit. Measured is what comes after.
const carefulTime = 10 * time.Second

// BenchmarkTelegram is the whole program (bot run: sealed store, host, adapter)
// with 500 people who go on as soon as they are answered, in updates handled
// from end to end: by taps, each of which is answered and edits the screen, or by
// text, which is answered with a message. Beside it, on the same machine and in the same run, stands
// the floor: a bare poller that does one GET, one SET and one sendMessage; and
// one that makes as many calls as the bot has to: it answers the tap as well, and
// notes what it has sent.
func BenchmarkTelegram(b *testing.B) {
	bolt, redis, floor, safe := startCrowd(b), startCrowd(b), startCrowd(b), startCrowd(b)
	started := time.Now()
	runHere(b, bolt, "")
	runHere(b, redis, redistest.Start(b).URL())
	runFloor(b, floor, redistest.Start(b), false)
	runFloor(b, safe, redistest.Start(b), true)
	for _, api := range []string{bolt, redis, floor, safe} {
		round(b, api, people, 7*people, "taps") // to the question
	}
	of := func(name, api, by string) {
		b.Run("of="+name, func(b *testing.B) {
			before := cpu()
			took := round(b, api, people, b.N, by)
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
			b.ReportMetric(float64(took.P50)/1e6, "p50-ms")
			b.ReportMetric(float64(took.P99)/1e6, "p99-ms")
			b.ReportMetric((cpu()-before).Seconds()/float64(b.N)*1000, "cpu-s/1000")
			b.ReportMetric(float64(took.Dials)/float64(b.N)*1000, "dials/1000")
			b.ReportMetric(load(), "machine-load")
		})
	}
	if !testing.Short() {
		time.Sleep(carefulTime - time.Since(started))
	}
	of("bot/store=bolt/by=taps", bolt, "taps")
	of("bot/store=redis/by=taps", redis, "taps")
	of("bot/store=redis/by=text", redis, "text")
	of("floor/by=taps", floor, "taps")
	of("floor/by=text", floor, "text")
	of("floor/by=taps/calls=same", safe, "taps")
}

// BenchmarkTelegramMemory is what the program keeps in memory when so many people
// have talked to it and are quiet.
func BenchmarkTelegramMemory(b *testing.B) {
	many := 10_000
	if testing.Short() {
		many = 2_000
	}
	for _, store := range []string{"bolt", "redis"} {
		for _, n := range []int{people, many} {
			b.Run(fmt.Sprintf("store=%s/people=%d", store, n), func(b *testing.B) {
				for b.Loop() {
					api, at := startCrowd(b), ""
					if store == "redis" {
						at = redistest.Start(b).URL()
					}
					empty := heap()
					runHere(b, api, at)
					for done := 0; done < 2*n; done += n {
						round(b, api, n, n, "taps")
					}
					b.ReportMetric(float64(heap()-empty)/(1<<20), "heap-MiB")
				}
			})
		}
	}
}

// startCrowd starts the people's process and returns the address of its server.
func startCrowd(b *testing.B) string {
	b.Helper()
	exe, err := os.Executable()
	must(b, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), crowdEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(b, err)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	b.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	addr, err := bufio.NewReader(out).ReadString('\n')
	must(b, err)
	return "http://" + strings.TrimSpace(addr)
}

// round has people do so many things in all.
func round(b *testing.B, api string, people, updates int, by string) (s stats) {
	b.Helper()
	resp, err := http.Get(fmt.Sprintf("%s/round?people=%d&updates=%d&by=%s", api, people, updates, by))
	must(b, err)
	defer resp.Body.Close()
	must(b, json.NewDecoder(resp.Body).Decode(&s))
	return s
}

// runHere runs the program in this process, until the benchmark ends. The store
// is embedded, or at an address.
func runHere(b *testing.B, api, store string) {
	b.Helper()
	bound := strangers
	strangers = dialog.Rate{} // all of them come through the door at once
	b.Cleanup(func() { strangers = bound })
	env := map[string]string{"TELEGRAM_TOKEN": telegramtest.Token, "TELEGRAM_API_URL": api, "STORE_URL": store, "AFTERGLOW_KEYS": newKeys(b)}
	dir := b.TempDir()
	config := filepath.Join(dir, "config.toml")
	must(b, os.WriteFile(config, []byte("log = \"warn\"\n"), 0o600))
	var said bytes.Buffer
	w := &world{in: strings.NewReader(""), out: io.Discard, err: &said, getenv: func(name string) string { return env[name] },
		flags: &commands{Data: filepath.Join(dir, "data"), Config: config}}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- (&runCmd{Warp: 1}).Run(ctx, w) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Errorf("%v\n%s", err, said.String())
		}
	})
}

// runFloor is the least that a bot has to do for an update, with as many at once
// as the real one; or, with no more thought, the same calls.
func runFloor(b *testing.B, api string, server *redistest.Server, same bool) {
	b.Helper()
	db := goredis.NewClient(&goredis.Options{Addr: server.Addr, PoolSize: 64})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	blob := make([]byte, storetest.BlobSize)
	slots := make(chan struct{}, 64)
	post := func(method string, form url.Values) error {
		resp, err := client.PostForm(api+"/bot/"+method, form)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	handle := func(chat int64) error {
		key := fmt.Sprint("floor:", chat)
		if err := db.Get(ctx, key).Err(); err != nil && !errors.Is(err, goredis.Nil) {
			return err
		}
		if err := db.Set(ctx, key, blob, 0).Err(); err != nil {
			return err
		}
		err := post("sendMessage", url.Values{"chat_id": {fmt.Sprint(chat)}, "text": {floorText}, "parse_mode": {"HTML"}, "reply_markup": {floorKeys}})
		if err != nil || !same {
			return err
		}
		if err := post("answerCallbackQuery", url.Values{"callback_query_id": {key}}); err != nil {
			return err
		}
		return db.Set(ctx, key, blob, 0).Err()
	}
	go func() {
		defer close(ended)
		for offset := int64(0); ; {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/bot/getUpdates?timeout=50&offset=%d", api, offset), nil)
			must(b, err)
			resp, err := client.Do(req)
			if err != nil {
				return
			}
			var got struct {
				Result []struct {
					ID      int64 `json:"update_id"`
					Message struct {
						From struct{ ID int64 }
					}
					Tap struct {
						From struct{ ID int64 }
					} `json:"callback_query"`
				}
			}
			err = json.NewDecoder(resp.Body).Decode(&got)
			io.Copy(io.Discard, resp.Body) // or it would dial anew
			resp.Body.Close()
			if err != nil {
				return
			}
			for _, u := range got.Result {
				offset = u.ID + 1
				slots <- struct{}{}
				go func() {
					defer func() { <-slots }()
					if err := handle(u.Message.From.ID + u.Tap.From.ID); err != nil && ctx.Err() == nil {
						b.Error(err)
					}
				}()
			}
		}
	}()
	b.Cleanup(func() {
		stop()
		<-ended
		_ = db.Close()
	})
}

const (
	floorText = "Touch. Tap once for <b>want</b>, again for <b>ask me first</b>, again for <b>please don't</b>. You can add your own by typing it."
	floorKeys = `{"inline_keyboard":[[{"text":"cuddling","callback_data":"AAAAAAAAAAAAAAAA"},{"text":"holding hands","callback_data":"AAAAAAAAAAAAAAAB"}],` +
		`[{"text":"hair stroking","callback_data":"AAAAAAAAAAAAAAAC"},{"text":"massage","callback_data":"AAAAAAAAAAAAAAAD"}],` +
		`[{"text":"lying close, no talking","callback_data":"AAAAAAAAAAAAAAAE"},{"text":"space","callback_data":"AAAAAAAAAAAAAAAF"}],` +
		`[{"text":"Done","callback_data":"AAAAAAAAAAAAAAAG"},{"text":"Skip","callback_data":"AAAAAAAAAAAAAAAH"}]]}`
)

// cpu is what this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// heap is what is reachable.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// load is how many processes wanted a core in the last minute; 0 if the machine does not tell.
func load() (one float64) {
	text, _ := os.ReadFile("/proc/loadavg")
	fmt.Sscan(string(text), &one)
	return one
}
