package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// beARelay makes this test binary a mail server that listens at the variable's
// value, so that there is one of its own process wherever the tests run.
const beARelay = "LULL_TEST_RELAY"

func TestMain(m *testing.M) {
	if addr := os.Getenv(beARelay); addr != "" {
		if err := relay(addr, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if addr := os.Getenv(beBare); addr != "" {
		fmt.Fprintln(os.Stderr, bare(addr, os.Getenv(bareDir)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// received is one message that the relay took over.
type received struct{ To, MessageID, Sum string }

// relay takes mail at addr as a tired server does: it is slow here and there,
// and of each fifty messages it puts off one, and loses the connection to three:
// before it kept the message, after it kept it, and after it said so. After 500
// it is well. It writes down each message it took over, a line of JSON each.
func relay(addr string, out io.Writer) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	var one sync.Mutex
	keep := func(r received) {
		one.Lock()
		defer one.Unlock()
		_ = json.NewEncoder(out).Encode(r)
	}
	var seen atomic.Int64
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			converse(textproto.NewConn(conn), &seen, keep)
		}()
	}
}

func converse(c *textproto.Conn, seen *atomic.Int64, keep func(received)) {
	_ = c.PrintfLine("220 relay.example.net ready")
	var r received
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO", "MAIL", "RSET":
			_ = c.PrintfLine("250 2.0.0 well")
		case "RCPT":
			n := seen.Add(1) % 50
			if seen.Load() > 500 { // then it has had its sleep
				n = 0
			}
			_, rest, _ = strings.Cut(rest, "<")
			r.To, _, _ = strings.Cut(rest, ">")
			switch n {
			case 37:
				_ = c.PrintfLine("451 4.7.1 come again")
				continue
			case 41:
				time.Sleep(200 * time.Millisecond) // as a server does that looks somebody up
			}
			_ = c.PrintfLine("250 2.1.5 known")
			if !take(c, r, n, keep) {
				return
			}
		default:
			_ = c.PrintfLine("221 2.0.0 bye")
			return
		}
	}
}

// take reads one message, and reports whether the connection goes on.
func take(c *textproto.Conn, r received, n int64, keep func(received)) bool {
	if _, err := c.ReadLine(); err != nil {
		return false
	}
	_ = c.PrintfLine("354 go on")
	raw, err := io.ReadAll(c.DotReader())
	if err != nil {
		return false // without the dot it is no message
	}
	if n == 7 {
		return false // lost: nobody will ever hear of it
	}
	for head := bufio.NewScanner(strings.NewReader(string(raw))); head.Scan() && head.Text() != ""; {
		if name, id, _ := strings.Cut(head.Text(), ": "); name == "Message-ID" {
			r.MessageID = id
		}
	}
	r.Sum = fmt.Sprintf("%x", sha256.Sum256(raw))
	keep(r)
	if n == 17 {
		return false // kept, but its client does not hear so
	}
	time.Sleep(time.Millisecond) // as a server does that writes to a disk
	_ = c.PrintfLine("250 2.0.0 queued")
	return n != 27
}

// startRelay starts a relay of its own process, and answers its address and the
// file in which it writes down what it took over.
func startRelay(t *testing.T) (addr, file string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	_ = l.Close()
	out, err := os.Create(filepath.Join(t.TempDir(), "taken.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), beARelay+"="+addr), out, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = out.Close() })
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return addr, out.Name()
		}
		time.Sleep(5 * time.Millisecond) // a process of its own, which says nothing when it is ready
	}
	t.Fatal("the relay did not get ready in 20 s")
	return "", ""
}

// taken reads what the relay took over so far.
func taken(t *testing.T, file string) (all []received) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var r received
		if !strings.HasSuffix(line, "\n") {
			break // it is being written
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, r)
	}
	return all
}

func TestNoMailIsLostWhenTheServerIsKilledAsItSends(t *testing.T) {
	if os.Getenv("LULL_TEST_POSTGRES") != "" {
		t.Skip("this is about the file of SQLite")
	}
	if testing.Short() {
		t.Skip("builds a binary and kills it again and again")
	}
	t.Parallel()
	const people, mostKills = 500, 6
	addr, file := startRelay(t)
	p := newProcess(t)
	p.env = append([]string{"LULL_SMTP_URL=smtp://" + addr + "?tls=off", "LULL_MAIL_FROM=Lull <lull@example.org>", "LULL_MAIL_RETRY=1s"}, p.env...)
	p.command("a long enough secret phrase\n", "user", "add", "--email", "ada@example.org", "--name", "Ada", "--role", "admin", "--password-stdin")
	token := p.command("", "token", "add", "--user", "ada@example.org", "--name", "test")
	p.start()
	made := func(method, path, body string, want int) {
		t.Helper()
		if status, answer, err := p.call(token, method, path, body); err != nil || status != want {
			t.Fatalf("%s %s: %d, %v, %v", method, path, status, answer, err)
		}
	}
	made("POST", "/services", `{"slug":"core-db","name":"Core database"}`, 201)
	made("PUT", "/settings", `{"preset":"solo"}`, 200)
	for i := range people {
		made("POST", "/stakeholders", fmt.Sprintf(`{"email":"person-%03d@example.net","name":"Person %d"}`, i, i), 201)
	}
	made("POST", "/windows", window(time.Now().UTC().Truncate(time.Hour).Add(48*time.Hour)), 201)
	kills := 0
	for ; kills < mostKills && len(taken(t, file)) < people; kills++ {
		time.Sleep(time.Duration(80+kills*37) * time.Millisecond) // the moment of the kill is meant to be any
		p.kill()
		p.start()
	}
	p.outboxRests(token)

	copies := map[string][]received{}
	for _, r := range taken(t, file) {
		copies[r.To] = append(copies[r.To], r)
	}
	doubles, attempts := 0, p.attempts(token)
	for i := range people {
		to := fmt.Sprintf("person-%03d@example.net", i)
		got := copies[to]
		if len(got) == 0 {
			t.Errorf("%s was told nothing", to)
			continue
		}
		for _, again := range got[1:] {
			doubles++
			if again != got[0] {
				t.Errorf("%s got %v and %v, want the same bytes", to, got[0], again)
			}
		}
		if attempts[to] < len(got) {
			t.Errorf("%s got %d copies in %d attempts: one was sent again that was not in doubt", to, len(got), attempts[to])
		}
	}
	if kills < 2 {
		t.Errorf("%d kills: all was sent before", kills)
	}
	t.Logf("%d kills, %d mails, %d doubles", kills, people, doubles)
}

// attempts is how often each address was tried to be told, and fails the test
// where it is not known in the end.
func (p *process) attempts(token string) map[string]int {
	p.t.Helper()
	tried, cursor := map[string]int{}, ""
	for {
		status, answer, err := p.call(token, "GET", "/outbox?limit=200&cursor="+cursor, "")
		if err != nil || status != 200 {
			p.t.Fatalf("outbox: %d %v", status, err)
		}
		for _, item := range answer["items"].([]any) {
			d := item.(map[string]any)
			if d["state"] != "sent" {
				p.t.Errorf("the delivery to %v is %v: %v", d["address"], d["state"], d["reply"])
			}
			tried[d["address"].(string)] = int(d["attempts"].(float64))
		}
		next, more := answer["next"].(string)
		if !more || next == "" {
			return tried
		}
		cursor = next
	}
}
