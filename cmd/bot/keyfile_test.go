package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterglow/adapters/seal"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestKeysAreMadeOnceAndKept(t *testing.T) {
	db := filepath.Join(t.TempDir(), "sub", "bot.db")
	place, err := keysFor(defaults(), env(), db)
	if err != nil || place.path != strings.TrimSuffix(db, ".db")+".keys" || !place.own {
		t.Fatalf("got %+v, %v", place, err)
	}
	ring, made, err := place.loadOrMake(db, time.Now())
	if err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	info, err := os.Stat(place.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	must(t, os.WriteFile(place.path+".new", []byte("left by a crash"), 0o644))
	must(t, writeKeyFile(place.path, ring))
	again, made, err := place.loadOrMake(db, time.Now())
	if err != nil || made || again.KeyOf("telegram:1") != ring.KeyOf("telegram:1") {
		t.Errorf("made %v, %v", made, err)
	}
	if said := place.takeCare(); !strings.Contains(said, place.path) || !strings.Contains(said, "without it nobody can") {
		t.Errorf("said: %s", said)
	}
	left, err := os.ReadDir(filepath.Dir(db))
	if err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestAStoreWithoutItsKeysGetsNoNewOnes(t *testing.T) {
	db := filepath.Join(t.TempDir(), "bot.db")
	must(t, os.WriteFile(db, []byte("sealed"), 0o600))
	place, err := keysFor(defaults(), env(), db)
	must(t, err)
	_, made, err := place.loadOrMake(db, time.Now())
	if !errors.Is(err, fs.ErrNotExist) || made || !strings.Contains(err.Error(), "put the file back") {
		t.Errorf("made %v, %v", made, err)
	}
	if _, err := os.Stat(place.path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key file was made: %v", err)
	}
}

func TestKeyFilesOthersCanReadAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	must(t, os.WriteFile(path, []byte("{}"), 0o600))
	for mode, good := range map[os.FileMode]bool{
		0o600: true, 0o400: true, 0o700: true,
		0o640: false, 0o604: false, 0o644: false, 0o444: false, 0o620: false, 0o601: false,
	} {
		must(t, os.Chmod(path, mode))
		_, err := readKeyFile(path)
		if good != (err == nil) || !good && !strings.Contains(err.Error(), "hint: chmod 600 "+path) {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestAKeyFileIsNotOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	must(t, os.WriteFile(path, []byte("all that can open a store"), 0o600))
	ring, err := seal.NewKeyring(time.Now())
	must(t, err)
	if err := newKeyFile(path, ring); err == nil || !strings.Contains(err.Error(), "already there") {
		t.Errorf("got %v", err)
	}
	if kept, err := os.ReadFile(path); err != nil || string(kept) != "all that can open a store" {
		t.Errorf("got %q, %v", kept, err)
	}
}

func TestWhereKeysAre(t *testing.T) {
	cfg := defaults()
	if _, err := keysFor(cfg, env(), ""); err == nil || !strings.Contains(err.Error(), "bot keys new FILE") {
		t.Errorf("a shared store without keys: %v", err)
	}
	cfg.Keys.File = "/run/secrets/keys"
	if p, err := keysFor(cfg, env(), ""); err != nil || p.path != cfg.Keys.File || p.own {
		t.Errorf("got %+v, %v", p, err)
	}
	if _, made, err := (keyPlace{path: filepath.Join(t.TempDir(), "none")}).loadOrMake("", time.Now()); err == nil || made {
		t.Errorf("keys of a shared store were made: %v, %v", made, err)
	}
	ring, err := seal.NewKeyring(time.Now())
	must(t, err)
	text, err := ring.Text()
	must(t, err)
	p, err := keysFor(cfg, env("AFTERGLOW_KEYS", string(text)), "bot.db") // goes before the file
	must(t, err)
	if got, err := p.load(); err != nil || p.own || got.KeyOf("telegram:1") != ring.KeyOf("telegram:1") {
		t.Errorf("got %+v, %v", p, err)
	}
	p.text = "secret rubbish"
	if _, err := p.load(); err == nil || strings.Contains(err.Error(), "rubbish") || !strings.Contains(err.Error(), "AFTERGLOW_KEYS") {
		t.Errorf("got %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
