package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// farServer serves some objects by a profile, in this process.
func farServer(t *testing.T, p farProfile, objects ...object) string {
	t.Helper()
	dir := t.TempDir()
	index, data := filepath.Join(dir, "index"), filepath.Join(dir, "data")
	if err := writeFarData(dataset{Name: "t", Objects: objects}, index, data); err != nil {
		t.Fatal(err)
	}
	s, err := openFarStore(p, index, data)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() { _ = s.serve(l) }()
	return "http://" + l.Addr().String()
}

// farGet asks as a client that signs does.
func farGet(t *testing.T, link string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest("GET", link, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 …")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

func TestFarStoreGivesObjectsRangesAndParts(t *testing.T) {
	o := object{"t/large", partSize + 3*mib + 5}
	link := farServer(t, farProfile{}, o) + "/" + bucket + "/" + o.Key
	want, err := io.ReadAll(content(o))
	if err != nil {
		t.Fatal(err)
	}
	resp, body := farGet(t, link, "x-amz-checksum-mode", "ENABLED")
	if resp.StatusCode != 200 || !bytes.Equal(body, want) {
		t.Errorf("whole: %s, %d bytes", resp.Status, len(body))
	}
	if got := resp.Header.Get("x-amz-checksum-crc64nvme"); got == "" || !strings.HasSuffix(resp.Header.Get("ETag"), `-2"`) {
		t.Errorf("checksum %q, ETag %s", got, resp.Header.Get("ETag"))
	}
	for _, c := range []struct {
		text     string
		from, to int64
	}{{"bytes=5-9", 5, 10}, {"bytes=67108000-", 67108000, o.Size}, {"bytes=0-99999999999", 0, o.Size}} {
		resp, body := farGet(t, link, "Range", c.text)
		if resp.StatusCode != 206 || !bytes.Equal(body, want[c.from:c.to]) || resp.Header.Get("Content-Range") != fmt.Sprintf("bytes %d-%d/%d", c.from, c.to-1, o.Size) {
			t.Errorf("%s: %s, %s, %d bytes", c.text, resp.Status, resp.Header.Get("Content-Range"), len(body))
		}
	}
	if resp, body := farGet(t, link+"?partNumber=2"); resp.StatusCode != 206 || !bytes.Equal(body, want[partSize:]) {
		t.Errorf("part 2: %s, %d bytes", resp.Status, len(body))
	}
	if resp, _ := farGet(t, link, "If-Match", `"another"`); resp.StatusCode != 412 {
		t.Errorf("another version: %s", resp.Status)
	}
	if resp, _ := farGet(t, link+"x"); resp.StatusCode != 404 {
		t.Errorf("no such key: %s", resp.Status)
	}
}

func TestFarStoreListsPageByPageInBothVersions(t *testing.T) {
	var objects []object
	for i := range 25 {
		objects = append(objects, object{fmt.Sprintf("t/%d/%02d", i%2, i), 1})
	}
	link := farServer(t, farProfile{}, objects...) + "/" + bucket
	type page struct {
		IsTruncated                       bool
		NextContinuationToken, NextMarker string
		Contents                          []struct{ Key, ETag string }
		CommonPrefixes                    []struct{ Prefix string }
	}
	list := func(query url.Values) (keys []string) {
		for {
			var p page
			_, body := farGet(t, link+"?"+query.Encode())
			if err := xml.Unmarshal(body, &p); err != nil {
				t.Fatal(err)
			}
			for _, c := range p.Contents {
				keys = append(keys, c.Key)
			}
			for _, c := range p.CommonPrefixes {
				keys = append(keys, c.Prefix)
			}
			if !p.IsTruncated {
				return keys
			}
			query.Set("marker", p.NextMarker)
			query.Set("continuation-token", p.NextContinuationToken)
		}
	}
	if keys := list(url.Values{"list-type": {"2"}, "prefix": {"t/"}, "max-keys": {"10"}}); len(keys) != 25 || keys[24] != "t/1/23" {
		t.Errorf("version 2: %v", keys)
	}
	if keys := list(url.Values{"prefix": {"t/1/"}, "max-keys": {"5"}}); len(keys) != 12 || keys[0] != "t/1/01" {
		t.Errorf("version 1: %v", keys)
	}
	if keys := list(url.Values{"list-type": {"2"}, "prefix": {"t/"}, "delimiter": {"/"}, "max-keys": {"1"}}); strings.Join(keys, " ") != "t/0/ t/1/" {
		t.Errorf("folders: %v", keys)
	}
}

func TestFarStoreWaitsBeforeItAnswersAndOnceMoreForAConnection(t *testing.T) {
	const latency = 60 * time.Millisecond
	o := object{"t/o", 10}
	link := farServer(t, farProfile{Latency: latency}, o) + "/" + bucket + "/" + o.Key
	for i, least := range []time.Duration{2 * latency, latency} {
		began := time.Now()
		farGet(t, link)
		if took := time.Since(began); took < least {
			t.Errorf("request %d answered after %v, at least %v were to pass", i, took, least)
		}
	}
}

func TestFarStoreRefusesWhatItDoesNotBear(t *testing.T) {
	o := object{"t/o", 10}
	endpoint := farServer(t, farProfile{RequestsPerSecond: 20}, o)
	served, refused := 0, 0
	for range 30 {
		switch resp, body := farGet(t, endpoint+"/"+bucket+"/"+o.Key); {
		case resp.StatusCode == 200:
			served++
		case resp.StatusCode == 503 && bytes.Contains(body, []byte("<Code>SlowDown</Code>")):
			refused++
		default:
			t.Fatalf("%s: %s", resp.Status, body)
		}
	}
	if served < 2 || refused == 0 {
		t.Errorf("%d served, %d refused", served, refused)
	}
	if got := farCounts(endpoint + farCountsPath)(); got.requests != 30 || got.refused != int64(refused) {
		t.Errorf("counts = %+v, refused were %d", got, refused)
	}
}
