package notifier_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/scheduler/store/storetest"
)

func TestTwoServersOnOnePostgreSQLSendEachMailOnce(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	if !store.IsPostgres(url) {
		t.Skip("a file of SQLite has one server")
	}
	var mu sync.Mutex
	carried := map[string]int{}
	carrier := carry(func(ctx context.Context, to string, raw []byte) notifier.Outcome {
		mu.Lock()
		carried[to]++
		mu.Unlock()
		return sentOK(ctx, to, raw)
	})
	var twins []*notifier.Notifier
	var book *agenda.Agenda
	for range 2 {
		db, err := store.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		db.Now = func() time.Time { return storetest.Noon }
		book = agenda.New(db)
		n, err := notifier.New(t.Context(), db, book, notifier.Options{
			From: notifier.Address{Email: "lull@maint.example.org"}, Carrier: carrier, BaseURL: "https://maint.example.org",
		})
		if err != nil {
			t.Fatal(err)
		}
		twins = append(twins, n)
		if len(twins) == 1 {
			err = db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(`INSERT INTO people (email, name, role, time_zone, disabled, password_hash, created_at) VALUES ($1, 'Ada', 'admin', 'UTC', $2, NULL, 0)`, ada.Email, false)
				return err
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const recipients = 60
	p := plan()
	p.Services = []scheduler.Affected{{Service: "core-db", Impact: scheduler.Outage}}
	if _, err := book.AddService(t.Context(), scheduler.Service{Slug: "core-db", Name: "Core database", Tier: 1}, bob); err != nil {
		t.Fatal(err)
	}
	for i := range recipients {
		p.Recipients = append(p.Recipients, fmt.Sprintf("guest%d@example.net", i))
	}
	w, err := book.Book(t.Context(), p, agenda.Submission{Now: true}, ada)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := book.Approve(t.Context(), w.ID, 0, scheduler.Yes{}, bob); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	for _, n := range twins {
		both.Go(func() {
			for range 5 {
				if _, err := n.Announce(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err := n.Deliver(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	if want := recipients + 1; len(carried) != want { // and Ada, who has an account
		t.Errorf("%d addresses got mail, want %d", len(carried), want)
	}
	for to, n := range carried {
		if n != 1 {
			t.Errorf("%s got %d mails", to, n)
		}
	}
}
