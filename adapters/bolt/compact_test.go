package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"afterglow/dialog"
)

func TestCompactLeavesNothingOfTheErased(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	s, err := Open(path, Options{})
	must(t, err)
	secret := []byte("what she told in confidence")
	for i := range 100 {
		must(t, s.Commit(t.Context(), dialog.Key(fmt.Sprint(i)), dialog.Tag{}, tagOf(1), bytes.Repeat(secret, 50), time.Now()))
	}
	must(t, s.Commit(t.Context(), "stays", dialog.Tag{}, tagOf(1), []byte("calm"), time.Now()))
	for i := range 100 {
		must(t, s.Delete(t.Context(), dialog.Key(fmt.Sprint(i)), tagOf(1), tagOf(2), time.Time{}))
	}
	if !contains(t, path, secret) {
		t.Log("bbolt leaves no old pages any more; Compact may not be needed")
	}
	before, err := os.Stat(path)
	must(t, err)
	must(t, s.Compact(t.Context()))
	if contains(t, path, secret) {
		t.Error("erased bytes are still in the file")
	}
	if after, err := os.Stat(path); err != nil || after.Size() >= before.Size() || after.Mode().Perm() != 0o600 {
		t.Errorf("before %d bytes, after %v, %v", before.Size(), after, err)
	}
	_, err = Open(path, Options{LockWait: time.Millisecond})
	if err == nil {
		t.Error("the new file is not held")
	}
	must(t, s.Commit(t.Context(), "stays", tagOf(1), tagOf(2), []byte("glad"), time.Now())) // and is the one in use
	must(t, s.Close())
	s, err = Open(path, Options{})
	must(t, err)
	if r, err := s.Load(t.Context(), "stays"); err != nil || string(r.Blob) != "glad" {
		t.Errorf("got %+v, %v", r, err)
	}
	if r, err := s.Load(t.Context(), "7"); err != nil || r.Tag != tagOf(2) || r.Erased.IsZero() {
		t.Errorf("got %+v, %v", r, err)
	}
	must(t, s.Close())
}

func contains(t *testing.T, path string, text []byte) bool {
	all, err := os.ReadFile(path)
	must(t, err)
	return bytes.Contains(all, text)
}

func TestCompactWhileWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	must(t, os.WriteFile(path+".compact", []byte("left by a crash"), 0o600))
	s, err := Open(path, Options{})
	must(t, err)
	if _, err := os.Stat(path + ".compact"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a crash left is still there: %v", err)
	}
	var wg sync.WaitGroup
	const callers, commits = 4, 50
	for c := range callers {
		wg.Go(func() {
			key := dialog.Key(fmt.Sprint(c))
			for n := range uint64(commits) {
				must(t, s.Commit(context.Background(), key, tagOf(n), tagOf(n+1), []byte("calm"), time.Now()))
				r, err := s.Load(context.Background(), key)
				if err != nil || r.Tag != tagOf(n+1) {
					t.Errorf("got %v, %v", r, err)
				}
			}
		})
	}
	for range 10 {
		must(t, s.Compact(t.Context()))
	}
	wg.Wait()
	must(t, s.Close())
	s, err = Open(path, Options{})
	must(t, err)
	defer s.Close()
	if due, err := s.Due(t.Context(), time.Minute, 10); err != nil || len(due) != callers {
		t.Errorf("got %q, %v", due, err)
	}
}

func TestCompactStopsWithItsCaller(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	s, err := Open(path, Options{})
	must(t, err)
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Compact(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path + ".compact"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something is left: %v", err)
	}
	must(t, s.Commit(t.Context(), "mira", dialog.Tag{}, tagOf(1), []byte("calm"), time.Now()))
}
