package main

import (
	"bufio"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
)

func TestCountedPathsAscendAndAreFoundAgain(t *testing.T) {
	all := countedObjects(2_000_000)
	last := ""
	for i := 0; i < int(all); i += 313 {
		path := all.path(i)
		if path <= last {
			t.Fatalf("path %d is %q, after %q", i, path, last)
		}
		last = path
		if n, ok := all.number(path); !ok || n != i {
			t.Fatalf("number(%q) = %d, %t, want %d", path, n, ok, i)
		}
	}
	for _, path := range []string{"", "flat/1.bin", "flat/02000000.bin", "tree/00001/00000001.bin", "tree/02000/02000000.bin"} {
		if n, ok := all.number(path); ok {
			t.Errorf("number(%q) = %d, want none", path, n)
		}
	}
}

func TestCountedStoreListsAndGivesAll(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &countedStore{countedObjects: 2345}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.talk(conn)
		}
	}()
	get := func(path string) []byte {
		answer, err := http.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(bufio.NewReader(answer.Body))
		return body
	}
	found, token := 0, ""
	for pages := 0; pages < 5; pages++ {
		var page struct {
			IsTruncated           bool
			NextContinuationToken string
			Contents              []struct {
				Key, ETag string
				Size      int
			}
		}
		path := "/" + bucket + "?list-type=2&prefix=" + countedName + "%2F"
		if token != "" {
			path += "&continuation-token=" + token
		}
		if err := xml.Unmarshal(get(path), &page); err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			if o.Key != countedName+"/"+s.path(found) || o.Size != countedSize {
				t.Fatalf("object %d is listed as %+v", found, o)
			}
			if found%500 == 0 {
				body := get("/" + bucket + "/" + o.Key)
				sum := md5.Sum(body)
				if len(body) != countedSize || o.ETag != `"`+hex.EncodeToString(sum[:])+`"` {
					t.Fatalf("%s has %d bytes and ETag %s", o.Key, len(body), o.ETag)
				}
			}
			found++
		}
		if !page.IsTruncated {
			break
		}
		token = page.NextContinuationToken
	}
	if found != 2345 {
		t.Errorf("%d objects are listed", found)
	}
	if given := string(get(countedCounts)); given != fmt.Sprint(5) {
		t.Errorf("it says that it gave %s objects", given)
	}
}
