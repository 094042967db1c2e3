package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// cmdProbe is both ends of the self-test: `serve ADDRESS TEXT` answers every request with the text, and `get URL`
// prints what it is answered. A static busybox cannot be used instead: its name look-ups need a dynamic libc.
func cmdProbe(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "serve":
		// The first process of a pod has no default action for a signal.
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, unix.SIGTERM)
		go func() { <-stop; os.Exit(0) }()
		fmt.Println("serving", args[2])
		return http.ListenAndServe(args[1], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintln(w, args[2])
		}))
	case len(args) == 2 && args[0] == "get":
		client := &http.Client{Timeout: 3 * time.Second}
		response, err := client.Get(args[1])
		if err != nil {
			return err
		}
		defer response.Body.Close()
		_, err = io.Copy(os.Stdout, response.Body)
		return err
	}
	return errors.New("_probe is for the self-test's own use")
}
