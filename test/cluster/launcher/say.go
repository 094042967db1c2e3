package main

import (
	"fmt"
	"os"
	"time"
)

var began = time.Now()

// say reports progress on stderr, so that stdout carries only what scripts read.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "[%6.1fs] %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
}

// waitFor calls check until it returns nil, and gives check's last answer when the time is over.
func waitFor(limit, pause time.Duration, what string, check func() error) error {
	deadline := time.Now().Add(limit)
	lastSaid := time.Now()
	for {
		err := check()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: not after %v: %w", what, limit, err)
		}
		if time.Since(lastSaid) > 10*time.Second {
			say("still waiting: %s: %v", what, err)
			lastSaid = time.Now()
		}
		time.Sleep(pause)
	}
}
