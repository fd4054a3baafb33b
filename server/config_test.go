package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// configOf reads a configuration from that environment, those files and flags.
func configOf(env, files map[string]string, args ...string) (config, error) {
	return readConfig(args,
		func(name string) string { return env[name] },
		func(name string) ([]byte, error) {
			text, ok := files[name]
			if !ok {
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
			}
			return []byte(text), nil
		})
}

func TestNothingHasToBeConfigured(t *testing.T) {
	t.Parallel()
	got, err := configOf(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, got, want string }{
		{"address", got.Addr, "127.0.0.1:8080"},
		{"base URL", got.BaseURL, "http://127.0.0.1:8080"},
		{"database", got.Database, "data/lull.db"},
		{"SMTP", got.SMTPURL, ""},
		{"organisation", got.Organisation, "Maintenance"},
		{"provider", got.Provider, "127.0.0.1"},
		{"zone", got.TimeZone, "UTC"},
		{"log", got.Log, "text"},
		{"backup folder", got.BackupDir, "data/backups"},
		{"backups every", got.BackupEvery.String(), "24h0m0s"},
		{"retry", got.MailRetry.String(), "1m0s"},
		{"attempts", fmt.Sprint(got.LoginAttempts), "10"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestAFlagBeatsTheEnvironmentAndThatTheDefault(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LULL_ADDR": "127.0.0.1:1", "LULL_TIME_ZONE": "Europe/Berlin"}
	got, err := configOf(env, nil, "--addr", "127.0.0.1:2", "--mail-retry", "5s")
	if err != nil {
		t.Fatal(err)
	}
	if got.Addr != "127.0.0.1:2" || got.TimeZone != "Europe/Berlin" || got.MailRetry != 5*time.Second || got.Log != "text" {
		t.Errorf("got %s %s %s %s, want the flags' address and retry, the environment's zone, the default log",
			got.Addr, got.TimeZone, got.MailRetry, got.Log)
	}
}

func TestASecretMayStandInAFile(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LULL_SMTP_URL_FILE": "/run/smtp", "LULL_MAIL_FROM": "ops@example.org"}
	got, err := configOf(env, map[string]string{"/run/smtp": "smtp://u:secret@relay.example.org:587\n"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "smtp://u:secret@relay.example.org:587"; got.SMTPURL != want {
		t.Errorf("got %q, want %q", got.SMTPURL, want)
	}
}

func TestAPostgreSQLDatabaseHasNoScheduledBackupFolder(t *testing.T) {
	t.Parallel()
	got, err := configOf(map[string]string{"LULL_DATABASE": "postgres://lull@db/lull"}, nil)
	if err != nil || got.BackupDir != "" {
		t.Errorf("got %q, %v; want no folder", got.BackupDir, err)
	}
}

func TestTrustedProxiesAreNetworks(t *testing.T) {
	t.Parallel()
	got, err := configOf(map[string]string{"LULL_TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	if fmt.Sprint(got.TrustedProxies) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got.TrustedProxies, want)
	}
}

func TestAWrongSettingIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, variable, value, says string
	}{
		{"an address without a port", "LULL_ADDR", "localhost", "LULL_ADDR"},
		{"a base URL without a scheme", "LULL_BASE_URL", "maint.example.org", "LULL_BASE_URL"},
		{"a base URL with a path", "LULL_BASE_URL", "https://example.org/lull", "LULL_BASE_URL"},
		{"a zone that is none", "LULL_TIME_ZONE", "Mars/Olympus", "LULL_TIME_ZONE"},
		{"the zone of the machine", "LULL_TIME_ZONE", "Local", "LULL_TIME_ZONE"},
		{"a log format that is none", "LULL_LOG", "xml", "LULL_LOG"},
		{"an address for a network", "LULL_TRUSTED_PROXIES", "10.0.0.1", "LULL_TRUSTED_PROXIES"},
		{"an address for a network of webhooks", "LULL_WEBHOOK_ALLOW", "10.0.0.1", "LULL_WEBHOOK_ALLOW"},
		{"no attempts", "LULL_LOGIN_ATTEMPTS", "0", "LULL_LOGIN_ATTEMPTS"},
		{"attempts in words", "LULL_LOGIN_ATTEMPTS", "ten", "LULL_LOGIN_ATTEMPTS"},
		{"no pause", "LULL_MAIL_RETRY", "0s", "LULL_MAIL_RETRY"},
		{"a pause in words", "LULL_MAIL_RETRY", "soon", "LULL_MAIL_RETRY"},
		{"an address for a domain", "LULL_MAIL_ALLOW", "ada@example.org", "LULL_MAIL_ALLOW"},
		{"a domain with a header", "LULL_MAIL_ALLOW", "example.org\r\nx", "LULL_MAIL_ALLOW"},
		{"a negative rate", "LULL_MAIL_RATE", "-1", "LULL_MAIL_RATE"},
		{"a sender that is none", "LULL_MAIL_FROM", "nobody", "LULL_MAIL_FROM"},
		{"a relay without a sender", "LULL_SMTP_URL", "smtp://relay:25", "LULL_MAIL_FROM"},
		{"a recipient that is no key", "LULL_BACKUP_RECIPIENT", "mara", "LULL_BACKUP_RECIPIENT"},
		{"backups without a pause", "LULL_BACKUP_EVERY", "0s", "LULL_BACKUP_EVERY"},
		{"a file that is not there", "LULL_SMTP_URL_FILE", "/nowhere", "LULL_SMTP_URL_FILE"},
		{"single sign-on", "LULL_OIDC_ISSUER", "https://id.example.org", "LULL_OIDC_ISSUER"},
		{"a secret of single sign-on in a file", "LULL_OIDC_CLIENT_SECRET_FILE", "/run/oidc", "LULL_OIDC_CLIENT_SECRET"},
		{"silences", "LULL_ALERTMANAGER_URL", "http://am:9093", "LULL_ALERTMANAGER_URL"},
		{"metrics", "LULL_METRICS_TOKEN", "abc", "LULL_METRICS_TOKEN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := configOf(map[string]string{c.variable: c.value}, nil)
			if err == nil || strings.Count(err.Error(), c.says) != 1 {
				t.Errorf("%s=%s: got %v, want a refusal that names %s once", c.variable, c.value, err, c.says)
			}
		})
	}
}

func TestAllWrongSettingsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := configOf(map[string]string{"LULL_LOG": "xml", "LULL_TIME_ZONE": "Nowhere"}, nil)
	if err == nil || !strings.Contains(err.Error(), "LULL_LOG") || !strings.Contains(err.Error(), "LULL_TIME_ZONE") {
		t.Errorf("got %v, want both variables named", err)
	}
}

func TestASettingAndItsFileAreNotBothTaken(t *testing.T) {
	t.Parallel()
	_, err := configOf(map[string]string{"LULL_DATABASE": "a.db", "LULL_DATABASE_FILE": "/b"}, map[string]string{"/b": "b.db"})
	if err == nil || !strings.Contains(err.Error(), "LULL_DATABASE_FILE") {
		t.Errorf("got %v, want a refusal that names LULL_DATABASE_FILE", err)
	}
}

func TestTheLogNeverHoldsASecret(t *testing.T) {
	t.Parallel()
	c, err := configOf(map[string]string{
		"LULL_SMTP_URL": "smtp://u:swordfish@relay.example.org:587", "LULL_MAIL_FROM": "ops@example.org",
		"LULL_DATABASE": "postgres://lull:swordfish@db/lull",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("start", "config", c)
	if strings.Contains(out.String(), "swordfish") {
		t.Errorf("the log holds a password: %s", out.String())
	}
}
