package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/server/access"
)

// BenchmarkFeedAgainstNginx asks for a cached feed of 1,000 windows and holds
// it against nginx, which serves the same bytes in the same run: both on one
// core, the asking on another, in many short rounds in turn. "rate" is our
// requests a second over nginx's, "cpu" our processor time a request over its;
// both are the middle of the rounds. "bare-rate" and "bare-cpu" are those of a
// handler of a few lines on net/http that writes the same bytes from memory: what
// the server we build on can reach. A private feed stands against our public one.
func BenchmarkFeedAgainstNginx(b *testing.B) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		b.Skip("nginx is not installed: apt-get install nginx-light")
	}
	ours, token := serving(b, 1000)
	address := ours.handed(b, token)
	plain, zipped := ours.fetch(b, "/calendar.ics", ""), ours.fetch(b, "/calendar.ics", "gzip")
	dir := b.TempDir()
	for name, content := range map[string][]byte{"calendar.ics": plain.body, "calendar.ics.gz": zipped.body} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil { //nolint:gosec // nginx reads it
			b.Fatal(err)
		}
	}
	theirs, floor := beside(b, nginx, dir), onFoot(b, dir)
	asked := func(t target, path, encoding, tag string, status int) side {
		r := "GET " + path + " HTTP/1.1\r\nHost: lull\r\nUser-Agent: bench\r\n"
		if encoding != "" {
			r += "Accept-Encoding: " + encoding + "\r\n"
		}
		if tag != "" {
			r += "If-None-Match: " + tag + "\r\n"
		}
		return side{t, []byte(r + "\r\n"), status}
	}
	const path = "/calendar.ics"
	for _, c := range []struct {
		name     string
		one, two side
		floor    *side
	}{
		{"200-gzip", asked(ours, path, "gzip", "", 200), asked(theirs, path, "gzip", "", 200), new(asked(floor, path, "gzip", "", 200))},
		{"200-identity", asked(ours, path, "", "", 200), asked(theirs, path, "", "", 200), new(asked(floor, path, "", "", 200))},
		{"304", asked(ours, path, "gzip", zipped.tag, 304), asked(theirs, path, "gzip", theirs.fetch(b, path, "gzip").tag, 304), new(asked(floor, path, "gzip", bareTag, 304))},
		{"private-304", asked(ours, address, "gzip", ours.fetch(b, address, "gzip").tag, 304), asked(ours, path, "gzip", zipped.tag, 304), nil},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				against(b, c.one, c.two, c.floor)
			}
		})
	}
}

// BenchmarkFeedAfterAChange times the first GET of a calendar of 10,000 windows
// after one of them changed, in process.
func BenchmarkFeedAfterAChange(b *testing.B) {
	cfg, err := configOf(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	s, err := wire(b.Context(), cfg, filled(b, filepath.Join(b.TempDir(), "lull.db"), 10_000), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	h, err := s.handler()
	if err != nil {
		b.Fatal(err)
	}
	get := func() { serveOnce(b, h) }
	get()
	var spent time.Duration
	b.ResetTimer()
	for i := range b.N {
		b.StopTimer()
		change(b, s, fmt.Sprintf("Window again %d", i))
		b.StartTimer()
		began := processor()
		get()
		spent += processor() - began
	}
	b.ReportMetric(float64(spent.Microseconds())/float64(b.N)/1000, "cpu-ms/op")
}

func serveOnce(b *testing.B, h http.Handler) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "/calendar.ics", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	w := &counter{head: http.Header{}}
	h.ServeHTTP(w, r)
	if w.size == 0 || w.status != http.StatusOK {
		b.Fatalf("%d, %d bytes", w.status, w.size)
	}
}

// counter takes an answer and forgets it.
type counter struct {
	head         http.Header
	status, size int
}

func (c *counter) Header() http.Header         { return c.head }
func (c *counter) WriteHeader(status int)      { c.status = status }
func (c *counter) Write(p []byte) (int, error) { c.size += len(p); return len(p), nil }

var benchAdmin = scheduler.Person{Email: "ada@example.org", Name: "Ada", Role: scheduler.Admin}

// change gives the first window other words.
func change(b *testing.B, s *server, title string) {
	b.Helper()
	_, err := s.agenda.Change(b.Context(), "MW-1", 0, agenda.Edit{Apply: func(p *scheduler.Plan) error { p.Title = title; return nil }}, benchAdmin)
	if err != nil {
		b.Fatal(err)
	}
}

// filled is a database with so many public windows: one that was booked, and
// copies of it an hour apart, as the program keeps them.
func filled(b testing.TB, path string, n int) *store.DB {
	b.Helper()
	db, err := store.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	a := agenda.New(db)
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	_, _, err = access.New(db, access.Options{}).AddPerson(b.Context(), access.Newcomer{Email: benchAdmin.Email, Name: benchAdmin.Name, Role: benchAdmin.Role, Password: adasPassword}, byCommand)
	must(err)
	_, err = a.AddService(b.Context(), scheduler.Service{Slug: "core-db", Name: "Core database", Tier: 1, Public: true}, benchAdmin)
	must(err)
	_, err = a.KeepSettings(b.Context(), func(set *scheduler.Settings) error { set.Policy = scheduler.PolicyOf(scheduler.Solo); return nil }, benchAdmin)
	must(err)
	start := db.Now().UTC().Truncate(time.Hour).Add(time.Hour)
	plan := scheduler.Plan{
		Title: "Core database: minor upgrade", Summary: "Logins may fail for a minute; orders are kept and confirmed later.", RollbackPlan: "Put it back.", Public: true,
		TimeZone: "Europe/Berlin", Lead: benchAdmin.Email, Services: []scheduler.Affected{{Service: "core-db", Impact: scheduler.Degraded}},
		Interval: scheduler.Interval{Start: start, End: start.Add(30 * time.Minute)}, Checks: []scheduler.Check{{Phase: scheduler.Verify, Text: "It answers", Required: true}},
	}
	v, err := a.Book(b.Context(), plan, agenda.Submission{Now: true}, benchAdmin)
	must(err)
	must(db.Update(b.Context(), func(tx *store.Tx) error {
		for i := 2; i <= n; i++ {
			w := v.Window
			w.ID, w.Number = tx.NewID(), i
			w.Start, w.End = w.Start.Add(time.Duration(i)*time.Hour), w.End.Add(time.Duration(i)*time.Hour)
			if _, err := tx.Exec(`
				INSERT INTO windows (id, number, title, state, kind, lead, requester, published, start_at, end_at, version, updated_at, doc)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
				w.ID, w.Number, w.Title, w.State, w.Kind, w.Lead, w.Requester, w.Published, store.At(w.Start), store.At(w.End), w.Version, store.At(w.Changed), store.JSON(&w)); err != nil {
				return err
			}
		}
		return nil
	}))
	return db
}

// target is a server that listens.
type target struct {
	addr string
	pid  int
}

// serving is our server over so many windows, a process of its own on the
// first core, and a token of the admin's.
func serving(b *testing.B, n int) (target, string) {
	b.Helper()
	dir := b.TempDir()
	database := filepath.Join(dir, "lull.db")
	if err := filled(b, database, n).Close(); err != nil {
		b.Fatal(err)
	}
	bin := filepath.Join(dir, "lull")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v: %s", err, out)
	}
	addr := freeAddress(b)
	env := append(os.Environ(), "LULL_ADDR="+addr, "LULL_DATABASE="+database, "LULL_BACKUP_DIR=off")
	command := func(args ...string) string {
		cmd := exec.CommandContext(b.Context(), bin, args...)
		cmd.Env = env
		out, err := cmd.Output()
		if err != nil {
			b.Fatalf("lull %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	token := command("token", "add", "--user", benchAdmin.Email, "--name", "bench")
	cmd := exec.CommandContext(b.Context(), bin)
	cmd.Env = env
	return launch(b, cmd, addr), token
}

// beside is nginx over what lies in dir.
func beside(b *testing.B, bin, dir string) target {
	b.Helper()
	own, addr := b.TempDir(), freeAddress(b)
	conf := fmt.Appendf(nil, `
		daemon off; master_process off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error.log;
		events { worker_connections 1024; }
		http {
			access_log off; sendfile on; tcp_nopush off; keepalive_requests 100000000; gzip_static on; gzip_vary on;
			open_file_cache max=100 inactive=1h; open_file_cache_valid 1h; default_type text/calendar;
			client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
			server { listen %[2]s; root %[3]s; add_header Cache-Control "private, max-age=300, must-revalidate"; }
		}`, own, addr, dir)
	if err := os.WriteFile(filepath.Join(own, "nginx.conf"), conf, 0o644); err != nil { //nolint:gosec // nginx reads it
		b.Fatal(err)
	}
	for _, d := range []string{own, dir} {
		if err := os.Chmod(d, 0o755); err != nil { //nolint:gosec // nginx reads it
			b.Fatal(err)
		}
	}
	return launch(b, exec.CommandContext(b.Context(), bin, "-p", own, "-c", filepath.Join(own, "nginx.conf")), addr)
}

// What makes this program a bare server of the feeds in a directory, at an address.
const (
	beBare  = "LULL_TEST_BARE"
	bareDir = "LULL_TEST_BARE_DIR"
	bareTag = `"bare"`
)

func onFoot(b *testing.B, dir string) target {
	b.Helper()
	addr := freeAddress(b)
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), beBare+"="+addr, bareDir+"="+dir)
	return launch(b, cmd, addr)
}

// bare serves what lies in dir with the least that net/http can.
func bare(addr, dir string) error {
	plain, err := os.ReadFile(filepath.Join(dir, "calendar.ics"))
	if err != nil {
		return err
	}
	zipped, err := os.ReadFile(filepath.Join(dir, "calendar.ics.gz"))
	if err != nil {
		return err
	}
	tag, kind, gzip := []string{bareTag}, []string{"text/calendar"}, []string{"gzip"}
	return http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { //nolint:gosec // a measure needs no timeouts
		h, body := w.Header(), plain
		h["Etag"] = tag
		if have := r.Header["If-None-Match"]; len(have) == 1 && have[0] == bareTag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if r.Header["Accept-Encoding"] != nil {
			h["Content-Encoding"], body = gzip, zipped
		}
		h["Content-Type"], h["Content-Length"] = kind, []string{strconv.Itoa(len(body))}
		_, _ = w.Write(body)
	}))
}

func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// launch starts the server on the first core and waits until it answers; whoever
// asks moves to the others.
func launch(b *testing.B, cmd *exec.Cmd, addr string) target {
	b.Helper()
	cmd.Env = append(cmd.Environ(), "GOMAXPROCS=1")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	t := target{addr, cmd.Process.Pid}
	pin(t.pid, "0")
	pin(os.Getpid(), "1")
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return t
		}
		time.Sleep(5 * time.Millisecond) // a process of its own, which says nothing when it is ready
	}
	b.Fatalf("%v did not get ready in 20 s", cmd.Args)
	return t
}

// pin keeps a process on one core, where the machine has several.
func pin(pid int, core string) {
	_ = exec.Command("taskset", "-acp", core, strconv.Itoa(pid)).Run() // without it both share
}

// fetched is an answer: its tag and its bytes as they came.
type fetched struct {
	tag  string
	body []byte
}

func (t target) fetch(b *testing.B, path, encoding string) fetched {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://"+t.addr+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", encoding)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d, %v", path, res.StatusCode, err)
	}
	return fetched{res.Header.Get("Etag"), body}
}

// handed makes a private feed of everything, and is its path.
func (t target) handed(b *testing.B, token string) string {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://"+t.addr+"/api/v1/feeds", strings.NewReader(`{"name":"bench","scope":"all"}`))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	_, path, found := strings.Cut(string(answer), t.addr)
	path, _, _ = strings.Cut(path, `"`)
	if err != nil || !found {
		b.Fatalf("no address in %s, %v", answer, err)
	}
	return path
}

// side is one of two that are asked in turn.
type side struct {
	target
	request []byte
	status  int
}

// against asks all in turn and reports how the one, and the floor, if there is
// one, do beside the two.
func against(b *testing.B, one, two side, floor *side) {
	b.Helper()
	const rounds, round, clients = 9, 500 * time.Millisecond, 64
	measure := func(s side) (rate, cpu float64) {
		began, before := time.Now(), s.busy(b)
		n := s.hammer(b, clients, began.Add(round))
		return float64(n) / time.Since(began).Seconds(), float64(s.busy(b)-before) / float64(n) / 1000
	}
	figures := map[string][]float64{}
	note := func(name string, figure float64) { figures[name] = append(figures[name], figure) }
	for i := range rounds + 1 {
		r1, c1 := measure(one)
		r2, c2 := measure(two)
		if i == 0 {
			continue // they were cold
		}
		note("rate-x", r1/r2)
		note("cpu-x", c1/c2)
		note("cpu-µs", c1)
		note("their-cpu-µs", c2)
		if floor != nil {
			r3, c3 := measure(*floor)
			note("bare-rate-x", r3/r2)
			note("bare-cpu-x", c3/c2)
		}
	}
	for name, all := range figures {
		slices.Sort(all)
		b.ReportMetric(all[rounds/2], name)
	}
}

// busy is the processor time of all threads of the server, in nanoseconds.
func (t target) busy(b *testing.B) (ns int64) {
	b.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", t.pid))
	if err != nil || len(tasks) == 0 {
		b.Skip("this system does not say how busy a process is")
	}
	for _, file := range tasks {
		text, _ := os.ReadFile(file) // a thread may have ended
		first, _, _ := strings.Cut(string(text), " ")
		n, _ := strconv.ParseInt(first, 10, 64)
		ns += n
	}
	return ns
}

// hammer asks over so many connections until then, and counts the answers.
func (s side) hammer(b *testing.B, clients int, until time.Time) (n int) {
	b.Helper()
	counts := make(chan int, clients)
	for range clients {
		go func() {
			n, err := s.ask(until)
			if err != nil {
				b.Error(err)
			}
			counts <- n
		}()
	}
	for range clients {
		n += <-counts
	}
	return max(n, 1)
}

func (s side) ask(until time.Time) (n int, err error) {
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	in := bufio.NewReaderSize(c, 64<<10)
	want := fmt.Appendf(nil, "HTTP/1.1 %d ", s.status)
	for ; time.Now().Before(until); n++ {
		if _, err := c.Write(s.request); err != nil {
			return n, err
		}
		length := 0
		for first := true; ; first = false {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return n, err
			}
			if first && !bytes.HasPrefix(line, want) {
				return n, fmt.Errorf("answered %q, want %d", line, s.status)
			}
			if len(line) == 2 {
				break
			}
			if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
				if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
					return n, err
				}
			}
		}
		if s.status == http.StatusOK {
			if _, err := in.Discard(length); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}
