package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"afterglow/adapters/bolt"
	"afterglow/adapters/redis/redistest"
	"afterglow/adapters/seal"
	"afterglow/dialog"
)

// keys runs "bot keys args…" and returns what it wrote.
func keys(t *testing.T, w world, args ...string) (out, errOut string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	w.out, w.err = &stdout, &stderr
	var cli struct {
		Keys keysCmd `cmd:""`
	}
	parser, err := kong.New(&cli, kong.BindTo(context.Background(), (*context.Context)(nil)), kong.Bind(&w))
	must(t, err)
	cmd, err := parser.Parse(append([]string{"keys"}, args...))
	must(t, err)
	err = cmd.Run()
	return stdout.String(), stderr.String(), err
}

func expectText(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%q is missing in:\n%s", w, got)
		}
	}
}

// TestKeysOfAnEmbeddedStore: the life of keys as an operator sees it.
func TestKeysOfAnEmbeddedStore(t *testing.T) {
	dir := t.TempDir()
	w := world{getenv: env(), flags: &commands{Data: dir}}
	_, _, err := keys(t, w, "status")
	if err == nil {
		t.Fatal("there are no keys, and no error says so")
	}
	expectText(t, err.Error(), "afterglow.keys", "hint: the bot makes its keys when it starts for the first time")

	s, u := openTestStore(t, dir)
	first, _ := u.ring.Newest()
	must(t, s.Commit(t.Context(), s.KeyOf("telegram:1"), dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
	_, _, err = keys(t, w, "rotate")
	if err == nil {
		t.Fatal("the keys of a running bot can be changed beneath it")
	}
	expectText(t, err.Error(), "another bot is using", "turns its keys by itself")
	must(t, s.Close())

	out, _, err := keys(t, w, "status")
	must(t, err)
	expectText(t, out, filepath.Join(dir, "afterglow.keys"), first.String(), " 1        0       no: it seals", "gone from the store at once, and from all copies in 39 days")
	out, _, err = keys(t, w, "rotate", "--due")
	must(t, err)
	expectText(t, out, "none is due before")
	out, _, err = keys(t, w, "rotate")
	must(t, err)
	expectText(t, out, "is added")
	_, _, err = keys(t, w, "destroy", first.String())
	if err == nil {
		t.Fatal("the key that seals was destroyed")
	}
	expectText(t, err.Error(), "must stay: it seals")

	s, _ = openTestStore(t, dir) // promotes, and sweeps
	must(t, s.Call(t.Context()))
	_, err = s.Sweep(t.Context())
	must(t, err)
	must(t, s.Close())
	out, _, err = keys(t, w, "status")
	must(t, err)
	expectText(t, out, "no: backups may need it until")
	out, _, err = keys(t, w, "destroy")
	must(t, err)
	expectText(t, out, "No key may be destroyed now")
	ageRoll(t, filepath.Join(dir, "afterglow.db"))
	out, _, err = keys(t, w, "destroy")
	must(t, err)
	expectText(t, out, "Destroyed: 1.")
	out, _, err = keys(t, w, "status")
	must(t, err)
	if strings.Contains(out, first.String()) {
		t.Errorf("the destroyed key is still there:\n%s", out)
	}
	s, _ = openTestStore(t, dir)
	if r, err := s.Load(t.Context(), s.KeyOf("telegram:1")); err != nil || string(r.Blob) != "calm" {
		t.Errorf("got %+v, %v", r, err)
	}
	must(t, s.Close())
	for name, bad := range map[string]string{"not a name": "first", "not on the ring": "00000000"} {
		if _, _, err := keys(t, w, "destroy", bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "chat.db")); err == nil {
		t.Error("another store was made")
	}
	if _, _, err := keys(t, w, "status", "--chat"); err == nil {
		t.Error("there is no chat yet, and no error says so")
	}
}

// ageRoll makes everything that the roll tells of happen some years ago.
func ageRoll(t *testing.T, file string) {
	inner, err := bolt.Open(file, bolt.Options{})
	must(t, err)
	defer inner.Close()
	r, err := inner.Load(t.Context(), "afterglow/roll")
	must(t, err)
	old := strings.ReplaceAll(string(r.Blob), time.Now().UTC().Format(`"2006-`), `"2020-`)
	must(t, inner.Rewrite(t.Context(), "afterglow/roll", r.Tag, []byte(old)))
}

// TestKeysOfASharedStore: one operator, two processes, a Redis, a key file.
func TestKeysOfASharedStore(t *testing.T) {
	server := redistest.Start(t)
	file := filepath.Join(t.TempDir(), "keys")
	config := filepath.Join(t.TempDir(), "config.toml")
	must(t, os.WriteFile(config, []byte("[store]\nurl = '"+server.URL()+"'\n[keys]\nfile = '"+file+"'\nbackup_days = 0\n"), 0o600))
	w := world{getenv: env(), flags: &commands{Config: config}}

	out, _, err := keys(t, w, "new", file)
	must(t, err)
	expectText(t, out, file, "without it nobody can")
	if _, _, err := keys(t, w, "new", file); err == nil {
		t.Error("keys were overwritten")
	}
	cfg, err := loadConfig(config, env())
	must(t, err)
	start := func() (*seal.Store, *upkeep) {
		clock, err := newClock(1)
		must(t, err)
		s, u, err := openSealed(t.Context(), cfg, "", keyPlace{path: file}, clock, quietLog, func(string) { t.Error("keys were made") })
		must(t, err)
		return s, u
	}
	a, ua := start()
	b, ub := start()
	old, _ := ua.ring.Newest()
	must(t, a.Commit(t.Context(), a.KeyOf("telegram:1"), dialog.Tag{}, dialog.Tag{1}, []byte("calm"), time.Time{}))
	_, _, err = keys(t, w, "rotate")
	must(t, err)
	calls := func() {
		t.Helper()
		for range 3 { // to enter, to promote, to say so
			must(t, a.Call(t.Context()))
			must(t, b.Call(t.Context()))
		}
	}
	ua.reload()
	calls()
	out, _, err = keys(t, w, "status")
	must(t, err)
	expectText(t, out, "Processes on the roll: 2", "no: it has not sealed yet", "all copies in 32 days")
	ub.reload()
	calls()
	if _, err := b.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	out, _, err = keys(t, w, "status")
	must(t, err)
	expectText(t, out, "no: backups may need it until") // the sweep has a day
	if r, err := b.Load(t.Context(), b.KeyOf("telegram:1")); err != nil || string(r.Blob) != "calm" {
		t.Errorf("got %+v, %v", r, err)
	}
	if out, _, err := keys(t, w, "destroy"); err != nil || !strings.Contains(out, "No key may be destroyed now") {
		t.Errorf("%s, %v: %v was destroyed", out, err, old)
	}
	must(t, a.Close())
	must(t, b.Close())
}

// TestKeysInTheEnvironment are shown, on stdout and alone, and never written.
func TestKeysInTheEnvironment(t *testing.T) {
	out, said, err := keys(t, world{getenv: env(), flags: &commands{}}, "new", "-")
	must(t, err)
	expectText(t, said, "AFTERGLOW_KEYS")
	w := world{getenv: env("AFTERGLOW_KEYS", out, "STORE_URL", "redis://127.0.0.1:1"), flags: &commands{}}
	out, said, err = keys(t, w, "rotate") // needs no store
	must(t, err)
	expectText(t, said, "is added", "AFTERGLOW_KEYS of every process")
	ring, err := seal.ParseKeyring([]byte(out))
	must(t, err)
	text, err := ring.Text()
	must(t, err)
	if string(text) != out || strings.Count(out, `"epoch"`) != 2 {
		t.Error("what is shown is not a keyring of two epochs")
	}
	if _, _, err := keys(t, w, "status"); err == nil || !strings.Contains(err.Error(), "is Redis running") {
		t.Errorf("got %v", err)
	}
}

func TestSettingsOfKeys(t *testing.T) {
	for bad, hint := range map[string]string{
		"[keys]\nepoch_days = 0":   "30 is a month",
		"[keys]\nbackup_days = -1": "0 if you make none",
	} {
		file := filepath.Join(t.TempDir(), "config.toml")
		must(t, os.WriteFile(file, []byte(bad), 0o600))
		_, err := loadConfig(file, env())
		if err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}

// TestOneBoundIsToldToAll: what "bot keys status" prints and what people are told
// is one number, and follows the settings.
func TestOneBoundIsToldToAll(t *testing.T) {
	dir := t.TempDir()
	s, _ := openTestStore(t, dir)
	must(t, s.Close())
	for settings, days := range map[string]string{"": "39", "epoch_days = 10\nbackup_days = 3": "15", "backup_days = 0": "32"} {
		config := filepath.Join(t.TempDir(), "config.toml")
		must(t, os.WriteFile(config, []byte("[keys]\n"+settings), 0o600))
		out, _, err := keys(t, world{getenv: env(), flags: &commands{Data: dir, Config: config}}, "status")
		must(t, err)
		expectText(t, out, "from all copies in "+days+" days")
		cfg, err := loadConfig(config, env())
		must(t, err)
		_, script, err := loadScript(cfg, nil)
		must(t, err)
		ev := dialog.Event{ID: "1", Kind: dialog.Command, Name: "privacy", Person: "telegram:1", Lang: "en"}
		_, o, err := script.Apply(nil, "telegram:1", 1, ev, time.Now())
		must(t, err)
		said := ""
		for _, e := range o.Deliver {
			said += e.Msg.Text
		}
		expectText(t, said, "gone after "+days+" days")
	}
}
