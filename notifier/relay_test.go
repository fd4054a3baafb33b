package notifier_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lull/notifier"
)

func TestARelayIsReadFromItsURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, want string }{
		{"smtp://relay", "smtp://relay:25?tls=auto"},
		{"smtp://relay:25", "smtp://relay:25?tls=auto"},
		{"smtp://Relay.Example.org:2525/?tls=off", "smtp://relay.example.org:2525?tls=off"},
		{"smtp://user:pass@mail.example.org", "smtp://user:•••@mail.example.org:587?tls=auto"},
		{"smtp://user%40example.org:p%40ss%2F%23%3F%25@mail.example.org:587?tls=required", "smtp://user@example.org:•••@mail.example.org:587?tls=required"},
		{"smtps://user:pass@mail.example.org", "smtps://user:•••@mail.example.org:465"},
		{"smtp://[2001:db8::25]:2525?tls=off", "smtp://[2001:db8::25]:2525?tls=off"},
		{"smtps://[::1]", "smtps://[::1]:465"},
		{"smtp://mail_relay:25", "smtp://mail_relay:25?tls=auto"},
		{" smtp://relay\n", "smtp://relay:25?tls=auto"},
	} {
		r, err := notifier.ParseRelay(c.url)
		if err != nil || r.String() != c.want {
			t.Errorf("%q is %v (%v), want %s", c.url, r, err, c.want)
		}
	}
}

func TestARefusedRelayURLNamesTheVariableAndHidesThePassword(t *testing.T) {
	t.Parallel()
	noCertificate := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(noCertificate, []byte("not PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{
		"nothing":                  "",
		"no scheme":                "mail.example.org:25",
		"another scheme":           "http://user:s3cr3t@mail.example.org",
		"no host":                  "smtp://user:s3cr3t@:25",
		"host with a blank":        "smtp://user:s3cr3t@ma il",
		"host with a line end":     "smtp://relay%0d%0aQUIT:25",
		"user without password":    "smtp://s3cr3t@mail.example.org",
		"password without user":    "smtp://:s3cr3t@mail.example.org",
		"bad escape in password":   "smtp://user:s3cr3t%zz@mail.example.org",
		"slash in password":        "smtp://user:s3cr3t/x@mail.example.org",
		"slash after digits":       "smtp://user:12/s3cr3t@mail.example.org",
		"hash in password":         "smtp://user:12#s3cr3t@mail.example.org",
		"question in password":     "smtp://user:12?s3cr3t=1@mail.example.org",
		"question twice":           "smtp://user:12?s3cr3t=1&s3cr3t=2@mail.example.org",
		"line end in password":     "smtp://user:s3cr3t%0d%0a@mail.example.org",
		"port not a number":        "smtp://user:s3cr3t@mail.example.org:smtp",
		"port too high":            "smtp://user:s3cr3t@mail.example.org:65536",
		"port nought":              "smtp://user:s3cr3t@mail.example.org:0",
		"path":                     "smtp://user:s3cr3t@mail.example.org/path",
		"unknown option":           "smtp://user:s3cr3t@mail.example.org?verify=no",
		"unknown mode":             "smtp://user:s3cr3t@mail.example.org?tls=maybe",
		"two modes":                "smtp://user:s3cr3t@mail.example.org?tls=off&tls=auto",
		"smtps without encryption": "smtps://user:s3cr3t@mail.example.org?tls=off",
		"no such CA file":          "smtps://user:s3cr3t@mail.example.org?ca=/nowhere/ca.pem",
		"CA file without CA":       "smtps://user:s3cr3t@mail.example.org?ca=" + noCertificate,
		"CA without TLS":           "smtp://user:s3cr3t@mail.example.org?tls=off&ca=" + writeCA(t, newAuthority(t)),
	} {
		r, err := notifier.ParseRelay(url)
		if err == nil {
			t.Errorf("%s: %q was taken for %v", name, url, r)
			continue
		}
		if !strings.HasPrefix(err.Error(), "LULL_SMTP_URL: ") || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: error %q", name, err)
		}
	}
}

func TestAPasswordIsPrintedNowhere(t *testing.T) {
	t.Parallel()
	r, err := notifier.ParseRelay("smtp://user:s3cr3t@mail.example.org")
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("relay", "relay", r, "carrier", notifier.NewSMTP(r, "x"))
	for _, value := range []any{r, &r, notifier.NewSMTP(r, "x"), struct{ r notifier.Relay }{r}, []notifier.Relay{r}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			log.WriteString(fmt.Sprintf(verb, value))
		}
	}
	if strings.Contains(log.String(), "s3cr3t") {
		t.Errorf("the password stands in %s", log.String())
	}
}

func TestTheGreetingNameIsOneThatTheWorldKnows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, from, want string }{
		{"https://Lull.example.org/x", "lull@example.net", "lull.example.org"},
		{"http://127.0.0.1:8080", "lull@example.net", "example.net"},
		{"http://localhost:8080", "lull@example.net", "example.net"},
		{"http://127.0.0.1:8080", "lull@localhost", "[127.0.0.1]"},
		{"http://[::1]:8080", "lull@localhost", "[IPv6:::1]"},
		{"http://localhost:8080", "lull@localhost", "localhost"},
		{"://", "lull@localhost", "localhost"},
	} {
		if got := notifier.HelloName(c.base, notifier.Address{Email: c.from}); got != c.want {
			t.Errorf("%s from %s greets as %q, want %q", c.base, c.from, got, c.want)
		}
	}
}
