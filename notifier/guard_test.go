package notifier

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestWebhooksReachTheInternetAloneAndWhatIsOpened(t *testing.T) {
	t.Parallel()
	g := guard{allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd12::/16")}}
	for _, c := range []struct {
		name, address string
		secure, plain bool // whether https and http are let through
	}{
		{"a public address", "93.184.215.14:443", true, false},
		{"a public one of IPv6", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443", true, false},
		{"a network that was opened", "10.1.2.3:8080", true, true},
		{"the same, mapped into IPv6", "[::ffff:10.1.2.3]:8080", true, true},
		{"one of IPv6 that was opened", "[fd12::1]:443", true, true},
		{"loopback", "127.0.0.1:443", false, false},
		{"all of loopback", "127.8.8.8:443", false, false},
		{"loopback of IPv6", "[::1]:443", false, false},
		{"loopback, mapped", "[::ffff:127.0.0.1]:443", false, false},
		{"loopback, compatible", "[::7f00:1]:443", false, false},
		{"loopback, through NAT64", "[64:ff9b::7f00:1]:443", false, false},
		{"loopback, through 6to4", "[2002:7f00:1::]:443", false, false},
		{"this host", "0.0.0.0:443", false, false},
		{"this host of IPv6", "[::]:443", false, false},
		{"private 10", "10.2.0.1:443", false, false},
		{"private 172.16", "172.16.0.1:443", false, false},
		{"private 172.31", "172.31.255.255:443", false, false},
		{"private 192.168", "192.168.1.1:443", false, false},
		{"unique local", "[fd00:ec2::254]:443", false, false},
		{"link-local", "169.254.1.1:443", false, false},
		{"the cloud's metadata", "169.254.169.254:80", false, false},
		{"another cloud's", "168.63.129.16:80", false, false},
		{"one more cloud's", "100.100.100.200:80", false, false},
		{"link-local of IPv6, with a zone", "[fe80::1%lo]:443", false, false},
		{"carrier-grade NAT", "100.64.0.1:443", false, false},
		{"multicast", "224.0.0.1:443", false, false},
		{"multicast of IPv6", "[ff02::1]:443", false, false},
		{"broadcast", "255.255.255.255:443", false, false},
		{"reserved", "240.0.0.1:443", false, false},
		{"documentation", "192.0.2.1:443", false, false},
		{"benchmarks", "198.18.0.1:443", false, false},
		{"Teredo", "[2001:0:7f00:1::]:443", false, false},
		{"a name", "localhost:443", false, false},
	} {
		if err := g.check(false)("tcp", c.address, nil); err == nil != c.secure {
			t.Errorf("%s over https: %v", c.name, err)
		}
		if err := g.check(true)("tcp", c.address, nil); err == nil != c.plain {
			t.Errorf("%s over http: %v", c.name, err)
		}
	}
	if g.check(false)("udp", "93.184.215.14:443", nil) == nil {
		t.Error("what is no stream is let through")
	}
}

// The name resolves, and only what it resolves to is refused: so is a name that
// resolves to another address the second time it is asked.
func TestANameThatLeadsInsideIsRefusedAsItIsDialled(t *testing.T) {
	t.Parallel()
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p := newPosting(Options{}, time.Now)
	for _, url := range []string{"http://localhost:" + port, "https://localhost:" + port, server.URL, "http://[::ffff:127.0.0.1]:" + port, "http://2130706433:" + port, "http://0:" + port} {
		out := hook{posting: p, url: url, secrets: []string{newSecret()}}.Carry(t.Context(), "", url, request("msg_1", []byte("{}")))
		if out.State != Deferred || out.Code != 0 || !strings.HasPrefix(out.Reply, "not connected: ") && !strings.HasPrefix(out.Reply, "no answer: ") {
			t.Errorf("%s: got %+v", url, out)
		}
	}
	if asked {
		t.Error("the machine itself was asked")
	}
	_, err = guard{}.dialer(false)(t.Context(), "tcp", "localhost:"+port)
	var refused *RefusedError
	if !errors.As(err, &refused) {
		t.Errorf("dialled it says %v", err)
	}
}

func TestCertificatesOfReceiversAreVerified(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	p := newPosting(Options{WebhookAllow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, time.Now)
	out := hook{posting: p, url: server.URL, secrets: []string{newSecret()}}.Carry(t.Context(), "", "", request("msg_1", []byte("{}")))
	if out.State != Deferred || !strings.Contains(out.Reply, "certificate") {
		t.Errorf("got %+v", out)
	}
}
