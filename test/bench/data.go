package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// object is one object of a data set; its bytes follow from its key.
type object struct {
	Key  string
	Size int64
}

// dataset is what a row reads: one object, or all below a prefix.
type dataset struct {
	Name    string
	Single  bool
	Objects []object
}

func (d dataset) prefix() string { return d.Name + "/" }

// file is the name below the target of what an object is copied to.
func (d dataset) file(o object) string { return strings.TrimPrefix(o.Key, d.prefix()) }

func (d dataset) bytes() (total int64) {
	for _, o := range d.Objects {
		total += o.Size
	}
	return total
}

const (
	kib = int64(1) << 10
	mib = int64(1) << 20
	gib = int64(1) << 30
)

// datasets are all that rows can name. A scaled run divides sizes and counts by ten or more, and its report says so.
func datasets(full bool) map[string]dataset {
	scale := func(whole, small int64) int64 {
		if full {
			return whole
		}
		return small
	}
	all := map[string]dataset{}
	add := func(d dataset) { all[d.Name] = d }

	add(dataset{Name: "one", Single: true, Objects: []object{{"one/blob.bin", scale(4*gib, 400*mib)}}})

	small := dataset{Name: "small"}
	for i := range scale(10_000, 1_000) {
		small.Objects = append(small.Objects, object{fmt.Sprintf("small/part-%02d/%05d.bin", i%100, i), 64 * kib})
	}
	add(small)

	// 22 weight shards and 8 small files beside them.
	model := dataset{Name: "model"}
	for i, size := range []int64{682, 1_164, 9_085_657, 2_776_833, 50_570, 4_689, 1_519, 35_149} {
		name := []string{"config.json", "generation_config.json", "tokenizer.json", "vocab.json", "tokenizer_config.json",
			"README.md", ".gitattributes", "model.safetensors.index.json"}[i]
		model.Objects = append(model.Objects, object{"model/" + name, size})
	}
	shard := (scale(5*gib, 512*mib) - model.bytes()) / 22
	for i := range 22 {
		model.Objects = append(model.Objects, object{fmt.Sprintf("model/model-%05d-of-00022.safetensors", i+1), shard})
	}
	add(model)

	photos := dataset{Name: "photos"}
	random := rand.New(rand.NewPCG(10, 200))
	for i := range scale(100_000, 5_000) {
		// Log-uniform: as many between 10 and 45 KiB as between 45 and 200.
		size := int64(float64(10*kib) * math.Pow(20, random.Float64()))
		photos.Objects = append(photos.Objects, object{fmt.Sprintf("photos/album-%03d/IMG_%06d.jpg", i/500, i), size})
	}
	add(photos)

	// What far stores are asked for: large enough for many connections.
	add(dataset{Name: "one2g", Single: true, Objects: []object{{"one2g/blob.bin", scale(2*gib, 200*mib)}}})
	far := dataset{Name: "model2g"}
	for _, o := range model.Objects[:8] {
		far.Objects = append(far.Objects, object{strings.Replace(o.Key, "model/", "model2g/", 1), o.Size})
	}
	shard = (scale(2_000_000_000, 200_000_000) - far.bytes()) / 5
	for i := range 5 {
		far.Objects = append(far.Objects, object{fmt.Sprintf("model2g/model-%05d-of-00005.safetensors", i+1), shard})
	}
	add(far)

	add(dataset{Name: "tiny", Single: true, Objects: []object{{"tiny/hello.txt", 1 * kib}}})
	return all
}

// content is an object's bytes.
func content(o object) io.Reader {
	return io.LimitReader(rand.NewChaCha8(sha256.Sum256([]byte(o.Key))), o.Size)
}

// upload puts a data set on the server.
func upload(s *s3, d dataset) error {
	say("uploading data set %s: %d objects, %.2f GiB", d.Name, len(d.Objects), float64(d.bytes())/float64(gib))
	queue := make(chan object)
	failed := make(chan error, 1)
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for o := range queue {
				if err := uploadOne(s, o); err != nil {
					select {
					case failed <- err:
					default:
					}
					return
				}
			}
		})
	}
	var err error
feed:
	for _, o := range d.Objects {
		select {
		case queue <- o:
		case err = <-failed:
			break feed
		}
	}
	close(queue)
	workers.Wait()
	if err == nil {
		select {
		case err = <-failed:
		default:
		}
	}
	return err
}

func uploadOne(s *s3, o object) error {
	if o.Size > partSize {
		return s.putParts(o.Key, o.Size, content(o))
	}
	body, err := io.ReadAll(content(o))
	if err != nil {
		return err
	}
	return s.put(o.Key, body)
}

// check compares a filled directory with the data set: paths and sizes always, every byte if asked for.
func check(d dataset, dir string, allBytes bool) error {
	found := map[string]int64{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		found[name] = info.Size()
		return err
	})
	if err != nil {
		return err
	}
	if len(found) != len(d.Objects) {
		return fmt.Errorf("%d files in the target, %d objects in the source", len(found), len(d.Objects))
	}
	for _, o := range d.Objects {
		name := d.file(o)
		size, ok := found[name]
		if !ok {
			return fmt.Errorf("%s is not in the target", name)
		}
		if size != o.Size {
			return fmt.Errorf("%s has %d bytes in the target, %d in the source", name, size, o.Size)
		}
		if allBytes {
			if err := compare(o, filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func compare(o object, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	want := content(o)
	a, b := make([]byte, 256<<10), make([]byte, 256<<10)
	for at := int64(0); at < o.Size; {
		n := min(o.Size-at, int64(len(a)))
		if _, err := io.ReadFull(want, a[:n]); err != nil {
			return err
		}
		if _, err := io.ReadFull(f, b[:n]); err != nil {
			return fmt.Errorf("%s at %d: %w", path, at, err)
		}
		if !bytes.Equal(a[:n], b[:n]) {
			return fmt.Errorf("%s differs from its object between %d and %d", path, at, at+n)
		}
		at += n
	}
	return nil
}
