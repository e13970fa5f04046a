// Package care notices danger, and lows that want warmth, in what a person
// types. It is pure and offline: the same text always gives the same finding,
// and every finding can say why.
package care

// Category is what a message tells of. The numbers are a contract ("bot try
// care" prints them).
type Category uint8

const (
	Benign     Category = iota // nothing to act on
	SelfHarm                   // suicidal thoughts, self-harm
	NonConsent                 // assault, coercion, image-based abuse
	Violence                   // a partner's or ex-partner's violence, threats, control; fear of them
	Medical                    // a red flag of the body, or a clock (PEP, emergency contraception)
	Minor                      // the person, the partner or the one typing is under 18
	Drop                       // an emotional low, regret, shame; no emergency
)

var names = [...]string{"benign", "selfharm", "nonconsent", "violence", "medical", "minor", "drop"}

// String is the category's name in files and words: "benign", "selfharm",
// "nonconsent", "violence", "medical", "minor", "drop".
func (c Category) String() string { return names[c] }

// About tells whom the message is about.
type About uint8

const (
	Self  About = iota // the one who writes
	Other              // somebody else; the writer wants to help
	Actor              // the writer did harm
)

// String is "self", "other" or "actor".
func (a About) String() string { return [...]string{"self", "other", "actor"}[a] }

// Finding is what a message tells.
type Finding struct {
	// Categories, the most urgent first; one or two. [Benign] stands alone.
	Categories []Category
	// Severity of the first category: 0 benign; 1 mild, past and stable, or
	// unclear; 2 needs an answer and help today; 3 danger now, a fresh assault,
	// life or limb, or a plain statement that someone is under 18.
	Severity int
	About    About
	// Clock: [Medical], and about time alone: a condom that broke, a worry about
	// HIV or pregnancy.
	Clock bool
	// Sure: a rule marked sure decided, not the classifier's guess.
	Sure bool
	// Lang is the lexicon whose everyday words the message has most of ("de"), ""
	// if that can not be told.
	Lang string
	// Why lists what led here, for people who tune the lexicon. It may quote
	// the message, so it must not be logged.
	Why []string
}

// First is the most urgent category.
func (f Finding) First() Category {
	if len(f.Categories) == 0 {
		return Benign
	}
	return f.Categories[0]
}

// ParseCategory is the category of that name.
func ParseCategory(name string) (Category, bool) {
	for c := Benign; c <= Drop; c++ {
		if c.String() == name {
			return c, true
		}
	}
	return Benign, false
}

// ParseAbout is the about of that name.
func ParseAbout(name string) (About, bool) {
	for a := Self; a <= Actor; a++ {
		if a.String() == name {
			return a, true
		}
	}
	return Self, false
}
