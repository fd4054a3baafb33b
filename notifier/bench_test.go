package notifier_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/store"
)

// BenchmarkOutbox announces a window to 10,000 people: how long the transaction
// takes that lays the mails in the outbox, and how fast they reach Postfix's
// smtp-sink, every state written down as in production, beside smtp-source,
// which hands the same bytes over one connection and keeps no books. Both take
// turns. heap-x is the memory in use at the last mail over that at the 500th.
func BenchmarkOutbox(b *testing.B) {
	sink, source := postfix(b, "smtp-sink"), postfix(b, "smtp-source")
	const people, rounds, start = 10_000, 3, 500
	addr := freeAddress(b)
	run(b, addr, sink, append(unprivileged(), addr, "1000")...)

	carrier := &counting{Carrier: carrierTo(b, "smtp://"+addr+"?tls=off")}
	d := newDesk(b, carrier)
	d.update(func(tx *store.Tx) error {
		for i := range people {
			s := scheduler.Stakeholder{
				ID: tx.NewID(), Email: fmt.Sprintf("person-%05d@example.net", i), Name: "Person " + strconv.Itoa(i), TimeZone: "Europe/Berlin", Language: "en",
				All: true, Kinds: scheduler.Announcements, Calendar: scheduler.PublishPart, Confirmed: true,
			}
			if _, err := tx.Exec(`INSERT INTO stakeholders (id, email, doc) VALUES ($1, $2, $3)`, s.ID, s.Email, store.JSON(&s)); err != nil {
				return err
			}
		}
		return nil
	})

	var enqueue, ours, theirs, ratio, heap []float64
	for round := range rounds {
		p := plan()
		p.Start, p.End = p.Start.Add(time.Duration(round)*24*time.Hour), p.End.Add(time.Duration(round)*24*time.Hour)
		w := d.scheduled(p)
		began := time.Now()
		_, err := d.Announce(d.Context())
		d.must(err)
		enqueue = append(enqueue, time.Since(began).Seconds())

		carrier.n, carrier.at = 0, map[int]uint64{start: 0, people: 0}
		began = time.Now()
		_, err = d.Deliver(d.Context())
		d.must(err)
		mine := float64(carrier.n) / time.Since(began).Seconds()
		if carrier.n < people {
			b.Fatalf("%d mails of %d", carrier.n, people)
		}
		all, err := d.Deliveries(d.Context(), w.ID)
		d.must(err)
		last := all[len(all)-1]
		if last.State != notifier.Sent {
			b.Fatalf("the last one is %s: %s", last.State, last.Reply)
		}
		last, err = d.Delivery(d.Context(), last.ID)
		d.must(err)
		letter := filepath.Join(b.TempDir(), "letter.eml")
		d.must(os.WriteFile(letter, last.Raw, 0o600))
		began = time.Now()
		out, err := exec.CommandContext(b.Context(), source, "-d", "-s", "1", "-m", strconv.Itoa(people),
			"-F", letter, "-f", "lull@maint.example.org", "-t", last.Address, "-M", "lull.example.org", addr).CombinedOutput()
		if err != nil {
			b.Fatalf("smtp-source: %v: %s", err, out)
		}
		other := people / time.Since(began).Seconds()
		ours, theirs, ratio = append(ours, mine), append(theirs, other), append(ratio, mine/other)
		heap = append(heap, float64(carrier.at[people])/float64(carrier.at[start]))
		b.Logf("round %d: enqueued in %.2f s; %.0f mails/s, smtp-source %.0f/s, of %d bytes", round, enqueue[round], mine, other, len(last.Raw))
	}
	for name, all := range map[string][]float64{"enqueue-s": enqueue, "mails/s": ours, "source-mails/s": theirs, "rate-x": ratio, "heap-x": heap} {
		slices.Sort(all)
		b.ReportMetric(all[rounds/2], name)
	}
	b.ReportMetric(0, "ns/op")
}

// counting is a Carrier that notes the memory in use as the nth mail has gone.
type counting struct {
	notifier.Carrier
	n  int
	at map[int]uint64
}

func (c *counting) Carry(ctx context.Context, from, to string, raw []byte) notifier.Outcome {
	c.n++
	if _, ask := c.at[c.n]; ask {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		c.at[c.n] = m.HeapInuse
	}
	return c.Carrier.Carry(ctx, from, to, raw)
}

// postfix finds one of Postfix's programs.
func postfix(b *testing.B, name string) string {
	b.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name, "/usr/lib/postfix/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	b.Skip(name + " is not installed: apt-get install postfix")
	return ""
}

// unprivileged are the arguments without which smtp-sink does not run as root.
func unprivileged() []string {
	if os.Getuid() == 0 {
		return []string{"-u", "nobody"}
	}
	return nil
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

// run starts a server of its own process, and waits until it listens.
func run(b *testing.B, addr, bin string, args ...string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), bin, args...)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(5 * time.Millisecond) // a process of its own, which says nothing when it is ready
	}
	b.Fatalf("%v did not get ready in 10 s", cmd.Args)
}
