package main

import (
	"net/http"
	"net/url"
	"strings"

	"lull/server/reply"
)

// csp lets a page load what the server itself holds, and nothing else.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

// guard stands before the router: it sets the headers of every answer, those
// of refusals too, limits bodies, and refuses what another site made a browser
// send (cross-origin requests that change something).
func guard(baseURL string, next http.Handler) (http.Handler, error) {
	cross := http.NewCrossOriginProtection()
	u, err := url.Parse(baseURL)
	if err != nil {
		return nil, err
	}
	if err := cross.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
		return nil, err
	}
	secure := u.Scheme == "https"
	next = cross.Handler(limited(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Content-Type-Options"] = noSniff
		if secure {
			h["Strict-Transport-Security"] = onlySecure
		}
		if !isFeed(r.URL.Path) { // which no browser shows, and which says for how long it holds
			documents(h, r.URL.Path)
		}
		if r.Header["Content-Encoding"] != nil {
			http.Error(w, "Send it without Content-Encoding.", http.StatusUnsupportedMediaType)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}

// The slices are shared, and nobody appends to them: to set a header anew for
// each answer would cost more than a small answer itself.
var (
	noSniff    = []string{"nosniff"}
	onlySecure = []string{"max-age=31536000; includeSubDomains"}
)

// documents sets what browsers are to keep to in a page and in what it loads.
func documents(h http.Header, path string) {
	h.Set("Content-Security-Policy", csp)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if !strings.HasPrefix(path, "/static/") {
		h.Set("Cache-Control", "no-store")
	}
}

// isFeed reports whether a path is a calendar's.
func isFeed(path string) bool { return strings.HasSuffix(path, ".ics") }

// limited ends a body that is longer than its path may bring.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		short := *r
		short.Body = http.MaxBytesReader(w, r.Body, reply.LongestBody(r.URL.Path))
		next.ServeHTTP(w, &short)
	})
}
