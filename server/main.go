// Command lull runs maintenance windows: it books them, announces them by
// mail, publishes them as calendars, keeps the log while the work runs, and
// closes them only when every required check is proved or openly waived.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	_ "time/tzdata" // zones, on machines that have none
)

// version is set when the binary is built.
var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], console{os.Stdin, os.Stdout, os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, "lull: "+err.Error())
		os.Exit(1)
	}
}

// console is what a command reads and writes.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// errUsage is a command that was not understood.
var errUsage = errors.New("this is no command of lull; see lull help")

// run is the program: it finds the command and gives it the rest of the line.
func run(ctx context.Context, args []string, c console) error {
	name, rest := "serve", args
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		name, rest = args[0], args[1:]
	}
	for _, cmd := range commands {
		if cmd.name == name {
			return cmd.run(ctx, rest, c)
		}
	}
	return fmt.Errorf("%q: %w", name, errUsage)
}

// logger writes the log as the configuration asks.
func logger(cfg config, to io.Writer) *slog.Logger {
	if cfg.Log == "json" {
		return slog.New(slog.NewJSONHandler(to, nil))
	}
	return slog.New(slog.NewTextHandler(to, nil))
}
