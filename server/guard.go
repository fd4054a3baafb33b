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
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		if !strings.HasPrefix(r.URL.Path, "/static/") {
			h.Set("Cache-Control", "no-store")
		}
		if r.Header.Get("Content-Encoding") != "" {
			http.Error(w, "Send it without Content-Encoding.", http.StatusUnsupportedMediaType)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}

// limited ends a body that is longer than its path may bring.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		short := *r
		short.Body = http.MaxBytesReader(w, r.Body, reply.LongestBody(r.URL.Path))
		next.ServeHTTP(w, &short)
	})
}
