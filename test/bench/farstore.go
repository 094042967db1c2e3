package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// farProfile is how a store far away answers.
type farProfile struct {
	Name string
	// Latency passes between a request and the first byte of its answer. A connection's first request waits for it twice, once for the
	// connection's set-up, counted from when it was made.
	Latency time.Duration
	// BytesPerSecond is what one connection gets; zero means no limit.
	BytesPerSecond int64
	// RequestsPerSecond is what the store serves; above it answers 503 SlowDown. Zero means no limit.
	RequestsPerSecond int
}

// farBurst is the part of a second's requests that the store serves at once after a rest.
const farBurst = 10

// farStore serves one data set from memory with as little of the machine's processors as it can, which its clients share: objects go out by
// sendfile from one file on tmpfs, small ones by one writev; the kernel paces connections.
type farStore struct {
	farProfile
	index *farIndex
	file  *os.File
	bytes []byte

	requests, refused, connections atomic.Int64

	lock   sync.Mutex
	tokens float64
	filled time.Time
}

// farStoreMain runs the store as a process of its own, so that what it uses can be told from its client's.
func farStoreMain(args []string) error {
	flags := flag.NewFlagSet("farstore", flag.ExitOnError)
	index := flags.String("index", "", "the objects, as JSON")
	data := flags.String("data", "", "their bytes, one after the other")
	address := flags.String("address", "127.0.0.1:0", "to listen on")
	var p farProfile
	flags.DurationVar(&p.Latency, "latency", 0, "from a request to the first byte of its answer")
	flags.Int64Var(&p.BytesPerSecond, "rate", 0, "bytes a second of one connection; 0 means no limit")
	flags.IntVar(&p.RequestsPerSecond, "requests", 0, "requests a second, above which it answers 503; 0 means no limit")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := openFarStore(p, *index, *data)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	return s.serve(l)
}

func openFarStore(p farProfile, index, data string) (*farStore, error) {
	text, err := os.ReadFile(index)
	if err != nil {
		return nil, err
	}
	var objects []farObject
	if err := json.Unmarshal(text, &objects); err != nil {
		return nil, err
	}
	s := &farStore{farProfile: p, index: newFarIndex(objects)}
	if s.file, err = os.Open(data); err != nil {
		return nil, err
	}
	info, err := s.file.Stat()
	if err != nil {
		return nil, err
	}
	s.bytes, err = unix.Mmap(int(s.file.Fd()), 0, int(max(1, info.Size())), unix.PROT_READ, unix.MAP_SHARED)
	s.tokens, s.filled = float64(p.RequestsPerSecond)/farBurst, time.Now()
	return s, err
}

func (s *farStore) serve(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		s.connections.Add(1)
		go s.talk(conn.(*net.TCPConn), time.Now())
	}
}

// admits takes a request, or tells that it is one too many.
func (s *farStore) admits() bool {
	s.requests.Add(1)
	if s.RequestsPerSecond == 0 {
		return true
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	now := time.Now()
	perSecond := float64(s.RequestsPerSecond)
	s.tokens = min(perSecond/farBurst, s.tokens+now.Sub(s.filled).Seconds()*perSecond)
	s.filled = now
	if s.tokens < 1 {
		s.refused.Add(1)
		return false
	}
	s.tokens--
	return true
}

// farRequest is what of a request matters here.
type farRequest struct {
	method, path string
	query        url.Values
	headers      map[string]string
}

func (s *farStore) talk(conn *net.TCPConn, made time.Time) {
	defer conn.Close()
	if s.BytesPerSecond > 0 {
		if err := pace(conn, s.BytesPerSecond); err != nil {
			say("farstore: connections cannot be paced: %v", err)
			return
		}
	}
	in := bufio.NewReaderSize(conn, 16<<10)
	for {
		r, err := readFarRequest(in)
		if err != nil {
			return
		}
		if r.path == farCountsPath {
			text := fmt.Sprintf("%d %d %d", s.requests.Load(), s.refused.Load(), s.connections.Load()-1)
			_ = writeFar(conn, "200 OK", nil, []byte(text), false)
			return
		}
		admitted := s.admits()
		time.Sleep(time.Until(made.Add(s.Latency)))
		time.Sleep(s.Latency)
		if !admitted {
			err = writeFar(conn, "503 Slow Down", nil, farError("SlowDown", "Please reduce your request rate."), r.method == "HEAD")
		} else {
			err = s.answer(conn, r)
		}
		if err != nil {
			return
		}
	}
}

// pace lets the kernel send no faster than that: it waits by its own timers, of less than a millisecond, and costs this process nothing.
func pace(conn *net.TCPConn, bytesPerSecond int64) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MAX_PACING_RATE, int(bytesPerSecond))
	})
	return errors.Join(err, failed)
}

func readFarRequest(in *bufio.Reader) (farRequest, error) {
	r := farRequest{headers: map[string]string{}}
	line, err := in.ReadSlice('\n')
	if err != nil {
		return r, err
	}
	method, rest, _ := strings.Cut(string(line), " ")
	target, _, ok := strings.Cut(rest, " HTTP/1.1")
	if !ok {
		return r, fmt.Errorf("not a request: %q", line)
	}
	path, query, _ := strings.Cut(target, "?")
	r.method = method
	if r.path, err = url.PathUnescape(path); err != nil {
		return r, err
	}
	if query != "" {
		if r.query, err = url.ParseQuery(query); err != nil {
			return r, err
		}
	}
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return r, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return r, nil
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok {
			r.headers[strings.ToLower(string(name))] = string(bytes.TrimSpace(value))
		}
	}
}

func (s *farStore) answer(conn *net.TCPConn, r farRequest) error {
	headOnly := r.method == "HEAD"
	deny := func(status, code string) error {
		return writeFar(conn, status, nil, farError(code, status), headOnly)
	}
	if r.method != "GET" && !headOnly {
		return deny("405 Method Not Allowed", "MethodNotAllowed")
	}
	// The signature's presence alone is looked at: checking it would cost this machine's processors, not a store's.
	if r.headers["authorization"] == "" && r.query.Get("X-Amz-Signature") == "" {
		return deny("403 Forbidden", "AccessDenied")
	}
	name, key, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
	if name != bucket {
		return deny("404 Not Found", "NoSuchBucket")
	}
	if key != "" {
		o, ok := s.index.byKey[key]
		if !ok {
			return deny("404 Not Found", "NoSuchKey")
		}
		return s.object(conn, r, o)
	}
	switch {
	case headOnly:
		return writeFar(conn, "200 OK", []string{"x-amz-bucket-region: " + region}, nil, true)
	case r.query.Has("location"):
		return writeFar(conn, "200 OK", nil, []byte(`<?xml version="1.0" encoding="UTF-8"?><LocationConstraint xmlns="`+farNamespace+`"/>`), false)
	case r.query.Has("versioning") || r.query.Has("object-lock") || r.query.Has("uploads"):
		return deny("501 Not Implemented", "NotImplemented")
	}
	return writeFar(conn, "200 OK", []string{"Content-Type: application/xml"}, s.index.page(r.query), false)
}

// object answers with an object, a range of it or one of its parts.
func (s *farStore) object(conn *net.TCPConn, r farRequest, o *farObject) error {
	from, to, status := int64(0), o.Size, "200 OK"
	headers := []string{"ETag: " + o.ETag, "Last-Modified: " + o.modified(time.RFC1123), "Accept-Ranges: bytes", "Content-Type: application/octet-stream"}
	if match := r.headers["if-match"]; match != "" && match != "*" && strings.Trim(match, `"`) != strings.Trim(o.ETag, `"`) {
		return writeFar(conn, "412 Precondition Failed", nil, farError("PreconditionFailed", "the object has another ETag"), r.method == "HEAD")
	}
	if part := r.query.Get("partNumber"); part != "" && o.Size > partSize {
		n, err := strconv.ParseInt(part, 10, 32)
		if err != nil || n < 1 || (n-1)*partSize >= o.Size {
			return writeFar(conn, "416 Range Not Satisfiable", nil, farError("InvalidPartNumber", part), r.method == "HEAD")
		}
		from, to = (n-1)*partSize, min(o.Size, n*partSize)
		headers = append(headers, fmt.Sprintf("x-amz-mp-parts-count: %d", (o.Size+partSize-1)/partSize))
	} else if text := r.headers["range"]; text != "" {
		var ok bool
		if from, to, ok = farRange(text, o.Size); !ok {
			return writeFar(conn, "416 Range Not Satisfiable", nil, farError("InvalidRange", text), r.method == "HEAD")
		}
	}
	if from > 0 || to < o.Size || r.headers["range"] != "" {
		status = "206 Partial Content"
		headers = append(headers, fmt.Sprintf("Content-Range: bytes %d-%d/%d", from, to-1, o.Size))
	} else if strings.EqualFold(r.headers["x-amz-checksum-mode"], "ENABLED") {
		headers = append(headers, "x-amz-checksum-crc64nvme: "+o.CRC64, "x-amz-checksum-type: FULL_OBJECT")
	}
	head := farHead(status, headers, to-from)
	if r.method == "HEAD" {
		_, err := conn.Write(head)
		return err
	}
	return s.send(conn, head, o.Offset+from, to-from)
}

// Up to so many bytes an answer is one write; the kernel does not pace what fits a connection's first burst, so their time is waited for here.
const farAtOnce = 256 << 10

func (s *farStore) send(conn *net.TCPConn, head []byte, offset, length int64) error {
	first := min(length, farAtOnce)
	if length <= farAtOnce && s.BytesPerSecond > 0 {
		time.Sleep(time.Duration(float64(length) / float64(s.BytesPerSecond) * 1e9))
	}
	if _, err := (&net.Buffers{head, s.bytes[offset : offset+first]}).WriteTo(conn); err != nil || first == length {
		return err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	at, left := offset+first, length-first
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		for left > 0 {
			n, err := unix.Sendfile(int(fd), int(s.file.Fd()), &at, int(min(left, 4<<20)))
			left -= int64(max(n, 0))
			switch {
			case err == unix.EAGAIN:
				return false
			case err == unix.EINTR:
			case err != nil:
				failed = err
				return true
			}
		}
		return true
	})
	return errors.Join(err, failed)
}

func farRange(text string, size int64) (from, to int64, ok bool) {
	first, last, found := strings.Cut(strings.TrimPrefix(text, "bytes="), "-")
	from, err := strconv.ParseInt(first, 10, 64)
	if !found || err != nil || from >= size {
		return 0, 0, false
	}
	to = size
	if last != "" {
		end, err := strconv.ParseInt(last, 10, 64)
		if err != nil || end < from {
			return 0, 0, false
		}
		to = min(size, end+1)
	}
	return from, to, true
}

func farHead(status string, headers []string, length int64) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\nServer: farstore\r\nx-amz-request-id: 1\r\nDate: %s\r\nContent-Length: %d\r\n", status,
		time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"), length)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

func writeFar(conn *net.TCPConn, status string, headers []string, body []byte, headOnly bool) error {
	answer := farHead(status, headers, int64(len(body)))
	if !headOnly {
		answer = append(answer, body...)
	}
	_, err := conn.Write(answer)
	return err
}

func farError(code, message string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>` + xmlText(message) + `</Message></Error>`)
}
