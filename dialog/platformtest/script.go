package platformtest

import (
	"strings"
	"time"

	"afterglow/dialog"
)

// script is a tea house: one question of each kind that a platform draws in its
// own way, a long text, a picture, a file, and a line that nobody asked for.
func script() *dialog.Script {
	s := &dialog.Script{
		Langs: []string{"en"},
		Words: map[string]dialog.Words{"en": words},
		Flows: map[string]*dialog.Flow{
			"tea": {Name: "tea", Done: []string{"served"}, Steps: []dialog.Step{
				{Key: "kind", Form: dialog.One, Options: []string{"green", "black", "herbal"}},
				{Key: "with", Form: dialog.Many, Options: []string{"milk", "sugar", "lemon"}, Skip: true},
				{Key: "note", Form: dialog.Write, Max: 5000, Skip: true},
			}},
			"walk": {Name: "walk", Steps: []dialog.Step{
				{Key: "far", Form: dialog.One, Options: []string{"park", "sea"}},
				{Key: "bye", Form: dialog.Say},
			}},
			dialog.ReturnFlow: {Name: dialog.ReturnFlow, Aside: true, Bare: true, Steps: []dialog.Step{
				{Key: "offer", Form: dialog.One, Options: []string{"on", "off"}, On: []dialog.Branch{
					{Option: "on", Do: "engine.resume"}, {Option: "off", Do: "engine.leave"},
				}},
			}},
			dialog.ChangeFlow: {Name: dialog.ChangeFlow, Aside: true, Bare: true, Done: []string{"engine.change"}, Steps: []dialog.Step{
				{Key: "which", Form: dialog.One, From: "answered"},
			}},
		},
		Commands: map[string]string{
			"start": "hello", "tea": "flow:tea", "walk": "flow:walk", "later": "later", "long": "long",
			"marks": "marks", "card": "card", "list": "list", "hide": "hide",
		},
		Actions: map[string]func(*dialog.Turn){
			"hello":  func(t *dialog.Turn) { t.Say("house.hello") },
			"served": func(t *dialog.Turn) { t.Say("house.served") },
			"hide":   func(t *dialog.Turn) { t.Remove(); t.Say("house.hidden") },
			"marks":  func(t *dialog.Turn) { t.Say("house.marks") },
			"long":   func(t *dialog.Turn) { t.Tell(strings.Repeat("A leaf falls into the cup. ", 300) + "And that is all.") },
			"later": func(t *dialog.Turn) {
				t.State.SetTimer(dialog.Timer{Name: "kettle", Wall: dialog.Wall(t.Now.Add(2*time.Hour), t.State.Zone)})
				t.Say("house.later")
			},
			"card": func(t *dialog.Turn) {
				t.Post(dialog.Entry{Msg: dialog.Message{
					Text: t.Label("house.card"), Picture: &dialog.File{Name: "card.png", Type: "image/png", Bytes: png},
				}})
			},
			"list": func(t *dialog.Turn) {
				t.Post(dialog.Entry{Msg: dialog.Message{
					Text: t.Label("house.list"), File: &dialog.File{Name: "teas.txt", Type: "text/plain", Bytes: []byte("green\nblack\n")},
				}})
			},
		},
		Timers: map[string]func(*dialog.Turn, dialog.Timer){
			"kettle": func(t *dialog.Turn, _ dialog.Timer) {
				t.Post(dialog.Entry{Msg: dialog.Message{Text: t.Label("house.kettle"), Nudge: true}})
			},
		},
		Values: map[string]func(*dialog.Turn) string{},
	}
	return s
}

var words = dialog.Words{
	"house.hello":  {"Welcome to the tea house."},
	"house.served": {"Here is your *{kind}* tea. {note}"},
	"house.later":  {"I put the kettle on."},
	"house.kettle": {"The kettle whistles."},
	"house.marks":  {"*Salt & <b>pepper</b>* \"and\" 5 > 3 \\* _so_ `on` [x](y) 🫖"},
	"house.hidden": {"All gone."},
	"house.card":   {"Your card."},
	"house.list":   {"All our teas."},

	"tea.title":        {"tea"},
	"tea.kind.ask":     {"Which tea?"},
	"tea.kind.green":   {"Green"},
	"tea.kind.black":   {"Black"},
	"tea.kind.herbal":  {"Herbal"},
	"tea.with.ask":     {"With what?"},
	"tea.with.milk":    {"Milk"},
	"tea.with.sugar":   {"Sugar"},
	"tea.with.lemon":   {"Lemon"},
	"tea.note.ask":     {"Anything to note?"},
	"walk.title":       {"walk"},
	"walk.far.ask":     {"How far?"},
	"walk.far.park":    {"To the park"},
	"walk.far.sea":     {"To the sea"},
	"walk.bye.say":     {"Enjoy the air."},
	"return.title":     {"return"},
	"return.offer.ask": {"Go on with {waiting}?"},
	"return.offer.on":  {"Go on"},
	"return.offer.off": {"Let it be"},
	"change.title":     {"change"},
	"change.which.ask": {"Which answer?"},

	"engine.nav.back": {"Back"}, "engine.nav.skip": {"Skip"}, "engine.nav.stop": {"Stop here"}, "engine.nav.done": {"Done"},
	"engine.stopped": {"We stop here."}, "engine.first": {"This is the first one."},
	"engine.old_button": {"That one is over."}, "engine.foreign_button": {"I don't know that key."}, "engine.future_button": {"Let's go on here."},
	"engine.miss1": {"Which one is it?"}, "engine.miss2": {"Still unsure."}, "engine.miss3": {"Sorry."},
	"engine.idle": {"The house is open."}, "engine.hello": {"Hello."}, "engine.unknown_command": {"No such thing here."},
	"engine.media.voice": {"I can't listen."}, "engine.media.other": {"I can't read that."},
	"engine.edited": {"I read only what is new."}, "engine.parked": {"That went wrong."}, "engine.changed": {"Changed."},
	"engine.here": {"Here we are."}, "engine.again": {"Again."}, "engine.choose_one": {"Pick one."}, "engine.dropped": {"Let go."},
	"engine.not_removed": {"Some of it stays."},
}

// png is the smallest picture there is: one dark dot.
var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU" +
	"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82")
