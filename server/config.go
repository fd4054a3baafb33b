package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/store"
	"lull/server/backup"
)

// config is every setting: flag over environment over default.
type config struct {
	Addr, BaseURL      string
	Database           string // may hold a password: never logged
	SMTPURL            string // the same
	MailFrom           notifier.Address
	MailReplyTo        notifier.Address
	MailRetry          time.Duration
	MailRate           int
	MailAllow          []string // domains that mail may go to; none: any
	LoginAttempts      int
	Organisation       string
	Provider           string
	TimeZone           string
	Log                string
	TrustedProxies     []netip.Prefix
	WebhookAllow       []netip.Prefix
	BackupDir          string
	BackupRecipient    string
	BackupEvery        time.Duration
	organisationChosen bool
}

// LogValue keeps secrets out of the log.
func (c config) LogValue() slog.Value { return slog.StringValue("config of " + c.BaseURL) }

// setting is one variable.
type setting struct {
	name     string // LULL_…
	fallback string
	does     string
}

var settings = []setting{
	{"LULL_ADDR", "127.0.0.1:8080", "listen address"},
	{"LULL_BASE_URL", "", "how the world reaches it (default http:// + address)"},
	{"LULL_DATABASE", "data/lull.db", "a file (SQLite) or postgres://…"},
	{"LULL_SMTP_URL", "", "mail server; empty: mail is captured"},
	{"LULL_MAIL_FROM", "Lull <lull@localhost>", "sender of mail"},
	{"LULL_MAIL_REPLY_TO", "", "where answers to mail go"},
	{"LULL_MAIL_RETRY", "1m", "first pause of every back-off"},
	{"LULL_MAIL_RATE", "0", "messages a second; 0: no limit"},
	{"LULL_MAIL_ALLOW", "", "domains that mail may go to, for staging; empty: any"},
	{"LULL_LOGIN_ATTEMPTS", "10", "failed log-ins in 15 minutes"},
	{"LULL_ORGANISATION", "", "name on pages, mails and feeds (default Maintenance)"},
	{"LULL_PROVIDER", "", "MAINTNOTE provider (default the host of the base URL)"},
	{"LULL_TIME_ZONE", "UTC", "default zone of the organisation"},
	{"LULL_LOG", "text", "text or json"},
	{"LULL_TRUSTED_PROXIES", "", "networks whose forwarded headers count"},
	{"LULL_WEBHOOK_ALLOW", "", "networks inside that webhooks may reach"},
	{"LULL_BACKUP_DIR", "data/backups", "where scheduled backups go; off: none"},
	{"LULL_BACKUP_RECIPIENT", "", "age public key that backups are encrypted to"},
	{"LULL_BACKUP_EVERY", "24h", "how often"},
}

// notYet are variables of features that are not built: refused, never ignored.
var notYet = []string{
	"LULL_OIDC_ISSUER", "LULL_OIDC_CLIENT_ID", "LULL_OIDC_CLIENT_SECRET", "LULL_ALERTMANAGER_URL", "LULL_METRICS_TOKEN",
}

// readConfig reads the settings and names the variable of each that is wrong.
func readConfig(args []string, getenv func(string) string, readFile func(string) ([]byte, error)) (config, error) {
	fs := flag.NewFlagSet("lull serve", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	values := map[string]*string{}
	given := map[string]bool{}
	for _, s := range settings {
		value, set, err := fromEnvironment(s, getenv, readFile)
		if err != nil {
			return config{}, err
		}
		given[s.name] = set
		values[s.name] = fs.String(flagName(s.name), value, s.does)
	}
	for _, name := range notYet {
		if getenv(name) != "" || getenv(name+"_FILE") != "" {
			return config{}, fmt.Errorf("%s: this version of Lull does not have that feature yet; unset it", name)
		}
	}
	if err := fs.Parse(args); err != nil {
		return config{}, err
	}
	if fs.NArg() > 0 {
		return config{}, fmt.Errorf("%q: %w", fs.Arg(0), errUsage)
	}
	fs.Visit(func(f *flag.Flag) { given["LULL_"+strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))] = true })
	return parseConfig(func(name string) string { return *values[name] }, given)
}

func flagName(variable string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(variable, "LULL_"), "_", "-"))
}

// fromEnvironment is the value of a variable, or of the file that NAME_FILE names.
func fromEnvironment(s setting, getenv func(string) string, readFile func(string) ([]byte, error)) (value string, set bool, err error) {
	value, file := getenv(s.name), getenv(s.name+"_FILE")
	switch {
	case value != "" && file != "":
		return "", false, fmt.Errorf("%s: set it or %s_FILE, not both", s.name, s.name)
	case file != "":
		text, err := readFile(file)
		if err != nil {
			return "", false, fmt.Errorf("%s_FILE: %w", s.name, err)
		}
		return strings.TrimSpace(string(text)), true, nil
	case value != "":
		return value, true, nil
	}
	return s.fallback, false, nil
}

func parseConfig(get func(string) string, given map[string]bool) (config, error) {
	var wrong []error
	named := map[string]bool{}
	refuse := func(name, format string, args ...any) {
		if !named[name] { // once is enough
			wrong, named[name] = append(wrong, fmt.Errorf(name+": "+format, args...)), true
		}
	}
	length := func(name string) time.Duration {
		d, err := scheduler.ParseDuration(get(name))
		if err != nil {
			refuse(name, "%w", err)
		}
		return d
	}
	number := func(name string) int {
		n, err := strconv.Atoi(get(name))
		if err != nil || n < 0 {
			refuse(name, "%q is not a number", get(name))
		}
		return n
	}
	c := config{
		Addr: get("LULL_ADDR"), BaseURL: strings.TrimRight(get("LULL_BASE_URL"), "/"), Database: get("LULL_DATABASE"),
		SMTPURL: get("LULL_SMTP_URL"), MailRetry: length("LULL_MAIL_RETRY"), MailRate: number("LULL_MAIL_RATE"),
		LoginAttempts: number("LULL_LOGIN_ATTEMPTS"), Organisation: get("LULL_ORGANISATION"), Provider: get("LULL_PROVIDER"),
		TimeZone: get("LULL_TIME_ZONE"), Log: get("LULL_LOG"), BackupDir: get("LULL_BACKUP_DIR"),
		BackupRecipient: get("LULL_BACKUP_RECIPIENT"), BackupEvery: length("LULL_BACKUP_EVERY"),
		organisationChosen: given["LULL_ORGANISATION"],
	}
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		refuse("LULL_ADDR", "%q is not an address such as 127.0.0.1:8080", c.Addr)
	}
	if c.BaseURL == "" {
		c.BaseURL = "http://" + c.Addr
	}
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.Path != "" || base.RawQuery != "" {
		refuse("LULL_BASE_URL", "%q is not an address such as https://maint.example.org", c.BaseURL)
	} else if c.Provider == "" {
		c.Provider = base.Hostname()
	}
	if c.Organisation == "" {
		c.Organisation = "Maintenance"
	}
	if _, ok := scheduler.Zone(c.TimeZone); !ok {
		refuse("LULL_TIME_ZONE", "%q is not a time zone such as Europe/Berlin", c.TimeZone)
	}
	if c.Log != "text" && c.Log != "json" {
		refuse("LULL_LOG", "%q is neither text nor json", c.Log)
	}
	if c.LoginAttempts == 0 {
		refuse("LULL_LOGIN_ATTEMPTS", "at least 1")
	}
	c.parseMail(get, given, refuse)
	networks := func(name string) (all []netip.Prefix) {
		for _, text := range strings.FieldsFunc(get(name), func(r rune) bool { return r == ',' || r == ' ' }) {
			network, err := netip.ParsePrefix(text)
			if err != nil {
				refuse(name, "%q is not a network such as 10.0.0.0/8", text)
			}
			all = append(all, network)
		}
		return all
	}
	c.TrustedProxies, c.WebhookAllow = networks("LULL_TRUSTED_PROXIES"), networks("LULL_WEBHOOK_ALLOW")
	c.parseBackup(given, refuse)
	return c, errors.Join(wrong...)
}

func (c *config) parseMail(get func(string) string, given map[string]bool, refuse func(name, format string, args ...any)) {
	var err error
	if c.MailFrom, err = notifier.ParseAddress(get("LULL_MAIL_FROM")); err != nil {
		refuse("LULL_MAIL_FROM", "%w", err)
	}
	if c.SMTPURL != "" && !given["LULL_MAIL_FROM"] {
		refuse("LULL_MAIL_FROM", "name a sender once LULL_SMTP_URL is set")
	}
	if to := get("LULL_MAIL_REPLY_TO"); to != "" {
		if c.MailReplyTo, err = notifier.ParseAddress(to); err != nil {
			refuse("LULL_MAIL_REPLY_TO", "%w", err)
		}
	}
	for _, domain := range strings.FieldsFunc(get("LULL_MAIL_ALLOW"), func(r rune) bool { return r == ',' || r == ' ' }) {
		clean, wrong := scheduler.ParseAddress("x@" + domain)
		if wrong != "" {
			refuse("LULL_MAIL_ALLOW", "%q is not a domain such as staging.example.org", domain)
		}
		c.MailAllow = append(c.MailAllow, strings.TrimPrefix(clean, "x@"))
	}
	if c.MailRetry <= 0 {
		refuse("LULL_MAIL_RETRY", "more than nothing")
	}
}

func (c *config) parseBackup(given map[string]bool, refuse func(name, format string, args ...any)) {
	if c.BackupDir == "off" {
		c.BackupDir = ""
	}
	if store.IsPostgres(c.Database) {
		if given["LULL_BACKUP_DIR"] && c.BackupDir != "" {
			refuse("LULL_BACKUP_DIR", "scheduled backups are of SQLite; use pg_dump for PostgreSQL")
		}
		c.BackupDir = ""
	}
	if c.BackupRecipient != "" {
		if err := backup.CheckRecipients(c.BackupRecipient); err != nil {
			refuse("LULL_BACKUP_RECIPIENT", "%w", err)
		}
	}
	if c.BackupEvery <= 0 {
		refuse("LULL_BACKUP_EVERY", "more than nothing")
	}
}

// carrier is how mail leaves.
func (c config) carrier() (notifier.Carrier, error) {
	if c.SMTPURL == "" {
		return notifier.Capture{}, nil
	}
	relay, err := notifier.ParseRelay(c.SMTPURL)
	if err != nil {
		return nil, err
	}
	return notifier.NewSMTP(relay, notifier.HelloName(c.BaseURL, c.MailFrom)), nil
}

// clientIP finds who sent a request: the peer itself, or who a trusted proxy
// says it is.
func (c config) clientIP() echo.IPExtractor {
	if len(c.TrustedProxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustPrivateNet(false), echo.TrustLinkLocal(false)}
	for _, p := range c.TrustedProxies {
		_, network, err := net.ParseCIDR(p.String())
		if err == nil {
			trust = append(trust, echo.TrustIPRange(network))
		}
	}
	return func(r *http.Request) string { return echo.ExtractIPFromXFFHeader(trust...)(r) }
}
