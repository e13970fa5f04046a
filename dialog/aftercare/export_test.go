package aftercare_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"afterglow/dialog"
	"afterglow/dialog/aftercare"
)

// What is shared, waits and was got belongs to the person; who the others are on
// the platform, and the marks of links and invites, do not.
func TestExportOfLinked(t *testing.T) {
	const ben, mark, secret = "test:4815162342", "mark-of-a-link", "secret-of-invite"
	s := dialog.NewState("test:ana", 1)
	lines := aftercare.Set{ID: "any", Needs: []aftercare.Need{{Area: "touch", Item: "cuddling", Rate: "want"}}}
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	*dialog.Part[aftercare.Partner](s, 6) = aftercare.Partner{
		Invite: aftercare.Invite{Secret: secret, Until: at, Mine: "Ana for one"},
		Sent:   []aftercare.Ask{{ID: mark, With: ben, Mine: "Ana for two", At: at}},
		Asked:  []aftercare.Ask{{ID: mark, With: ben, Name: "Cy", At: at}},
		Links: []aftercare.Link{{
			ID: mark, With: ben, Name: "Benny", Mine: "Ana", Since: at, Shared: lines, Waits: lines, Due: at, Theirs: lines,
			Got: []aftercare.Got{{Kind: "thanks", Text: "for the tea", At: at}},
		}},
	}
	data, err := json.Marshal(aftercare.Everything(s))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, want := range []string{"Ana for one", "Ana for two", "Cy", "Benny", "for the tea"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if n := strings.Count(text, "cuddling"); n != 3 {
		t.Errorf("the lines of three stand there %d times", n)
	}
	for _, never := range []string{ben, mark, secret} {
		if strings.Contains(text, never) {
			t.Errorf("%q is told", never)
		}
	}
}
