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

// rawBufferBytes is as much as a stream of Cistern gathers before it writes.
const rawBufferBytes = 2 << 20

// rawWriteBytes is as much as Cistern writes at a time through the page cache: for more, ext4 takes pages of 2 MiB, which the host of a
// virtual machine may have to give back first (dd of 4 GiB: 2.1-2.5 s by 1 MiB, 8-12 s by 2 MiB).
const rawWriteBytes = 1 << 20

// rawRequestsTool reads every object to nowhere over connections that are kept: no listing, nothing signed (the links were signed before), no
// digest, no file. What it takes, each client of this server takes besides its own work.
func rawRequestsTool() tool {
	return tool{
		Name: "raw read", Kind: limit, Version: "this benchmark's own reader",
		How:  fmt.Sprintf("objects read to nowhere over up to %d connections that are kept, by links that were signed before; nothing listed, digested or written", rawConnections),
		fill: func(j job) (command, error) { return rawCommand(j) },
	}
}

// rawCopyTool does that and writes the files, and nothing else: what it takes, a tool takes here that does no more than it must.
func rawCopyTool() tool {
	return tool{
		Name: "raw copy", Kind: limit, Version: "this benchmark's own reader", Copies: true,
		How:  fmt.Sprintf("the same, written to files of the objects' names: one request for each object, a buffer of %d MiB, no time set, nothing renamed, synced, listed or digested", rawBufferBytes>>20),
		fill: func(j job) (command, error) { return rawCommand(j, j.dir) },
	}
}

func rawCommand(j job, target ...string) (command, error) {
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
		list.WriteString(strings.TrimPrefix(link, j.endpoint) + "\t" + j.data.file(o) + "\n")
	}
	file := filepath.Join(j.home, "raw-requests")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		return command{}, err
	}
	return command{Argv: append([]string{self, "rawread", j.endpoint, file, j.ca}, target...), Env: j.environment()}, nil
}

// rawObject is a request's path and the name of the file that the answer's body is for.
type rawObject struct {
	path []byte
	file string
}

// rawReadMain is what the tools run: an endpoint, a file with a path, a tab and a file's name in each line, a PEM file or nothing, and the
// directory to write to, if any.
func rawReadMain(args []string) error {
	if len(args) != 3 && len(args) != 4 {
		return errors.New("rawread: wanted: endpoint, file of paths and names, CA file or an empty word, and the directory to write to, if any")
	}
	endpoint, err := url.Parse(args[0])
	if err != nil {
		return err
	}
	text, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	var objects []rawObject
	for line := range bytes.Lines(text) {
		path, name, _ := bytes.Cut(bytes.TrimRight(line, "\n"), []byte("\t"))
		objects = append(objects, rawObject{path, string(name)})
	}
	dial, err := rawDial(endpoint.Host, args[2])
	if err != nil {
		return err
	}
	take := func(_ rawObject, answers *bufio.Reader, length int, _ []byte) error {
		_, err := answers.Discard(length)
		return err
	}
	if len(args) == 4 {
		if take, err = rawFiles(args[3], objects); err != nil {
			return err
		}
	}
	var next atomic.Int64
	var group sync.WaitGroup
	failures := make([]error, rawConnections)
	for i := range rawConnections {
		group.Go(func() {
			failures[i] = rawRead(dial, endpoint.Host, take, func() (rawObject, bool) {
				if at := next.Add(1) - 1; at < int64(len(objects)) {
					return objects[at], true
				}
				return rawObject{}, false
			})
		})
	}
	group.Wait()
	return errors.Join(failures...)
}

// rawDial makes connections; plain ones are blocking files, which costs less than Go's poller.
func rawDial(host, ca string) (func() (io.ReadWriteCloser, error), error) {
	if ca == "" {
		return func() (io.ReadWriteCloser, error) {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				return nil, err
			}
			defer conn.Close()
			return conn.(*net.TCPConn).File()
		}, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("rawread: no certificate in %s", ca)
	}
	return func() (io.ReadWriteCloser, error) { return tls.Dial("tcp", host, &tls.Config{RootCAs: roots}) }, nil
}

// rawTake consumes the body of an answer; the buffer is lent.
type rawTake func(o rawObject, answers *bufio.Reader, length int, buffer []byte) error

// rawFiles makes the directories, and gives what writes a body to its file.
func rawFiles(target string, objects []rawObject) (rawTake, error) {
	made := map[string]bool{}
	for _, o := range objects {
		if dir := filepath.Join(target, filepath.Dir(o.file)); !made[dir] {
			made[dir] = true
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return nil, err
			}
		}
	}
	return func(o rawObject, answers *bufio.Reader, length int, buffer []byte) error {
		file, err := os.Create(filepath.Join(target, o.file))
		if err != nil {
			return err
		}
		defer file.Close()
		for length > 0 {
			piece := buffer[:min(length, len(buffer))]
			if _, err := io.ReadFull(answers, piece); err != nil {
				return err
			}
			length -= len(piece)
			for len(piece) > 0 {
				n, err := file.Write(piece[:min(len(piece), rawWriteBytes)])
				if err != nil {
					return err
				}
				piece = piece[n:]
			}
		}
		return file.Close()
	}, nil
}

func rawRead(dial func() (io.ReadWriteCloser, error), host string, take rawTake, next func() (rawObject, bool)) error {
	o, more := next()
	if !more {
		return nil
	}
	conn, err := dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	answers := bufio.NewReaderSize(conn, 128<<10)
	buffer := make([]byte, rawBufferBytes)
	request := make([]byte, 0, 4096)
	for ; more; o, more = next() {
		request = append(append(append(append(request[:0], "GET "...), o.path...), " HTTP/1.1\r\nHost: "...), host...)
		if _, err := conn.Write(append(request, "\r\n\r\n"...)); err != nil {
			return err
		}
		length, err := rawHead(answers)
		if err != nil {
			return fmt.Errorf("%s: %w", o.path, err)
		}
		if err := take(o, answers, length, buffer); err != nil {
			return fmt.Errorf("%s: %w", o.path, err)
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
