package notifier_test

import (
	"bufio"
	"maps"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// script is a mail server that says what it is told to, and misbehaves on cue.
type script struct {
	net.Listener
	acts []act

	mu       sync.Mutex
	spoken   [][]string // the commands of each connection
	mail     []string   // what came with a final dot
	reached  chan string
	released chan struct{}
}

// act is how one connection goes: what to answer to each verb, "." being the
// final dot and "" the connection itself. What is not in it goes well. Answers
// to one verb, parted by " / ", follow each other, and the last is repeated.
type act map[string]string

const (
	cut      = "cut"      // hang up instead of answering
	thenCut  = "|cut"     // behind an answer: hang up after it
	hang     = "hang"     // no answer until the client hangs up
	reset    = "reset"    // take a little of the message, then break the connection
	withhold = "withhold" // answer well, but only when released
)

var wellMannered = act{
	"": "220 ready", "EHLO": "250 hello", "HELO": "250 hello", "MAIL": "250 2.1.0 ok", "RCPT": "250 2.1.5 ok",
	"DATA": "354 go on", ".": "250 2.0.0 queued as 7F3A", "RSET": "250 ok", "QUIT": "221 bye" + thenCut,
}

// play opens the script; the last act is repeated for all further connections.
func play(t *testing.T, acts ...act) *script {
	t.Helper()
	s := &script{Listener: listen(t), acts: acts, reached: make(chan string, 100), released: make(chan struct{})}
	var open sync.WaitGroup
	open.Go(func() {
		for n := 0; ; n++ {
			conn, err := s.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.spoken = append(s.spoken, nil)
			s.mu.Unlock()
			open.Go(func() { s.serve(n, conn, acts[min(n, len(acts)-1)]) })
		}
	})
	t.Cleanup(func() {
		_ = s.Close()
		open.Wait()
	})
	return s
}

func (s *script) url() string { return "smtp://" + s.Addr().String() }

func (s *script) serve(n int, conn net.Conn, a act) {
	defer conn.Close()
	a = maps.Clone(a)
	c := textproto.NewConn(conn)
	verb := ""
	for s.answer(c, conn, a, verb) {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		s.note(n, line)
		verb, _, _ = strings.Cut(strings.ToUpper(line), " ")
	}
}

// answer plays one verb and tells whether the connection goes on.
func (s *script) answer(c *textproto.Conn, conn net.Conn, a act, verb string) bool {
	say, found := a[verb]
	if !found {
		say = wellMannered[verb]
	}
	if now, later, more := strings.Cut(say, " / "); more {
		say, a[verb] = now, later
	}
	switch say {
	case cut:
		return false
	case hang:
		s.reached <- verb
		_, _ = c.ReadLine()
		return false
	case reset:
		_ = c.PrintfLine("354 go on")
		_, _ = bufio.NewReader(conn).Peek(1)
		_ = conn.(*net.TCPConn).SetLinger(0)
		return false
	case withhold:
		s.reached <- verb
		<-s.released
		say = wellMannered[verb]
	}
	say, last := strings.CutSuffix(say, thenCut)
	_ = c.PrintfLine("%s", say)
	if last {
		return false
	}
	if verb == "DATA" && strings.HasPrefix(say, "354") {
		return s.take(c, conn, a)
	}
	return true
}

// take reads the message and keeps it if, and only if, its final dot comes.
func (s *script) take(c *textproto.Conn, conn net.Conn, a act) bool {
	var message strings.Builder
	for {
		line, err := c.R.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		message.WriteString(line)
	}
	s.mu.Lock()
	s.mail = append(s.mail, message.String())
	s.mu.Unlock()
	return s.answer(c, conn, a, ".")
}

func (s *script) note(connection int, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spoken[connection] = append(s.spoken[connection], line)
}

// verbs returns the first words of what was said, connections parted by "/".
func (s *script) verbs() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for i, lines := range s.spoken {
		if i > 0 {
			out = append(out, "/")
		}
		for _, line := range lines {
			verb, _, _ := strings.Cut(line, " ")
			out = append(out, verb)
		}
	}
	return strings.Join(out, " ")
}

func (s *script) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mail
}
