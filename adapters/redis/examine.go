package redis

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

var (
	errSentinel  = errors.New("this is a sentinel")
	errReplica   = errors.New("this is a read-only replica")
	errEvicts    = errors.New("the server throws keys away when its memory is full")
	errNoCluster = errors.New("these servers are no cluster")
	errUnslotted = errors.New("the cluster has slots that nobody serves")
)

// examine connects, and looks whether all masters may be trusted with people's
// answers. A single address of a cluster's node makes the client a cluster's.
func (s *Store) examine(ctx context.Context, a address) error {
	if single, ok := s.client.(*redis.Client); ok {
		info, err := infoOf(ctx, single)
		if err != nil {
			return err
		}
		switch info["redis_mode"] {
		case "sentinel":
			return errSentinel
		case "cluster":
			if err := single.Close(); err != nil {
				return err
			}
			a.cluster = true
			s.client = connect(a, s.opts)
		default:
			if err := s.trust(info); err != nil {
				return err
			}
			return s.probe(ctx)
		}
	}
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok {
		return errors.New("a client of an unknown kind")
	}
	if err := coverage(ctx, cluster); err != nil {
		return err
	}
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		info, err := infoOf(ctx, node)
		if err != nil {
			return err
		}
		return s.trust(info)
	})
	if err != nil {
		return err
	}
	return s.probe(ctx)
}

// coverage returns an error unless every slot is served.
func coverage(ctx context.Context, cluster *redis.ClusterClient) error {
	info, err := cluster.ClusterInfo(ctx).Result()
	if redis.HasErrorPrefix(err, "This instance has cluster support disabled") {
		return errNoCluster
	}
	if err != nil {
		return err
	}
	if fields(info)["cluster_state"] != "ok" {
		return errUnslotted
	}
	return nil
}

// trust looks at one master's settings.
func (s *Store) trust(info map[string]string) error {
	if info["role"] == "slave" {
		return errReplica
	}
	if policy := info["maxmemory_policy"]; policy != "" && policy != "noeviction" {
		return errEvicts
	}
	if info["aof_enabled"] == "0" {
		s.log.Warn("redis keeps no append-only file: a restart loses what people said since the last snapshot " +
			"(hint: set appendonly yes)")
	}
	return nil
}

// probe writes to every shard: what would fail later fails now.
func (s *Store) probe(ctx context.Context) error {
	pipe := s.client.Pipeline()
	for shard := range shards {
		pipe.Set(ctx, s.names.probe(shard), "", time.Second)
		pipe.Del(ctx, s.names.probe(shard))
	}
	_, err := pipe.Exec(ctx)
	return err
}

// greeting returns what a server says before anybody has asked: that it refuses
// connections from other machines, or has too many. It then hangs up, and the
// client only sees that.
func greeting(ctx context.Context, host string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetReadDeadline(deadline); err != nil {
		return nil
	}
	line, _ := bufio.NewReader(io.LimitReader(conn, 1000)).ReadString('\n') // the first of it will do
	if !strings.HasPrefix(line, "-") {
		return nil
	}
	first, _, _ := strings.Cut(line[1:], ".")
	return errors.New(strings.TrimSpace(first))
}

// infoOf asks a node about itself.
func infoOf(ctx context.Context, node *redis.Client) (map[string]string, error) {
	text, err := node.Info(ctx).Result()
	return fields(text), err
}

// fields reads the lines "name:value" of INFO and CLUSTER INFO.
func fields(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			all[name] = value
		}
	}
	return all
}
