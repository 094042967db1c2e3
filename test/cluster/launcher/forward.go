package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// cmdForward is a daemon: it takes connections from its descriptor 3, a listener on the machine's loopback, and
// carries them to an address in a cluster's network. It ends when that network does.
func cmdForward(args []string) error {
	if len(args) != 2 {
		return errors.New("_forward is for the launcher's own use")
	}
	netns, target := args[0], args[1]
	listener, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return err
	}
	go func() {
		for exists(netnsPath(netns)) {
			time.Sleep(2 * time.Second)
		}
		os.Exit(0)
	}()
	return forward(listener, netns, target)
}

// forward serves until the listener is closed.
func forward(listener net.Listener, netns, target string) error {
	for {
		outside, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			// Out of descriptors, most likely: it passes, and a tight loop would not help.
			fmt.Fprintln(os.Stderr, "accept:", err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go func() {
			inside, err := dialInNetns(netns, "tcp", target, 10*time.Second)
			if err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", target, err)
				outside.Close()
				return
			}
			splice(outside.(*net.TCPConn), inside.(*net.TCPConn))
		}()
	}
}

// splice carries bytes both ways and passes on each side's end of writing by itself.
func splice(a, b *net.TCPConn) {
	done := make(chan struct{}, 2)
	carry := func(to, from *net.TCPConn) {
		io.Copy(to, from)
		to.CloseWrite()
		done <- struct{}{}
	}
	go carry(a, b)
	go carry(b, a)
	<-done
	<-done
	a.Close()
	b.Close()
}

// listenFrom finds the first free port of the loopback interface, from the preferred one on.
func listenFrom(preferred int) (*net.TCPListener, int, error) {
	var last error
	for port := preferred; port < preferred+100; port++ {
		l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err == nil {
			return l, port, nil
		}
		last = err
	}
	return nil, 0, fmt.Errorf("no free port for the API server: %w", last)
}
