package telegram

import (
	"context"
	"strings"
	"sync"
	"testing"

	"afterglow/adapters/telegram/telegramtest"
	"afterglow/dialog"
)

var benchText = []byte(`{"update_id":841500123,"message":{"message_id":512,"from":{"id":4711,"is_bot":false,"first_name":"M","last_name":"N","username":"mmm","language_code":"en"},"chat":{"id":4711,"first_name":"M","last_name":"N","username":"mmm","type":"private"},"date":1764057600,"text":"closer than last time, I think","entities":[{"offset":0,"length":6,"type":"bold"}]}}`)

var benchTap = []byte(`{"update_id":841500124,"callback_query":{"id":"20233945671234567","from":{"id":4711,"is_bot":false,"first_name":"M","language_code":"en"},"message":{"message_id":513,"from":{"id":99,"is_bot":true,"first_name":"G","username":"glow_bot"},"chat":{"id":4711,"first_name":"M","type":"private"},"date":1764057601,"edit_date":1764057602,"text":"How are you today, on the whole?","reply_markup":{"inline_keyboard":[[{"text":"Bright","callback_data":"AAAAAAAAAAAAAAAA"},{"text":"Mixed","callback_data":"AAAAAAAAAAAAAAAB"}],[{"text":"Heavy","callback_data":"AAAAAAAAAAAAAAAC"}]]}},"chat_instance":"-3928","data":"AAAAAAAAAAAAAAAA"}}`)

var benchScreen = dialog.Message{
	Text: "How are you *today*, on the whole? Whatever it is & however it came, one tap is enough.",
	Choices: [][]dialog.Choice{
		{{Label: "Bright", Data: "AAAAAAAAAAAAAAAA"}, {Label: "Mixed", Data: "AAAAAAAAAAAAAAAB", On: true}},
		{{Label: "Heavy", Data: "AAAAAAAAAAAAAAAC"}, {Label: "Numb", Data: "AAAAAAAAAAAAAAAD"}},
		{{Label: "Back", Data: "AAAAAAAAAAAAAAAE", Nav: true}, {Label: "Stop here", Data: "AAAAAAAAAAAAAAAF", Nav: true}},
	},
}

func BenchmarkDecode(b *testing.B) {
	r := reader{bot: 99, username: "glow_bot"}
	for name, raw := range map[string][]byte{"text": benchText, "tap": benchTap} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, h, err := r.read(raw); err != nil || h.event == nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	bot := bot()
	long := dialog.Message{Text: strings.Repeat("A *leaf* falls into the cup & stays. ", 300)}
	for name, m := range map[string]dialog.Message{"screen": benchScreen, "long": long} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(bot.drafts(4711, m)) == 0 {
					b.Fatal("nothing")
				}
			}
		})
	}
}

// BenchmarkAnswer is an update on its way through the feed and an answer on its
// way out, by HTTP to a server on the loopback that answers at once; the work of
// the handler itself is none. 64 people write at the same time.
func BenchmarkAnswer(b *testing.B) {
	s := telegramtest.New()
	defer s.Close()
	s.Instant()
	bot := open(b, s, Config{})
	var done sync.WaitGroup
	f := newFeed(bot, func(ctx context.Context, ev dialog.Event) error {
		defer done.Done()
		_, err := bot.Send(ctx, ev.Person, benchScreen)
		return err
	})
	defer f.close()
	ev := func(n int) *item {
		id := person(int64(n%64 + 1))
		return &item{id: int64(n), what: happening{event: &dialog.Event{Person: id, Kind: dialog.Text}}}
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		done.Add(1)
		f.put(ev(n))
		if n%64 == 0 {
			done.Wait()
			f.confirmed(int64(n))
		}
	}
	done.Wait()
}
