package redistest

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// MoveSlot moves a slot between two masters of a cluster, by their place in
// Servers as in [Cluster.Failover]. It calls between when half of the keys have
// moved.
func (c *Cluster) MoveSlot(t testing.TB, slot, from, to int, between func()) {
	t.Helper()
	source, _ := c.roles(t, from)
	target, _ := c.roles(t, to)
	target.Do(t, "cluster", "setslot", slot, "importing", source.ID(t))
	source.Do(t, "cluster", "setslot", slot, "migrating", target.ID(t))
	host, port, _ := net.SplitHostPort(target.Addr)
	for first := true; ; first = false {
		keys := source.Do(t, "cluster", "getkeysinslot", slot, 1000).([]any)
		if len(keys) == 0 {
			break
		}
		if first {
			keys = keys[:(len(keys)+1)/2]
		}
		source.Do(t, append([]any{"migrate", host, port, "", 0, 5000, "keys"}, keys...)...)
		if first {
			between()
		}
	}
	for _, s := range []*Server{target, source} {
		s.Do(t, "cluster", "setslot", slot, "node", target.ID(t))
	}
}

// Failover makes the replica of a master take its place, in good order, and
// waits until the cluster is up again. master is a place in Servers: the server
// there, or else its partner, is the master at the moment.
func (c *Cluster) Failover(t testing.TB, master int) {
	t.Helper()
	old, next := c.roles(t, master)
	asked := time.Time{}
	Eventually(t, "all know the new master", func() bool {
		// Redis gives an attempt up after five seconds, and says so in its log only.
		if time.Since(asked) > 6*time.Second && role(t, next) == "slave" {
			next.Do(t, "cluster", "failover")
			asked = time.Now()
		}
		return c.agree(t, next, nil) && role(t, old) == "slave"
	})
	c.Await(t)
}

// Crash kills a master, waits until all know that its replica has taken its
// place, and starts it again as a replica. (A master that is back sooner, with
// what it had on disk, would take its place again, and WAIT has been in vain.)
func (c *Cluster) Crash(t testing.TB, master int) {
	t.Helper()
	c.lose(t, master, (*Server).Kill, func(s *Server) { s.Restart(t) })
}

// Hang stops a master as a stuck machine would, waits until all know that its
// replica has taken its place, and lets it go on. It then carries out what it
// had been sent before, as the master that it still takes itself to be.
func (c *Cluster) Hang(t testing.TB, master int) {
	t.Helper()
	c.lose(t, master, func(s *Server) { s.Pause(t) }, func(s *Server) { s.Resume(t) })
}

func (c *Cluster) lose(t testing.TB, master int, down, up func(*Server)) {
	t.Helper()
	old, next := c.roles(t, master)
	down(old)
	Eventually(t, "all know the new master", func() bool { return c.agree(t, next, old) })
	up(old)
	Eventually(t, "the old master is a replica", func() bool { return role(t, old) == "slave" })
	c.Await(t)
}

// CrashReplica kills the replica of a master, waits for a while, and starts it again.
func (c *Cluster) CrashReplica(t testing.TB, master int, while func()) {
	t.Helper()
	_, replica := c.roles(t, master)
	replica.Kill()
	while()
	replica.Restart(t)
	c.Await(t)
}

// agree tells whether all servers but one see a server as a master with slots.
func (c *Cluster) agree(t testing.TB, master, except *Server) bool {
	t.Helper()
	id := master.ID(t)
	for _, s := range c.Servers {
		if s == except {
			continue
		}
		seen := false
		for line := range strings.Lines(fmt.Sprint(s.Do(t, "cluster", "nodes"))) {
			words := strings.Fields(line)
			seen = seen || words[0] == id && strings.Contains(words[2], "master") && len(words) > 8
		}
		if !seen {
			return false
		}
	}
	return true
}

// roles returns which of a pair is the master now, and which the replica.
func (c *Cluster) roles(t testing.TB, master int) (now, next *Server) {
	t.Helper()
	a, b := c.Servers[master], c.Servers[len(c.Servers)/2+master]
	if role(t, a) == "master" {
		return a, b
	}
	return b, a
}

func role(t testing.TB, s *Server) string {
	t.Helper()
	_, rest, _ := strings.Cut(fmt.Sprint(s.Do(t, "info", "replication")), "role:")
	name, _, _ := strings.Cut(rest, "\r\n")
	return name
}
