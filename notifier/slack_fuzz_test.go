package notifier

import (
	"regexp"
	"testing"
)

// markup is what Slack takes for more than text once & is read as the beginning
// of one of three entities.
var markup = regexp.MustCompile(`[<>]|&(?:[^agl]|$|a[^m]|am[^p]|amp[^;]|g[^t]|gt[^;]|l[^t]|lt[^;])`)

func FuzzWhatPeopleWroteIsNoMarkup(f *testing.F) {
	for _, seed := range []string{"", "<!channel>", "a & b", "&lt;", "<https://evil.example|x>", "\u202e<@U1>", "&&&&&&&&&&&&&&&&&&&&&&"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const most = 60
		got := said(text, most)
		if found := markup.FindString(got); found != "" {
			t.Errorf("%q became %q, in which %q means something", text, got, found)
		}
		if n := len([]rune(got)); n > most {
			t.Errorf("%q became %d characters, at most %d", text, n, most)
		}
	})
}
