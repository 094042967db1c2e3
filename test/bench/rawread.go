package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// rawConnections is how many connections the reader keeps busy: as many as a fill of Cistern begins with.
const rawConnections = 4

// rawRequestsTool reads every object to nowhere over connections that are kept: no listing, nothing signed (the links were signed before), no
// digest, no file. What it takes, each client of this server takes besides its own work.
func rawRequestsTool() tool {
	return tool{
		Name: "raw read", Kind: limit, Version: "this benchmark's own reader",
		How: fmt.Sprintf("objects read to nowhere over %d connections that are kept, by links that were signed before; nothing listed, digested or written", rawConnections),
		fill: func(j job) (command, error) {
			self, err := os.Executable()
			if err != nil {
				return command{}, err
			}
			var list strings.Builder
			for _, o := range j.data.Objects {
				link, err := presign(j.endpoint, o.Key)
				if err != nil {
					return command{}, err
				}
				list.WriteString(strings.TrimPrefix(link, j.endpoint) + "\n")
			}
			file := filepath.Join(j.home, "raw-requests")
			if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
				return command{}, err
			}
			return command{Argv: []string{self, "rawread", j.endpoint, file, j.ca}, Env: j.environment()}, nil
		},
	}
}

// rawReadMain is what the tool runs: an endpoint, a file with a path in each line, and a PEM file or nothing.
func rawReadMain(args []string) error {
	if len(args) != 3 {
		return errors.New("rawread: wanted: endpoint, file of paths, CA file or an empty word")
	}
	endpoint, err := url.Parse(args[0])
	if err != nil {
		return err
	}
	text, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	paths := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	dial := func() (net.Conn, error) { return net.Dial("tcp", endpoint.Host) }
	if args[2] != "" {
		pem, err := os.ReadFile(args[2])
		if err != nil {
			return err
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return fmt.Errorf("rawread: no certificate in %s", args[2])
		}
		dial = func() (net.Conn, error) { return tls.Dial("tcp", endpoint.Host, &tls.Config{RootCAs: roots}) }
	}
	var next atomic.Int64
	var group sync.WaitGroup
	failures := make([]error, rawConnections)
	for i := range rawConnections {
		group.Go(func() {
			failures[i] = rawRead(dial, endpoint.Host, func() []byte {
				if at := next.Add(1) - 1; at < int64(len(paths)) {
					return paths[at]
				}
				return nil
			})
		})
	}
	group.Wait()
	return errors.Join(failures...)
}

func rawRead(dial func() (net.Conn, error), host string, next func() []byte) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	answers := bufio.NewReaderSize(conn, 128<<10)
	request := make([]byte, 0, 4096)
	for path := next(); path != nil; path = next() {
		request = append(append(append(append(request[:0], "GET "...), path...), " HTTP/1.1\r\nHost: "...), host...)
		if _, err := conn.Write(append(request, "\r\n\r\n"...)); err != nil {
			return err
		}
		length, err := rawHead(answers)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if _, err := answers.Discard(length); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// rawHead reads the head of an answer, which must be a good one, and tells how long its body is.
func rawHead(answers *bufio.Reader) (int, error) {
	length, first := -1, true
	for {
		line, err := answers.ReadSlice('\n')
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			return 0, fmt.Errorf("answered %q", line)
		}
		first = false
		if len(line) == 0 {
			if length < 0 {
				return 0, errors.New("answered without a length")
			}
			return length, nil
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("content-length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
}
