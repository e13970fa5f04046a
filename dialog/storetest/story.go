package storetest

import (
	"time"

	"afterglow/dialog"
)

// story is the contract of [dialog.Store] once more, told as what happens to
// some people. Tags are written as words; "" is the zero tag. The clock starts
// at hour 0; a lease is half a minute. A store that goes by a clock of its own
// sees moments pass while it works, so the story keeps some seconds away from
// where a lease or a tombstone ends.
var story = []chapter{{"a stranger", []op{
	load("mira", nobody),
	due(10),
}}, {"answers follow each other", []op{
	commit("mira", "", "one", "calm", never),
	load("mira", present("one", "calm")),
	commit("mira", "one", "two", "tired", never),
	load("mira", present("two", "tired")),
	commit("mira", "two", "three", "glad", never),
	load("mira", present("three", "glad")),
	load("noor", nobody), // others are others
}}, {"the slower one loses", []op{
	commit("mira", "", "one", "calm", hour(9)),
	commit("mira", "", "other", "slow", hour(1), dialog.ErrConflict),
	load("mira", present("one", "calm")), // nothing of the slow one stays
	commit("mira", "one", "two", "tired", hour(9)),
	commit("mira", "one", "three", "slow", never, dialog.ErrConflict),
	forget("mira", "one", "three", dialog.ErrConflict),
	load("mira", present("two", "tired")),
	clock(hour(2)),
	due(10), // not even the slow one's alarm
	clock(hour(9)),
	due(10, "mira"),
	commit("noor", "guess", "one", "calm", never, dialog.ErrConflict), // there is nothing to follow
	load("noor", nobody),
	forget("noor", "guess", "one", dialog.ErrConflict),
	load("noor", nobody),
}}, {"a reply got lost", []op{
	commit("mira", "", "one", "calm", never),
	commit("mira", "", "one", "calm", never), // tried again: it had landed
	commit("mira", "one", "two", "tired", hour(1)),
	commit("mira", "one", "two", "tired", hour(1)),
	load("mira", present("two", "tired")),
	commit("mira", "two", "three", "glad", never),
	commit("mira", "one", "two", "tired", hour(1), dialog.ErrConflict), // too late: life went on
	load("mira", present("three", "glad")),
	forget("mira", "three", "four"),
	forget("mira", "three", "four"),
	load("mira", erased("four", hour(0))),
}}, {"what can not be read is left alone", []op{
	commit("mira", "", "one", "calm", hour(9)),
	damage("mira"),
	load("mira", unreadable),
	commit("mira", "", "two", "new", never, dialog.ErrUnreadable), // no stranger
	commit("mira", "one", "two", "new", never, dialog.ErrUnreadable),
	forget("mira", "one", "two", dialog.ErrUnreadable),
	load("mira", unreadable),
	load("noor", nobody),
	commit("noor", "", "one", "calm", never), // others are well
}}, {"an alarm is set, moved, cleared", []op{
	commit("mira", "", "one", "calm", hour(9)),
	clock(hour(8)),
	due(10),
	commit("mira", "one", "two", "calm", hour(12)), // moved
	clock(hour(10)),
	due(10),
	commit("mira", "two", "three", "calm", never), // cleared
	clock(hour(13)),
	due(10),
	commit("mira", "three", "four", "calm", hour(3)), // overdue from the start
	due(10, "mira"),
}}, {"an alarm rings on the dot", []op{
	commit("mira", "", "one", "calm", hour(9)),
	clock(hour(9).add(-soon)),
	due(10),
	clock(hour(9)),
	due(10, "mira"),
}}, {"the longest overdue come first", []op{
	commit("mira", "", "one", "calm", hour(3)),
	commit("noor", "", "one", "calm", hour(1)),
	commit("kofi", "", "one", "calm", hour(2)),
	commit("ines", "", "one", "calm", hour(9)),
	clock(hour(5)),
	due(0),
	due(1, "noor"),
	clock(hour(5).add(5 * time.Second)),
	due(1, "kofi"),
	clock(hour(5).add(10 * time.Second)),
	due(1, "mira"),
	due(10),
	clock(hour(9)), // the leases have ended
	due(10, "noor", "kofi", "mira", "ines"),
}}, {"long overdue at boot", []op{
	commit("mira", "", "one", "calm", hour(-10000)),
	commit("noor", "", "one", "calm", instant(time.Unix(-1e9, 0))), // before there were computers
	due(1, "noor"),
	due(10, "mira"),
}}, {"a lease belongs to one caller", []op{
	commit("mira", "", "one", "calm", hour(1)),
	clock(hour(1)),
	due(10, "mira"),
	due(10),
	clock(hour(1).add(soon)),
	due(10),
	load("mira", present("one", "calm")), // a claim is no commit
	commit("mira", "one", "two", "nudged", hour(2)),  // the work is done
	clock(hour(1).add(time.Minute)),                  //
	due(10),                                          // and the lease gone with it
	clock(hour(2)),                                   //
	due(10, "mira"),                                  //
	clock(hour(2).add(lease + soon)),                 // that worker died
	due(10, "mira"),                                  // so it comes again
	commit("mira", "two", "three", "tired", hour(2)), // still due
	due(10, "mira"),                                  //
	commit("mira", "two", "four", "late", never, dialog.ErrConflict), // the dead one wakes, and loses
	clock(hour(3)),
	due(10, "mira"), // and has not taken the alarm with it
}}, {"forgotten", []op{
	commit("mira", "", "one", "calm", hour(1)),
	clock(hour(5)),
	forget("mira", "one", "gone"),
	load("mira", erased("gone", hour(5))),
	due(10), // her alarm went with her
	commit("mira", "one", "two", "late", hour(6), dialog.ErrConflict), // a writer still under way
	commit("mira", "", "two", "new", hour(6), dialog.ErrConflict),     // one who saw her before
	load("mira", erased("gone", hour(5))),
	commit("mira", "gone", "back", "hello again", hour(7)), // she returns
	load("mira", present("back", "hello again")),
	clock(hour(60)),
	due(10, "mira"),
	load("mira", present("back", "hello again")), // and no old grave takes her
	commit("noor", "", "one", "calm", never),
	load("mira", present("back", "hello again")),
}}, {"nothing is left in the end", []op{
	commit("mira", "", "one", "calm", hour(1)),
	forget("mira", "one", "gone"),
	forget("noor", "", "gone"), // somebody we never knew
	clock(hour(47)),
	load("mira", erased("gone", hour(0))),
	load("noor", erased("gone", hour(0))),
	clock(hour(48).add(soon)),
	load("mira", nobody),
	due(10),
	commit("mira", "gone", "two", "ghost", never, dialog.ErrConflict),
	commit("mira", "", "two", "stranger", never),
	load("mira", present("two", "stranger")),
	commit("noor", "", "one", "stranger", hour(50)),
	clock(hour(100)),
	due(10, "noor"),
	load("noor", present("one", "stranger")),
}}, {"forgotten late", []op{
	commit("mira", "", "one", "calm", hour(1)),
	clock(hour(5)),
	forgetAt("mira", "one", "gone", hour(3)), // the store was away for two hours
	load("mira", wished("gone", hour(3))),
	forgetAt("mira", "one", "gone", hour(3)),
	due(10),
	forgetAt("noor", "", "gone", hour(6).add(time.Microsecond)), // the platform's clock is ahead
	load("noor", wished("gone", hour(6).add(time.Microsecond))),
	clock(hour(50)),
	load("mira", wished("gone", hour(3))),
	clock(hour(51).add(soon)),
	load("mira", nobody),
	commit("mira", "", "two", "stranger", hour(52)),
	forgetAt("mira", "two", "ghost", hour(2)), // so old that nothing can be under way
	load("mira", nobody),
	clock(hour(100)),
	due(10),
	load("mira", nobody),
	load("noor", nobody),
}}, {"forgotten twice", []op{
	commit("mira", "", "one", "calm", never),
	forget("mira", "one", "gone"),
	clock(hour(40)),
	forget("mira", "gone", "again"),
	clock(hour(60)),
	load("mira", erased("again", hour(40))), // the second one counts
	clock(hour(88).add(soon)),
	load("mira", nobody),
}}}
