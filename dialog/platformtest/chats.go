package platformtest

// chat is one conversation, and what it shows.
type chat struct {
	title string
	lines string
}

var chats = []chat{
	{"a pot of tea", `
> /start
< Welcome to the tea house.
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
> [Black]
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
> [Milk]
< With what? [✓ Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
> [Lemon]
< With what? [✓ Milk] [Sugar] [✓ Lemon] [Done] [Back] [Skip] [Stop here]
> [Milk]
< With what? [Milk] [Sugar] [✓ Lemon] [Done] [Back] [Skip] [Stop here]
> [Done]
< Anything to note? [Back] [Skip] [Stop here]
> hot & <b>strong</b>, 5 > 3 *please*
< Here is your Black tea. hot & <b>strong</b>, 5 > 3 *please*
`},
	{"questions are drawn in place", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
= 1
> [Green]
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
> [Sugar]
< With what? [Milk] [✓ Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
> [Back]
< Which tea? [Green] [Black] [Herbal] [Stop here]
= 1
`},
	{"typing works as well as tapping", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
> coffee
< Which one is it? Which tea? [Green] [Black] [Herbal] [Stop here]
> herbal
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
> Stop here
< We stop here.
`},
	{"what can not be read is declined", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
? voice
< I can't listen. Which tea? [Green] [Black] [Herbal] [Stop here]
? sticker
< I can't read that. Which tea? [Green] [Black] [Herbal] [Stop here]
> /nonsense
< No such thing here. Which tea? [Green] [Black] [Herbal] [Stop here]
`},
	{"looks do not come from what is written", `
> /marks
< Salt & <b>pepper</b> "and" 5 > 3 * _so_ ` + "`on`" + ` [x](y) 🫖
`},
	{"a long text arrives whole, its end last", `
> /long
< … And that is all.
`},
	{"a picture and a file", `
> /card
< (card.png) Your card.
> /list
< (teas.txt) All our teas.
`},
	{"an old key is answered kindly", `
> /walk
< How far? [To the park] [To the sea] [Stop here]
> [To the sea]
< Enjoy the air.
> /walk
< How far? [To the park] [To the sea] [Stop here]
> Stop here
< We stop here.
> [To the park]
< That one is over.
`},
	{"a restart forgets nothing", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
! restart
> [Green]
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
! restart
> [Skip]
< Anything to note? [Back] [Skip] [Stop here]
`},
	{"what happens while nobody listens is not lost", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
! stop
> [Green]
! start
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
`},
	{"killed before the commit", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
! kill before
> [Green]
! restart
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
= 1
`},
	{"killed after the commit", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
! kill after
> [Green]
! restart
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
~ 
= 1
`},
	{"the store is away for a while", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
! fail 3
> [Green]
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
= 1
`},
	{"everything arrives twice", `
! twice
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
= 1
> [Green]
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
> [Milk]
< With what? [✓ Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
> [Done]
< Anything to note? [Back] [Skip] [Stop here]
= 1
`},
	{"an answer to a send is lost: the question may come twice, and no more", `
! lose 1
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
~ 
= 1-2
> [Green]
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
`},
	{"an answer to an edit is lost: nothing is to be seen of it", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
! lose 1
> [Green]
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
~ 
= 1
`},
	{"something on the way answers with a page", `
! page 1
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
= 1
`},
	{"a limit is waited for", `
! limit 2
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
= 1
`},
	{"off the network and back", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
! offline
! online
> [Green]
< With what? [Milk] [Sugar] [Lemon] [Done] [Back] [Skip] [Stop here]
= 1
`},
	{"a line nobody asked for comes at its time", `
> /later
< I put the kettle on.
@ 2h
< The kettle whistles.
= 2
`},
	{"a line nobody asked for is not sent again when in doubt", `
> /later
< I put the kettle on.
! lose 1
@ 2h
< The kettle whistles.
~ 
= 2
`},
	{"a line nobody asked for is dropped when in doubt", `
> /later
< I put the kettle on.
! page 1
@ 2h
~ 
= 1
> hello
< The house is open.
= 2
`},
	{"who closes the door is left alone, and welcome again", `
> /later
< I put the kettle on.
! block
@ 2h
~ 
= 1
! unblock
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
= 2
`},
	{"what was interrupted is offered again", `
> /tea
< Which tea? [Green] [Black] [Herbal] [Stop here]
> /walk
< How far? [To the park] [To the sea] [Stop here]
> [To the park]
< Enjoy the air. Go on with tea? [Go on] [Let it be]
> [Go on]
< Which tea? [Green] [Black] [Herbal] [Stop here]
`},
	{"messages are taken back, where the platform can", `
> /start
< Welcome to the tea house.
> /long
< … And that is all.
> /list
< (teas.txt) All our teas.
> /hide
< All gone.
= 1
> hello
< The house is open.
`},
}
