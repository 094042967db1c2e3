package main

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// countedObjects is any number of small objects that are nowhere: key, bytes and digest follow from a number. The first are in one flat
// directory, as many as the best-known set of images has; the others in directories of a thousand.
type countedObjects int

const (
	countedName   = "counted"
	countedSize   = 100
	countedFlat   = 1_300_000
	countedFolder = 1000
	countedPage   = 1000
	// countedCounts is where the store tells how many objects it has given.
	countedCounts = "/-/counts"
)

var countedTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// path is where an object goes below the target; paths ascend with the numbers.
func (countedObjects) path(i int) string {
	if i < countedFlat {
		return fmt.Sprintf("flat/%08d.bin", i)
	}
	return fmt.Sprintf("tree/%05d/%08d.bin", i/countedFolder, i)
}

// number is the object of a path; false if there is none.
func (c countedObjects) number(path string) (int, bool) {
	name, ok := strings.CutSuffix(path[strings.LastIndexByte(path, '/')+1:], ".bin")
	i, err := strconv.Atoi(name)
	return i, ok && err == nil && i >= 0 && i < int(c) && c.path(i) == path
}

func (countedObjects) bytes(i int) (b [countedSize]byte) {
	x := uint64(i)
	for at := 0; at < countedSize; at += 8 {
		// The steps of splitmix64.
		x += 0x9e3779b97f4a7c15
		z := (x ^ x>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], z^z>>31)
		copy(b[at:], word[:])
	}
	return b
}

func (c countedObjects) etag(i int) string {
	b := c.bytes(i)
	sum := md5.Sum(b[:])
	return hex.EncodeToString(sum[:])
}

// countedStore serves them as S3 does, with little of the processors that it shares with its client.
type countedStore struct {
	countedObjects
	given atomic.Int64
}

func countedStoreMain(args []string) error {
	flags := flag.NewFlagSet("countedstore", flag.ExitOnError)
	objects := flags.Int("objects", 1000, "how many")
	address := flags.String("address", "127.0.0.1:0", "to listen on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	l, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	s := &countedStore{countedObjects: countedObjects(*objects)}
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go s.talk(conn)
	}
}

func (s *countedStore) talk(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 16<<10)
	var out bytes.Buffer
	for {
		method, target, err := readCounted(in)
		if err != nil {
			return
		}
		out.Reset()
		s.answer(&out, method, target)
		if _, err := conn.Write(out.Bytes()); err != nil {
			return
		}
	}
}

// readCounted reads a request's head; nothing of its headers matters here, and no request has a body.
func readCounted(in *bufio.Reader) (method, target string, err error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return "", "", err
	}
	f := strings.Fields(line)
	if len(f) != 3 {
		return "", "", errors.New("not a request")
	}
	for {
		header, err := in.ReadSlice('\n')
		if err != nil {
			return "", "", err
		}
		if len(bytes.TrimSpace(header)) == 0 {
			return f[0], f[1], nil
		}
	}
}

func (s *countedStore) answer(out *bytes.Buffer, method, target string) {
	path, query, _ := strings.Cut(target, "?")
	path, _ = url.PathUnescape(path)
	key, inBucket := strings.CutPrefix(path, "/"+bucket+"/")
	i, found := s.number(strings.TrimPrefix(key, countedName+"/"))
	switch {
	case path == countedCounts:
		writeCounted(out, "200 OK", "", strconv.AppendInt(nil, s.given.Load(), 10), true)
	case method == "GET" && (path == "/"+bucket || inBucket && key == ""):
		values, _ := url.ParseQuery(query)
		writeCounted(out, "200 OK", "Content-Type: application/xml\r\n", s.page(values), true)
	case inBucket && found && (method == "GET" || method == "HEAD"):
		b := s.bytes(i)
		headers := "ETag: \"" + s.etag(i) + "\"\r\nLast-Modified: " + countedTime.Format("Mon, 02 Jan 2006 15:04:05") +
			" GMT\r\nAccept-Ranges: bytes\r\n"
		if method == "GET" {
			s.given.Add(1)
		}
		writeCounted(out, "200 OK", headers, b[:], method == "GET")
	default:
		writeCounted(out, "404 Not Found", "Content-Type: application/xml\r\n", []byte("<Error><Code>NoSuchKey</Code></Error>"), method != "HEAD")
	}
}

func writeCounted(out *bytes.Buffer, status, headers string, body []byte, withBody bool) {
	out.WriteString("HTTP/1.1 " + status + "\r\nServer: countedstore\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n" + headers + "\r\n")
	if withBody {
		out.Write(body)
	}
}

// page answers ListObjectsV2; its token is the number of the next object.
func (s *countedStore) page(query url.Values) []byte {
	from, _ := strconv.Atoi(query.Get("continuation-token"))
	to := min(from+countedPage, int(s.countedObjects))
	if query.Get("prefix") != countedName+"/" {
		from, to = 0, 0
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>%s</Name>`+
		`<Prefix>%s</Prefix><MaxKeys>%d</MaxKeys><KeyCount>%d</KeyCount>`, bucket, query.Get("prefix"), countedPage, to-from)
	if more := to > 0 && to < int(s.countedObjects); more {
		fmt.Fprintf(&b, "<IsTruncated>true</IsTruncated><NextContinuationToken>%d</NextContinuationToken>", to)
	} else {
		b.WriteString("<IsTruncated>false</IsTruncated>")
	}
	modified := countedTime.Format("2006-01-02T15:04:05.000Z")
	for i := from; i < to; i++ {
		b.WriteString("<Contents><Key>" + countedName + "/" + s.path(i) + "</Key><LastModified>" + modified + "</LastModified><ETag>&quot;" +
			s.etag(i) + "&quot;</ETag><Size>" + strconv.Itoa(countedSize) + "</Size><StorageClass>STANDARD</StorageClass></Contents>")
	}
	b.WriteString("</ListBucketResult>")
	return b.Bytes()
}
