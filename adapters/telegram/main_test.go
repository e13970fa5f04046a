package telegram

import (
	"flag"
	"os"
	"testing"
)

// These tests mostly wait (for a limit to end, for a second try), so many may do
// so at the same time, however few processors there are.
func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "8")
	os.Exit(m.Run())
}
