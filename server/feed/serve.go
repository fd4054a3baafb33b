package feed

import (
	"bytes"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// head is what an answer says of a rendered view, each as a header holds it.
type head struct{ etag, zippedETag, length, zippedLength, changed []string }

// What every answer says. The slices are shared, and nobody appends to them.
var (
	cached      = []string{"private, max-age=300, must-revalidate"}
	vary        = []string{"Accept-Encoding"}
	noSniff     = []string{"nosniff"}
	noReferrer  = []string{"no-referrer"}
	noIndex     = []string{"noindex"}
	packed      = []string{"gzip"}
	calendar    = []string{"text/calendar; charset=utf-8"}
	disposition = []string{`inline; filename="maintenance.ics"`}
)

// conditions are what an asker may make an answer depend on, besides the tag.
var conditions = []string{"If-Modified-Since", "If-Match", "If-Unmodified-Since", "Range", "If-Range"}

// serve answers with what v shows, or that the asker has it already.
func (f *Feeds) serve(w http.ResponseWriter, r *http.Request, v view) error {
	page, err := f.page(r.Context(), v)
	if err != nil {
		return err
	}
	if v.token != "" {
		f.note(r.Context(), page, r.UserAgent())
	}
	h := w.Header()
	guarded(h)
	h["Cache-Control"], h["Vary"] = cached, vary
	body, length, tag, file := page.plain, page.head.length, page.head.etag, (*os.File)(nil)
	zip := takesGzip(r.Header["Accept-Encoding"]) && r.Header["Range"] == nil // a part of packed bytes is no use
	if zip {
		body, length, tag, file = page.zipped, page.head.zippedLength, page.head.zippedETag, page.file
	}
	h["Etag"] = tag
	have := r.Header["If-None-Match"]
	if len(have) == 1 && have[0] == tag[0] {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = calendar
	if v.kind != "" {
		h["Content-Type"] = []string{v.kind}
	} else {
		h["Content-Disposition"] = disposition
	}
	if zip {
		h["Content-Encoding"] = packed
		h["Content-Length"] = length // which ServeContent leaves out of what is encoded
	}
	if have != nil || asks(r.Header) {
		http.ServeContent(w, r, "", page.changed, bytes.NewReader(body))
		return nil
	}
	h["Content-Length"], h["Last-Modified"] = length, page.head.changed
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		send(w, body, file)
	}
	return nil
}

// asks reports whether the answer depends on a condition besides the tag.
func asks(h http.Header) bool {
	for _, name := range conditions {
		if h[name] != nil {
			return true
		}
	}
	return false
}

// guarded keeps an address that is a secret out of other places' logs and
// indexes.
func guarded(h http.Header) {
	h["X-Content-Type-Options"], h["Referrer-Policy"], h["X-Robots-Tag"] = noSniff, noReferrer, noIndex
}

// takesGzip reports whether an asker who sent these Accept-Encoding lines takes
// gzip (RFC 9110, 12.5.3). What is named counts more than the star.
func takesGzip(lines []string) bool {
	takes, named := false, false
	for item := range strings.SplitSeq(strings.Join(lines, ","), ",") {
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
