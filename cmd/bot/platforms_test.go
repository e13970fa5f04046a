package main

import (
	"slices"
	"testing"
	"time"

	"afterglow/dialog"
)

// Whose chats on Discord are read again after a start: of those with an open
// question, even if its sender died before it knew where it stands, and of those
// who were here lately; nobody's who has left, and nobody's on other platforms.
func TestOpenDMs(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	asked := []dialog.Run{{Flow: "start", Begun: now}}
	store := dialog.NewMemoryStore(func() time.Time { return now })
	for person, s := range map[dialog.PersonID]dialog.State{
		"discord:1":  {Runs: asked, Screen: "7/8", Clock: now.Add(-time.Hour), Lang: "de"},
		"discord:2":  {Runs: asked, Clock: now.Add(-time.Minute)}, // killed out of the first screen
		"discord:3":  {Runs: asked, Screen: "7/9", Clock: now.Add(-9999 * time.Hour)},
		"discord:4":  {Screen: "7/10", Clock: now.Add(-23 * time.Hour)},         // all is answered
		"discord:5":  {Screen: "7/11", Clock: now.Add(-25 * time.Hour)},         // long ago
		"discord:6":  {Clock: now},                                              // a chat would be opened for nothing
		"telegram:7": {Runs: asked, Screen: "1:2", Clock: now.Add(time.Minute)}, // of another platform
	} {
		all := dialog.NewState(person, 1)
		all.Runs, all.Screen, all.Clock, all.Lang = s.Runs, s.Screen, s.Clock, s.Lang
		must(t, store.Commit(t.Context(), dialog.Key(person), dialog.Tag{}, dialog.Tag{1}, all.Encode(), time.Time{}))
	}
	list, err := openDMs(t.Context(), store, store)
	must(t, err)
	var got []dialog.PersonID
	for _, dm := range list {
		got = append(got, dm.Person)
		if dm.Person == "discord:1" && (dm.Last != "7/8" || dm.Lang != "de" || !dm.Taken.Equal(now.Add(-time.Hour))) {
			t.Errorf("%+v", dm)
		}
	}
	if want := []dialog.PersonID{"discord:2", "discord:1", "discord:4", "discord:3"}; !slices.Equal(got, want) {
		t.Errorf("read again are %v, not %v", got, want)
	}
}
