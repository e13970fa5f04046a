// Package support knows who can help where, and composes what is said to a
// person in danger or low: fixed, reviewed sentences and at most three places
// to turn to. It also decides the rung of the body's red-flag ladder and reads
// the clocks of emergency contraception and HIV PEP.
//
// It is pure: no clock, no I/O, no randomness; the same arguments always give
// the same answer. It invents no sentence: words come in as a plain lookup,
// services as a [Book], and a test of the words themselves (beside them, in
// prompts) holds every answer against the checklist.
//
// Two rules run through it. Language is not country: nothing here looks at a
// language, and a service is shown only for the country a person chose. And
// nobody is left with a line that may not be for them: see [Book.Choose].
package support
