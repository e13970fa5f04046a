package support

import "strings"

// Words looks a key up in one language's table and returns its variants.
// "care.selfharm.3.self.first" is the key "first" of the table
// [selfharm.3.self] in care.toml. A missing key gives nothing.
type Words func(key string) []string

// say is the first variant with its placeholders filled in, given as name and
// value in turns. These sentences are reviewed one by one, so there is never a
// second variant to choose from; a test of the words sees to that. A missing
// key gives the empty string, which callers leave out.
func (w Words) say(key string, fill ...string) string {
	found := w(key)
	if len(found) == 0 {
		return ""
	}
	if len(fill) == 0 {
		return found[0]
	}
	pairs := make([]string, len(fill))
	for i, f := range fill {
		if i%2 == 0 {
			f = "{" + f + "}"
		}
		pairs[i] = f
	}
	return strings.NewReplacer(pairs...).Replace(found[0])
}

// Line is a service on one line: name and place, for whom, ways to reach it
// with writing before speaking, hours, and when it was last seen.
func (w Words) Line(l Line) string {
	name := l.Name
	if l.Place != "" && !strings.Contains(l.Name, l.Place) {
		name += " (" + l.Place + ")"
	}
	var whom []string
	if s := w.say("care.serves." + string(l.Serves)); s != "" {
		whom = append(whom, s)
	}
	if l.FromAge > 0 {
		whom = append(whom, w.say("care.serves.age", "age", number(l.FromAge)))
	}
	if len(whom) > 0 {
		name += ", " + strings.Join(whom, ", ")
	}
	var ways []string
	for _, by := range Channels {
		for _, c := range l.Contacts {
			if c.By == by {
				ways = append(ways, w.contact(c))
			}
		}
	}
	if h := w.hours(l.Hours); h != "" {
		ways = append(ways, h)
	}
	ways = append(ways, w.say("care.seen", "date", string(l.Seen)))
	return name + ": " + strings.Join(ways, " · ")
}

func (w Words) contact(c Contact) string {
	key := "care.contact." + string(c.By)
	if c.By == Text && c.Say != "" {
		key += "_word"
	}
	return w.say(key, "at", c.At, "word", c.Say)
}

// hours puts "Mo-Th 08:00-20:00" into the language: only the days need it.
func (w Words) hours(h string) string {
	if h == "24/7" {
		return w.say("care.hours.always")
	}
	var days []string
	for _, d := range []string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"} {
		days = append(days, d, w.say("care.hours."+d))
	}
	return strings.NewReplacer(days...).Replace(h)
}
