package telegramtest

// Group is a chat of several, or a channel.
type Group struct {
	s    *Server
	chat *chat
}

// Group adds a chat of the given type ("group", "supergroup", "channel") with the bot in it.
func (s *Server) Group(kind string) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &chat{id: -1001000000000 - int64(len(s.chats)), kind: kind, last: 50}
	s.chats[c.id] = c
	status := "member"
	if kind == "channel" {
		status = "administrator"
	}
	s.member(c, map[string]any{"id": 4242, "is_bot": false, "first_name": "Someone"}, "left", status)
	return &Group{s, c}
}

// Say lets somebody say something in the group; fields are as in [Person.Send].
func (g *Group) Say(p *Person, fields map[string]any) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	p.sendIn(g.chat, fields)
}

// Messages are what the bot has said there.
func (g *Group) Messages() []Message {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	return g.chat.said()
}

// Left tells whether the bot has left.
func (g *Group) Left() bool {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	return g.chat.left
}
