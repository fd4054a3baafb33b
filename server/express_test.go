package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lull/scheduler/store/storetest"
)

// twoWays are two servers of one handler: net/http alone, and with an express
// before it, which counts what it answers.
type twoWays struct {
	alone, express string // where they listen
	short          atomic.Int64
	rested         chan string // the addresses of who was answered the long way
	front          *express
	server         *http.Server
	log            strings.Builder
}

func bothWays(t testing.TB, h http.Handler) *twoWays {
	t.Helper()
	both := &twoWays{rested: make(chan string, 100)}
	listen := func() *net.TCPListener {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l.(*net.TCPListener)
	}
	serve := func(s *http.Server, l net.Listener) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
		}()
		t.Cleanup(func() { _ = s.Close(); <-done })
	}
	counting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(http.ServerContextKey) == nil { // which net/http gives to what it answers
			both.short.Add(1)
		}
		h.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context()))) // who has sent all does not hang up
	})
	alone, fronted := listen(), listen()
	both.server = &http.Server{Handler: counting, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: time.Minute, ErrorLog: log.New(&both.log, "", 0)}
	both.front = newExpress(fronted, both.server)
	note := both.server.ConnState
	both.server.ConnState = func(c net.Conn, state http.ConnState) {
		note(c, state)
		if state == http.StateIdle {
			select {
			case both.rested <- c.RemoteAddr().String():
			default: // nobody waits
			}
		}
	}
	both.alone, both.express = alone.Addr().String(), fronted.Addr().String()
	serve(&http.Server{Handler: counting, ReadTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}, alone)
	serve(both.server, both.front)
	return both
}

// rawConn is a connection on which bytes are sent as they are.
type rawConn struct {
	t testing.TB
	*net.TCPConn
	in *bufio.Reader
}

// opened is a connection to the express on which net/http has answered once.
func (both *twoWays) opened(t testing.TB) (c rawConn, answer string) {
	t.Helper()
	c = dial(t, both.express)
	c.send(poll)
	answer = c.answer()
	for <-both.rested != c.LocalAddr().String() {
	}
	return c, answer
}

func dial(t testing.TB, addr string) rawConn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return rawConn{t, c.(*net.TCPConn), bufio.NewReader(c)}
}

func (c rawConn) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

// answer is the next answer to a GET, as it came.
func (c rawConn) answer() string {
	c.t.Helper()
	var raw strings.Builder
	length := 0
	for line := ""; line != "\r\n"; {
		var err error
		if line, err = c.in.ReadString('\n'); err != nil {
			c.t.Fatalf("%v after %q", err, raw.String()+line)
		}
		raw.WriteString(line)
		if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	if _, err := io.CopyN(&raw, c.in, int64(length)); err != nil {
		c.t.Fatal(err)
	}
	return raw.String()
}

// rest is what comes until the other side closes.
func (c rawConn) rest() string {
	c.t.Helper()
	if err := c.CloseWrite(); err != nil {
		c.t.Fatal(err)
	}
	text, err := io.ReadAll(c.in)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

var (
	dates    = regexp.MustCompile(`\r\nDate: [^\r]+ GMT\r\n`)
	boundary = regexp.MustCompile(`[0-9a-f]{60}`)
)

// undated is an answer without what differs each time.
func undated(answer string) string {
	return boundary.ReplaceAllString(dates.ReplaceAllString(answer, "\r\nDate: then\r\n"), "between")
}

const poll = "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\n\r\n"

func TestTheShortWayAnswersAsTheLongOne(t *testing.T) {
	t.Parallel()
	_, h, token := wired(t, storetest.SQLite(t), nil)
	if w := ask(t, h, token, http.MethodPost, "/api/v1/services", `{"slug":"shop","name":"Shop","tier":1,"public":true}`); w.Code != http.StatusCreated {
		t.Fatal(w.Body)
	}
	both := bothWays(t, h)
	tag := dial(t, both.alone)
	tag.send(strings.Replace(poll, "\r\n\r\n", "\r\nAccept-Encoding: gzip\r\n\r\n", 1))
	etag := regexp.MustCompile(`"[^"]+-gz"`).FindString(tag.answer())
	if etag == "" {
		t.Fatal("no tag")
	}
	for _, c := range []struct {
		name  string
		send  string
		short bool
	}{
		{"plain", poll, true},
		{"packed", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nAccept-Encoding: gzip, br\r\n\r\n", true},
		{"had already", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nAccept-Encoding: gzip\r\nIf-None-Match: " + etag + "\r\n\r\n", true},
		{"one of a list", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nAccept-Encoding: gzip\r\nIf-None-Match: \"a\", " + etag + "\r\n\r\n", true},
		{"had before", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nIf-Modified-Since: Sun, 01 Nov 2099 12:00:00 GMT\r\n\r\n", true},
		{"a range", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nRange: bytes=5-9\r\n\r\n", true},
		{"two ranges", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nRange: bytes=5-9,11-12\r\n\r\n", true},
		{"no such range", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nRange: bytes=999999-\r\n\r\n", true},
		{"of a service", "GET /calendar.ics?service=shop HTTP/1.1\r\nHost: lull\r\n\r\n", true},
		{"of too many", "GET /calendar.ics?tier=1" + strings.Repeat("&tier=1", 200) + " HTTP/1.1\r\nHost: lull\r\n\r\n", true},
		{"a query that is none", "GET /calendar.ics?%zz HTTP/1.1\r\nHost: lull\r\n\r\n", true},
		{"a name that is none", "GET /calendar/%ff.ics HTTP/1.1\r\nHost: lull\r\n\r\n", true},
		{"unknown", "GET /calendar/" + strings.Repeat("A", 43) + ".ics HTTP/1.1\r\nHost: lull\r\n\r\n", true},
		{"no such window", "GET /windows/MW-7.ics HTTP/1.1\r\nHost: lull\r\n\r\n", true},
		{"no such route", "GET /a/b/c.ics HTTP/1.1\r\nHost: lull\r\n\r\n", true},
		{"names in small letters, no space", "GET /calendar.ics HTTP/1.1\r\nhost:lull\r\naccept-encoding:gzip\r\n\r\n", true},
		{"to be kept alive", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nConnection: Keep-Alive\r\n\r\n", true},
		{"of an absolute address", "GET http://lull/calendar.ics HTTP/1.1\r\nHost: lull\r\n\r\n", true},
		{"packed itself", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nContent-Encoding: gzip\r\n\r\n", true},
		{"of no length", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nContent-Length: 0\r\n\r\n", true},

		{"to be closed", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nConnection: close\r\n\r\n", false},
		{"to become another protocol", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", false},
		{"head alone", "HEAD /calendar.ics HTTP/1.1\r\nHost: lull\r\n\r\n", false},
		{"of a page", "GET /status HTTP/1.1\r\nHost: lull\r\n\r\n", false},
		{"not a GET", "POST /calendar.ics HTTP/1.1\r\nHost: lull\r\nContent-Length: 0\r\n\r\n", false},
		{"with a body", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nContent-Length: 3\r\n\r\nabc", false},
		{"with a body in chunks", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
		{"a body that ends like a head", "POST /login HTTP/1.1\r\nHost: lull\r\nContent-Length: 4\r\n\r\n\r\n\r\n", false},
		{"two at once", poll + poll, false},
		{"two at once, one with bare line feeds", "GET /status HTTP/1.1\nHost: lull\n\n" + poll, false},
		{"of an old client", "GET /calendar.ics HTTP/1.0\r\nHost: lull\r\n\r\n", false},
		{"of an old client, kept alive", "GET /calendar.ics HTTP/1.0\r\nHost: lull\r\nConnection: keep-alive\r\n\r\n", false},
		{"of a client to come", "GET /calendar.ics HTTP/1.2\r\nHost: lull\r\n\r\n", false},
		{"what is expected", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nExpect: 100-continue\r\n\r\n", false},
		{"something else is expected", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nExpect: cake\r\n\r\n", false},
		{"no host", "GET /calendar.ics HTTP/1.1\r\n\r\n", false},
		{"two hosts", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nhost: other\r\n\r\n", false},
		{"a name with a space", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nX y: a\r\n\r\n", false},
		{"no name", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\n: x\r\n\r\n", false},
		{"a folded line", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nX: a\r\n b\r\n\r\n", false},
		{"a host in two lines", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\n lull\r\n\r\n", false},
		{"a byte that no header has", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nX: \x01\r\n\r\n", false},
		{"a bare return", "GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nX: a\rb\r\n\r\n", false},
		{"a host that is none", "GET /calendar.ics HTTP/1.1\r\nHost: a b\r\n\r\n", false},
		{"no HTTP", "\x16\x03\x01\x02\x00\r\n\r\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			long := dial(t, both.alone)
			long.send(poll + c.send)
			_ = long.answer()
			want := undated(long.rest())
			short, _ := both.opened(t)
			before := both.short.Load()
			short.send(c.send)
			if got := undated(short.rest()); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if n := both.short.Load() - before; n == 1 != c.short {
				t.Errorf("%d were answered the short way, want one: %t", n, c.short)
			}
		})
	}
}

func TestTheShortWayBringsALargeCalendarWhole(t *testing.T) {
	t.Parallel()
	cfg, err := configOf(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := wire(t.Context(), cfg, filled(t, filepath.Join(t.TempDir(), "lull.db"), 1000), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.handler()
	if err != nil {
		t.Fatal(err)
	}
	both := bothWays(t, h)
	for _, encoding := range []string{"identity", "gzip"} {
		ask := strings.Replace(poll, "\r\n\r\n", "\r\nAccept-Encoding: "+encoding+"\r\n\r\n", 1)
		long := dial(t, both.alone)
		long.send(ask)
		want := long.answer()
		short, _ := both.opened(t)
		for range 3 { // the next answer begins where the one before ends
			short.send(ask)
			if got := short.answer(); undated(got) != undated(want) || len(got) < 16<<10 {
				t.Errorf("%s: got %d bytes, want %d, or other ones", encoding, len(got), len(want))
			}
		}
	}
	if n := both.short.Load(); n != 6 {
		t.Errorf("%d were answered the short way, want 6", n)
	}
}

func TestAFileThatTheSystemDoesNotSendIsCopied(t *testing.T) {
	t.Parallel()
	const name = "/proc/self/pagemap" // of the pages that begin at nothing
	want := make([]byte, 4<<10)
	file, err := os.Open(name)
	if err != nil {
		t.Skip("this system has no such file")
	}
	defer file.Close()
	if _, err := file.ReadAt(want, 0); err != nil {
		t.Fatal(err)
	}
	both := bothWays(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", strconv.Itoa(len(want)))
		if to, ok := w.(fileSender); ok {
			if err := to.SendFile(file, len(want)); err != nil {
				t.Error(err)
			}
			return
		}
		_, _ = w.Write(want)
	}))
	conn, long := both.opened(t)
	conn.send(poll)
	if got := conn.answer(); undated(got) != undated(long) {
		t.Errorf("got %q, want %q", got, long)
	}
}

// fileSender is what a calendar asks of who answers.
type fileSender interface {
	SendFile(f *os.File, length int) error
}

func TestAFileIsSentAsItIs(t *testing.T) {
	t.Parallel()
	const long = 16 << 20 // more than a socket holds
	bytes := make([]byte, long)
	for i := range bytes {
		bytes[i] = byte(i / 1000)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(bytes); err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	both := bothWays(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, ok := w.(fileSender)
		if !ok {
			tell(w, r)
			return
		}
		length := long
		switch r.URL.Path {
		case "/part.ics":
			length = 1000
		case "/short.ics":
			length = long + 1
		}
		if r.URL.Path != "/unsaid.ics" {
			w.Header().Set("Content-Length", strconv.Itoa(length))
		}
		sent <- to.SendFile(file, length)
	}))
	for _, c := range []struct {
		path   string
		length int
		err    error
	}{{"/whole.ics", long, nil}, {"/part.ics", 1000, nil}, {"/unsaid.ics", long, nil}, {"/short.ics", long, io.ErrUnexpectedEOF}} {
		conn, _ := both.opened(t)
		conn.send("GET " + c.path + " HTTP/1.1\r\nHost: lull\r\n\r\n")
		res, err := http.ReadResponse(conn.in, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		if !errors.Is(err, c.err) || string(got) != string(bytes[:c.length]) {
			t.Errorf("%s: got %d bytes, %v, want %d, %v", c.path, len(got), err, c.length, c.err)
		}
		if err := <-sent; !errors.Is(err, c.err) {
			t.Errorf("%s: sent with %v, want %v", c.path, err, c.err)
		}
	}
}

// tell answers with what it was asked, and says how long that is: without, who
// answers may choose how to say where it ends.
var tell = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	told := fmt.Appendf(nil, "%s %q %q %d\n%q %v\n", r.Method, r.URL, r.Host, r.ContentLength, body, err)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		told = fmt.Appendf(told, "%s: %q\n", name, r.Header[name])
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", strconv.Itoa(len(told)))
	_, _ = w.Write(told)
})

// FuzzTheShortWay sends what comes after a request of a calendar, and compares
// all answers with those of net/http.
func FuzzTheShortWay(f *testing.F) {
	both := bothWays(f, tell)
	for _, text := range []string{
		poll, poll + poll, "GET /calendar.ics HTTP/1.1\nHost: x\n\n", "POST /calendar.ics HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nGET " + poll,
		"GET /a.ics HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nA: b\r\n\r\n", "GET /a.ics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + poll,
	} {
		f.Add(text, uint16(len(text)))
		f.Add(text, uint16(7))
	}
	f.Fuzz(func(t *testing.T, text string, cut uint16) {
		parts := []string{text}
		if at := int(cut); at < len(text) {
			parts = []string{text[:at], text[at:]}
		}
		talk := func(addr string) string {
			conn := dial(t, addr)
			conn.send(poll)
			_ = conn.answer()
			for _, part := range parts {
				if _, err := io.WriteString(conn, part); err != nil {
					break // it had enough
				}
			}
			_ = conn.CloseWrite()
			answers, _ := io.ReadAll(conn.in) // which a reset may end
			return undated(string(answers))
		}
		if got, want := talk(both.express), talk(both.alone); got != want {
			t.Errorf("%q, %d: got\n%s\nwant\n%s", text, cut, got, want)
		}
	})
}

func TestAServerThatIsShutDownFinishesTheShortWay(t *testing.T) {
	t.Parallel()
	var both *twoWays
	asked := 0
	both = bothWays(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked == 2 {
			if err := both.server.Shutdown(t.Context()); err != nil { // it finds us idle
				t.Error(err)
			}
			soon, stop := context.WithTimeout(t.Context(), time.Millisecond)
			defer stop()
			if err := both.front.drain(soon); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("drained while it answers: %v", err)
			}
		}
		tell(w, r)
	}))
	conn, want := both.opened(t)
	conn.send(poll)
	if got := conn.answer(); undated(got) != undated(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if left := conn.rest(); left != "" || both.short.Load() != 1 {
		t.Errorf("left %q; %d were answered the short way", left, both.short.Load())
	}
	if err := both.front.drain(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAPanicOnTheShortWayEndsOneConnection(t *testing.T) {
	t.Parallel()
	both := bothWays(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Panic") != "" {
			panic("as told")
		}
		tell(w, r)
	}))
	conn, _ := both.opened(t)
	other, _ := both.opened(t)
	conn.send("GET /calendar.ics HTTP/1.1\r\nHost: lull\r\nPanic: now\r\n\r\n")
	if got, err := io.ReadAll(conn.in); err != nil || len(got) > 0 {
		t.Errorf("got %q, %v", got, err)
	}
	other.send(poll)
	_ = other.answer()
	if both.short.Load() != 2 {
		t.Errorf("%d were answered the short way, want 2", both.short.Load())
	}
	if err := both.server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := both.front.drain(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTheShortWayEndsAConnectionThatIsIdle(t *testing.T) {
	t.Parallel()
	both := bothWays(t, tell)
	both.front.idle, both.front.renewal = 50*time.Millisecond, 0
	conn, _ := both.opened(t)
	conn.send(poll)
	_ = conn.answer()
	if left, err := io.ReadAll(conn.in); err != nil || len(left) > 0 {
		t.Errorf("an idle connection got %q, %v", left, err)
	}
}

func TestTheShortWayGivesUpWhatNobodyTakes(t *testing.T) {
	t.Parallel()
	const long = 64 << 20 // more than a socket holds
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(long); err != nil {
		t.Fatal(err)
	}
	gaveUp := make(chan error, 1)
	both := bothWays(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(long))
		switch r.URL.Path {
		case "/long.ics":
			_, err := w.Write(make([]byte, long))
			gaveUp <- err
		case "/file.ics":
			gaveUp <- w.(fileSender).SendFile(file, long)
		default:
			tell(w, r)
		}
	}))
	both.front.write, both.front.renewal = 50*time.Millisecond, 0
	for _, path := range []string{"/long.ics", "/file.ics"} {
		conn, _ := both.opened(t)
		conn.send("GET " + path + " HTTP/1.1\r\nHost: lull\r\n\r\n")
		if err := <-gaveUp; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("nobody took %s: %v", path, err)
		}
		if n, err := io.Copy(io.Discard, conn.in); n >= long || err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%d bytes came of %s, which was given up, %v", n, path, err)
		}
	}
}

// TestTheShortWayLeavesNetHTTPItsBytes plays net/http on a connection, since
// nobody else can tell in which order it reads.
func TestTheShortWayLeavesNetHTTPItsBytes(t *testing.T) {
	t.Parallel()
	const page, room = "GET /status HTTP/1.1\r\nHost: lull\r\n\r\n", 4 << 10
	type step struct {
		idle bool   // net/http has answered, and waits
		send string // what the asker sends
		room int    // for how much net/http asks then; 0: for what comes after what we answer
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"in turn", []step{{false, poll, room}, {true, poll, 0}, {false, poll, 0}, {false, page, room}, {true, poll, 0}, {false, page, room}}},
		{"a byte early", []step{{false, poll, room}, {false, "G", 1}, {true, poll[1:], room}, {true, poll, 0}, {false, page, room}}},
		{"a byte early, twice", []step{{false, poll, room}, {false, "G", 1}, {false, "E", 1}, {true, poll[2:], room}, {true, poll, room}}},
		{"two bytes early", []step{{false, poll, room}, {false, "GE", room}, {true, poll[2:], room}, {true, poll, room}}},
		{"a byte early, and one more", []step{{false, poll, room}, {false, "G", 1}, {true, poll[1:] + "G", room}, {true, poll[1:], room}, {true, poll, room}}},
		{"the first in two parts", []step{{false, poll[:7], room}, {false, poll[7:], room}, {true, poll, room}}},
		{"the second in two parts", []step{{false, poll, room}, {true, poll[:7], room}, {false, poll[7:], room}, {true, poll, room}}},
		{"two at once", []step{{false, poll, room}, {true, poll + poll, room}, {true, poll, room}}},
		{"a body", []step{{false, "POST / HTTP/1.1\r\nHost: lull\r\nContent-Length: 4\r\n\r\n\r\n\r\n", room}, {true, poll, room}}},
		{"before net/http has answered", []step{{false, poll, room}, {false, poll, room}, {true, poll, room}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			asker := dial(t, l.Addr().String())
			accepted, err := newExpress(l, &http.Server{Handler: tell, WriteTimeout: time.Minute, IdleTimeout: time.Minute}).Accept()
			if err := errors.Join(err, l.Close()); err != nil {
				t.Fatal(err)
			}
			defer accepted.Close()
			var reading chan string
			read := func(room int) {
				reading = make(chan string, 1)
				go func(reading chan<- string) {
					p := make([]byte, room)
					n, err := accepted.Read(p)
					if err != nil {
						t.Error(err)
					}
					reading <- string(p[:n])
				}(reading)
			}
			for i, s := range c.steps {
				if s.idle {
					accepted.(*expressConn).rest()
				}
				if reading == nil {
					read(cmp.Or(s.room, room))
				}
				asker.send(s.send)
				if s.room == 0 {
					_ = asker.answer()
					continue
				}
				if got := <-reading; got != s.send {
					t.Errorf("step %d: net/http read %q, want %q", i, got, s.send)
				}
				reading = nil
			}
			if err := accepted.Close(); err != nil {
				t.Error(err)
			}
			if left, err := io.ReadAll(asker.in); err != nil || len(left) > 0 {
				t.Errorf("answered %q, %v", left, err)
			}
		})
	}
}
