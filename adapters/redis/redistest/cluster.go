package redistest

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
)

// Cluster is a Redis Cluster whose masters share the slots in equal parts.
type Cluster struct {
	Servers []*Server // the masters first, then the replicas in the same order
}

// StartCluster starts masters and replicas, and waits until the cluster is up.
// A failed master is noticed within about two seconds.
func StartCluster(t testing.TB, masters, replicas int, args ...string) *Cluster {
	t.Helper()
	c := &Cluster{}
	for range masters + replicas {
		c.Servers = append(c.Servers, Start(t, append([]string{
			"--cluster-enabled", "yes", "--cluster-port", freePort(t), "--cluster-node-timeout", "1500",
			"--cluster-replica-validity-factor", "0",
			"--cluster-allow-replica-migration", "no",
		}, args...)...))
	}
	for i, s := range c.Servers[:masters] {
		from, to := 16384*i/masters, 16384*(i+1)/masters-1
		s.Do(t, "cluster", "addslotsrange", from, to)
		s.Do(t, "cluster", "set-config-epoch", i+1)
	}
	host, port, _ := net.SplitHostPort(c.Servers[0].Addr)
	bus := c.Servers[0].args[index(c.Servers[0].args, "--cluster-port")+1]
	for _, s := range c.Servers[1:] {
		s.Do(t, "cluster", "meet", host, port, bus)
	}
	Eventually(t, "all nodes know each other", func() bool {
		for _, s := range c.Servers {
			if info(t, s)["cluster_known_nodes"] != strconv.Itoa(len(c.Servers)) {
				return false
			}
		}
		return true
	})
	for i, s := range c.Servers[masters:] {
		id := c.Servers[i%masters].ID(t)
		Eventually(t, "the replica knows its master", func() bool {
			client := s.Client()
			defer client.Close()
			return client.Do(context.Background(), "cluster", "replicate", id).Err() == nil
		})
	}
	c.Await(t)
	return c
}

// Await waits until every slot is served and every replica is in step, as all
// living servers see it.
func (c *Cluster) Await(t testing.TB) {
	t.Helper()
	Eventually(t, "the cluster is up", func() bool {
		for _, s := range c.Servers {
			client := s.Client()
			text, err := client.Do(context.Background(), "cluster", "info").Text()
			repl, err2 := client.Info(context.Background(), "replication").Result()
			_ = client.Close()
			if err != nil || err2 != nil || !strings.Contains(text, "cluster_state:ok") ||
				strings.Contains(repl, "role:slave") && !strings.Contains(repl, "master_link_status:up") {
				return false
			}
		}
		return true
	})
}

// URL names all nodes.
func (c *Cluster) URL() string {
	var hosts []string
	for _, s := range c.Servers {
		hosts = append(hosts, s.Addr)
	}
	return "redis://" + strings.Join(hosts, ",")
}

// ID returns the id of a cluster's node.
func (s *Server) ID(t testing.TB) string {
	t.Helper()
	return fmt.Sprint(s.Do(t, "cluster", "myid"))
}

func info(t testing.TB, s *Server) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(fmt.Sprint(s.Do(t, "cluster", "info"))) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			all[name] = value
		}
	}
	return all
}

func index(list []string, what string) int {
	for i, s := range list {
		if s == what {
			return i
		}
	}
	return -1
}
