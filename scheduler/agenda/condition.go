package agenda

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
)

// condition is a WHERE that is put together; every value in it is an argument.
type condition struct {
	words []string
	args  []any
}

// add narrows by text, in which each ? stands for one of the values.
func (c *condition) add(text string, values ...any) {
	for _, v := range values {
		c.args = append(c.args, v)
		text = strings.Replace(text, "?", fmt.Sprintf("$%d", len(c.args)), 1)
	}
	c.words = append(c.words, text)
}

// among is add for a list in the place of (?).
func (c *condition) among(text string, values []any) {
	if len(values) > 0 {
		c.add(strings.Replace(text, "(?)", "(?"+strings.Repeat(", ?", len(values)-1)+")", 1), values...)
	}
}

func (c *condition) String() string {
	if len(c.words) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(c.words, " AND ")
}

// holding is a pattern of LIKE with \ as its escape: whatever has q in it.
func holding(q string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(q)) + "%"
}

// mark is the cursor after the row that begins at a time and has an id.
func mark(at time.Time, id string) string { return fmt.Sprintf("%d-%s", at.UnixMilli(), id) }

// marked is what a cursor says; one that no list gave is an InvalidError.
func marked(cursor string) (ms int64, id string, err error) {
	at, id, ok := strings.Cut(cursor, "-")
	if ms, err = strconv.ParseInt(at, 10, 64); !ok || err != nil {
		return 0, "", scheduler.InvalidError{"cursor": "This is not a cursor of this list."}
	}
	return ms, id, nil
}
