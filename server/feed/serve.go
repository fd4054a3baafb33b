package feed

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
)

// serve answers with the calendar of v, or that the asker has it already.
func (f *Feeds) serve(w http.ResponseWriter, r *http.Request, v view) error {
	page, err := f.rendered(r.Context(), v)
	if err != nil {
		return err
	}
	h := w.Header()
	guarded(h)
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	if v.kind != "" {
		h.Set("Content-Type", v.kind)
	} else {
		h.Set("Content-Disposition", `inline; filename="maintenance.ics"`)
	}
	h.Set("Cache-Control", "private, max-age=300, must-revalidate")
	h.Set("Vary", "Accept-Encoding")
	body, tag := page.plain, page.etag
	if takesGzip(r.Header.Values("Accept-Encoding")) {
		body, tag = page.zipped, page.etag+"-gz"
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(body))) // ServeContent leaves it out of what is encoded
	}
	h.Set("Etag", `"`+tag+`"`)
	http.ServeContent(w, r, "", page.changed, bytes.NewReader(body))
	return nil
}

// guarded keeps an address that is a secret out of other places' logs and
// indexes.
func guarded(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
}

// takesGzip reports whether an asker who sent these Accept-Encoding lines takes
// gzip (RFC 9110, 12.5.3). What is named counts more than the star.
func takesGzip(lines []string) bool {
	takes, named := false, false
	for _, item := range strings.Split(strings.Join(lines, ","), ",") {
		coding, params, _ := strings.Cut(item, ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q="); ok {
			parsed, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				parsed = 0
			}
			q = parsed
		}
		switch coding = strings.ToLower(strings.TrimSpace(coding)); {
		case coding == "gzip" || coding == "x-gzip":
			takes, named = q > 0, true
		case coding == "*" && !named:
			takes = q > 0
		}
	}
	return takes
}
