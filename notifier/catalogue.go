package notifier

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"time"
)

//go:embed words
var wordFiles embed.FS

// catalogue is all that mails say in one language, by key. The files in words
// hold them; code and templates hold none, so that a further language is a file.
// What people wrote, and what was said in the log at the time (the rule of a
// series, what happened), stays as it is.
type catalogue struct{ texts map[string]string }

const ours = "en"

var catalogues = func() map[string]*catalogue {
	all := map[string]*catalogue{}
	files, err := wordFiles.ReadDir("words")
	for _, file := range files {
		text, failed := wordFiles.ReadFile("words/" + file.Name())
		if failed != nil {
			err = failed
		}
		all[strings.TrimSuffix(file.Name(), path.Ext(file.Name()))] = parseCatalogue(string(text))
	}
	if err != nil || all[ours] == nil {
		panic(fmt.Sprintf("notifier: words: %v", err)) // it is part of the program
	}
	return all
}()

// parseCatalogue reads lines of "key = text"; those that begin with # are remarks.
func parseCatalogue(text string) *catalogue {
	c := &catalogue{map[string]string{}}
	for line := range strings.Lines(text) {
		if key, says, ok := strings.Cut(strings.TrimSpace(line), " = "); ok && !strings.HasPrefix(key, "#") {
			c.texts[key] = says
		}
	}
	return c
}

// in is the catalogue of a language, by its tag (RFC 5646), or ours where we do
// not speak it.
func in(language string) *catalogue {
	tag := strings.ToLower(language)
	base, _, _ := strings.Cut(tag, "-")
	for _, one := range []string{tag, base} {
		if c := catalogues[one]; c != nil {
			return c
		}
	}
	return catalogues[ours]
}

// Say is the text of a key, with what is put in. Templates call it too.
func (c *catalogue) Say(key string, args ...any) string {
	text := c.texts[key]
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// count is the text of a key for so many, which are put in first.
func (c *catalogue) count(key string, n int, args ...any) string {
	return fmt.Sprintf(c.about(key, n), append([]any{n}, args...)...)
}

// about is the text of a key about one or several, which it does not count.
func (c *catalogue) about(key string, n int) string {
	if n == 1 {
		return c.Say(key + ".one")
	}
	return c.Say(key + ".other")
}

// Names of the reference time, long before short, and where the catalogue has theirs.
var namesOfTime = []struct{ reference, key, marked string }{
	{"Monday", "weekdays", "\x01"}, {"January", "months", "\x02"}, {"Mon", "weekdays.short", "\x03"}, {"Jan", "months.short", "\x04"},
}

// date writes t as the key has it, with the language's own names.
func (c *catalogue) date(t time.Time, key string) string {
	layout := c.texts[key]
	for _, n := range namesOfTime {
		layout = strings.Replace(layout, n.reference, n.marked, 1)
	}
	text := t.Format(layout)
	for i, n := range namesOfTime {
		if strings.Contains(text, n.marked) {
			at := int(t.Weekday())
			if i%2 == 1 {
				at = int(t.Month()) - 1
			}
			text = strings.Replace(text, n.marked, strings.Fields(c.texts[n.key])[at], 1)
		}
	}
	return text
}

// length is a length of time, to the minute.
func (c *catalogue) length(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		key  string
		long time.Duration
	}{{"unit.day", day}, {"unit.hour", time.Hour}, {"unit.minute", time.Minute}} {
		n := d / unit.long
		d -= n * unit.long
		if n > 0 {
			parts = append(parts, c.count(unit.key, int(n)))
		}
	}
	if len(parts) == 0 {
		return c.Say("unit.none")
	}
	return strings.Join(parts, " ")
}
