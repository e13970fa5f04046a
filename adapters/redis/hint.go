package redis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// explain adds to an error what the operator can do about it.
func explain(err error) error {
	if hint := hintFor(err); hint != "" {
		return fmt.Errorf("%w (hint: %s)", err, hint)
	}
	return err
}

func hintFor(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errSentinel):
		return "add ?sentinel=NAME to the URL, with the name of the master that it watches"
	case errors.Is(err, errReplica):
		return "name the master, or all nodes of the cluster"
	case errors.Is(err, errEvicts):
		return "set maxmemory-policy noeviction, or people's answers vanish"
	case errors.Is(err, errNoCluster):
		return "name one of them, or add ?sentinel=NAME if they are sentinels"
	case errors.Is(err, errUnslotted):
		return "give all 16384 slots to masters that are up: redis-cli --cluster fix"
	case errors.Is(err, errFewReplicas):
		return "are the replicas up? The commit itself is stored"
	case errors.Is(err, context.Canceled):
		return ""
	}
	for _, known := range said {
		if strings.Contains(err.Error(), known.text) {
			return known.hint
		}
	}
	return connectionHint(err)
}

// said is what servers answer.
var said = []struct{ text, hint string }{
	{"WRONGPASS", "user or password in the URL are wrong"},
	{"invalid password", "the password in the URL is wrong"},
	{"without any password configured", "the server has no password; take it out of the URL, or set one there"},
	{"NOAUTH", "the server wants a password: redis://:PASSWORD@host"},
	{"DB index is out of range", "the server has fewer databases; the number stands at the end of the URL, 0 is always there"},
	{"SELECT is not allowed in cluster mode", "a cluster has database 0 only; take the number out of the URL"},
	{"READONLY", "this is a read-only replica; name the master, or all nodes of the cluster"},
	{"OOM", "the server's memory is full; raise maxmemory. Nothing that was acknowledged is lost"},
	{"DENIED", "the server is in protected mode; give it a password, or run it beside the bot"},
	{"CLUSTERDOWN", "a part of the cluster is down, or slots are not served: redis-cli --cluster check"},
	{"MISCONF", "the server can not write to its disk; see its log"},
	{"NOREPLICAS", "the server has too few replicas for its min-replicas-to-write"},
	{"NOPERM", "the server's user lacks rights: it needs ~PREFIX:* +@read +@write +@scripting +info +time +wait +cluster +bgrewriteaof"},
	{"max number of clients reached", "raise maxclients, or use fewer connections"},
	{"all sentinels specified in configuration are unreachable", "is the name after sentinel= right, and are the sentinels up?"},
	{"cluster has no nodes", "give all 16384 slots to masters that are up: redis-cli --cluster fix"},
	{"LOADING", "the server is reading its data; wait a little"},
	{"master_link_down", "the replica has lost its master"},
}

func connectionHint(err error) string {
	var (
		resolve   *net.DNSError
		operation *net.OpError
		record    tls.RecordHeaderError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		timeout   net.Error
	)
	switch {
	case errors.As(err, &record):
		return "the server does not speak TLS; write redis:// instead of rediss://"
	case errors.As(err, &authority), errors.As(err, &name):
		return "the server's certificate is not for this host, or of an unknown authority"
	case errors.As(err, &resolve):
		return "is the host in the URL spelled right?"
	case errors.As(err, &operation) && operation.Op == "dial":
		return "is Redis running at the address in the URL, and may the bot reach it?"
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "Redis did not answer in time; is it up, is it busy, and does it speak TLS if the URL says rediss://?"
	case hungUp(err):
		return "Redis closed the connection; does it want TLS (rediss://)?"
	}
	return ""
}

// hungUp tells whether the server closed the connection.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
