package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// millionRun is one attempt of a fill of very many objects.
type millionRun struct {
	sample
	Cgroup cgroupUse `json:"cgroup"`
	// Given is how many objects the store gave during it.
	Given int64  `json:"given"`
	Load  string `json:"load_at_start"`
}

// millionReport is what `bench million` writes.
type millionReport struct {
	Objects int `json:"objects"`
	// Killed is the attempt that was killed half way, Resumed the one that went on.
	Killed  millionRun `json:"killed"`
	Resumed millionRun `json:"resumed"`
	Image   string     `json:"image"`
	Machine machine    `json:"machine"`
	When    string     `json:"when"`
	// Manifest is the digest that the second attempt told, and that was computed from the objects' numbers.
	Manifest string `json:"manifest"`
}

const (
	// inlineInode has room for an object's bytes: ten million files of 4 KiB are a question of the disk and not of this.
	inlineInode   = 512
	millionLimit  = 4 * time.Hour
	millionSample = 97
)

// millionMain fills a volume of its own with very many small objects within a memory control group, is killed when half of them are
// there, and goes on.
func millionMain(args []string) error {
	flags := flag.NewFlagSet("million", flag.ExitOnError)
	root := flags.String("root", ".", "the project's directory")
	objects := flags.Int("objects", 10_000_000, "how many")
	limit := flags.Int64("memory", memoryLimit, "of the control group, in bytes")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b, err := newBench(ctx, *root, true, 1)
	if err != nil {
		return err
	}
	defer b.close()
	i, err := openImage(ctx, b.places, "populate")
	if err != nil {
		return err
	}
	volume, err := newLoopVolume(b.work, *objects)
	if err != nil {
		return err
	}
	defer volume.remove()
	m := &million{bench: b, objects: countedObjects(*objects), volume: volume.mounted, limit: *limit, image: i}
	rep, err := m.run(ctx)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(rep, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(b.out, fmt.Sprintf("million-%d.json", *objects))
	fmt.Print(rep.String())
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

type million struct {
	*bench
	objects countedObjects
	volume  string
	limit   int64
	image   *image
	store   *server
}

func (m *million) run(ctx context.Context) (millionReport, error) {
	rep := millionReport{Objects: int(m.objects), Image: m.image.digest, Machine: describe(m.volume, m.shm), When: time.Now().UTC().Format("2006-01-02 15:04 UTC")}
	var err error
	if m.store, err = m.startStore(); err != nil {
		return rep, err
	}
	defer m.store.stop()
	if rep.Killed, err = m.attempt(ctx, "killed", int64(m.objects)/2); err != nil {
		return rep, err
	}
	if rep.Resumed, err = m.attempt(ctx, "resumed", 0); err != nil {
		return rep, err
	}
	if rep.Manifest, err = m.manifest(filepath.Join(m.logs, "million-resumed.log")); err != nil {
		return rep, err
	}
	return rep, m.compare()
}

func (m *million) startStore() (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	return startProcess("http://"+address, address, filepath.Join(m.logs, "countedstore.log"), self,
		"countedstore", "-objects", strconv.Itoa(int(m.objects)), "-address", address)
}

func (m *million) given() int64 {
	answer, err := http.Get(m.store.endpoint + countedCounts)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	n, _ := strconv.ParseInt(string(text), 10, 64)
	return n
}

// attempt runs a Job's process to its end, or until the store has given so many objects.
func (m *million) attempt(ctx context.Context, name string, killAt int64) (millionRun, error) {
	run := millionRun{Load: loadAverage()}
	group, err := newMemoryGroup(m.limit)
	if err != nil {
		return run, err
	}
	defer group.remove()
	c, err := cisternTool(m.image, "cistern", "full", false, 0).fill(
		job{endpoint: m.store.endpoint, data: dataset{Name: countedName}, dir: m.volume, home: m.home})
	if err != nil {
		return run, err
	}
	c.Cgroup = filepath.Join(group.dir, "cgroup.procs")
	before, ended := m.given(), make(chan struct{})
	go m.watch(name, group, before, killAt, ended)
	ctx, cancel := within(ctx, millionLimit)
	defer cancel()
	run.sample, err = measure(ctx, c, m.volume, filepath.Join(m.logs, "million-"+name+".log"), m.store)
	close(ended)
	run.Cgroup, run.Given = group.use(), m.given()-before
	if killAt > 0 {
		if err == nil {
			return run, errors.New("it ended before it was killed")
		}
		if run.Given >= killAt {
			return run, nil
		}
	}
	return run, err
}

// watch says how far it is, and kills it when it is far enough; the helper that measures it is in the same control group and stays.
func (m *million) watch(name string, group *memoryGroup, before, killAt int64, ended chan struct{}) {
	said := time.Now()
	for {
		select {
		case <-ended:
			return
		case <-time.After(200 * time.Millisecond):
		}
		given := m.given() - before
		if time.Since(said) > 30*time.Second {
			say("%s: %d objects given, group peak %.0f MB, limit hit %d times", name, given, float64(group.use().PeakBytes)/1e6, group.use().Reclaims)
			said = time.Now()
		}
		if killAt > 0 && given >= killAt {
			data, _ := os.ReadFile(filepath.Join(group.dir, "cgroup.procs"))
			for pid := range strings.FieldsSeq(string(data)) {
				if exe, _ := os.Readlink("/proc/" + pid + "/exe"); strings.HasSuffix(exe, "/java") {
					n, _ := strconv.Atoi(pid)
					_ = syscall.Kill(n, syscall.SIGKILL)
				}
			}
			return
		}
	}
}

var manifestDigest = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// manifest computes the digest of all files from the objects' numbers, and compares it with what the fill told.
func (m *million) manifest(log string) (string, error) {
	text, err := os.ReadFile(log)
	if err != nil {
		return "", err
	}
	told := string(manifestDigest.Find(text))
	castagnoli := crc32.MakeTable(crc32.Castagnoli)
	sum := sha256.New()
	for i := range int(m.objects) {
		b := m.objects.bytes(i)
		fmt.Fprintf(sum, "crc32c:%08x %d %d %s\n", crc32.Checksum(b[:], castagnoli), countedSize, countedTime.UnixMilli(), m.objects.path(i))
	}
	if computed := fmt.Sprintf("sha256:%x", sum.Sum(nil)); told != computed {
		return told, fmt.Errorf("the fill told manifest %q, and it is %s", told, computed)
	}
	return told, nil
}

// compare counts the files, and compares the bytes of some.
func (m *million) compare() error {
	found := 0
	err := filepath.WalkDir(m.volume, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(m.volume, path)
		i, ok := m.objects.number(name)
		if !ok {
			return fmt.Errorf("%s is no object", name)
		}
		found++
		if i%millionSample != 0 {
			return nil
		}
		data, err := os.ReadFile(path)
		want := m.objects.bytes(i)
		if err == nil && !bytes.Equal(data, want[:]) {
			err = fmt.Errorf("%s has other bytes", name)
		}
		return err
	})
	if err == nil && found != int(m.objects) {
		err = fmt.Errorf("%d files of %d are there", found, m.objects)
	}
	return err
}

func (r millionReport) String() string {
	var b strings.Builder
	millions := float64(r.Objects) / 1e6
	wall := r.Killed.WallSeconds + r.Resumed.WallSeconds
	fmt.Fprintf(&b, "%s, image %.19s, %d objects of %d bytes, load %s at the start\n\n", r.When, r.Image, r.Objects, countedSize, r.Killed.Load)
	b.WriteString("| attempt | objects fetched | wall s | CPU s | server CPU s | others' CPU s | resident peak MB | group peak MB | limit hit | OOM kills |\n" +
		"|---|---|---|---|---|---|---|---|---|---|\n")
	for _, a := range []struct {
		name string
		millionRun
	}{{"killed half way", r.Killed}, {"gone on", r.Resumed}} {
		fmt.Fprintf(&b, "| %s | %d | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f of %.0f | %d | %d |\n", a.name, a.Given, a.WallSeconds, a.CPUSeconds,
			a.ServerCPUSeconds, a.OtherCPUSeconds, a.PeakMB, float64(a.Cgroup.PeakBytes)/1e6, float64(a.Cgroup.LimitBytes)/1e6,
			a.Cgroup.Reclaims, a.Cgroup.OOMKills)
	}
	fmt.Fprintf(&b, "\n%.0f s of wall time and %.0f s of CPU per million objects, both attempts together. Manifest %s, as computed from the objects.\n",
		wall/millions, (r.Killed.CPUSeconds+r.Resumed.CPUSeconds)/millions, r.Manifest)
	return b.String()
}
