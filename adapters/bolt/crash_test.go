package bolt

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/crashtest"
)

// The test binary runs itself as the process that crashes.
func TestMain(m *testing.M) {
	crashtest.Child(openByClock)
	switch path := os.Getenv("BOLT_FILE"); os.Getenv("BOLT_CHILD") {
	case "writer":
		writeUntilKilled(path)
	case "full":
		writeUntilFull(path)
	default:
		os.Exit(m.Run())
	}
}

func child(t *testing.T, role, path string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "BOLT_CHILD="+role, "BOLT_FILE="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// A host is killed wherever it matters, over and over.
func TestHostKilledAnywhere(t *testing.T) {
	crashtest.Run(t, openByClock, filepath.Join(t.TempDir(), "bot.db"))
}

func openByClock(path string, now func() time.Time) (dialog.Store, error) {
	return Open(path, Options{Now: now})
}

const crashCallers = 6

// writeUntilKilled has some callers write, each to a person of its own, and says
// on stdout what was acknowledged. The n-th write of a caller carries n in its
// tag; each seventh is an erasure.
func writeUntilKilled(path string) {
	s, err := Open(path, Options{})
	if err != nil {
		panic(err)
	}
	for c := range crashCallers {
		go func() {
			key := dialog.Key(fmt.Sprint("person ", c))
			r, err := s.Load(context.Background(), key)
			for n := numberOf(r.Tag) + 1; err == nil; n++ {
				old, next := tagOf(n-1), tagOf(n)
				if n%7 == 0 {
					err = s.Delete(context.Background(), key, old, next, time.Time{})
				} else {
					err = s.Commit(context.Background(), key, old, next, make([]byte, 1+n*997%9000), time.UnixMilli(int64(n)))
				}
				fmt.Printf("%d %d\n", c, n)
			}
			panic(err)
		}()
	}
	for {
		time.Sleep(3 * time.Millisecond)
		if _, err := s.Due(context.Background(), time.Millisecond, 3); err != nil {
			panic(err)
		}
		if err := s.Compact(context.Background()); err != nil {
			panic(err)
		}
	}
}

func tagOf(n uint64) (t dialog.Tag) {
	binary.BigEndian.PutUint64(t[:], n)
	return t
}

func numberOf(t dialog.Tag) uint64 { return binary.BigEndian.Uint64(t[:]) }

// BOLT_KILLS asks for more than 25 kills.
func TestKilledAtAnyMoment(t *testing.T) {
	kills, err := strconv.Atoi(os.Getenv("BOLT_KILLS"))
	if err != nil {
		kills = 25
	}
	path := filepath.Join(t.TempDir(), "bot.db")
	acknowledged := map[int]uint64{}
	total := 0
	for range kills {
		cmd := child(t, "writer", path)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		heard := 0
		for lines.Scan() {
			var c int
			var n uint64
			if _, err := fmt.Sscan(lines.Text(), &c, &n); err != nil {
				break // cut short by the kill
			}
			acknowledged[c] = max(acknowledged[c], n)
			if heard++; heard == 1 {
				time.AfterFunc(time.Duration(rand.IntN(60))*time.Millisecond, func() { _ = cmd.Process.Kill() })
			}
		}
		if err := cmd.Wait(); err == nil || heard == 0 {
			t.Fatalf("the writer was not killed in its work: %v, %d writes", err, heard)
		}
		total += heard

		var log bytes.Buffer
		s, err := Open(path, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		must(t, err)
		if !strings.Contains(log.String(), "checked the whole file") {
			t.Fatalf("no check after a kill; log: %s", &log)
		}
		for c := range crashCallers {
			r, err := s.Load(t.Context(), dialog.Key(fmt.Sprint("person ", c)))
			must(t, err)
			if got, said := numberOf(r.Tag), acknowledged[c]; got < said || got > said+1 {
				t.Fatalf("person %d: %d was acknowledged, %d is stored", c, said, got)
			}
			acknowledged[c] = numberOf(r.Tag)
		}
		// Half of the next writers start from a file that was closed well.
		if rand.IntN(2) == 0 {
			must(t, s.Close())
		} else {
			must(t, s.db.Close())
		}
	}
	t.Logf("%d kills, %d acknowledged writes, none lost", kills, total)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
