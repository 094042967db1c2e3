package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"hash/crc64"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"
)

// crc64nvme is the digest that S3 keeps of every object of which a client states none: the benchmark's objects carry it, as
// those that today's clients upload do.
var crc64nvme = crc64.MakeTable(0x9a6c9329ac4bc9b5)

func crcText(crc uint64) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc))
}

// s3 writes the benchmark's objects and signs links for the tools that cannot.
type s3 struct {
	endpoint string
	http     *http.Client
}

func newS3(endpoint string) *s3 {
	return &s3{endpoint: endpoint, http: &http.Client{
		Timeout:   5 * time.Minute,
		Transport: &http.Transport{MaxIdleConnsPerHost: 32, DisableCompression: true},
	}}
}

const unsigned = "UNSIGNED-PAYLOAD"

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func signature(date, scope, canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	text := "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	key := mac(mac(mac(mac([]byte("AWS4"+secretKey), date[:8]), region), "s3"), "aws4_request")
	return hex.EncodeToString(mac(key, text))
}

func escape(path string) string {
	return strings.ReplaceAll((&url.URL{Path: path}).EscapedPath(), "+", "%2B")
}

func (s *s3) do(method, path string, query url.Values, headers map[string]string, body []byte) (*http.Response, []byte, error) {
	date := time.Now().UTC().Format("20060102T150405Z")
	scope := date[:8] + "/" + region + "/s3/aws4_request"
	target := s.endpoint + escape(path)
	if len(query) > 0 {
		target += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	req, err := http.NewRequest(method, target, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	signed := map[string]string{"host": req.URL.Host, "x-amz-content-sha256": unsigned, "x-amz-date": date}
	for k, v := range headers {
		signed[strings.ToLower(k)] = v
	}
	var names []string
	for k, v := range signed {
		names = append(names, k)
		if k != "host" {
			req.Header.Set(k, v)
		}
	}
	sort.Strings(names)
	var lines strings.Builder
	for _, n := range names {
		fmt.Fprintf(&lines, "%s:%s\n", n, signed[n])
	}
	list := strings.Join(names, ";")
	canonical := strings.Join([]string{method, escape(path), req.URL.RawQuery, lines.String(), list, unsigned}, "\n")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+accessKey+"/"+scope+", SignedHeaders="+list+
		", Signature="+signature(date, scope, canonical))
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, nil, err
	}
	if resp.StatusCode/100 != 2 {
		return nil, nil, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, answer)
	}
	return resp, answer, nil
}

func (s *s3) createBucket() error {
	_, _, err := s.do("PUT", "/"+bucket, nil, nil, nil)
	return err
}

func (s *s3) put(key string, body []byte) error {
	_, _, err := s.do("PUT", "/"+bucket+"/"+key, nil, map[string]string{
		"x-amz-checksum-crc64nvme": crcText(crc64.Checksum(body, crc64nvme)),
	}, body)
	return err
}

// partSize is what clients choose for objects of gigabytes.
const partSize = 64 << 20

// putParts uploads a large object as clients do: in parts, with a digest of the whole.
func (s *s3) putParts(key string, size int64, content io.Reader) error {
	path := "/" + bucket + "/" + key
	_, answer, err := s.do("POST", path, url.Values{"uploads": {""}}, map[string]string{
		"x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "FULL_OBJECT",
	}, nil)
	if err != nil {
		return err
	}
	var created struct {
		UploadID string `xml:"UploadId"`
	}
	if err := xml.Unmarshal(answer, &created); err != nil {
		return err
	}
	type part struct {
		PartNumber int
		ETag       string
		Checksum   string `xml:"ChecksumCRC64NVME"`
	}
	var parts []part
	var crc uint64
	buffer := make([]byte, partSize)
	for left := size; left > 0; {
		chunk := buffer[:min(left, partSize)]
		if _, err := io.ReadFull(content, chunk); err != nil {
			return err
		}
		sum := crcText(crc64.Checksum(chunk, crc64nvme))
		crc = crc64.Update(crc, crc64nvme, chunk)
		number := len(parts) + 1
		resp, _, err := s.do("PUT", path, url.Values{"partNumber": {fmt.Sprint(number)}, "uploadId": {created.UploadID}},
			map[string]string{"x-amz-checksum-crc64nvme": sum}, chunk)
		if err != nil {
			return err
		}
		parts = append(parts, part{number, resp.Header.Get("ETag"), sum})
		left -= int64(len(chunk))
	}
	body, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"CompleteMultipartUpload"`
		Part    []part
	}{Part: parts})
	if err != nil {
		return err
	}
	_, _, err = s.do("POST", path, url.Values{"uploadId": {created.UploadID}}, map[string]string{
		"x-amz-checksum-crc64nvme": crcText(crc), "x-amz-checksum-type": "FULL_OBJECT",
	}, body)
	return err
}

// presign gives a link that reads an object, good for a day.
func presign(endpoint, key string) (string, error) {
	base, err := url.Parse(endpoint)
	if err != nil {
		return "", err
	}
	path := escape("/" + bucket + "/" + key)
	date := time.Now().UTC().Format("20060102T150405Z")
	scope := date[:8] + "/" + region + "/s3/aws4_request"
	query := url.Values{
		"X-Amz-Algorithm": {"AWS4-HMAC-SHA256"}, "X-Amz-Credential": {accessKey + "/" + scope}, "X-Amz-Date": {date},
		"X-Amz-Expires": {"86400"}, "X-Amz-SignedHeaders": {"host"},
	}.Encode()
	canonical := strings.Join([]string{"GET", path, query, "host:" + base.Host + "\n", "host", unsigned}, "\n")
	return endpoint + path + "?" + query + "&X-Amz-Signature=" + signature(date, scope, canonical), nil
}
