package api

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/server/sheet"
)

// wantsCSV reports whether the list is asked for as a table: of CSV and JSON,
// what Accept names first.
func wantsCSV(r *http.Request) bool {
	for _, accept := range r.Header.Values("Accept") {
		for one := range strings.SplitSeq(accept, ",") {
			kind, params, err := mime.ParseMediaType(one)
			if weight, err := strconv.ParseFloat(params["q"], 64); err == nil && weight == 0 {
				continue
			}
			switch {
			case err == nil && kind == "text/csv":
				return true
			case err == nil && (kind == "application/json" || kind == "*/*"):
				return false
			}
		}
	}
	return false
}

var columns = []string{
	"name", "title", "kind", "risk", "state", "start", "end", "time_zone", "services", "lead", "requester",
	"late", "overrun", "actual_start", "actual_end", "outcome", "closing_notes", "url",
}

// writeCSV answers with the windows as a table; the next page, if there is
// one, stands in the Link header.
func writeCSV(w http.ResponseWriter, r *http.Request, next string, windows []window) error {
	rows := [][]string{columns}
	for _, v := range windows {
		slugs := each(v.Services, func(s scheduler.Affected) string { return s.Service })
		rows = append(rows, []string{
			v.Name, v.Title, string(v.Kind), string(v.Risk), string(v.State), stamp(v.Start), stamp(v.End), v.TimeZone,
			strings.Join(slugs, " "), v.Lead, v.Requester, strconv.FormatBool(v.Late), strconv.FormatBool(v.Overrun),
			stamp(v.ActualStart), stamp(v.ActualEnd), given(v.Outcome), given(v.ClosingNotes), v.URL,
		})
	}
	if next != "" {
		q := r.URL.Query()
		q.Set("cursor", next)
		w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next"`, (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()))
	}
	return sheet.Write(w, "windows", rows)
}

func stamp(m moment) string {
	if m.IsZero() {
		return ""
	}
	return m.UTC().Format("2006-01-02T15:04:05Z")
}
