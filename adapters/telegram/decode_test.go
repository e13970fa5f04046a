package telegram

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterglow/dialog"
)

const (
	mira    = `"from":{"id":4711,"is_bot":false,"first_name":"Mira","language_code":"pt-BR"},"chat":{"id":4711,"type":"private","first_name":"Mira"},"date":1700000000`
	inGroup = `"from":{"id":4711,"is_bot":false,"first_name":"Mira","language_code":"de"},"chat":{"id":-100500,"type":"supergroup","title":"Us"},"date":1700000000`
)

var (
	at      = time.Unix(1700000001, 17*int64(time.Millisecond)).UTC() // of message 17
	meeting = time.Unix(1700000001, 0).UTC()
)

// says is the event of a message in a private chat.
func says(kind dialog.Kind, name, text string) *dialog.Event {
	return &dialog.Event{ID: "message 99/4711/17", Person: "telegram:4711", Kind: kind, Name: name, Text: text, At: at, Lang: "pt-br"}
}

// Every kind of update has one outcome, and this is the list of them.
var updates = []struct {
	name, body string
	want       happening
}{
	{"text", `"message":{"message_id":17,` + mira + `,"text":"good evening"}`, happening{event: says(dialog.Text, "", "good evening")}},
	{"reply", `"message":{"message_id":17,` + mira + `,"text":"that one","reply_to_message":{"message_id":3,` + mira + `,"text":"old"}}`, happening{event: says(dialog.Text, "", "that one")}},
	{"forwarded", `"message":{"message_id":17,` + mira + `,"text":"look","forward_origin":{"type":"user","sender_user":{"id":5,"is_bot":false,"first_name":"X"},"date":1}}`, happening{event: says(dialog.Text, "", "look")}},
	{"command", `"message":{"message_id":17,` + mira + `,"text":"/Needs"}`, happening{event: says(dialog.Command, "needs", "")}},
	{"command with argument", `"message":{"message_id":17,` + mira + `,"text":"/checkin  in the evening "}`, happening{event: says(dialog.Command, "checkin", "in the evening")}},
	{"start with payload", `"message":{"message_id":17,` + mira + `,"text":"/start aB3_-x"}`, happening{event: says(dialog.Command, "start", "aB3_-x")}},
	{"command to us by name", `"message":{"message_id":17,` + mira + `,"text":"/start@Glow_Bot x"}`, happening{event: says(dialog.Command, "start", "x")}},
	{"command to another bot", `"message":{"message_id":17,` + mira + `,"text":"/start@other_bot"}`, happening{}},
	{"a slash is no command", `"message":{"message_id":17,` + mira + `,"text":"/ or so"}`, happening{event: says(dialog.Text, "", "/ or so")}},
	{"a path is no command", `"message":{"message_id":17,` + mira + `,"text":"/etc/passwd"}`, happening{event: says(dialog.Text, "", "/etc/passwd")}},
	{"no language", `"message":{"message_id":17,"from":{"id":4711,"is_bot":false},"chat":{"id":4711,"type":"private"},"date":0,"text":"hi"}`, happening{event: &dialog.Event{ID: "message 99/4711/17", Person: "telegram:4711", Kind: dialog.Text, Text: "hi"}}},

	{"voice", `"message":{"message_id":17,` + mira + `,"voice":{"file_id":"x","duration":3}}`, happening{event: says(dialog.Media, "voice", "")}},
	{"photo", `"message":{"message_id":17,` + mira + `,"photo":[{"file_id":"x"}]}`, happening{event: says(dialog.Media, "photo", "")}},
	{"photo with words", `"message":{"message_id":17,` + mira + `,"photo":[{"file_id":"x"}],"caption":"help me"}`, happening{event: says(dialog.Media, "photo", "help me")}},
	{"video note", `"message":{"message_id":17,` + mira + `,"video_note":{"file_id":"x"}}`, happening{event: says(dialog.Media, "video", "")}},
	{"video", `"message":{"message_id":17,` + mira + `,"video":{"file_id":"x"}}`, happening{event: says(dialog.Media, "video", "")}},
	{"animation", `"message":{"message_id":17,` + mira + `,"animation":{"file_id":"x"},"document":{"file_id":"x"}}`, happening{event: says(dialog.Media, "video", "")}},
	{"sticker", `"message":{"message_id":17,` + mira + `,"sticker":{"file_id":"x"}}`, happening{event: says(dialog.Media, "sticker", "")}},
	{"location", `"message":{"message_id":17,` + mira + `,"location":{"latitude":1,"longitude":2}}`, happening{event: says(dialog.Media, "location", "")}},
	{"venue", `"message":{"message_id":17,` + mira + `,"venue":{"title":"x"},"location":{"latitude":1,"longitude":2}}`, happening{event: says(dialog.Media, "location", "")}},
	{"contact", `"message":{"message_id":17,` + mira + `,"contact":{"phone_number":"1","first_name":"x"}}`, happening{event: says(dialog.Media, "contact", "")}},
	{"poll", `"message":{"message_id":17,` + mira + `,"poll":{"id":"1"}}`, happening{event: says(dialog.Media, "poll", "")}},
	{"audio", `"message":{"message_id":17,` + mira + `,"audio":{"file_id":"x"}}`, happening{event: says(dialog.Media, "file", "")}},
	{"document", `"message":{"message_id":17,` + mira + `,"document":{"file_id":"x"}}`, happening{event: says(dialog.Media, "file", "")}},
	{"dice", `"message":{"message_id":17,` + mira + `,"dice":{"emoji":"x","value":2}}`, happening{event: says(dialog.Media, "other", "")}},
	{"story", `"message":{"message_id":17,` + mira + `,"story":{"id":2}}`, happening{event: says(dialog.Media, "other", "")}},
	{"a kind nobody knows yet", `"message":{"message_id":17,` + mira + `,"hologram":{"id":2}}`, happening{event: says(dialog.Media, "other", "")}},
	{"one of an album", `"message":{"message_id":17,` + mira + `,"photo":[{"file_id":"x"}],"media_group_id":"g1"}`, happening{album: "g1", event: &dialog.Event{ID: "album 99/4711/g1", Person: "telegram:4711", Kind: dialog.Media, Name: "photo", At: at, Lang: "pt-br"}}},
	{"one of an album, with words", `"message":{"message_id":17,` + mira + `,"photo":[{"file_id":"x"}],"media_group_id":"g1","caption":"us"}`, happening{album: "g1", event: says(dialog.Media, "photo", "us")}},

	{"service: pinned", `"message":{"message_id":17,` + mira + `,"pinned_message":{"message_id":3}}`, happening{}},
	{"service: timer", `"message":{"message_id":17,` + mira + `,"message_auto_delete_timer_changed":{"message_auto_delete_time":86400}}`, happening{}},
	{"service: payment", `"message":{"message_id":17,` + mira + `,"successful_payment":{"currency":"XTR"}}`, happening{}},
	{"service: users shared", `"message":{"message_id":17,` + mira + `,"users_shared":{"request_id":1}}`, happening{}},
	{"an empty message", `"message":{"message_id":17,` + mira + `}`, happening{}},
	{"null content", `"message":{"message_id":17,` + mira + `,"voice":null}`, happening{}},
	{"a message without sender", `"message":{"message_id":17,"chat":{"id":4711,"type":"private"},"date":1,"text":"x"}`, happening{}},
	{"another bot", `"message":{"message_id":17,"from":{"id":5,"is_bot":true},"chat":{"id":5,"type":"private"},"date":1,"text":"x"}`, happening{}},
	{"sender is not the chat", `"message":{"message_id":17,"from":{"id":5},"chat":{"id":6,"type":"private"},"date":1,"text":"x"}`, happening{}},

	{"edited", `"edited_message":{"message_id":17,` + mira + `,"edit_date":1700000000,"text":"better"}`, happening{event: &dialog.Event{ID: "edit 99/4711/17/1700000000", Person: "telegram:4711", Kind: dialog.Edited, Text: "better", At: at, Lang: "pt-br"}}},
	{"edited caption", `"edited_message":{"message_id":17,` + mira + `,"edit_date":1700000000,"caption":"better"}`, happening{event: &dialog.Event{ID: "edit 99/4711/17/1700000000", Person: "telegram:4711", Kind: dialog.Edited, Text: "better", At: at, Lang: "pt-br"}}},
	{"a live location moves", `"edited_message":{"message_id":17,` + mira + `,"edit_date":1,"location":{"latitude":1,"longitude":2}}`, happening{}},
	{"edited in a group", `"edited_message":{"message_id":17,` + inGroup + `,"edit_date":1,"text":"@glow_bot"}`, happening{}},

	{"tap", `"callback_query":{"id":"c1","from":{"id":4711,"language_code":"de"},"message":{"message_id":8,` + mira + `,"text":"x"},"data":"AbC"}`, happening{tap: "c1", event: &dialog.Event{ID: "callback c1", Person: "telegram:4711", Kind: dialog.Press, Data: "AbC", Screen: "4711:8", Lang: "de"}}},
	{"tap on what we can no longer see", `"callback_query":{"id":"c1","from":{"id":4711},"message":{"message_id":8,"date":0,"chat":{"id":4711,"type":"private"}},"data":"AbC"}`, happening{tap: "c1", event: &dialog.Event{ID: "callback c1", Person: "telegram:4711", Kind: dialog.Press, Data: "AbC", Screen: "4711:8"}}},
	{"tap under an inline message", `"callback_query":{"id":"c1","from":{"id":4711},"inline_message_id":"i","data":"AbC"}`, happening{tap: "c1"}},
	{"tap in a group", `"callback_query":{"id":"c1","from":{"id":4711},"message":{"message_id":8,` + inGroup + `},"data":"AbC"}`, happening{tap: "c1"}},
	{"tap on a game", `"callback_query":{"id":"c1","from":{"id":4711},"message":{"message_id":8,` + mira + `},"game_short_name":"g"}`, happening{tap: "c1"}},

	{"inline query", `"inline_query":{"id":"q1","from":{"id":4711},"query":"quiet","offset":""}`, happening{inline: &inline{ID: "q1", From: user{ID: 4711}, Query: "quiet"}}},
	{"chosen inline result", `"chosen_inline_result":{"result_id":"r","from":{"id":4711},"query":"quiet"}`, happening{}},

	{"blocked", `"my_chat_member":{` + mira + `,"old_chat_member":{"status":"member"},"new_chat_member":{"status":"kicked"}}`, happening{event: &dialog.Event{ID: "kicked 99/4711/1700000000", Person: "telegram:4711", Kind: dialog.Blocked, At: meeting, Lang: "pt-br"}}},
	{"unblocked", `"my_chat_member":{` + mira + `,"old_chat_member":{"status":"kicked"},"new_chat_member":{"status":"member"}}`, happening{event: &dialog.Event{ID: "member 99/4711/1700000000", Person: "telegram:4711", Kind: dialog.Unblocked, At: meeting, Lang: "pt-br"}}},
	{"a status nobody knows yet", `"my_chat_member":{` + mira + `,"new_chat_member":{"status":"floating"}}`, happening{}},
	{"put into a group", `"my_chat_member":{` + inGroup + `,"new_chat_member":{"status":"member"}}`, happening{}},
	{"made to run a channel", `"my_chat_member":{"chat":{"id":-100700,"type":"channel"},"from":{"id":1},"date":1,"new_chat_member":{"status":"administrator"}}`, happening{leave: -100700}},
	{"taken out of a channel", `"my_chat_member":{"chat":{"id":-100700,"type":"channel"},"from":{"id":1},"date":1,"new_chat_member":{"status":"left"}}`, happening{}},

	{"group talk", `"message":{"message_id":17,` + inGroup + `,"text":"hello all"}`, happening{}},
	{"group: other bot's command", `"message":{"message_id":17,` + inGroup + `,"text":"/start@other_bot"}`, happening{}},
	{"group: our name inside another", `"message":{"message_id":17,` + inGroup + `,"text":"ask @glow_bottle"}`, happening{}},
	{"group: another bot calls us", `"message":{"message_id":17,"from":{"id":5,"is_bot":true},"chat":{"id":-1,"type":"group"},"date":1,"text":"/start@glow_bot"}`, happening{}},
	{"channel post", `"channel_post":{"message_id":17,"chat":{"id":-100700,"type":"channel"},"date":1,"text":"/start"}`, happening{}},
	{"message in a channel", `"message":{"message_id":17,"from":{"id":1},"chat":{"id":-100700,"type":"channel"},"date":1,"text":"/start"}`, happening{}},

	{"business message", `"business_message":{"message_id":17,` + mira + `,"text":"x"}`, happening{}},
	{"pre-checkout", `"pre_checkout_query":{"id":"1","from":{"id":4711},"currency":"XTR"}`, happening{}},
	{"shipping", `"shipping_query":{"id":"1","from":{"id":4711}}`, happening{}},
	{"poll answer", `"poll_answer":{"poll_id":"1"}`, happening{}},
	{"reaction", `"message_reaction":{"chat":{"id":4711,"type":"private"}}`, happening{}},
	{"a kind of update nobody knows yet", `"telepathy":{"from":{"id":4711}}`, happening{}},
	{"nothing at all", `"x":0`, happening{}},
}

func TestRead(t *testing.T) {
	r := reader{bot: 99, username: "glow_bot"}
	for _, u := range updates {
		t.Run(u.name, func(t *testing.T) {
			id, got, err := r.read([]byte(`{"update_id":31,` + u.body + `}`))
			if err != nil || id != 31 {
				t.Fatalf("id %d, %v", id, err)
			}
			if diff := cmp.Diff(u.want, got, cmp.AllowUnexported(happening{}, inline{}, dialog.Event{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is said to us in a group is pointed elsewhere, and never becomes an event.
func TestReadGroup(t *testing.T) {
	r := reader{bot: 99, username: "glow_bot"}
	for name, body := range map[string]string{
		"command":         `,"text":"/start"}`,
		"command by name": `,"text":"/start@glow_bot"}`,
		"mention":         `,"text":"what does @Glow_Bot say?"}`,
		"caption":         `,"photo":[{"file_id":"x"}],"caption":"@glow_bot"}`,
		"reply to us":     `,"text":"why?","reply_to_message":{"message_id":3,"from":{"id":99,"is_bot":true},"chat":{"id":-100500,"type":"supergroup"},"date":1}}`,
	} {
		_, h, err := r.read([]byte(`{"update_id":1,"message":{"message_id":17,` + inGroup + body + `}`))
		if err != nil || h.group == nil || h.event != nil {
			t.Errorf("%s: %+v %v", name, h, err)
		}
	}
	_, h, err := r.read([]byte(`{"update_id":1,"message":{"message_id":17,"from":{"id":1087968824,"is_bot":true},"sender_chat":{"id":-100500,"type":"supergroup"},"chat":{"id":-100500,"type":"supergroup"},"date":1,"text":"/help@glow_bot"}}`))
	if err != nil || h.group == nil {
		t.Errorf("an anonymous administrator: %+v %v", h, err)
	}
}

func TestReadRefuses(t *testing.T) {
	r := reader{bot: 99, username: "glow_bot"}
	for _, raw := range []string{``, `null x`, `[]`, `{"update_id":"7"}`, `{"update_id":7,"message":{"message_id":"x"}}`, `{"update_id":7,"message":[]}`, `{"update_id":7`} {
		if _, h, err := r.read([]byte(raw)); err == nil || h != (happening{}) {
			t.Errorf("%s: %+v, %v", raw, h, err)
		} else if strings.Contains(err.Error(), "message_id") {
			t.Errorf("the error tells what stood in the update: %v", err)
		}
	}
}

// FuzzRead reads what nobody would send: it never panics, and what becomes an
// event is somebody's in a private chat.
func FuzzRead(f *testing.F) {
	for _, u := range updates {
		f.Add([]byte(`{"update_id":31,` + u.body + `}`))
	}
	r := reader{bot: 99, username: "glow_bot"}
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, h, err := r.read(raw)
		if err != nil && h != (happening{}) {
			t.Fatalf("an error and an outcome: %+v", h)
		}
		if h.event == nil {
			return
		}
		if _, err := chatOf(h.event.Person); err != nil {
			t.Fatalf("an event of nobody: %+v", h.event)
		}
		if h.event.ID == "" || h.group != nil || h.inline != nil || h.leave != 0 {
			t.Fatalf("%+v", h)
		}
		if h.event.Screen != "" && len(messageIDs(mustChat(h.event.Person), h.event.Screen)) > 1 {
			t.Fatalf("a screen of several: %q", h.event.Screen)
		}
	})
}

func mustChat(p dialog.PersonID) int64 {
	id, err := chatOf(p)
	if err != nil {
		panic(fmt.Sprint(err))
	}
	return id
}
