// Command bot is Afterglow: a private chat bot about aftercare. It wires the
// rooms together and decides nothing itself; "bot help" lists what it can do.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	_ "time/tzdata" // people live in zones that a small machine may not know

	"github.com/alecthomas/kong"
)

// commands are the verbs and their flags.
type commands struct {
	Config string `help:"Settings file; none is needed." placeholder:"FILE" type:"path"`
	Data   string `help:"Folder of the embedded store." placeholder:"DIR" type:"path"`

	Chat  chatCmd  `cmd:"" help:"Talk to the bot in this terminal."`
	Check checkCmd `cmd:"" help:"Prove the settings, words and flows."`
	Flows flowsCmd `cmd:"" help:"Draw the flows."`
	Keys  keysCmd  `cmd:"" help:"Make, turn and destroy the keys that everything is sealed with."`
	Run   runCmd   `cmd:"" help:"Run the bot on every platform that has a token."`
	Try   tryCmd   `cmd:"" help:"Try a part of the bot on lines of text."`
}

// world is what a command gets from outside.
type world struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	again    <-chan os.Signal // a signal after the one that ended the context; nil: none comes
	flags    *commands
}

// say tells the operator something that is no result.
func (w *world) say(text string) { fmt.Fprintf(w.err, "%s\n\n", text) }

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // the live heap is a few megabytes; collecting it that often costs more than it saves
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		<-signals
		stop()
	}()
	os.Exit(run(ctx, os.Args[1:], &world{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, again: signals}))
}

// run is the whole program: arguments in, exit code out (0 well, 1 failed, 2 misused).
func run(ctx context.Context, args []string, w *world) int {
	w.flags = &commands{}
	code := -1
	parser, err := kong.New(w.flags,
		kong.Name("bot"),
		kong.Description("Afterglow, a private chat bot about aftercare. \"bot chat\" holds a conversation here and now."),
		kong.Writers(w.out, w.err),
		kong.Exit(func(c int) { code = c }),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(w),
	)
	if err != nil {
		panic(err) // our own declaration is wrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cmd, err := parser.Parse(args)
	if code >= 0 { // help was shown
		return code
	}
	if err != nil {
		fmt.Fprintf(w.err, "bot: %v\nhint: \"bot --help\" lists the commands and flags\n", err)
		return 2
	}
	if err := cmd.Run(); err != nil {
		fmt.Fprintf(w.err, "bot: %v\n", err)
		return 1
	}
	return 0
}
