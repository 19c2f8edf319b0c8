package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"

	"golang.org/x/term"

	"leadflow/shared/lead"
	"leadflow/shared/normalize"
)

// maxReason bounds the reason that is given with an act, in characters. It is read in one line.
const maxReason = 500

// confirm shows what would happen and asks whether it shall, unless that was said before. nothing is what is so if it
// shall not, such as "nothing was applied".
func (c *call) confirm(ctx context.Context, happens, question, nothing string) (bool, error) {
	if !c.json {
		lines(c.out, happens)
	}
	switch {
	case c.yes:
		return true, nil
	case !isTerminal(c.in):
		return false, errors.New(nothing + ": there is no terminal to ask on; look at what it changes, then call again with --yes")
	case c.json:
		lines(c.note, happens)
	}
	agreed, err := c.ask(ctx, question+" [y/N] ")
	if err != nil {
		return false, fmt.Errorf("%s: %w", nothing, err)
	}
	if !agreed && !c.json {
		fmt.Fprintln(c.out, strings.ToUpper(nothing[:1])+nothing[1:]+".")
	}
	return agreed, nil
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// ask asks on the terminal; only yes is yes. Ctrl-C is an error.
func (c *call) ask(ctx context.Context, question string) (bool, error) {
	fmt.Fprint(c.note, question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(c.in).ReadString('\n') // a line that ends early is no yes
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case a := <-answer:
		return a == "y" || a == "yes", nil
	case <-ctx.Done():
		fmt.Fprintln(c.note)
		return false, ctx.Err()
	}
}

// why is the reason that was given, as one line without its full stop: the sentences that it stands in have one.
func (c *call) why() (string, error) {
	reason := strings.TrimRight(normalize.Line(c.reason, maxReason), ". ")
	if reason == "" {
		return "", fmt.Errorf("--reason is missing: say why in a few words: %w", errUsage)
	}
	return reason, nil
}

// theOperator is who acts with this command, for the record: nobody of the team, but whoever has the account of this machine.
func theOperator() lead.Actor {
	by := lead.Actor{Name: lead.OperatorName}
	if account, err := user.Current(); err == nil && account.Username != "" {
		by.Name += " (" + normalize.Line(account.Username, 100) + ")"
	}
	return by
}

// every is after how many things of long work it is said how far that is.
const every = 1000

// progress says how far long work is, on the standard error: n of all, or n so far if all is 0.
func (c *call) progress(n, all int, done string) {
	switch {
	case n == 0 || n%every != 0:
	case all > 0:
		fmt.Fprintf(c.note, "%d of %d %s\n", n, all, done)
	default:
		fmt.Fprintf(c.note, "%d %s\n", n, done)
	}
}
