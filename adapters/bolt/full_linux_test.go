package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"afterglow/dialog"
)

// writeUntilFull writes until the system refuses to let the file grow, as it
// does when a disk is full, and then goes on once there is room.
func writeUntilFull(path string) {
	ctx := context.Background()
	s, err := Open(path, Options{})
	if err != nil {
		panic(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := errors.Join(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was),
		syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: was.Max})); err != nil {
		panic(err)
	}
	n := uint64(1)
	add := func() error {
		return s.Commit(ctx, dialog.Key(fmt.Sprint("person ", n)), dialog.Tag{}, tagOf(n), make([]byte, 60<<10), time.Time{})
	}
	for err = add(); err == nil; err = add() {
		n++
	}
	fmt.Println(n, err)
	if r, err := s.Load(ctx, dialog.Key(fmt.Sprint("person ", n))); err != nil || r.Tag != (dialog.Tag{}) {
		panic(fmt.Sprint("a refused commit happened: ", r.Tag, err))
	}
	for i := uint64(1); i < n; i++ {
		if r, err := s.Load(ctx, dialog.Key(fmt.Sprint("person ", i))); err != nil || r.Tag != tagOf(i) {
			panic(fmt.Sprint("an acknowledged commit is lost: ", i, err))
		}
	}
	if err := errors.Join(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was), add(), s.Close()); err != nil {
		panic(err)
	}
}

func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	out, err := child(t, "full", path).Output()
	must(t, err)
	if !strings.Contains(string(out), "hint: the disk is full; make room") {
		t.Errorf("got %s", out)
	}
	s, err := Open(path, Options{})
	must(t, err)
	must(t, s.Close())
}

// TestForbiddenFolder takes the rights from its thread, as root may write
// everywhere; the thread ends with its goroutine.
func TestForbiddenFolder(t *testing.T) {
	dir := t.TempDir()
	fill(t, filepath.Join(dir, "theirs.db"), 1)
	must(t, errors.Join(os.Chmod(filepath.Join(dir, "theirs.db"), 0o400), os.Chmod(dir, 0o555)))
	t.Cleanup(func() { must(t, os.Chmod(dir, 0o755)) })
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked
		const nobody = 65534
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0); errno != 0 {
			t.Error(errno)
			return
		}
		for _, name := range []string{"new.db", "theirs.db", "folder/new.db"} {
			_, err := Open(filepath.Join(dir, name), Options{})
			if err == nil || !strings.Contains(err.Error(), "hint: the bot may not write there") {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}()
	<-done
}
