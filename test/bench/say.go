package main

import (
	"fmt"
	"os"
	"time"
)

var began = time.Now()

// say reports progress on stderr, so that stdout carries only the report.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "[%7.1fs] %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
}
