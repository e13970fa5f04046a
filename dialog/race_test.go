//go:build race

package dialog_test

// raced tells that the race detector slows everything down.
const raced = true
