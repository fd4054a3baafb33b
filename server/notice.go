package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"lull/scheduler/agenda"
	"lull/scheduler/ical"
	"lull/scheduler/store"
)

// noticeCommand imports what suppliers sent, and lists what is known of it.
func noticeCommand(ctx context.Context, args []string, c console) error {
	switch verb, rest := first(args); {
	case verb == "import" && len(rest) == 1:
		file, err := readNotice(rest[0], c.in)
		if err != nil {
			return err
		}
		reading, err := ical.ReadAny(file)
		if err != nil {
			return fmt.Errorf("%s: %w", rest[0], err)
		}
		return opened(ctx, func(_ config, db *store.DB) error { return importNotices(ctx, agenda.New(db), reading, c.out) })
	case verb == "list" && len(rest) == 0:
		return opened(ctx, func(_ config, db *store.DB) error { return listNotices(ctx, agenda.New(db), c.out) })
	default:
		return fmt.Errorf("notice import FILE|-, notice list: %w", errUsage)
	}
}

// readNotice reads a file, or standard input for "-", and no more than a notice
// may have.
func readNotice(name string, in io.Reader) (b []byte, err error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		in = f
	}
	if b, err = io.ReadAll(io.LimitReader(in, ical.MostBytes+1)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

func importNotices(ctx context.Context, a *agenda.Agenda, reading ical.Reading, out io.Writer) error {
	found, err := a.ImportNotices(ctx, reading.Updates, byCommand)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, n := range found {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", shownName(n.MaintenanceID, n.UID), n.Provider, n.Status, moments(n.Start, n.End), strings.Join(n.Services, ", "), outcome(n))
		for _, p := range n.Problems {
			fmt.Fprintf(t, "  %s\n", p)
		}
	}
	for _, p := range reading.Problems {
		fmt.Fprintln(t, p)
	}
	return t.Flush()
}

// outcome says what became of one event.
func outcome(n agenda.Imported) string {
	switch {
	case n.ID == "":
		return "not kept"
	case !n.Applied:
		return "older than what is known"
	case n.Changed:
		return "imported"
	}
	return "known already"
}

func listNotices(ctx context.Context, a *agenda.Agenda, out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for f := (agenda.NoticeFilter{Limit: 500}); ; {
		ns, next, err := a.Notices(ctx, f)
		if err != nil {
			return err
		}
		for _, n := range ns {
			touches := strings.Join(n.Slugs(), ", ")
			if n.Unmatched() {
				touches = "waits for a mapping"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", n.Name(), n.Supplier(), n.Status, moments(n.Start, n.End), touches)
		}
		if f.Cursor = next; next == "" {
			return t.Flush()
		}
	}
}

func shownName(id, uid string) string {
	if id = strings.Join(strings.Fields(id), " "); id != "" {
		return id
	}
	return strings.Join(strings.Fields(uid), " ")
}

func moments(start, end time.Time) string {
	if start.IsZero() {
		return "no time"
	}
	return start.Format(time.RFC3339) + " to " + end.Format(time.RFC3339)
}
