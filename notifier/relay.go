package notifier

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// TLSMode is what a plain connection does about encryption.
type TLSMode string

// The modes of ?tls=.
const (
	TLSAuto     TLSMode = "auto"     // STARTTLS where the server offers it
	TLSRequired TLSMode = "required" // no mail without STARTTLS
	TLSOff      TLSMode = "off"      // never
)

// Relay is the mail server that takes our mail, as LULL_SMTP_URL names it. It
// prints without its password.
type Relay struct {
	Host     string
	Port     int
	Implicit bool    // smtps: TLS from the first byte
	TLS      TLSMode // otherwise
	CAFile   string
	User     string // no log-in if empty

	roots    *x509.CertPool // nil: the system's
	password *string        // a pointer, so that no print of a value around it shows it
}

const (
	relayVariable  = "LULL_SMTP_URL"
	portRelay      = 25
	portSubmission = 587
	portImplicit   = 465
)

// ParseRelay reads
//
//	smtp://[user:password@]host[:port][?tls=auto|required|off][&ca=FILE]
//	smtps://[user:password@]host[:port][?ca=FILE]
//
// Ports default to 25 without a user, 587 with one, and 465 for smtps. The
// certificates in FILE are then the only ones trusted. Its errors name the
// variable and what to do, and never repeat the URL, for it may hold a password.
func ParseRelay(raw string) (Relay, error) {
	r, err := parseRelay(raw)
	if err != nil {
		return Relay{}, fmt.Errorf("%s: %w", relayVariable, err)
	}
	return r, nil
}

func parseRelay(raw string) (Relay, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return Relay{}, errors.New("not a URL such as smtp://user:password@mail.example.org:587; " +
			"in user and password write % as %25, @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and a blank as %20")
	}
	r := Relay{Host: strings.ToLower(u.Hostname()), TLS: TLSAuto, Implicit: u.Scheme == "smtps"}
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return r, errors.New("must begin with smtp:// or smtps://")
	case !validHost(r.Host):
		return r, errors.New("needs a host, such as smtp://mail.example.org:587")
	case u.Path != "" && u.Path != "/" || u.Fragment != "":
		return r, errors.New("has something behind the port; in the password write / as %2F and # as %23")
	}
	if r.User, r.password, err = credentials(u.User); err != nil {
		return r, err
	}
	if r.Port, err = r.port(u.Port()); err != nil {
		return r, err
	}
	return r.options(u.RawQuery)
}

func validHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return len(host) <= 253 && listID.MatchString(strings.ReplaceAll(host, "_", "-"))
}

func credentials(u *url.Userinfo) (user string, password *string, err error) {
	if u == nil {
		return "", nil, nil
	}
	secret, given := u.Password()
	switch {
	case u.Username() == "" || !given || secret == "":
		return "", nil, errors.New("needs both user and password, smtp://user:password@host, or neither")
	case strings.ContainsAny(u.Username()+secret, "\r\n\x00"):
		return "", nil, errors.New("has a line end or NUL in its user or password")
	}
	return u.Username(), &secret, nil
}

func (r Relay) port(given string) (int, error) {
	switch {
	case given != "":
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 || n > 65535 {
			return 0, errors.New("the port must be a number from 1 to 65535")
		}
		return n, nil
	case r.Implicit:
		return portImplicit, nil
	case r.User != "":
		return portSubmission, nil
	}
	return portRelay, nil
}

func (r Relay) options(query string) (Relay, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return r, errors.New("cannot read what stands behind the ?; in the password write ? as %3F")
	}
	for name, given := range values {
		switch {
		case name != "tls" && name != "ca" || len(given) > 1:
			return r, errors.New("only ?tls= and ?ca= may stand behind the host, each once; in the password write ? as %3F")
		case name == "tls" && r.Implicit:
			return r, errors.New("smtps:// is encrypted from the first byte; leave ?tls= away")
		case name == "tls":
			r.TLS = TLSMode(given[0])
			if r.TLS != TLSAuto && r.TLS != TLSRequired && r.TLS != TLSOff {
				return r, errors.New("?tls= must be auto, required or off")
			}
		default:
			r.CAFile = given[0]
			if r.roots, err = readRoots(r.CAFile); err != nil {
				return r, err
			}
		}
	}
	if r.TLS == TLSOff && r.CAFile != "" {
		return r, errors.New("?ca= is of no use with ?tls=off")
	}
	return r, nil
}

func readRoots(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("?ca=: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("?ca=%s holds no certificate in PEM form", file)
	}
	return pool, nil
}

// Address is host and port, as a dialer wants them.
func (r Relay) Address() string { return net.JoinHostPort(r.Host, strconv.Itoa(r.Port)) }

// local tells whether what is sent to r stays on this machine.
func (r Relay) local() bool {
	ip, err := netip.ParseAddr(r.Host)
	return r.Host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// String is the URL with a mask for the password.
func (r Relay) String() string {
	u := "smtp://"
	if r.Implicit {
		u = "smtps://"
	}
	if r.User != "" {
		u += url.PathEscape(r.User) + ":" + mask + "@"
	}
	u += r.Address()
	if !r.Implicit {
		u += "?tls=" + string(r.TLS)
	}
	return u
}

// GoString is String, so that %#v shows no more.
func (r Relay) GoString() string { return r.String() }

// LogValue is String, for package slog.
func (r Relay) LogValue() slog.Value { return slog.StringValue(r.String()) }

const mask = "•••"

// hide masks the password in what a server said, plain or as AUTH sends it.
func (r Relay) hide(s string) string {
	if r.password == nil {
		return s
	}
	for _, secret := range []string{
		base64.StdEncoding.EncodeToString([]byte("\x00" + r.User + "\x00" + *r.password)),
		base64.StdEncoding.EncodeToString([]byte(*r.password)),
		*r.password,
	} {
		s = strings.ReplaceAll(s, secret, mask)
	}
	return s
}

// HelloName is the name to greet mail servers with: the host of the base URL,
// or, where that is this machine's own or an address, the sender's domain.
func HelloName(baseURL string, from Address) string {
	host := ""
	if u, err := url.Parse(baseURL); err == nil {
		host = strings.ToLower(u.Hostname())
	}
	ip, err := netip.ParseAddr(host)
	isIP := err == nil
	switch {
	case !isIP && host != "localhost" && listID.MatchString(host):
		return host
	case listID.MatchString(from.Domain()) && from.Domain() != "localhost":
		return from.Domain()
	case isIP && ip.Is4():
		return "[" + ip.String() + "]"
	case isIP:
		return "[IPv6:" + ip.String() + "]"
	}
	return "localhost"
}
