package aftercare

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"afterglow/dialog"
)

// span is how long ago something was at most and at least.
type span struct{ longest, shortest time.Duration }

// wider holds for what s or o holds for.
func (s span) wider(o span) span {
	return span{max(s.longest, o.longest), min(s.shortest, o.shortest)}
}

// readAgo reads when something was: "2 days ago", "30h", "gestern abend". Every
// word has to be known, and a number needs its unit: whoever counts on a window
// must not be misread. What may mean two moments is a span from the earlier on, and
// the small hours count as the day before as well. It reports false if it can't tell.
func readAgo(text string, now time.Time, zone string) (span, bool) {
	var numbers []int      // that wait for their unit
	var amounts, days span // "two days and 5 hours" add up; "monday or tuesday" is either
	var said, dated, last, under, half, spare, clock, bare bool
	over := strings.ContainsAny(text, "+>") // "3+ days"
	words := agoWords(text)
	for i := 0; i < len(words); {
		p, n := agoPhrase(words[i:])
		switch i += n; p.kind {
		case unknownWord:
			return span{}, false
		case isNumber:
			if p.article && !unitNext(words[i:]) {
				continue // "um 2", "a noite"
			}
			if numbers = append(numbers, p.n); p.most > 0 {
				numbers = append(numbers, p.most)
			}
		case isUnit:
			switch {
			case len(numbers) == 0 && dated && p.n == minutesADay:
				continue // "monday night"
			case p.clock && dated && len(numbers) == 1 && numbers[0] <= 24:
				numbers = nil // "gestern 22 h" is a time of day
				continue
			}
			bare = bare || len(numbers) == 0
			s := unitSpan(p.n, numbers, now, zone)
			if amounts.longest += s.longest; !said || s.shortest < amounts.shortest {
				amounts.shortest = s.shortest
			}
			numbers, said = nil, true
		case isDay, isNight, isWeekday:
			s := daySpan(p, now, zone)
			if dated {
				s = s.wider(days)
			}
			days, dated = s, true
			spare = spare || p.kind == isWeekday
		case isLast:
			last = true
		case isOver:
			over = true
		case isUnder:
			under = true
		case isHalf:
			half = true
		case isClock:
			clock = true
		}
	}
	switch {
	case !said && !dated, bare && !last && !half:
		return span{}, false
	case len(numbers) > 0 && !dated && !clock, len(numbers) > 0 && slices.Max(numbers) > 59:
		return span{}, false // hours or days?
	}
	if half && said { // wherever it stands: "an hour and a half"
		amounts.longest += amounts.longest / 2
	}
	s := days
	switch {
	case said && dated: // "a week ago yesterday"
		s = span{days.longest + amounts.longest, min(days.shortest, amounts.shortest)}
	case said:
		s = amounts
	}
	if last && spare { // "last friday" is one or two of them ago
		s.longest += 7 * 24 * time.Hour
	}
	if over {
		s.longest += 30 * 24 * time.Hour
	}
	if under || last && said {
		s.shortest = 0
	}
	return s, true
}

// unitSpan is so many units ago. Days and what is made of them are days of the calendar.
func unitSpan(unit int, numbers []int, now time.Time, zone string) span {
	least, most := 1, 2 // "last week": this one's beginning up to the one before
	if len(numbers) > 0 {
		least, most = numbers[0], numbers[0]
	}
	for _, n := range numbers {
		least, most = min(least, n), max(most, n)
	}
	least, most = min(least*unit, aYear), min(most*unit, aYear)
	if unit < minutesADay {
		return span{time.Duration(most) * time.Minute, time.Duration(least) * time.Minute}
	}
	return calendar(-most/60, 24-least/60, now, zone)
}

// daySpan is a day or a night that has a name.
func daySpan(p phrase, now time.Time, zone string) span {
	switch p.kind {
	case isNight:
		return calendar(-24*p.n-7, -24*p.n+5, now, zone)
	case isWeekday:
		wall := dialog.Wall(now, zone)
		n, begun := (int(wall.Weekday())-p.n+7)%7, 0
		if wall.Hour() < 5 {
			begun = 24 // a day with a name is no day before
		}
		if n == 0 { // today, or a week ago
			return calendar(begun-7*24, 24, now, zone)
		}
		return calendar(begun-24*n, 24*(1-n)+5, now, zone) // its night goes on
	}
	return calendar(-24*p.n, 24*(1-p.n), now, zone)
}

// calendar is from so many hours after the last midnight to so many. In the small
// hours the midnight before counts for the beginning: for whoever is still awake
// "today" began then.
func calendar(from, to int, now time.Time, zone string) span {
	midnight := func(wall time.Time) time.Time { return wall.Truncate(24 * time.Hour) }
	wall := dialog.Wall(now, zone)
	since := func(at time.Time, hours int) time.Duration {
		return max(0, now.Sub(dialog.Instant(at.Add(time.Duration(hours)*time.Hour), zone)))
	}
	return span{since(midnight(wall.Add(-5*time.Hour)), from), since(midnight(wall), to)}
}

// agoWords are a text's words, folded, with "30h" and "2d" taken apart.
func agoWords(text string) []string {
	var b strings.Builder
	last := ' '
	for _, r := range dialog.Fold(text) {
		if unicode.IsDigit(last) && unicode.IsLetter(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return strings.Fields(b.String())
}

// unitNext tells whether a unit comes next: "a" is a number only there.
func unitNext(words []string) bool {
	if len(words) == 0 {
		return false
	}
	p, _ := agoPhrase(words)
	return p.kind == isUnit
}

// agoPhrase is what the most of the first words mean, and how many they are.
func agoPhrase(words []string) (phrase, int) {
	if n, err := strconv.Atoi(words[0]); err == nil {
		if n < 0 || n > 9999 {
			return phrase{}, 1
		}
		return phrase{kind: isNumber, n: n}, 1
	}
	for n := min(len(words), 4); n > 0; n-- {
		if p, ok := agoTable[strings.Join(words[:n], " ")]; ok {
			return p, n
		}
	}
	return phrase{}, 1
}

// phrase is what words mean.
type phrase struct {
	kind    phraseKind
	n       int  // a number; a unit's minutes; days or nights ago; a weekday
	most    int  // a number that is not exact: up to
	article bool // a number only before a unit: "a", "um"
	clock   bool // a unit that also stands after a time of day: "22 h"
}

type phraseKind uint8

const (
	unknownWord phraseKind = iota
	isFiller
	isNumber
	isUnit
	isDay
	isNight
	isWeekday
	isLast  // "last friday", "the last two days"
	isOver  // "more than"
	isUnder // "less than"
	isHalf
	isClock // before or after a time of day
)

const (
	minutesADay = 24 * 60
	aYear       = 366 * minutesADay // longer ago makes no difference
)

// agoTable is what people say of the past in the languages that danger is
// noticed in, folded as [dialog.Fold] does.
var agoTable = agoPhrases([]struct {
	phrase
	said string // by commas
}{
	{phrase{kind: isNumber, n: 1, article: true}, "a, an, un, une, una, um, uma, ein, eine, einen, einem, einer, one, eins"},
	{phrase{kind: isNumber, n: 2}, "two, dos, zwei, deux, dois, duas"},
	{phrase{kind: isNumber, n: 2, most: 3}, "couple, a couple, couple of, a couple of, un par de, ein paar, paar"},
	{phrase{kind: isNumber, n: 2, most: 6}, "few, a few, several, some, unos, unas, algunos, algunas, varios, varias, einige, einigen, wenigen, quelques, plusieurs, alguns, umas, uns"},
	{phrase{kind: isNumber, n: 3}, "three, tres, drei, trois"},
	{phrase{kind: isNumber, n: 4}, "four, cuatro, vier, quatre, quatro"},
	{phrase{kind: isNumber, n: 5}, "five, cinco, funf, fuenf, cinq"},
	{phrase{kind: isNumber, n: 6}, "six, seis, sechs"},
	{phrase{kind: isNumber, n: 7}, "seven, siete, sieben, sept, sete"},
	{phrase{kind: isNumber, n: 8}, "eight, ocho, acht, huit, oito"},
	{phrase{kind: isNumber, n: 9}, "nine, nueve, neun, neuf, nove"},
	{phrase{kind: isNumber, n: 10}, "ten, diez, zehn, dix, dez"},
	{phrase{kind: isNumber, n: 12}, "twelve, doce, zwolf, zwoelf, douze, doze"},
	{phrase{kind: isNumber, n: 20}, "twenty, veinte, zwanzig, vingt, vinte"},
	{phrase{kind: isNumber, n: 24}, "twenty four"},
	{phrase{kind: isNumber, n: 30}, "thirty, treinta, dreissig, dreißig, trente, trinta"},
	{phrase{kind: isNumber, n: 36}, "thirty six"},
	{phrase{kind: isNumber, n: 48}, "forty eight"},
	{phrase{kind: isNumber, n: 72}, "seventy two"},

	{phrase{kind: isUnit, n: 1}, "minute, minutes, min, mins, minuto, minutos, minuten"},
	{phrase{kind: isUnit, n: 60, clock: true}, "h"},
	{phrase{kind: isUnit, n: 60}, "hour, hours, hr, hrs, hora, horas, stunde, stunden, std, heure, heures"},
	{phrase{kind: isUnit, n: minutesADay}, "day, days, d, dia, dias, tag, tage, tagen, jour, jours, night, nights, nacht, nachte, nachten, nuit, nuits, noche, noches, noite, noites"},
	{phrase{kind: isUnit, n: 7 * minutesADay}, "week, weeks, wk, wks, w, fortnight, semana, semanas, woche, wochen, semaine, semaines"},
	{phrase{kind: isUnit, n: 31 * minutesADay}, "month, months, mes, meses, monat, monate, monaten, mois"},
	{phrase{kind: isUnit, n: 366 * minutesADay}, "year, years, ano, anos, jahr, jahre, jahren, ans, annee, annees"},

	{phrase{kind: isDay}, "today, tonight, now, just now, right now, earlier today, this morning, this afternoon, this evening, heute, hoy, esta manana, esta tarde, esta noche, aujourdhui, ce matin, cet apres midi, ce soir, hoje, esta manha, esta noite"},
	{phrase{kind: isDay, n: 1}, "yesterday, ayer, gestern, hier, ontem"},
	{phrase{kind: isDay, n: 2}, "day before yesterday, the day before yesterday, vorgestern, anteayer, antes de ayer, antier, avant hier, anteontem, antes de ontem"},
	{phrase{kind: isNight}, "last night, yesterday evening, yesterday night, late yesterday, anoche, ayer por la noche, ayer en la noche, ayer noche, gestern abend, gestern nacht, letzte nacht, heute nacht, hier soir, la nuit derniere, nuit derniere, cette nuit, ontem a noite, ontem de noite, noite passada, a noite passada"},
	{phrase{kind: isNight, n: 1}, "night before last, the night before last, vorletzte nacht, vorgestern abend, antenoche, anteanoche, avant hier soir, anteontem a noite"},

	{phrase{kind: isWeekday, n: 0}, "sunday, sun, domingo, sonntag, dimanche"},
	{phrase{kind: isWeekday, n: 1}, "monday, mon, lunes, montag, lundi, segunda, segunda feira"},
	{phrase{kind: isWeekday, n: 2}, "tuesday, tue, tues, martes, dienstag, mardi, terca, terca feira"},
	{phrase{kind: isWeekday, n: 3}, "wednesday, wed, miercoles, mittwoch, mercredi, quarta, quarta feira"},
	{phrase{kind: isWeekday, n: 4}, "thursday, thu, thur, thurs, jueves, donnerstag, jeudi, quinta, quinta feira"},
	{phrase{kind: isWeekday, n: 5}, "friday, fri, viernes, freitag, vendredi, sexta, sexta feira"},
	{phrase{kind: isWeekday, n: 6}, "saturday, sat, sabado, samstag, sonnabend, samedi"},

	{phrase{kind: isLast}, "last, past, letzte, letzten, letzter, letztes, pasado, pasada, ultimo, ultima, ultimos, ultimas, dernier, derniere, derniers, dernieres, passe, passee, passado, passada"},
	{phrase{kind: isOver}, "more than, over, longer than, at least, mehr als, uber, ueber, mindestens, mas de, plus de, au moins, mais de, pelo menos, al menos"},
	{phrase{kind: isUnder}, "less than, under, within, within the last, in the last, weniger als, menos de, moins de"},
	{phrase{kind: isHalf}, "half, halb, halbe, halben, media, medio, demi, demie, meia, meio"},

	{phrase{kind: isClock}, "at, around, am, pm, oclock, o clock, a las, um, gegen, uhr, vers, as"},
	{phrase{kind: isFiller}, "ago, not sure, im not sure, not exactly, about, roughly, approximately, approx, maybe, perhaps, probably, like, nearly, almost, ca, circa, i, we, it, its, it was, was, happened, it happened, had, sex, the, on, of, or, and, to, think, guess, so, since, only, exactly, well, hm, um, oh, please, back, early, late, earlier, noon, midday, midnight, morning, afternoon, evening, in the morning, in the afternoon, in the evening, at night, in the night, night of, that, this was"},
	{phrase{kind: isFiller}, "hace, unos dias que, fue, mas o menos, aproximadamente, casi, el, la, las, los, por la noche, por la manana, por la tarde, de la noche, de la manana, o, y, de"},
	{phrase{kind: isFiller}, "vor, etwa, ungefahr, ungefaehr, rund, fast, es war, war, das war, am, in der nacht, abend, abends, nachts, morgens, fruh, mittag, nachmittag, oder, und, bis, der, die, das, den"},
	{phrase{kind: isFiller}, "il y a, y a, ca fait, environ, presque, cetait, soir, matin, apres midi, le, ou, et, dans la nuit, au soir"},
	{phrase{kind: isFiller}, "ha, faz, fazem, atras, foi, mais ou menos, quase, a noite, de noite, de manha, a tarde, na, no, e, cerca de, umas"},
})

func agoPhrases(lines []struct {
	phrase
	said string
}) map[string]phrase {
	table := map[string]phrase{}
	for _, line := range lines {
		for _, said := range strings.Split(line.said, ", ") {
			if _, taken := table[said]; !taken {
				table[said] = line.phrase
			}
		}
	}
	return table
}
