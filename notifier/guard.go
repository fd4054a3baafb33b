package notifier

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"
)

// guard decides, address by address and after every name was resolved, where
// webhooks may connect to. A name that resolves to another address the second
// time is judged by that one.
type guard struct {
	allow []netip.Prefix // networks of ours that somebody opened to webhooks
}

// forbidden are networks that no program of others stands in. What netip knows
// by a name (private, loopback, link-local, multicast) is not repeated.
var forbidden = prefixes(
	"0.0.0.0/8",        // this network, RFC 1122
	"100.64.0.0/10",    // carrier-grade NAT, RFC 6598
	"192.0.0.0/24",     // protocol assignments, RFC 6890
	"192.0.2.0/24",     // documentation, RFC 5737
	"192.88.99.0/24",   // 6to4 relays, RFC 7526
	"198.18.0.0/15",    // benchmarks, RFC 2544
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"240.0.0.0/4",      // reserved, broadcast
	"168.63.129.16/32", // a cloud's own agent
	"::/96",            // IPv4-compatible, RFC 4291
	"64:ff9b::/96",     // NAT64, which leads to any IPv4, RFC 6052
	"64:ff9b:1::/48",   // the same, local, RFC 8215
	"100::/64",         // discard, RFC 6666
	"2001::/23",        // protocol assignments, Teredo among them, RFC 2928
	"2001:db8::/32",    // documentation, RFC 3849
	"2002::/16",        // 6to4, which leads to any IPv4, RFC 3056
	"3fff::/20",        // documentation, RFC 9637
	"5f00::/16",        // segment routing, RFC 9602
	"fec0::/10",        // site-local, RFC 3879
)

func prefixes(all ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(all))
	for i, text := range all {
		out[i] = netip.MustParsePrefix(text)
	}
	return out
}

// allowed reports whether somebody opened the address to webhooks.
func (g guard) allowed(ip netip.Addr) bool {
	return slices.ContainsFunc(g.allow, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// public reports whether the address is one of the internet at large.
func public(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() &&
		!slices.ContainsFunc(forbidden, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// RefusedError is an address that webhooks must not connect to.
type RefusedError struct{ Detail string }

func (e *RefusedError) Error() string { return e.Detail }

// check is what a dialer asks of each address before it connects.
func (g guard) check(plain bool) func(network, address string, _ syscall.RawConn) error {
	return func(network, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !strings.HasPrefix(network, "tcp") {
			return &RefusedError{fmt.Sprintf("%s is no address that can be connected to", address)}
		}
		ip := at.Addr().Unmap().WithZone("")
		switch {
		case g.allowed(ip):
			return nil
		case !public(ip):
			return &RefusedError{fmt.Sprintf("%s is inside a network that webhooks must not reach; LULL_WEBHOOK_ALLOW opens one", ip)}
		case plain:
			return &RefusedError{"what goes over http can be read on the way: use https, or open the network with LULL_WEBHOOK_ALLOW"}
		}
		return nil
	}
}

// dialTimeout is how long a connection may take to be made.
const dialTimeout = 5 * time.Second

func (g guard) dialer(plain bool) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{Timeout: dialTimeout, Control: g.check(plain)}
	return d.DialContext
}
