package discord

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// connection is one session of the gateway, which may be resumed.
type connection struct {
	session *discordgo.Session
	lost    chan struct{}

	mu   sync.Mutex
	line *line // the newest
}

func (b *Bot) newConnection(ctx context.Context) (*connection, error) {
	s, err := b.session()
	if err != nil {
		return nil, err
	}
	c := &connection{session: s, lost: make(chan struct{}, 1)}
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { b.hear(ctx, e) })
	s.AddHandler(func(_ *discordgo.Session, _ *discordgo.Disconnect) {
		select {
		case c.lost <- struct{}{}:
		default:
		}
	})
	s.Dialer = &websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: 15 * time.Second,
		NetDialContext: func(dctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(dctx, network, addr)
			if err != nil {
				return nil, err
			}
			l := &line{Conn: conn, idle: b.pace.idle, most: b.pace.writes, farewell: make(chan struct{})}
			c.mu.Lock()
			c.line = l
			c.mu.Unlock()
			context.AfterFunc(ctx, l.end)
			return l, nil
		},
	}
	return c, nil
}

// flooded tells whether the connection was cut off for writing too much.
func (c *connection) flooded() bool {
	l := c.newest()
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flood
}

func (c *connection) newest() *line {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.line
}

// close says farewell, which ends the session, and returns when that is on its
// way. The library would sleep for a second in any case.
func (c *connection) close() {
	l := c.newest()
	if l != nil {
		l.end()
	}
	go c.session.Close()
	if l != nil {
		select {
		case <-l.farewell:
		case <-time.After(time.Second):
		}
	}
}

// line watches the gateway's connection from below, where the library does not.
//
// When nothing comes for longer than a heartbeat takes to be answered, the other
// end is gone though nobody said so; the library would wait for five heartbeats.
// The line is cut without a farewell, since a proper close would end the session
// and with it the chance to resume. And when far more goes out than heartbeats,
// the library is introducing itself over and over, of which Discord allows a
// thousand a day before it resets the token.
type line struct {
	net.Conn
	idle     time.Duration
	most     int           // writes in a minute
	farewell chan struct{} // closed when something was written at the end

	mu     sync.Mutex
	ending bool
	said   bool // farewell is closed
	flood  bool
	since  time.Time
	writes int // since then
}

// Read implements [net.Conn].
func (l *line) Read(p []byte) (int, error) {
	l.mu.Lock()
	if !l.ending {
		l.Conn.SetReadDeadline(time.Now().Add(l.idle))
	}
	l.mu.Unlock()
	n, err := l.Conn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.Conn.Close()
	}
	return n, err
}

// Write implements [net.Conn].
func (l *line) Write(p []byte) (int, error) {
	l.mu.Lock()
	if now := time.Now(); now.Sub(l.since) > time.Minute {
		l.since, l.writes = now, 0
	}
	if l.writes++; l.writes > l.most {
		l.flood = true
	}
	flood := l.flood
	l.mu.Unlock()
	if flood {
		l.Conn.Close()
		return 0, net.ErrClosed
	}
	n, err := l.Conn.Write(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ending && !l.said {
		l.said = true
		close(l.farewell)
	}
	return n, err
}

// end leaves time for a farewell and no more.
func (l *line) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ending = true
	l.Conn.SetDeadline(time.Now().Add(2 * time.Second))
}
