//go:build !race

package sim

// raced tells that the race detector slows everything down.
const raced = false
