package main

import (
	"fmt"
	"testing"
)

// Who has themselves forgotten and writes again at once is somebody new, and gets
// an answer: Telegram tells whole seconds only, and a warped clock is far ahead of
// it. What they wrote before the wish is of the life that is gone.
func TestBackAtOnce(t *testing.T) {
	t.Parallel()
	for _, redis := range []bool{false, true} {
		for _, warp := range []string{"1", "3600"} {
			t.Run(fmt.Sprintf("redis %v, warp %s", redis, warp), func(t *testing.T) {
				t.Parallel()
				m := newMishap(t, setting{redis: redis})
				m.start("--warp", warp)
				e := &evening{t: t, server: m.server, who: m.server.Person("en")}
				e.type_("/start", "18 or older")
				for _, confirm := range []func(){
					func() { e.press("Yes, erase all", "It's erased") },
					func() { e.type_("yes, erase all", "It's erased") },
				} {
					e.press("Yes, I'm 18 or older", "Is it all right if I keep that?")
					e.type_("/forget", "Shall I?")
					confirm()
					e.type_("hello again", "18 or older")
				}
				m.check(e)
			})
		}
	}
}
