package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/crc64"
	"io"
	"net/url"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// farNamespace is the one of S3's documents.
const farNamespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// farCountsPath is where a far store tells how many requests it had, how many of them it refused, and over how many connections they came.
const farCountsPath = "/-/counts"

// farPage is how many keys a page of a listing has at most.
const farPage = 1000

// farObject is one object of a far store: where its bytes lie in the file of all bytes, and what S3 tells of it.
type farObject struct {
	Key    string `json:"key"`
	Size   int64  `json:"size"`
	Offset int64  `json:"offset"`
	ETag   string `json:"etag"`
	CRC64  string `json:"crc64nvme"`

	// entry is what a listing holds of it.
	entry string
}

// farTime is when all objects were written.
var farTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func (o *farObject) modified(layout string) string {
	return strings.Replace(farTime.Format(layout), "UTC", "GMT", 1)
}

// farIndex is all objects, by key and sorted.
type farIndex struct {
	sorted []*farObject
	byKey  map[string]*farObject
}

func newFarIndex(objects []farObject) *farIndex {
	x := &farIndex{byKey: map[string]*farObject{}}
	for i := range objects {
		o := &objects[i]
		o.entry = "<Contents><Key>" + xmlText(o.Key) + "</Key><LastModified>" + farTime.Format("2006-01-02T15:04:05.000Z") +
			"</LastModified><ETag>" + xmlText(o.ETag) + "</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>" +
			strconv.FormatInt(o.Size, 10) + "</Size><StorageClass>STANDARD</StorageClass></Contents>"
		x.sorted = append(x.sorted, o)
		x.byKey[o.Key] = o
	}
	slices.SortFunc(x.sorted, func(a, b *farObject) int { return strings.Compare(a.Key, b.Key) })
	return x
}

// page answers ListObjects and ListObjectsV2. The benchmark's keys need no encoding.
func (x *farIndex) page(query url.Values) []byte {
	v2 := query.Get("list-type") == "2"
	prefix, delimiter := query.Get("prefix"), query.Get("delimiter")
	after := query.Get("marker")
	if v2 {
		after = max(query.Get("start-after"), query.Get("continuation-token"))
	}
	most := farPage
	if n, err := strconv.Atoi(query.Get("max-keys")); err == nil && n < most {
		most = n
	}
	at := sort.Search(len(x.sorted), func(i int) bool { return x.sorted[i].Key >= prefix && (after == "" || x.sorted[i].Key > after) })
	var body strings.Builder
	count, last, common := 0, "", ""
	for ; at < len(x.sorted) && strings.HasPrefix(x.sorted[at].Key, prefix) && count < most; at++ {
		o := x.sorted[at]
		if end := strings.Index(o.Key[len(prefix):], delimiter); delimiter != "" && end >= 0 {
			folder := o.Key[:len(prefix)+end+len(delimiter)]
			if folder == common || after != "" && strings.HasPrefix(after, folder) {
				continue
			}
			common, last = folder, folder+"\U0010ffff"
			body.WriteString("<CommonPrefixes><Prefix>" + xmlText(folder) + "</Prefix></CommonPrefixes>")
		} else {
			last = o.Key
			body.WriteString(o.entry)
		}
		count++
	}
	truncated := at < len(x.sorted) && strings.HasPrefix(x.sorted[at].Key, prefix) && most > 0
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="%s"><Name>%s</Name><Prefix>%s</Prefix><MaxKeys>%d</MaxKeys><IsTruncated>%t</IsTruncated>`,
		farNamespace, bucket, xmlText(prefix), most, truncated)
	if delimiter != "" {
		b.WriteString("<Delimiter>" + xmlText(delimiter) + "</Delimiter>")
	}
	if encoding := query.Get("encoding-type"); encoding != "" {
		b.WriteString("<EncodingType>" + xmlText(encoding) + "</EncodingType>")
	}
	if v2 {
		fmt.Fprintf(&b, "<KeyCount>%d</KeyCount>", count)
	}
	if truncated {
		name := "NextMarker"
		if v2 {
			name = "NextContinuationToken"
		}
		b.WriteString("<" + name + ">" + xmlText(last) + "</" + name + ">")
	}
	b.WriteString(body.String())
	b.WriteString("</ListBucketResult>")
	return []byte(b.String())
}

func xmlText(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}

// writeFarData writes a data set's bytes one after the other into one file, and what a store tells of them into another.
func writeFarData(d dataset, index, data string) error {
	say("writing data set %s: %d objects, %.2f GiB", d.Name, len(d.Objects), float64(d.bytes())/float64(gib))
	out, err := os.Create(data)
	if err != nil {
		return err
	}
	defer out.Close()
	var objects []farObject
	offset := int64(0)
	for _, o := range d.Objects {
		f, err := writeFarObject(o, out)
		if err != nil {
			return err
		}
		f.Offset = offset
		offset += o.Size
		objects = append(objects, f)
	}
	text, err := json.Marshal(objects)
	if err != nil {
		return err
	}
	if err := os.WriteFile(index, text, 0o644); err != nil {
		return err
	}
	return out.Close()
}

// writeFarObject writes one object, and gives the digests that S3 keeps: its ETag is that of an upload in parts where it is large.
func writeFarObject(o object, out io.Writer) (farObject, error) {
	in, crc := content(o), crc64.New(crc64nvme)
	var sums []byte
	parts := 0
	for left := o.Size; left > 0 || parts == 0; {
		n := min(left, partSize)
		sum := md5.New()
		if _, err := io.CopyN(io.MultiWriter(out, crc, sum), in, n); err != nil {
			return farObject{}, err
		}
		sums = sum.Sum(sums)
		left -= n
		parts++
	}
	etag := hex.EncodeToString(sums)
	if parts > 1 {
		sum := md5.Sum(sums)
		etag = fmt.Sprintf("%s-%d", hex.EncodeToString(sum[:]), parts)
	}
	return farObject{Key: o.Key, Size: o.Size, ETag: `"` + etag + `"`, CRC64: crcText(crc.Sum64())}, nil
}
