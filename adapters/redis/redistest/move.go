package redistest

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// MoveSlot moves a slot between two masters of a cluster, by their place in
// Servers. It calls between when half of the keys have moved.
func (c *Cluster) MoveSlot(t testing.TB, slot, from, to int, between func()) {
	t.Helper()
	source, target := c.Servers[from], c.Servers[to]
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
	next.Do(t, "cluster", "failover")
	Eventually(t, "the replica is the master", func() bool { return role(t, next) == "master" && role(t, old) == "slave" })
	c.Await(t)
}

// Crash kills a master, waits until its replica has taken its place, and starts
// it again as a replica.
func (c *Cluster) Crash(t testing.TB, master int) {
	t.Helper()
	old, next := c.roles(t, master)
	old.Kill()
	Eventually(t, "the replica is the master", func() bool { return role(t, next) == "master" })
	old.Restart(t)
	Eventually(t, "the old master is a replica", func() bool { return role(t, old) == "slave" })
	c.Await(t)
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
