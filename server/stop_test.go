package main

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestAServerToldToStopAnswersWhatItBeganAndKeepsWhatItAnswered(t *testing.T) {
	if os.Getenv("LULL_TEST_POSTGRES") != "" {
		t.Skip("the process has a file of SQLite")
	}
	if testing.Short() {
		t.Skip("builds a binary")
	}
	t.Parallel()
	p := newProcess(t)
	p.command(adasPassword+"\n", "user", "add", "--email", "ada@example.org", "--name", "Ada", "--role", "admin", "--password-stdin")
	token := p.command("", "token", "add", "--user", "ada@example.org", "--name", "test")
	p.start()
	status, w, err := p.call(token, http.MethodPost, "/windows", `{"title":"Upgrade"}`)
	if err != nil || status != http.StatusCreated {
		t.Fatalf("window: %d, %v, %v", status, w, err)
	}
	const before = 30 // answers, and then the signal
	var answered atomic.Int64
	enough := make(chan struct{})
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for {
				status, answer, err := p.call(token, http.MethodPost, fmt.Sprintf("/windows/%s/log", w["id"]), `{"text":"hello"}`)
				if err != nil {
					return // it takes no more
				}
				if status != http.StatusCreated {
					t.Errorf("an entry got %d, %v", status, answer)
				}
				if answered.Add(1) == before {
					close(enough)
				}
			}
		})
	}
	<-enough
	told := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v, want 0", err)
	}
	took := time.Since(told)
	all.Wait()
	p.start()
	defer p.kill()
	kept, cursor := int64(0), ""
	for {
		status, answer, err := p.call(token, http.MethodGet, fmt.Sprintf("/windows/%s/log?limit=200%s", w["id"], cursor), "")
		if err != nil || status != http.StatusOK {
			t.Fatalf("log: %d, %v", status, err)
		}
		for _, one := range answer["items"].([]any) {
			if one.(map[string]any)["text"] == "hello" {
				kept++
			}
		}
		next, more := answer["next"].(string)
		if !more {
			break
		}
		cursor = "&cursor=" + next
	}
	if kept != answered.Load() {
		t.Errorf("%d entries are kept, %d were acknowledged", kept, answered.Load())
	}
	t.Logf("stopped in %v, %d entries", took, kept)
}
