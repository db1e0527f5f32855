// Command portald is the portal's server.
//
//	portald serve     serve the portal of a data folder
//	portald demo      the same with a certification authority, a payment
//	                  system, a page of letters and people to try it with
//	portald migrate   bring the database up to date and stop
//	portald backup    copy a data folder, also of a portal that works
//	portald restore   make a data folder from a copy, as another life
//	portald admin     what an operator does at the server itself
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/pprof"
	"syscall"

	"akno/backend/cmd/portald/server"
	"akno/backend/internal/clock"
	"akno/backend/logx"
	"akno/backend/portal/store"
)

// heapGrowth is by how many percent the heap grows before it is collected. What the
// portal keeps between requests is small, some 20 MB, and what a request leaves
// behind is large, so that Go's own 100 collects all the time to save memory that
// nobody wants. GOGC in the environment says otherwise.
const heapGrowth = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

const usage = `usage: portald COMMAND [FLAGS]

commands:
  serve              serve the portal of a data folder
  demo               serve a demonstration with everything around it
  migrate            bring the database up to date and stop
  backup             copy a data folder, also of a portal that works
  restore            make a data folder from a copy; devices notice it and send
                     again what the copy does not have
  admin add-body     add or change a body that carries out procedures
  admin add-staff    give a person the rights of a clerk, an officer or a head
  version            print the version

The rows are in a file of the folder, or in the PostgreSQL database that -db names;
a copy of either is restored to either.

"portald COMMAND -h" lists the flags. Every flag can be set by the environment
(PORTALD_ADDR for -addr) or in the file that -config names.
`

// run executes a command and returns the exit status: 0 done, 1 failed, 2 not
// understood.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return 2
	}
	var err error
	switch name, rest := args[0], args[1:]; name {
	case "serve":
		err = serve(ctx, rest, stderr)
	case "demo":
		err = demonstrate(ctx, rest, stderr)
	case "migrate":
		err = migrate(ctx, rest, stdout, stderr)
	case "backup":
		err = backup(ctx, rest, stdout, stderr)
	case "restore":
		err = restore(ctx, rest, stdout, stderr)
	case "admin":
		err = admin(ctx, rest, stdout, stderr)
	case "version":
		fmt.Fprintln(stdout, server.Version)
	case "help", "-h", "-help", "--help":
		fmt.Fprint(stdout, usage)
	default:
		fmt.Fprintf(stderr, "portald: error: unknown command %q\n%s", name, usage)
		return 2
	}
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "portald: error: %v\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "portald: error: %v\n", err)
	return 1
}

var errUsage = errors.New("wrong arguments")

// settings reads the flags that all commands share.
func settings(name string, args []string, c *server.Config, stderr io.Writer, more func(*flag.FlagSet)) error {
	f := flag.NewFlagSet("portald "+name, flag.ContinueOnError)
	f.SetOutput(stderr)
	c.Flags(f)
	if more != nil {
		more(f)
	}
	if err := c.Parse(f, args, os.LookupEnv); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%w: unexpected %q", errUsage, f.Arg(0))
	}
	if c.Data == "" {
		return fmt.Errorf("%w: -data names the folder of the portal", errUsage)
	}
	if c.DB != "" && !store.IsServer(c.DB) {
		return fmt.Errorf("%w: -db is an address that begins with postgres://", errUsage)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("%w: -tls-cert and -tls-key go together", errUsage)
	}
	return nil
}

func serve(ctx context.Context, args []string, stderr io.Writer) (err error) {
	c := server.Defaults("")
	profile := ""
	err = settings("serve", args, &c, stderr, func(f *flag.FlagSet) {
		f.StringVar(&profile, "cpu-profile", "", "`file` for a profile of the processor's time, written at the end: for measuring")
	})
	if err != nil {
		return err
	}
	if !c.NamesOperator() {
		return fmt.Errorf("%w: -operator, -operator-address and -operator-email say who processes personal data: it stands in every consent", errUsage)
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return errors.Join(err, f.Close())
		}
		defer func() {
			pprof.StopCPUProfile()
			err = errors.Join(err, f.Close())
		}()
	}
	return (&server.Main{Config: c, Log: logx.New(stderr), Clock: clock.System}).Run(ctx)
}

func demonstrate(ctx context.Context, args []string, stderr io.Writer) error {
	c := server.Defaults("")
	c.AsDemo()
	var d server.Demo
	err := settings("demo", args, &c, stderr, func(f *flag.FlagSet) {
		f.StringVar(&d.Pages, "pages", "", "`host:port` of the pages, on this computer; without one the address of the last run")
		f.BoolVar(&d.AutoApprove, "auto-approve", false, "the registration authority approves requests by itself")
	})
	if err != nil {
		return err
	}
	m := &server.Main{Config: c, Log: logx.New(stderr), Clock: clock.System, Extend: d.Extend(c, clock.System)}
	return m.Run(ctx)
}

func migrate(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c := server.Defaults("")
	if err := settings("migrate", args, &c, stderr, nil); err != nil {
		return err
	}
	version, err := server.Migrate(ctx, c, clock.System)
	if err == nil {
		fmt.Fprintf(stdout, "schema %d\n", version)
	}
	return err
}

func backup(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c := server.Defaults("")
	to := ""
	err := settings("backup", args, &c, stderr, func(f *flag.FlagSet) {
		f.StringVar(&to, "to", "", "new `folder` for the copy; it will hold the portal's keys")
	})
	if err != nil {
		return err
	}
	if to == "" {
		return fmt.Errorf("%w: -to names the new folder", errUsage)
	}
	made, err := server.Backup(ctx, c, to, clock.System)
	if err == nil {
		fmt.Fprintf(stdout, "database %s and %d files\n", made.SHA256, made.Files)
	}
	return err
}

func restore(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c := server.Defaults("")
	from := ""
	err := settings("restore", args, &c, stderr, func(f *flag.FlagSet) {
		f.StringVar(&from, "from", "", "`folder` of the copy")
	})
	if err != nil {
		return err
	}
	if from == "" {
		return fmt.Errorf("%w: -from names the folder of the copy", errUsage)
	}
	epoch, err := server.Restore(ctx, c, from, clock.System)
	if err == nil {
		fmt.Fprintf(stdout, "epoch %s\n", epoch)
	}
	return err
}
