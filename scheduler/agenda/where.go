package agenda

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// condition is a WHERE that grows; every value in it is an argument.
//
// Lists run along an index in their order and stop when a page is full, which
// is fast while much fits. Where little fits that would walk far, so a
// condition that finds few rows finds them first and has them sorted. Which of
// the two it is to be is counted, not left to the planner: SQLite keeps no
// statistics, and PostgreSQL guesses badly at a LIMIT.
type condition struct {
	text strings.Builder
	args []any
	few  bool // so little fits that finding it and sorting it is fastest
}

// common is how many rows are too many to find before the list is walked; the
// limits of what is counted below are one more.
const common = 2000

// add adds one more thing that must hold; each ? in text is one of the values.
// A text that no database can hold is asked for as one that is not there.
func (c *condition) add(text string, vs ...any) {
	if c.text.Len() == 0 {
		c.text.WriteString("WHERE ")
	} else {
		c.text.WriteString(" AND ")
	}
	before, rest, more := strings.Cut(text, "?")
	for i := 0; more; i++ {
		if one, ok := vs[i].(string); ok {
			vs[i] = storable(one)
		}
		c.args = append(c.args, vs[i])
		c.text.WriteString(before + "$" + strconv.Itoa(len(c.args)))
		before, rest, more = strings.Cut(rest, "?")
	}
	c.text.WriteString(before)
}

// storable is the text as a database could hold it, or one like it that none does.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// order is the expression by which rows are put in order: as it is, along the
// index that has it, or so that no index has it.
func (c *condition) order(by string) string {
	if c.few {
		return by + " + 0"
	}
	return by
}

// marks is "?, ?, …", n of them.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// touching adds that the window is on one of the services.
func (c *condition) touching(tx *store.Tx, services []string) error {
	services = slices.Clone(services)
	for i := range services {
		services[i] = storable(services[i])
	}
	var n int
	if err := tx.Row(`SELECT count(*) FROM (SELECT 1 FROM window_services WHERE service IN (`+holes(1, len(services))+`) LIMIT 2001) AS found`,
		anys(services)...).Scan(&n); err != nil {
		return err
	}
	if n <= common {
		c.few = true
		c.add(`w.id IN (SELECT x.window_id FROM window_services x WHERE x.service IN (`+marks(len(services))+`))`, anys(services)...)
		return nil
	}
	c.add(`EXISTS (SELECT 1 FROM window_services x WHERE x.window_id = w.id AND x.service IN (`+marks(len(services))+`))`, anys(services)...)
	return nil
}

// finding adds that the document of the scope named by the column doc has every
// term of q. The rarest term says where to look, the words of what it leads to
// say whether it was right.
func (c *condition) finding(tx *store.Tx, s scope, doc string, q scheduler.Query) error {
	rarest, least := -1, common+1
	for i, t := range q {
		from, to := between(t)
		var n int
		if err := tx.Row(`SELECT count(*) FROM (SELECT 1 FROM search_words WHERE scope = $1 AND word >= $2 AND word <= $3 LIMIT 2001) AS found`,
			s, from, to).Scan(&n); err != nil {
			return err
		}
		if n < least {
			rarest, least = i, n
		}
	}
	if rarest < 0 {
		c.holding(s, doc, "<> 0", q)
		return nil
	}
	var pending int
	if err := tx.Row(`SELECT count(*) FROM search_pending WHERE scope = $1`, s).Scan(&pending); err != nil {
		return err
	}
	c.few = true
	from, to := between(q[rarest])
	has, args := holds(s, "x.doc", q)
	c.add(doc+` IN (
		SELECT x.doc FROM (
			SELECT f.doc FROM (SELECT doc FROM search_words WHERE scope = ? AND word >= ? AND word <= ?`+atMost(least)+`) AS f
			UNION ALL SELECT p.doc FROM (SELECT doc FROM search_pending WHERE scope = ?`+atMost(pending)+`) AS p) AS x
		WHERE `+has+` <> 0)`, append([]any{s, from, to, s}, args...)...)
	return nil
}

// atMost is a limit that leaves none of n rows out. It tells PostgreSQL how few
// there are, which its statistics do not know of a table that fills and empties;
// in powers of two, so that there are not many statements to prepare.
func atMost(n int) string {
	limit := 1
	for limit < n {
		limit *= 2
	}
	return fmt.Sprintf(" LIMIT %d", limit)
}

// holding adds that the text of the document has every term of q, where how is
// "<> 0", or has not, where it is "= 0".
func (c *condition) holding(s scope, doc, how string, q scheduler.Query) {
	has, args := holds(s, doc, q)
	c.add(has+" "+how, args...)
}

// holds is how many texts of the document have every term of q: one or none. It
// counts, since no planner makes a join of a count: each document that is asked
// about costs one look. Asked for as <> 0, since PostgreSQL believes that of
// most rows and = 1 of few, and walks a list only where it believes in most.
func holds(s scope, doc string, q scheduler.Query) (count string, args []any) {
	args = []any{s}
	for _, t := range q {
		pattern := "% " + t.Word + "%"
		if t.Whole {
			pattern = "% " + t.Word + " %"
		}
		count += " AND t.words LIKE ?"
		args = append(args, pattern)
	}
	return "(SELECT count(*) FROM search_texts t WHERE t.scope = ? AND t.doc = " + doc + count + ")", args
}

// between is between which words, both included, those are that the term finds.
func between(t scheduler.Term) (from, to string) {
	if t.Whole {
		return t.Word, t.Word
	}
	return t.Word, t.Word + "\U0010ffff"
}

// count is how many rows of the table fit, counted up to MostCounted.
func (c *condition) count(tx *store.Tx, table string) (n int, err error) {
	err = tx.Row(fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM %s %s LIMIT %d) AS found`, table, c.text.String(), MostCounted), c.args...).Scan(&n)
	return n, err
}
