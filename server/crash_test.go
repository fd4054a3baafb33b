package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

const kills = 20

// process is a server of its own, which can be killed.
type process struct {
	t    *testing.T
	bin  string
	env  []string
	base string
	cmd  *exec.Cmd
}

// start runs the server and waits until it is ready.
func (p *process) start() {
	p.t.Helper()
	p.cmd = exec.CommandContext(context.Background(), p.bin)
	p.cmd.Env = p.env
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(p.kill) // which does no harm to a dead one
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if res, err := http.Get(p.base + "/readyz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(5 * time.Millisecond) // a process of its own, which says nothing when it is ready
	}
	p.t.Fatal("the server did not get ready in 20 s")
}

// kill ends it with SIGKILL.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// command runs another command of the binary beside it.
func (p *process) command(stdin string, args ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(context.Background(), p.bin, args...)
	cmd.Env, cmd.Stdin = p.env, strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		p.t.Fatalf("lull %v: %v: %s", args, err, errs.String())
	}
	return strings.TrimSpace(out.String())
}

// call asks the API; a broken connection is an error, whatever was done.
func (p *process) call(token, method, path, body string) (status int, answer map[string]any, err error) {
	req, err := http.NewRequestWithContext(context.Background(), method, p.base+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil, err
	}
	return res.StatusCode, answer, json.Unmarshal(text, &answer)
}

func newProcess(t *testing.T) *process {
	t.Helper()
	dir := t.TempDir()
	bin := filepath.Join(dir, "lull")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	return &process{t: t, bin: bin, base: "http://" + addr, env: append(os.Environ(),
		"LULL_ADDR="+addr, "LULL_DATABASE="+filepath.Join(dir, "lull.db"), "LULL_BACKUP_DIR=off")}
}

func TestNoAcknowledgedChangeIsLostWhenTheServerIsKilled(t *testing.T) {
	if os.Getenv("LULL_TEST_POSTGRES") != "" {
		t.Skip("this is about the file of SQLite")
	}
	if testing.Short() {
		t.Skip("builds a binary and kills it twenty times")
	}
	t.Parallel()
	p := newProcess(t)
	p.command("a long enough secret phrase\n", "user", "add", "--email", "ada@example.org", "--name", "Ada", "--role", "admin", "--password-stdin")
	token := p.command("", "token", "add", "--user", "ada@example.org", "--name", "test")
	p.start()
	if status, answer, err := p.call(token, "POST", "/services", `{"slug":"core-db","name":"Core database"}`); err != nil || status != http.StatusCreated {
		t.Fatalf("service: %d, %v, %v", status, answer, err)
	}
	if status, answer, err := p.call(token, "POST", "/stakeholders", `{"email":"bob@example.net","name":"Bob"}`); err != nil || status != http.StatusCreated {
		t.Fatalf("stakeholder: %d, %v, %v", status, answer, err)
	}
	if status, answer, err := p.call(token, "PUT", "/settings", `{"preset":"solo"}`); err != nil || status != http.StatusOK {
		t.Fatalf("settings: %d, %v, %v", status, answer, err)
	}
	acknowledged := map[string]string{} // id → state
	hour := time.Now().UTC().Truncate(time.Hour).Add(48 * time.Hour)
	for round := range kills {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := 0; ; i++ {
				hour = hour.Add(2 * time.Hour)
				status, answer, err := p.call(token, "POST", "/windows", window(hour))
				if err != nil {
					return
				}
				if status != http.StatusCreated {
					t.Errorf("booking: %d %v", status, answer)
					return
				}
				acknowledged[answer["id"].(string)] = answer["state"].(string)
			}
		}()
		time.Sleep(time.Duration(20+round*7) * time.Millisecond) // the moment of the kill is meant to be any
		p.kill()
		<-done
		p.start()
	}
	if len(acknowledged) == 0 {
		t.Fatal("nothing was booked between the kills")
	}
	for id, state := range acknowledged {
		status, answer, err := p.call(token, "GET", "/windows/"+id, "")
		if err != nil || status != http.StatusOK || answer["state"] != state {
			t.Errorf("window %s: %d %v %v, want %s", id, status, answer["state"], err, state)
		}
	}
	p.outboxRests(token)
	p.kill()
	db, err := store.Open(t.Context(), strings.TrimPrefix(p.env[len(p.env)-2], "LULL_DATABASE="))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // it was only read
	rows, err := agenda.New(db).Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills, %d acknowledged windows, %d rows of the log", kills, len(acknowledged), rows)
}

// window is a booking that needs no approval in the solo preset.
func window(start time.Time) string {
	return fmt.Sprintf(`{"title":"Upgrade","services":[{"slug":"core-db"}],"start":%q,"end":%q,"lead":"ada@example.org",
		"rollback_plan":"Put it back.","checks":[{"phase":"verify","text":"It answers","required":true}],"submit":true}`,
		start.Format(time.RFC3339), start.Add(time.Hour).Format(time.RFC3339))
}

// outboxRests waits until nothing in the outbox is still to be settled.
func (p *process) outboxRests(token string) {
	p.t.Helper()
	deadline := time.Now().Add(100 * time.Second)
	for {
		waiting := 0
		for _, state := range []string{"queued", "sending", "deferred", "in_doubt"} {
			status, answer, err := p.call(token, "GET", "/outbox?limit=1&state="+state, "")
			if err != nil || status != http.StatusOK {
				p.t.Fatalf("outbox: %d %v", status, err)
			}
			waiting += len(answer["items"].([]any))
		}
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatal("deliveries are still waiting")
		}
		time.Sleep(100 * time.Millisecond) // a process of its own
	}
}
