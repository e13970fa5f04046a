package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"afterglow/dialog"
)

func TestOpenSaysWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(t *testing.T, path string)
		want    string
	}{
		"in use": {func(t *testing.T, path string) {
			s, err := Open(path, Options{})
			must(t, err)
			t.Cleanup(func() { must(t, s.Close()) })
		}, "another bot is using PATH (hint: stop it, or use another --data folder)"},
		"a short text": {func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte("hello"), 0o600))
		}, "hint: this is not the bot's own data file"},
		"a long text": {func(t *testing.T, path string) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte("hello "), 10_000), 0o600))
		}, "hint: this is not the bot's own data file"},
		"another program's bolt file": {func(t *testing.T, path string) {
			edit(t, path, func(tx *bbolt.Tx) error {
				_, err := tx.CreateBucket([]byte("theirs"))
				return err
			})
		}, "hint: this is not the bot's own data file"},
		"of a newer bot": {func(t *testing.T, path string) {
			fill(t, path, 1)
			edit(t, path, func(tx *bbolt.Tx) error { return tx.Bucket(about).Put(formatKey, []byte{format + 1}) })
		}, "written by a newer version of this bot: it has format 2, this program knows 1 (hint: update the bot"},
		"of another bolt": {func(t *testing.T, path string) {
			fill(t, path, 1)
			overwrite(t, path, 16+4, binary.LittleEndian.AppendUint32(nil, 9))
			overwrite(t, path, int64(os.Getpagesize())+16+4, binary.LittleEndian.AppendUint32(nil, 9))
		}, "hint: this is not the bot's own data file"},
		"a folder": {func(t *testing.T, path string) {
			must(t, os.Mkdir(path, 0o700))
		}, "hint: name a file in a folder"},
		"below a file": {func(t *testing.T, path string) {
			must(t, os.WriteFile(filepath.Dir(path), nil, 0o600))
		}, "hint: name a file in a folder"},
		"cut short": {func(t *testing.T, path string) {
			fill(t, path, 200)
			forgetCleanMark(t, path)
			info, err := os.Stat(path)
			must(t, err)
			must(t, os.Truncate(path, info.Size()/3))
		}, "it was left as it is (hint: copy it away, then restore a backup"},
		"cut to its head": {func(t *testing.T, path string) {
			fill(t, path, 200)
			must(t, os.Truncate(path, int64(2*os.Getpagesize())))
		}, "it was left as it is (hint: copy it away, then restore a backup"},
		"pages of noise": {func(t *testing.T, path string) {
			fill(t, path, 200)
			forgetCleanMark(t, path)
			for page := range 40 {
				overwrite(t, path, int64((page+20)*os.Getpagesize()), bytes.Repeat([]byte{0xAA}, os.Getpagesize()))
			}
		}, "it was left as it is (hint: copy it away, then restore a backup"},
		"alarms and queue differ": {func(t *testing.T, path string) {
			fill(t, path, 5)
			edit(t, path, func(tx *bbolt.Tx) error { return tx.Bucket(queue).Put(moment(5).place([]byte("mira")), nil) })
			forgetCleanMark(t, path)
		}, "an entry of the queue has no alarm"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data", "bot.db")
			if name != "below a file" {
				must(t, os.Mkdir(filepath.Dir(path), 0o700))
			}
			test.prepare(t, path)
			before, _ := os.ReadFile(path)
			s, err := Open(path, Options{LockWait: 100 * time.Millisecond})
			if err == nil {
				_ = s.Close()
				t.Fatal("opened")
			}
			if want := strings.ReplaceAll(test.want, "PATH", path); !strings.Contains(err.Error(), want) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestDamageIsCounted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	fill(t, path, 5)
	edit(t, path, func(tx *bbolt.Tx) error {
		return errors.Join(tx.Bucket(queue).Put(moment(5).place([]byte("mira")), nil), tx.Bucket(about).Delete(cleanKey))
	})
	_, err := Open(path, Options{})
	var damage *DamageError
	if !errors.As(err, &damage) || damage.Count != 2 || damage.Path != path {
		t.Errorf("got %v", err)
	}
}

func TestCleanStopNeedsNoCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	fill(t, path, 5)
	var log bytes.Buffer
	s, err := Open(path, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	must(t, err)
	must(t, s.Close())
	must(t, s.Close())
	if log.Len() > 0 {
		t.Errorf("log: %s", &log)
	}
}

func TestNothingAfterClose(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "bot.db"), Options{})
	must(t, err)
	must(t, s.Close())
	_, load := s.Load(t.Context(), "mira")
	_, due := s.Due(t.Context(), time.Second, 1)
	for _, err := range []error{load, due, s.Commit(t.Context(), "mira", dialog.Tag{}, tagOf(1), []byte("x"), time.Time{}),
		s.Delete(t.Context(), "mira", dialog.Tag{}, tagOf(1), time.Time{}), s.Compact(t.Context())} {
		if !errors.Is(err, errClosed) {
			t.Errorf("got %v", err)
		}
	}
}

func TestOnlyTheOwnerMayLook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "bot.db")
	fill(t, path, 1)
	must(t, os.Chmod(path, 0o644))
	fill(t, path, 0)
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", p, info.Mode(), err)
		}
	}
}

// fill opens the store at path, adds some people with blobs and alarms, and
// closes it in good order.
func fill(t testing.TB, path string, persons int) {
	s, err := Open(path, Options{})
	must(t, err)
	for i := range persons {
		must(t, s.Commit(context.Background(), dialog.Key(fmt.Sprint("person ", i)), dialog.Tag{}, tagOf(1), make([]byte, 2000), time.Now()))
	}
	must(t, s.Close())
}

func edit(t testing.TB, path string, do func(tx *bbolt.Tx) error) {
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(do))
	must(t, db.Close())
}

func forgetCleanMark(t testing.TB, path string) {
	edit(t, path, func(tx *bbolt.Tx) error { return tx.Bucket(about).Delete(cleanKey) })
}

func overwrite(t testing.TB, path string, at int64, with []byte) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(with, at)
	must(t, err)
	must(t, f.Close())
}
