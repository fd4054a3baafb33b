package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestAnUnknownVariableIsNamedInTheLog(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, pair, says string }{
		{"one letter off", "LULL_SMTP_URI=smtp://u:swordfish@relay:25", "variable=LULL_SMTP_URI meant=LULL_SMTP_URL"},
		{"a word run together", "LULL_TIMEZONE=Europe/Berlin", "variable=LULL_TIMEZONE meant=LULL_TIME_ZONE"},
		{"a plural", "LULL_BACKUP_RECIPIENTS=age1", "variable=LULL_BACKUP_RECIPIENTS meant=LULL_BACKUP_RECIPIENT"},
		{"a file", "LULL_SMPT_URL_FILE=/run/smtp", "variable=LULL_SMPT_URL_FILE meant=LULL_SMTP_URL_FILE"},
		{"like nothing there is", "LULL_COLOUR=red", "variable=LULL_COLOUR\n"},
		{"a port by hand", "LULL_PORT=8080", "variable=LULL_PORT\n"},
		{"a setting", "LULL_SMTP_URL=smtp://relay:25", ""},
		{"a setting in a file", "LULL_DATABASE_FILE=/run/database", ""},
		{"of a feature to come, which is refused", "LULL_METRICS_TOKEN_FILE=/run/token", ""},
		{"of another command", "LULL_BACKUP_IDENTITY=/run/key", ""},
		{"of the tests", "LULL_TEST_POSTGRES=postgres://", ""},
		{"of somebody else", "PATH=/bin", ""},
		{"the host of a Kubernetes Service named lull", "LULL_SERVICE_HOST=10.0.0.1", ""},
		{"its named port", "LULL_SERVICE_PORT_HTTP=80", ""},
		{"its port", "LULL_PORT=tcp://10.0.0.1:80", ""},
		{"the parts of that", "LULL_PORT_80_TCP_ADDR=10.0.0.1", ""},
		{"the port of one named lull-web", "LULL_WEB_PORT=tcp://10.0.0.1:80", ""},
		{"the host of that", "LULL_WEB_SERVICE_HOST=10.0.0.1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			warnUnknown([]string{c.pair}, slog.New(slog.NewTextHandler(&out, nil)))
			got := out.String()
			if c.says == "" && got != "" || !strings.Contains(got, c.says) || strings.Contains(got, "swordfish") {
				t.Errorf("%s: the log says %q, want %q and no value", c.pair, got, c.says)
			}
		})
	}
}
