package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestRawReadTakesEveryObjectOnce(t *testing.T) {
	var asked, connections atomic.Int32
	var all sync.WaitGroup
	all.Add(rawConnections)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// No connection finishes the work before the last of them has come.
		if asked.Add(1) <= rawConnections {
			all.Done()
			all.Wait()
		}
		w.Header().Set("Content-Length", "100000")
		w.Write(make([]byte, 100_000))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	if err := rawReadMain([]string{server.URL, paths(t, 50), ""}); err != nil {
		t.Fatal(err)
	}
	if asked.Load() != 50 || connections.Load() != rawConnections {
		t.Errorf("%d requests over %d connections", asked.Load(), connections.Load())
	}
}

func TestRawReadTellsBadAnswers(t *testing.T) {
	for what, answer := range map[string]http.HandlerFunc{
		"403": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) },
		"EOF": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Write(make([]byte, 50))
			panic(http.ErrAbortHandler)
		},
		"without a length": func(w http.ResponseWriter, r *http.Request) {
			w.Write(make([]byte, 10))
			w.(http.Flusher).Flush()
		},
	} {
		server := httptest.NewServer(answer)
		if err := rawReadMain([]string{server.URL, paths(t, 1), ""}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("wanted %q, got %v", what, err)
		}
		server.Close()
	}
}

func TestRawCopyWritesEveryObjectToItsFile(t *testing.T) {
	// More than a buffer, and not a multiple of it.
	body := func(path string) string { return strings.Repeat(path, rawBufferBytes/4) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body(r.URL.Path))))
		io.WriteString(w, body(r.URL.Path))
	}))
	defer server.Close()
	list, target := filepath.Join(t.TempDir(), "paths"), t.TempDir()
	want := map[string]string{"a.bin": "/bucket/a", "d/b.bin": "/bucket/b", "d/e/c.bin": "/bucket/c"}
	var lines strings.Builder
	for file, path := range want {
		lines.WriteString(path + "\t" + file + "\n")
	}
	if err := os.WriteFile(list, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := rawReadMain([]string{server.URL, list, "", target}); err != nil {
		t.Fatal(err)
	}
	for file, path := range want {
		got, err := os.ReadFile(filepath.Join(target, file))
		if err != nil || string(got) != body(path) {
			t.Errorf("%s: %d bytes, %v", file, len(got), err)
		}
	}
}

func paths(t *testing.T, n int) string {
	file := filepath.Join(t.TempDir(), "paths")
	if err := os.WriteFile(file, []byte(strings.Repeat("/bucket/key\tkey\n", n)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
