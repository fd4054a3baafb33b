package main

import (
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

// elsewhere are the variables that other commands and the tests read.
var elsewhere = []string{"LULL_BACKUP_IDENTITY", "LULL_TEST_POSTGRES", "LULL_SHOTS"}

// Kubernetes tells every pod of a Service, so that one named lull, or lull-web,
// sets LULL_SERVICE_HOST, LULL_PORT=tcp://10.0.0.1:80 and more of the kind.
// That is why what we do not know is warned of and not refused, and why what
// has this shape is left alone.
var (
	injectedName  = regexp.MustCompile(`^LULL_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)$`)
	injectedValue = regexp.MustCompile(`^(tcp|udp|sctp)://`)
)

// warnUnknown names every variable of the environment that looks like ours and
// is none, such as LULL_SMTP_URI, and the one it was probably meant to be.
func warnUnknown(environ []string, log *slog.Logger) {
	known := slices.Clone(elsewhere)
	for _, s := range settings {
		known = append(known, s.name, s.name+"_FILE")
	}
	for _, name := range notYet {
		known = append(known, name, name+"_FILE")
	}
	for _, pair := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case !strings.HasPrefix(name, "LULL_"), slices.Contains(known, name):
		case injectedName.MatchString(name), strings.HasSuffix(name, "_PORT") && injectedValue.MatchString(value):
		default:
			if near := nearest(name, known); near != "" {
				log.Warn("a variable is not known and does nothing", "variable", name, "meant", near)
			} else {
				log.Warn("a variable is not known and does nothing", "variable", name)
			}
		}
	}
}

// nearest is the known name that is a slip of the pen away, if any is.
func nearest(name string, known []string) (found string) {
	const slip = 4 // a letter in four may differ
	best := (len(name) - len("LULL_")) / slip
	for _, k := range known {
		if d := distance(name, k); d <= best {
			best, found = d-1, k
		}
	}
	return found
}

// distance is how many letters must be put in, taken out or changed to turn a
// into b (Levenshtein's).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
