package notifier_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"lull/notifier"
)

// postOffice is a real mail server in this process.
type postOffice struct {
	*smtp.Server
	net.Listener
	auth []string // the mechanisms it offers

	mu          sync.Mutex
	connections int
	loggedInBy  []string
	mail        []posted
	closed      chan struct{} // one for each connection that ended
}

type posted struct {
	from, to, body string
	encrypted      bool
	extended       smtp.MailOptions
}

const user, password = "lull@example.org", "p@ss/w:rd%#?"

// newPostOffice opens a mail server on a free port; set may change it before it does.
func newPostOffice(t *testing.T, set func(*postOffice)) *postOffice {
	t.Helper()
	p := &postOffice{closed: make(chan struct{}, 1000)}
	p.Server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &counter{office: p, conn: c}, nil
	}))
	p.Domain = "mail.example.net"
	p.EnableSMTPUTF8 = true
	p.AllowInsecureAuth = true
	p.ErrorLog = quiet{}
	if set != nil {
		set(p)
	}
	p.Listener = listen(t)
	go func() { _ = p.Server.Serve(p) }()
	t.Cleanup(func() { _ = p.Server.Close() })
	return p
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (p *postOffice) Accept() (net.Conn, error) {
	conn, err := p.Listener.Accept()
	if err == nil {
		p.mu.Lock()
		p.connections++
		p.mu.Unlock()
		conn = &leaving{Conn: conn, left: p.closed}
	}
	return conn, err
}

func (p *postOffice) Close() error { return p.Listener.Close() }

// leaving tells when a connection has ended.
type leaving struct {
	net.Conn
	once sync.Once
	left chan struct{}
}

func (l *leaving) Close() error {
	l.once.Do(func() { l.left <- struct{}{} })
	return l.Conn.Close()
}

func (p *postOffice) port() string {
	return p.Addr().String()[strings.LastIndexByte(p.Addr().String(), ':')+1:]
}

func (p *postOffice) Addr() net.Addr { return p.Listener.Addr() }

func (p *postOffice) received() []posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mail
}

func (p *postOffice) connected() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.connections
}

// counter is one connection at the post office.
type counter struct {
	office *postOffice
	conn   *smtp.Conn
	letter posted
}

func (c *counter) Reset()        { c.letter = posted{} }
func (c *counter) Logout() error { return nil }

func (c *counter) Mail(from string, opts *smtp.MailOptions) error {
	if c.letter.from != "" {
		return &smtp.SMTPError{Code: 503, Message: "nested MAIL"}
	}
	_, encrypted := c.conn.TLSConnectionState()
	c.letter = posted{from: from, encrypted: encrypted, extended: *opts}
	return nil
}

func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "nobody"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case strings.HasPrefix(to, "later"):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
	}
	c.letter.to = to
	return nil
}

func (c *counter) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.letter.body = string(body)
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	c.office.mail = append(c.office.mail, c.letter)
	return nil
}

func (c *counter) AuthMechanisms() []string { return c.office.auth }

func (c *counter) Auth(mechanism string) (sasl.Server, error) {
	check := func(name, secret string) error {
		if name != user || secret != password {
			return smtp.ErrAuthFailed
		}
		c.office.mu.Lock()
		defer c.office.mu.Unlock()
		c.office.loggedInBy = append(c.office.loggedInBy, mechanism)
		return nil
	}
	switch mechanism {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, name, secret string) error { return check(name, secret) }), nil
	case "LOGIN":
		return &loginServer{check: check}, nil
	}
	return &scramServer{check: check}, nil
}

// loginServer asks for name and password, one after the other.
type loginServer struct {
	check func(name, password string) error
	said  []string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if response != nil {
		l.said = append(l.said, string(response))
	}
	switch len(l.said) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.said[0], l.said[1])
}

// scramServer speaks the server's side of SCRAM-SHA-256 (RFC 7677).
type scramServer struct {
	check         func(name, password string) error
	bare, message string
	done          bool
}

func (s *scramServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil:
		return []byte{}, false, nil
	case s.done:
		return nil, true, s.check(user, password)
	case s.message == "":
		s.bare = strings.TrimPrefix(string(response), "n,,")
		_, nonce, _ := strings.Cut(s.bare, ",r=")
		s.message = "r=" + nonce + "server,s=" + base64.StdEncoding.EncodeToString([]byte("salt")) + ",i=4096"
		return []byte(s.message), false, nil
	}
	final, proof, _ := strings.Cut(string(response), ",p=")
	salted, err := pbkdf2.Key(sha256.New, password, []byte("salt"), 4096, 32)
	if err != nil {
		return nil, true, err
	}
	authMessage := s.bare + "," + s.message + "," + final
	key := sum(salted, "Client Key")
	stored := sha256.Sum256(key)
	signature := sum(stored[:], authMessage)
	for i := range key {
		key[i] ^= signature[i]
	}
	if proof != base64.StdEncoding.EncodeToString(key) {
		return nil, true, smtp.ErrAuthFailed
	}
	s.done = true
	return []byte("v=" + base64.StdEncoding.EncodeToString(sum(sum(salted, "Server Key"), authMessage))), false, nil
}

func sum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// authority is a private CA.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	a := authority{key: newKey(t)}
	a.certificate = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Lull's test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, a.certificate, a.certificate, a.key.Public(), a.key)
	if err == nil {
		a.certificate, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// serverFor signs a certificate for host.
func (a authority) serverFor(t *testing.T, host string) *tls.Config {
	t.Helper()
	key := newKey(t)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		leaf.IPAddresses = []net.IP{ip}
	} else {
		leaf.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func writeCA(t *testing.T, a authority) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// carrierTo makes the carrier of a relay URL, with time-outs that a broken test
// does not outlive.
func carrierTo(t testing.TB, url string) *notifier.SMTP {
	t.Helper()
	relay, err := notifier.ParseRelay(url)
	if err != nil {
		t.Fatal(err)
	}
	s := notifier.NewSMTP(relay, "lull.example.org")
	s.StepTimeout, s.DotTimeout, s.Idle = 20*time.Second, 20*time.Second, time.Hour
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// faultAt fails the test unless out is a transport's fault at that stage.
func faultAt(t *testing.T, out notifier.Outcome, at notifier.Stage) *notifier.Fault {
	t.Helper()
	var fault *notifier.Fault
	if out.State != "" || !errors.As(out.Fault, &fault) || fault.Stage != at || out.Stage != at {
		t.Fatalf("got %+v, want a fault at %s", out, at)
	}
	return fault
}
