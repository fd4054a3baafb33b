package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/server/access"
	"lull/server/api"
	"lull/server/backup"
	"lull/server/feed"
	"lull/server/site"
	"lull/web"
)

// server is everything that runs, wired once.
type server struct {
	cfg      config
	db       *store.DB
	agenda   *agenda.Agenda
	notifier *notifier.Notifier
	access   *access.Access
	feeds    *feed.Feeds
	api      *api.API
	site     *site.Site
	pages    *web.Pages
	log      *slog.Logger
	nudge    chan struct{} // something happened: the clock need not wait
	mail     chan struct{} // there may be something to deliver
	hooks    chan struct{} // there may be something for webhooks

	lastRound atomic.Int64 // Unix seconds
	draining  atomic.Bool
}

// wire makes the server of a database that is open.
func wire(ctx context.Context, cfg config, db *store.DB, log *slog.Logger) (*server, error) {
	s := &server{cfg: cfg, db: db, log: log, agenda: agenda.New(db), nudge: make(chan struct{}, 1), mail: make(chan struct{}, 1), hooks: make(chan struct{}, 1)}
	carrier, err := cfg.carrier()
	if err != nil {
		return nil, err
	}
	if s.notifier, err = notifier.New(ctx, db, s.agenda, notifier.Options{
		From: cfg.MailFrom, ReplyTo: cfg.MailReplyTo, Carrier: carrier, BaseURL: cfg.BaseURL,
		Retry: cfg.MailRetry, Rate: cfg.MailRate, Asks: cfg.LoginAttempts, Allow: cfg.MailAllow, Log: log, WebhookAllow: cfg.WebhookAllow,
	}); err != nil {
		return nil, err
	}
	s.access = access.New(db, access.Options{
		BaseURL: cfg.BaseURL, LoginAttempts: cfg.LoginAttempts, Organisation: cfg.Organisation,
		Post: func(tx *store.Tx, l access.Letter) error {
			return s.notifier.Post(tx, string(l.Kind), l.To, l.Name, l.URL)
		},
	})
	if err := s.adopt(ctx); err != nil {
		return nil, err
	}
	pages, err := web.Parse()
	if err != nil {
		return nil, err
	}
	s.wireSites(pages)
	return s, nil
}

// adopt takes the organisation and its zone from the environment while nobody
// has decided anything; from then on the settings hold.
func (s *server) adopt(ctx context.Context) error {
	set, err := s.agenda.Settings(ctx)
	if err != nil || !reflect.DeepEqual(set, scheduler.DefaultSettings()) {
		return err
	}
	if set.Organisation == s.cfg.Organisation && set.TimeZone == s.cfg.TimeZone {
		return nil
	}
	_, err = s.agenda.KeepSettings(ctx, func(set *scheduler.Settings) error {
		set.Organisation, set.TimeZone = s.cfg.Organisation, s.cfg.TimeZone
		return nil
	}, byCommand)
	return err
}

// handler is the whole site behind its guard.
func (s *server) handler() (http.Handler, error) {
	router, err := s.routes(s.table())
	if err != nil {
		return nil, err
	}
	return guard(s.cfg.BaseURL, apart(router))
}

// serve runs until ctx ends, then drains and closes in the reverse order.
func serve(ctx context.Context, cfg config, log *slog.Logger) (err error) {
	unlock, err := store.Lock(cfg.Database)
	if err != nil {
		return err
	}
	defer unlock()
	db, err := store.Open(ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := wire(ctx, cfg, db, log)
	if err != nil {
		return err
	}
	h, err := s.handler()
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("LULL_ADDR: %w", err)
	}
	if err := s.welcome(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var rounds sync.WaitGroup
	defer rounds.Wait()
	defer stop()
	rounds.Go(func() {
		keepTime(ctx, log, db.Now, s.nudge, s.agenda.Tick, s.notifier.Announce, s.agenda.Index, s.beat)
	})
	rounds.Go(func() { keepTime(ctx, log, db.Now, s.mail, s.notifier.Deliver) })
	rounds.Go(func() { keepTime(ctx, log, db.Now, s.hooks, s.notifier.DeliverWebhooks) })
	if cfg.BackupDir != "" {
		plan := backup.Schedule{Dir: cfg.BackupDir, Recipients: cfg.BackupRecipient, Every: cfg.BackupEvery, Keep: backupsKept}
		rounds.Go(func() {
			keepTime(ctx, log, db.Now, nil, func(ctx context.Context) (time.Time, error) { return plan.Round(ctx, db, db.Now()) })
		})
	}
	web := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	front := newExpress(listener.(*net.TCPListener), web)
	log.Info("lull serves", "url", cfg.BaseURL, "version", version, "database", string(db.Engine()))
	closed := make(chan error, 1)
	rounds.Go(func() {
		<-ctx.Done()
		s.draining.Store(true)
		grace, done := context.WithTimeout(context.WithoutCancel(ctx), 8*time.Second)
		defer done()
		closed <- errors.Join(web.Shutdown(grace), front.drain(grace))
	})
	if err := web.Serve(front); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-closed
}

const backupsKept = 14

// beat notes that the clock went round, and wakes who delivers.
func (s *server) beat(context.Context) (time.Time, error) {
	s.lastRound.Store(s.db.Now().Unix())
	poke(s.mail)
	poke(s.hooks)
	return time.Time{}, nil
}

// poke wakes a loop, if it is not awake already.
func poke(loop chan struct{}) {
	select {
	case loop <- struct{}{}:
	default:
	}
}

// welcome says in the log how the first admin comes in.
func (s *server) welcome(ctx context.Context) error {
	has, err := s.access.HasAdmin(ctx)
	if err != nil || has {
		return err
	}
	link, err := s.access.SetUpLink(ctx)
	if err != nil {
		return err
	}
	s.log.Info("there is no admin yet: open this link within 30 minutes to set Lull up", "link", link)
	return nil
}
