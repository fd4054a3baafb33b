package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
	"lull/server/access"
	"lull/server/backup"
)

// command is one word after lull.
type command struct {
	name, does string
	run        func(ctx context.Context, args []string, c console) error
}

// commands is what lull can be told to do. It is filled when the program
// starts, since help lists it.
var commands []command

func init() { //nolint:gochecknoinits // help is a command that lists the commands
	commands = []command{
		{"serve", "migrate, then serve until SIGTERM (also without any command)", serveCommand},
		{"migrate", "apply migrations and stop", migrateCommand},
		{"user", "user add|list|disable: people", userCommand},
		{"token", "token add|list|revoke: API tokens", tokenCommand},
		{"notice", "notice import FILE|-, notice list: what suppliers announce", noticeCommand},
		{"log", "log verify: check the hash chain of the log", logCommand},
		{"backup", "backup FILE, backup verify FILE", backupCommand},
		{"restore", "restore [--force] FILE", restoreCommand},
		{"demo", "fill an empty database with a believable team", demoCommand},
		{"version", "print the version", versionCommand},
		{"help", "print this", helpCommand},
	}
}

// byCommand is the actor of what is done at the command line.
var byCommand = scheduler.Person{Email: "the command line", Name: "the command line", Role: scheduler.Admin, Via: "command"}

func serveCommand(ctx context.Context, args []string, c console) error {
	cfg, err := readConfig(args, os.Getenv, os.ReadFile)
	if err != nil {
		return err
	}
	log := logger(cfg, c.err)
	warnUnknown(os.Environ(), log)
	return serve(ctx, cfg, log)
}

// opened runs fn with the database that the environment names.
func opened(ctx context.Context, fn func(cfg config, db *store.DB) error) (err error) {
	cfg, err := readConfig(nil, os.Getenv, os.ReadFile)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return fn(cfg, db)
}

func people(cfg config, db *store.DB) *access.Access {
	return access.New(db, access.Options{BaseURL: cfg.BaseURL, LoginAttempts: cfg.LoginAttempts, Organisation: cfg.Organisation})
}

func migrateCommand(ctx context.Context, _ []string, c console) error {
	return opened(ctx, func(_ config, db *store.DB) error {
		_, err := fmt.Fprintln(c.out, "The database is up to date.")
		return errors.Join(err, db.Ready(ctx))
	})
}

func userCommand(ctx context.Context, args []string, c console) error {
	verb, args := first(args)
	fs := flag.NewFlagSet("lull user "+verb, flag.ContinueOnError)
	fs.SetOutput(c.err)
	email := fs.String("email", "", "mail address")
	name := fs.String("name", "", "name")
	role := fs.String("role", "viewer", "viewer, operator, approver or admin")
	fromStdin := fs.Bool("password-stdin", false, "read the password from standard input")
	if err := fs.Parse(args); err != nil {
		return err
	}
	return opened(ctx, func(cfg config, db *store.DB) error {
		a := people(cfg, db)
		switch verb {
		case "add":
			password := ""
			if *fromStdin {
				line, err := bufio.NewReader(c.in).ReadString('\n')
				if line == "" && err != nil {
					return fmt.Errorf("--password-stdin: %w", err)
				}
				password = strings.TrimRight(line, "\r\n")
			}
			p, link, err := a.AddPerson(ctx, access.Newcomer{Email: *email, Name: *name, Role: scheduler.Role(*role), Password: password}, byCommand)
			if err != nil {
				return err
			}
			if link != "" {
				_, err = fmt.Fprintln(c.out, link)
				return err
			}
			_, err = fmt.Fprintf(c.err, "%s may now log in as %s.\n", p.Email, p.Role)
			return err
		case "list":
			all, err := a.People(ctx)
			if err != nil {
				return err
			}
			t := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
			for _, p := range all {
				state := ""
				if p.Disabled {
					state = "disabled"
				}
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", p.Email, p.Name, p.Role, state)
			}
			return t.Flush()
		case "disable":
			return a.Disable(ctx, strings.ToLower(*email), byCommand)
		}
		return fmt.Errorf("user %s: %w", verb, errUsage)
	})
}

func tokenCommand(ctx context.Context, args []string, c console) error {
	verb, args := first(args)
	fs := flag.NewFlagSet("lull token "+verb, flag.ContinueOnError)
	fs.SetOutput(c.err)
	user := fs.String("user", "", "mail address of its person")
	name := fs.String("name", "", "what it is for")
	expires := fs.String("expires", "90d", "how long it lives")
	scope := fs.String("scope", "", "scopes, separated by commas; none: all that its person may")
	if err := fs.Parse(args); err != nil {
		return err
	}
	return opened(ctx, func(cfg config, db *store.DB) error {
		a := people(cfg, db)
		switch verb {
		case "add":
			life, err := access.ParseLife(*expires)
			if err != nil {
				return fmt.Errorf("--expires: %w", err)
			}
			n := access.NewToken{Email: strings.ToLower(*user), Name: *name, For: life}
			if *scope != "" {
				n.Scopes = strings.Split(*scope, ",")
			}
			_, key, err := a.AddToken(ctx, n, byCommand)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.out, key)
			return err
		case "list":
			all, err := a.Tokens(ctx, "")
			if err != nil {
				return err
			}
			t := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
			for _, k := range all {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s…\tuntil %s\n", k.ID, k.Email, k.Name, k.Prefix, k.ExpiresAt.Format(time.DateOnly))
			}
			return t.Flush()
		case "revoke":
			if fs.NArg() != 1 {
				return fmt.Errorf("token revoke ID: %w", errUsage)
			}
			return a.RevokeToken(ctx, fs.Arg(0), byCommand)
		}
		return fmt.Errorf("token %s: %w", verb, errUsage)
	})
}

func logCommand(ctx context.Context, args []string, c console) error {
	if verb, _ := first(args); verb != "verify" {
		return fmt.Errorf("log %s: %w", verb, errUsage)
	}
	return opened(ctx, func(_ config, db *store.DB) error {
		rows, err := agenda.New(db).Verify(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "The log is whole: %d rows, each follows from the one before.\n", rows)
		return err
	})
}

func backupCommand(ctx context.Context, args []string, c console) error {
	if verb, rest := first(args); verb == "verify" && len(rest) == 1 {
		m, err := backup.Verify(ctx, rest[0], os.Getenv("LULL_BACKUP_IDENTITY"))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "The backup is good: made %s, %d events.\n", m.CreatedAt.Format(time.RFC3339), m.Events)
		return err
	}
	if len(args) != 1 {
		return fmt.Errorf("backup FILE: %w", errUsage)
	}
	return opened(ctx, func(cfg config, db *store.DB) error {
		m, err := backup.Make(ctx, db, args[0], cfg.BackupRecipient)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "%s: %d events, %d bytes.\n", args[0], m.Events, m.Size)
		return err
	})
}

func restoreCommand(ctx context.Context, args []string, c console) error {
	fs := flag.NewFlagSet("lull restore", flag.ContinueOnError)
	fs.SetOutput(c.err)
	force := fs.Bool("force", false, "replace the database that is there")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() != 1 {
		return fmt.Errorf("restore FILE: %w", errUsage)
	}
	cfg, err := readConfig(nil, os.Getenv, os.ReadFile)
	if err != nil {
		return err
	}
	put := backup.Restore
	if *force {
		put = backup.Replace
	}
	m, err := put(ctx, fs.Arg(0), cfg.Database, os.Getenv("LULL_BACKUP_IDENTITY"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "Restored %s: %d events, as of %s.\n", cfg.Database, m.Events, m.CreatedAt.Format(time.RFC3339))
	return err
}

func versionCommand(_ context.Context, _ []string, c console) error {
	_, err := fmt.Fprintln(c.out, "lull "+version)
	return err
}

func helpCommand(_ context.Context, _ []string, c console) error {
	t := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "lull runs maintenance windows.")
	fmt.Fprintln(t)
	for _, cmd := range commands {
		fmt.Fprintf(t, "  lull %s\t%s\n", cmd.name, cmd.does)
	}
	fmt.Fprintln(t, "\nEvery setting is an environment variable LULL_… and a flag of serve; see README.md.")
	return t.Flush()
}

// first splits the first word off.
func first(args []string) (string, []string) {
	if len(args) == 0 {
		return "", nil
	}
	return args[0], args[1:]
}
