package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// express is a listener for a server of net/http whose connections answer by
// themselves when a calendar is asked for again, which is most of what Lull is
// asked. For each request net/http starts a reader that watches the connection,
// sets four deadlines, and writes the head and the body apart: more work than
// the answer itself, see BenchmarkFeedAgainstNginx.
//
// It speaks only where net/http has nothing underway: on a connection that it
// called idle ([http.StateIdle]), and holds no byte of. What comes then is read
// by [http.ReadRequest] and, if it is one whole and plain GET of a calendar,
// answered by the handler that net/http would have asked. Anything else is
// net/http's, as it came; so is the first request of each connection.
type express struct {
	*net.TCPListener
	handler     http.Handler
	idle, write time.Duration // how long to wait for a request, and for an answer to be taken
	renewal     time.Duration // by how much longer it may be, so as to set few deadlines

	answering sync.RWMutex // held for reading by who answers
}

// newExpress makes server serve what l accepts, calendars by the short way.
func newExpress(l *net.TCPListener, server *http.Server) *express {
	e := &express{TCPListener: l, handler: server.Handler, idle: server.IdleTimeout, write: server.WriteTimeout, renewal: time.Second}
	server.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateIdle {
			c.(*expressConn).rest()
		}
	}
	return e
}

// Accept waits for the next connection.
func (e *express) Accept() (net.Conn, error) {
	c, err := e.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return &expressConn{TCPConn: c, express: e, from: c.RemoteAddr().String()}, nil
}

// drain waits until what was begun is answered. It is asked once the server has
// been shut down, after which nothing more is begun.
func (e *express) drain(ctx context.Context) error {
	quiet := make(chan struct{})
	go func() {
		e.answering.Lock()
		defer e.answering.Unlock()
		close(quiet)
	}()
	select {
	case <-quiet:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// What net/http has read of a connection.
const (
	unread  = iota // nothing yet
	whole          // one whole request, and perhaps a byte of the next
	rested         // that, and has answered: it waits
	partial        // perhaps a part of a request: from here on it is alone
)

// What becomes of a connection that is closed while we answer on it.
const (
	free int32 = iota
	busy
	closed
)

// expressConn is a connection of an express. Answers are written by whoever
// reads: net/http reads in one goroutine at a time, and writes nothing while it
// waits for a request.
type expressConn struct {
	*net.TCPConn
	express *express
	from    string
	read    int       // what net/http has of it
	early   string    // what it has of the request after that
	renewed time.Time // when we set its deadlines; zero when net/http did after us
	use     atomic.Int32
}

// rest notes that net/http has answered.
func (c *expressConn) rest() {
	if c.read == whole {
		c.read, c.renewed = rested, time.Time{}
	}
}

// Close closes the connection, at once or, while something is answered on it,
// after that: to a server that shuts down it looks idle.
func (c *expressConn) Close() error {
	if c.use.Swap(closed) == busy {
		return nil
	}
	return c.TCPConn.Close()
}

// Read reads what net/http is to answer.
func (c *expressConn) Read(p []byte) (n int, err error) {
	for {
		n, err = c.TCPConn.Read(p)
		if n == 0 || c.read == partial {
			return n, err
		}
		d := desks.Get().(*desk)
		if !c.mine(d, p[:n]) || err != nil {
			desks.Put(d)
			return n, err
		}
		err = c.answer(d)
		desks.Put(d)
		if err != nil {
			return 0, err
		}
	}
}

// mine reports whether what came is a request that we answer, which is then on
// the desk. If not, it notes what net/http will have read.
func (c *expressConn) mine(d *desk, came []byte) bool {
	was, early := c.read, c.early
	c.read, c.early = partial, ""
	switch {
	case was == whole:
		if early == "" && len(came) == 1 { // by who watches whether the asker is still there
			c.read, c.early = whole, string(came)
		}
		return false
	case early != "":
		came = append([]byte(early), came...)
	}
	if !d.read(came) {
		return false
	}
	if was == rested && early == "" && isPoll(d.request) {
		c.read = rested
		return true
	}
	c.read = whole
	return false
}

// isPoll reports whether a request asks for a calendar and for nothing that
// takes more than an answer: no end of the connection, no other protocol.
func isPoll(r *http.Request) bool {
	h := r.Header
	connection := h["Connection"]
	return r.Method == http.MethodGet && r.ProtoMajor == 1 && r.ProtoMinor == 1 && isFeed(r.URL.Path) && !r.Close &&
		(connection == nil || len(connection) == 1 && strings.EqualFold(connection[0], "keep-alive")) &&
		h["Expect"] == nil && h["Upgrade"] == nil
}

// answer answers the request that is on the desk. It is not cut short when the
// asker leaves: what was made is kept for the next.
func (c *expressConn) answer(d *desk) (err error) {
	c.express.answering.RLock()
	defer c.express.answering.RUnlock()
	if !c.use.CompareAndSwap(free, busy) {
		return net.ErrClosed
	}
	defer func() {
		if !c.use.CompareAndSwap(busy, free) {
			err = errors.Join(net.ErrClosed, c.TCPConn.Close())
		}
	}()
	now := time.Now()
	c.renew(now)
	d.request.RemoteAddr = c.from
	d.answer.begin(c.TCPConn, now)
	c.express.handler.ServeHTTP(&d.answer, d.request)
	return d.answer.end()
}

// renew sets the deadlines anew. It does so now and then, since that costs as
// much as a small answer.
func (c *expressConn) renew(now time.Time) {
	e := c.express
	if now.Sub(c.renewed) < e.renewal {
		return
	}
	c.renewed = now
	_ = c.SetReadDeadline(now.Add(e.idle + e.renewal)) // fails when it is closed, as will what follows
	_ = c.SetWriteDeadline(now.Add(e.write + e.renewal))
}

// desk is what it takes to read one request and to answer it.
type desk struct {
	text    bytes.Reader
	in      *bufio.Reader
	request *http.Request
	answer  answer
}

var desks = sync.Pool{New: func() any {
	d := &desk{answer: answer{header: http.Header{}}}
	d.in = bufio.NewReader(&d.text)
	return d
}}

// read reads a request, if came is one, whole, without a body, and nothing but
// that; and if net/http would not refuse it.
func (d *desk) read(came []byte) bool {
	if !plainHead(came) {
		return false
	}
	d.text.Reset(came)
	d.in.Reset(&d.text)
	var err error
	d.request, err = http.ReadRequest(d.in)
	return err == nil && d.request.Body == http.NoBody && d.in.Buffered() == 0 && d.text.Len() == 0
}

// plainHead reports whether a head has usual names, one host, no folded line and
// no byte that a server has to refuse: [http.ReadRequest] leaves the look at
// these to its caller (RFC 9112, 2.2, 3.2 and 5).
func plainHead(head []byte) bool {
	hosts := 0
	fields, ended := bytes.CutSuffix(head, []byte("\r\n\r\n"))
	_, fields, found := bytes.Cut(fields, []byte("\r\n")) // after what is asked
	if !ended || !found {
		return false
	}
	for line := range bytes.SplitSeq(fields, []byte("\r\n")) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		if len(name) == 0 || slices.ContainsFunc(name, unusual) || slices.ContainsFunc(value, unprintable) {
			return false
		}
		if bytes.EqualFold(name, []byte("Host")) {
			value = bytes.Trim(value, " \t")
			if len(value) == 0 || slices.ContainsFunc(value, outsideHost) {
				return false
			}
			hosts++
		}
	}
	return hosts == 1
}

// unusual reports whether b is in no header's name that we know of.
func unusual(b byte) bool {
	return (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && b != '-' && b != '_'
}

func unprintable(b byte) bool { return b < ' ' && b != '\t' || b > '~' }

// outsideHost reports whether b is in no host with its port.
func outsideHost(b byte) bool { return unusual(b) && b != '.' && b != ':' && b != '[' && b != ']' }
