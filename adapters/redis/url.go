package redis

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// address is what a URL says; see [Open] for its forms.
type address struct {
	hosts    []string
	user     string
	password string
	db       int
	secure   bool
	cluster  bool   // though there is one host only; found out by asking
	sentinel string // the name of the master
	sentPass string
}

// parseURL takes a URL apart. Its errors tell nothing of the URL, which may hold
// a password.
func parseURL(text string) (address, error) {
	var a address
	scheme, rest, found := strings.Cut(text, "://")
	a.secure = scheme == "rediss"
	if !found || scheme != "redis" && !a.secure {
		return a, errors.New(`a Redis URL begins with "redis://" or, with TLS, "rediss://"`)
	}
	// net/url knows no lists of hosts, so it gets the URL with the first of them.
	start := 0
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	if i := strings.LastIndex(rest[:end], "@"); i >= 0 {
		start = i + 1
	}
	list := rest[start:end]
	u, err := url.Parse("redis://" + rest[:start] + "host" + rest[end:])
	if err != nil || u.Fragment != "" {
		return a, errors.New("not a URL; characters like / ? # % @ in a password are written as %2F %3F %23 %25 %40")
	}
	a.user = u.User.Username()
	a.password, _ = u.User.Password()
	for host := range strings.SplitSeq(list, ",") {
		full, err := withPort(host)
		if err != nil {
			return a, err
		}
		a.hosts = append(a.hosts, full)
	}
	if db := strings.Trim(u.Path, "/"); db != "" {
		if a.db, err = strconv.Atoi(db); err != nil || a.db < 0 {
			return a, errors.New("what follows the host is the number of a database, like /0")
		}
	}
	query := u.Query()
	a.sentinel, a.sentPass = query.Get("sentinel"), query.Get("sentinel_password")
	query.Del("sentinel")
	query.Del("sentinel_password")
	for name := range query {
		return a, fmt.Errorf("a Redis URL has no %q; it knows sentinel and sentinel_password", name)
	}
	return a, nil
}

// withPort makes "host", "host:port", "[::1]" and "" a host and a port.
func withPort(host string) (string, error) {
	u, err := url.Parse("redis://" + host)
	if err != nil || u.Host != host || strings.Contains(u.Hostname(), ":") && host[0] != '[' {
		return "", errors.New("a host is written as host:port, several with commas between them")
	}
	name, port := u.Hostname(), u.Port()
	if name == "" {
		name = "localhost"
	}
	if port == "" {
		port = "6379"
	}
	return net.JoinHostPort(name, port), nil
}

// tls returns how to connect, nil for without TLS.
func (a address) tls() *tls.Config {
	if !a.secure {
		return nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(a.hosts) == 1 { // of several nodes each has its own name
		config.ServerName, _, _ = net.SplitHostPort(a.hosts[0])
	}
	return config
}
