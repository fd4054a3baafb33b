package scheduler

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	longQuery = 200  // characters
	longWord  = 64   // characters of a word that count
	mostWords = 5000 // of a text; what comes after them is not found
)

// Term is one word to look for: every word that begins with it, or that word
// alone when it is Whole.
type Term struct {
	Word  string // folded
	Whole bool
}

// Query is what somebody looks for: every term must occur.
type Query []Term

// ParseQuery reads what somebody typed: words, of which each may be the
// beginning of one; in quotation marks only whole words; MW-42 is the window of
// that name. Nothing typed is no query. What has no word in it, or is too long,
// is an InvalidError of the field q.
func ParseQuery(typed string) (q Query, err error) {
	if strings.TrimSpace(typed) == "" {
		return nil, nil
	}
	if n := utf8.RuneCountInString(typed); n > longQuery {
		return nil, InvalidError{"q": fmt.Sprintf("This is too long to look for: %d characters, at most %d.", n, longQuery)}
	}
	parts := strings.Split(quotes.Replace(typed), `"`)
	for i, part := range parts {
		quoted := i%2 == 1 && i < len(parts)-1
		for w := range spell(part) {
			if t := (Term{w.folded, quoted || w.name()}); !slices.Contains(q, t) {
				q = append(q, t)
			}
		}
	}
	if q == nil {
		return nil, InvalidError{"q": "Write at least one letter or digit to look for."}
	}
	return q, nil
}

var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`)

// Fits reports whether the term finds the word.
func (t Term) Fits(word string) bool {
	return word == t.Word || !t.Whole && strings.HasPrefix(word, t.Word)
}

// Words lists the words of the texts as search knows them: folded, each once,
// in order. The name of a window counts as the name and as its number.
func Words(texts ...string) []string {
	seen := map[string]bool{}
	for _, text := range texts {
		for w := range spell(text) {
			if len(seen) >= mostWords {
				break
			}
			seen[w.folded] = true
			if w.name() {
				seen[strings.TrimPrefix(w.folded, namePrefix)] = true
			}
		}
	}
	all := make([]string, 0, len(seen))
	for word := range seen {
		all = append(all, word)
	}
	slices.Sort(all)
	return all
}

// Piece is a part of a text, and whether it is what was looked for.
type Piece struct {
	Text  string
	Found bool
}

// Pieces cuts text where the words begin and end that q finds.
func (q Query) Pieces(text string) (all []Piece) {
	end := 0
	for w := range spell(text) {
		if !q.finds(w) {
			continue
		}
		if w.from > end {
			all = append(all, Piece{text[end:w.from], false})
		}
		all = append(all, Piece{text[w.from:w.to], true})
		end = w.to
	}
	if end < len(text) {
		all = append(all, Piece{text[end:], false})
	}
	return all
}

// Excerpt is about most characters of the first text in which q finds a word,
// beginning shortly before that word; nil when no text has one.
func (q Query) Excerpt(most int, texts []string) []Piece {
	for _, text := range texts {
		for w := range spell(text) {
			if q.finds(w) {
				return q.Pieces(around(text, w.from, most))
			}
		}
	}
	return nil
}

// around is about most characters of text from shortly before at on.
func around(text string, at, most int) string {
	from := at
	for n := 0; from > 0 && n < most/4; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	before, after := "", ""
	if from > 0 {
		before = "… "
		if space := strings.IndexAny(text[from:at], " \n\t"); space >= 0 {
			from += space + 1
		}
	}
	to := from
	for n := 0; to < len(text) && n < most; n++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	if to < len(text) {
		after = " …"
		if space := strings.LastIndexAny(text[at:to], " \n\t"); space > 0 {
			to = at + space
		}
	}
	return before + strings.ReplaceAll(text[from:to], "\n", " ") + after
}

func (q Query) finds(w spelled) bool {
	return slices.ContainsFunc(q, func(t Term) bool {
		return t.Fits(w.folded) || w.name() && t.Fits(strings.TrimPrefix(w.folded, namePrefix))
	})
}

// spelled is a word, and where in its text it stands.
type spelled struct {
	folded   string
	from, to int
}

const namePrefix = "mw-"

// name reports whether the word is the name of a window.
func (w spelled) name() bool { return strings.HasPrefix(w.folded, namePrefix) }

// spell walks through the words of text: runs of letters and digits, with the
// marks on them. Scripts that are written without spaces give a word for each
// character.
func spell(text string) iter.Seq[spelled] {
	return func(yield func(spelled) bool) {
		for from := 0; from < len(text); {
			to := run(text, from)
			if to == from {
				_, size := utf8.DecodeRuneInString(text[from:])
				from += size
				continue
			}
			if strings.EqualFold(text[from:to], "mw") {
				to = number(text, to)
			}
			if word := fold(text[from:to]); word != "" && !yield(spelled{word, from, to}) {
				return
			}
			from = to
		}
	}
}

// run is where the word ends that begins at from, from itself when none does.
func run(text string, from int) int {
	for i, r := range text[from:] {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) && unicode.IsLetter(r):
			if i > 0 {
				return from + i
			}
			return from + utf8.RuneLen(r)
		case unicode.IsLetter(r), unicode.IsDigit(r), i > 0 && unicode.IsMark(r):
		default:
			return from + i
		}
	}
	return len(text)
}

// number is where the name of a window ends whose letters end at from, from
// itself when no number follows.
func number(text string, from int) int {
	if !strings.HasPrefix(text[from:], "-") {
		return from
	}
	to := run(text, from+1)
	for _, r := range text[from+1 : to] {
		if r < '0' || r > '9' {
			return from
		}
	}
	if to == from+1 {
		return from
	}
	return to
}

// fold spells a word as search compares it: without case, without accents, and
// with the letters that have no accent to lose spelled out.
func fold(word string) string {
	plain := true
	for i := range len(word) {
		c := word[i]
		plain = plain && ('a' <= c && c <= 'z' || '0' <= c && c <= '9')
	}
	if plain && len(word) <= longWord {
		return word
	}
	name := strings.Contains(word, "-")
	var b strings.Builder
	n := 0
	for _, r := range norm.NFKD.String(word) {
		r = unicode.ToLower(unicode.ToUpper(r))
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !(name && r == '-') {
			continue
		}
		if n++; n > longWord {
			break
		}
		if two := spelledOut[r]; two != "" {
			b.WriteString(two)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

var spelledOut = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ŧ': "t"}

// Texts is what search reads of a window: everything that people wrote in it,
// the title first.
func (w Window) Texts() []string {
	all := []string{
		w.Title, w.Name(), w.Summary, w.Lead, w.Requester, w.Steps, w.RollbackPlan,
		string(w.Outcome), w.ClosingNotes, w.FollowUp,
	}
	for _, s := range w.Services {
		all = append(all, s.Service)
	}
	for _, s := range w.Stages {
		all = append(all, s.Name)
	}
	for _, l := range w.Links {
		all = append(all, l.Label)
	}
	for _, c := range w.Checks {
		all = append(all, c.Text, c.How)
		for _, r := range c.Results {
			all = append(all, r.Note)
		}
	}
	return all
}

// Texts is what search reads of an entry of the log.
func (e Event) Texts() []string { return []string{e.Text, e.Actor} }
