package neutral_test

import (
	"errors"
	"strings"
	"testing"

	"afterglow/dialog/neutral"
)

// What people write when they are asked for a line of their own.
const accepted = `
Time for tea?
Coffee break
Tea at 4?
Lunch at 12:30?
Back in 5 min
See you at 7pm
Hello there
Nothing urgent, just hello.
Whenever you have a minute
Water the plants
Have a lovely day
It's a lovely day for a walk.
Happy Friday
The cat says hi
Knock knock
Your library book is due
A couple of minutes?
Better late than later
Somebody left a note
Essex calling
A classic cocktail, please
Time to stretch
Not a morning person? Me neither.
I am up, so is it a yes?
I'll be here
R U there?
Plan C: more cake
T-shirt weather
Bless you
Wednesday again
Hallo du
Kleiner Gruß
Liebe Grüße
Lieben Gruß von nebenan
Herzliche Grüße
Lust auf Kaffee?
Ein paar Minuten?
Im Nu erledigt
Bleib dran
Schau mal rein
Wunderbarer Tag, oder?
Kirschblüten im Park
Pause um 16.30 Uhr
Ganz zwanglos
Das ist ja schön
Zwanzig Schritte ans Fenster
Ein Gruß von Bettina
Hola, ¿qué tal?
Un saludo
¡Feliz año!
Te deseo un buen día
¿Un café con leche?
Solo quería saludar
Después de comer, un paseo
El gato te saluda
Sexto piso, por favor
Chocolate caliente a las 5
Coucou
Un café ?
Pas d'urgence
Il s'explique, il s'excuse
C'est l'heure du thé
À 14h30 peut-être
Aujourd’hui, rien de spécial
Bonjour Marie
« Petit mot »
Un petit coucou d'ici
Oi, tudo bem?
Feliz sexta-feira
Feliz ano novo
Depois do almoço, um café
O que rola?
Bom dia, sol
Feriado à vista
Um pão de queijo?
Ei, psiu… você aí
`

func TestAccepted(t *testing.T) {
	f, _ := shipped(t)
	for line := range strings.Lines(accepted) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if err := f.Check(line); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
}

var refused = []struct {
	why   error
	lines string
}{
	{neutral.ErrBanned, `
How was the sex?
SEX
sexy time
s e x
s.e.x
S-E-X
s…e…x
s'e'x
s ex
se x
seeeex
sexxxx
s e x y
séx
sệx
s 3 x
k i n k
kin k
k inky
Kink night
Aftercare time
After care?
Your Afterglow check-in
Check in with me
Check-in time
Last night was nice
lastnight
How was it?
How do you feel?
HOW ARE YOU FEELING
f e e l i n g
Still feeling low?
Feeling sad?
Are you lonely
Ashamed?
I love you
looooove you
l.o.v.e.
Love from me
Hugs and kisses
cuddle time
A kiss
Thinking of your body
Still sore?
Any pain today
Headache gone?
Take your pill
Doctor at 4
Your test result
Condom?
Pregnant?
Period late?
Bleeding?
Your partner says hi
Your boyfriend
Hello darling
My love
Your husband called
Date night
In bed?
Naked
Nice boobs
what a c o c k
Your safeword
Be my slave
Bring the handcuffs
Are you a sub?
Was it abuse?
He hit, you hurt
Stop the violence
Self harm
Suicide line
You haven't answered
You havent answered
We miss you
You forgot me
Where are you?
Therapy at 3
Are you gay
Our secret
Private matter
The morning after
xoxo
At 69 it is
Nachsorge
Deine Nachsorge-Frage
Wie fühlst du dich?
Wie fuehlst du dich
GEFÜHLE
Bauchgefühl?
Kopfschmerzen weg?
Ich liebe dich
Liebesbrief
Verliebt?
Schatz, hallo
Ein Küsschen
Kuesschen
Kuscheln?
Lass dich umarmen
Letzte Nacht
Bist du traurig
Verlustangst?
Dein Körper
Koerper
Nackt?
Zum Arzt
Die Pille
Schwanger?
Dein Freund
Deine Ehefrau
Gewalt ist keine Lösung
Vergiss nicht zu antworten
Ab ins Bett
¿Te sientes triste?
Te quiero
tequiero
Te amo
Un beso
Un abrazo
Hola cariño
Tu cuerpo
¿Te duele?
Anoche
Tu novio
Tu pareja pregunta
La píldora
¿Embarazada?
Te echo de menos
Te extraño
Miedo
Corazón
C O R A Z O N
Desnuda
Una cita contigo
Maltrato
Je t'aime
Je t’aime
Jetaime
Bisous
Gros câlin
Mon amour
Mon cœur
Ta copine
Ton copain
Tu me manques
La nuit dernière
Hier soir
Tu te sens seule ?
Triste ?
Ton corps
La pilule
Enceinte ?
Toute nue
Au lit
Médecin à 9h
Tu n'as pas répondu
Violée
Rendez-vous
Beijos
Um abraço
Te amo muito
Que saudade
Saudades de você
Seu namorado
Sua namorada
Noite passada
Ontem à noite
Como você se sente?
Está triste?
Seu corpo
Sem camisinha
Grávida?
Dor de cabeça
Meu coração
Pelada
Sinto sua falta
Você não respondeu
Violência
Cama?`},
	{neutral.ErrEmpty, `
…
?!
—
4`},
	{neutral.ErrTooLong, `
This line goes on and on and on until nobody wants to read it.
Dieser Satz ist so lang, dass er auf keinen kleinen Schirm passt`},
	{neutral.ErrScript, `
sех
ѕеx
Привет
σεξ
ſex
ｓｅｘ
𝓼𝓮𝔁
ˢᵉˣ
ꜱᴇx
Hellο
ɡay
こんにちは
مرحبا`},
	{neutral.ErrEmoji, `
Hello ❤
Hello 😊
🍆
ⓢⓔⓧ
Tea ☕
🇩🇪 Hallo
Hello ;)
Hello :)
Hello :-(
Tea :D
👋🏽
So :P`},
	{neutral.ErrLink, `
https://tea.example
tg://user
Look at www.tea
t.me/afterglow
tea.com
Hallo.du
one@two.example`},
	{neutral.ErrMention, `
@someone
/start
#tea
and/or
back\slash
mail me @ home`},
	{neutral.ErrDigits, `
s3x
5ex
Call 030 1234567
1234
Code 815
Tea at 4 or 5
gr8
99 1
+49 170 1
24-7
x²
2026
4.5.26
½ cup
100%`},
	{neutral.ErrMarkup, `
*bold*
_hm_
tea > cake
$ex
s€x
k!nk
c(o)ck
a|b
tea + cake
[tea]
{need}
~tea~
H^llo
back` + "`tick`"},
}

func TestRefused(t *testing.T) {
	f, _ := shipped(t)
	for _, group := range refused {
		for line := range strings.Lines(group.lines) {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			if err := f.Check(line); !errors.Is(err, group.why) {
				t.Errorf("%q: got %v, want %v", line, err, group.why)
			}
		}
	}
}

// What can not be seen is spelled out here.
func TestHidden(t *testing.T) {
	f, _ := shipped(t)
	for _, line := range []string{
		"se\u200bx", "tea\u200d", "\ufeffHello", "se\u00adx", "Hello\u202eaet", "\u2066tea\u2069", "line\nbreak", "tab\there", "\x00", "tea\x7f",
		"\u2003tea", "te\u034fa", "tea\ufe0f", "tea \U000e0061", "\ue000", "t\u0308\u0308\u0308ea", "tea\u2028", "\xff\xfe", "tea \xc3", "\U000e0100tea",
	} {
		if err := f.Check(line); !errors.Is(err, neutral.ErrHidden) {
			t.Errorf("%q: got %v", line, err)
		}
	}
	if err := f.Check(""); !errors.Is(err, neutral.ErrEmpty) {
		t.Errorf("nothing: got %v", err)
	}
}

// The bound is on runes, and decomposed letters count as the reader would not:
// too strict is the safe side.
func TestLength(t *testing.T) {
	var f neutral.Filter
	for n, want := range map[int]error{1: nil, neutral.MaxRunes: nil, neutral.MaxRunes + 1: neutral.ErrTooLong, 100_000: neutral.ErrTooLong} {
		if err := f.Check(strings.Repeat("ü", n)); !errors.Is(err, want) {
			t.Errorf("%d letters: got %v, want %v", n, err, want)
		}
	}
}

func TestStems(t *testing.T) {
	f := neutral.New([]string{"kiss", "=bed", "*schmerz", "last night", "=my love", "küche", "", "=", "**", "don't go"})
	for line, banned := range map[string]bool{
		"kissing": true, "a kiss": true, "unkissed": false,
		"bed": true, "in BED, now": true, "bedrock": false, "embed": false,
		"Kopfschmerzen": true, "schmerz": true, "schmelz": false,
		"last night": true, "Last, nights": true, "lastnight": true, "last nice night": false, "night last": false,
		"my love": true, "my lovely": false, "oh my love, hello": true, "my": false,
		"Küche": true, "kuchen": true, "Kueche": true, "Kuchen": true, "kuecken": false,
		"don't go": true, "don’t going": true, "don t go": true, "do not go": false,
		"b e d": true, "b-ed": true, "be d": true, "b e drock": false, "k!ss": false,
		"anything else": false,
	} {
		if got := errors.Is(f.Check(line), neutral.ErrBanned); got != banned {
			t.Errorf("%q: banned %v, want %v (%v)", line, got, banned, f.Check(line))
		}
	}
}
