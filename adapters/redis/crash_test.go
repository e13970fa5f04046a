package redis

import (
	"context"
	"os"
	"testing"
	"time"

	"afterglow/adapters/redis/redistest"
	"afterglow/dialog"
	"afterglow/dialog/crashtest"
)

// The test binary runs itself as the host that is killed.
func TestMain(m *testing.M) {
	crashtest.Child(openByClock)
	os.Exit(m.Run())
}

// A host is killed wherever it matters, over and over. The server lives, and may
// hear of a commit only when the process behind it is gone.
func TestHostKilledAnywhere(t *testing.T) {
	crashtest.Run(t, openByClock, redistest.Start(t).URL())
}

func openByClock(url string, now func() time.Time) (dialog.Store, error) {
	return Open(context.Background(), url, Options{Ahead: func() time.Duration { return time.Until(now()) }})
}
