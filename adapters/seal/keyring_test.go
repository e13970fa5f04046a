package seal

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
)

func TestRingSurvivesItsText(t *testing.T) {
	ring := newRing(t)
	first, _ := ring.Newest()
	second, err := ring.Add(time.Now())
	must(t, err)
	must(t, ring.promote(second))
	must(t, ring.Destroy(first, time.Now()))
	_, err = ring.Add(time.Now())
	must(t, err)
	text, err := ring.Text()
	must(t, err)
	for _, form := range [][]byte{text, []byte("\n " + base64.StdEncoding.EncodeToString(text) + "\n")} {
		other, err := ParseKeyring(form)
		must(t, err)
		a, b := ring.keys.Load(), other.keys.Load()
		if other.KeyOf("telegram:1") != ring.KeyOf("telegram:1") || len(b.epochs) != 2 || len(b.destroyed) != 1 ||
			a.epochs[0] != b.epochs[0] || a.epochs[1] != b.epochs[1] || a.destroyed[0] != b.destroyed[0] {
			t.Errorf("got %v, %v", b.epochs, b.destroyed)
		}
		sealed, err := a.seal("key", dialog.Tag{1}, []byte("calm"))
		must(t, err)
		if blob, err := b.open("key", dialog.Tag{1}, sealed); err != nil || string(blob) != "calm" {
			t.Errorf("got %q, %v", blob, err)
		}
	}
}

func TestBadTextIsRefused(t *testing.T) {
	text, err := newRing(t).Text()
	must(t, err)
	good := string(text)
	secret := good[strings.Index(good, `"value": "`)+10:][:20]
	for name, bad := range map[string]string{
		"nothing":        "",
		"not base64":     "ÄÖÜ",
		"cut":            good[:len(good)/2],
		"another format": strings.Replace(good, `"format": 1`, `"format": 2`, 1),
		"no names":       strings.Replace(good, `"names"`, `"nomen"`, 1),
		"broken key":     strings.Replace(good, secret, "!!!!!!!!!!!!!!!!!!!!", 1),
		"disabled key":   strings.ReplaceAll(good, "ENABLED", "DISABLED"),
		"no epochs":      strings.Replace(good, `"epochs"`, `"eras"`, 1),
		"odd epoch":      strings.Replace(good, `"epoch": "`, `"epoch": "zz`, 1),
	} {
		_, err := ParseKeyring([]byte(bad))
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestKeysOfPeople(t *testing.T) {
	ring, other := newRing(t), newRing(t)
	seen := map[dialog.Key]dialog.PersonID{}
	for _, p := range []dialog.PersonID{"telegram:1", "telegram:11", "discord:1", "telegram:", "", "console:you"} {
		key := ring.KeyOf(p)
		if was, ok := seen[key]; ok {
			t.Errorf("%q and %q have one key", was, p)
		}
		seen[key] = p
		if len(key) != 32 || key != ring.KeyOf(p) || key == other.KeyOf(p) || key == rollKey {
			t.Errorf("%q has the key %x", p, key)
		}
	}
}

func TestReplaceRefusesWhatWouldLoseSomebody(t *testing.T) {
	ring := newRing(t)
	before, err := ring.Text()
	must(t, err)
	foreign, err := newRing(t).Text()
	must(t, err)
	e, err := ring.Add(time.Now())
	must(t, err)
	must(t, ring.promote(e))
	for name, text := range map[string][]byte{"another store's": foreign, "without the epoch that seals": before, "rubbish": []byte("{}")} {
		if err := ring.Replace(text); err == nil {
			t.Errorf("%s keys were taken", name)
		}
	}
	after, err := ring.Text()
	must(t, err)
	grown := copyOf(t, ring)
	_, err = grown.Add(time.Now())
	must(t, err)
	more, err := grown.Text()
	must(t, err)
	must(t, ring.Replace(more))
	if k := ring.keys.Load(); len(k.epochs) != 3 || k.sealing() != e {
		t.Errorf("got %v, %v seals", k.epochs, k.sealing())
	}
	must(t, ring.Replace(after))
	if k := ring.keys.Load(); len(k.epochs) != 2 || k.sealing() != e {
		t.Errorf("got %v, %v seals", k.epochs, k.sealing())
	}
}

func TestTheEpochThatSealsIsNotDestroyed(t *testing.T) {
	ring := newRing(t)
	e, _ := ring.Newest()
	if err := ring.Destroy(e, time.Now()); err == nil {
		t.Error("it was destroyed")
	}
	if err := ring.Destroy(e+1, time.Now()); err == nil {
		t.Error("one that is not there was destroyed")
	}
}
