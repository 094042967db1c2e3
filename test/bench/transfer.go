package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// bench is one run of the benchmark.
type bench struct {
	places
	rounds int
	full   bool
	data   map[string]dataset
	peers  []tool
	ours   map[string]tool
	// fixed is Cistern with a fixed number of connections.
	fixed func(connections int) tool
	// before is Cistern at another commit, or nothing.
	before []tool
	chosen map[string]bool
	// quiet is how long to wait before each run for the rest of the machine to be idle.
	quiet   time.Duration
	gateway string
	certs   *certificates
	// The servers read the same directory; there is no TLS one until a row needs it.
	plain, secure *server
	// far is the store that answers as one far away.
	far *server
	// uploaded is the data set on the servers' tmpfs.
	uploaded string
}

const (
	runLimit = 15 * time.Minute
	// A peer that its warm-up shows to be this much slower than the fastest is measured once: more rounds change nothing.
	hopeless = 3.0
	// The peers whose median is within this of the best, and Cistern, get so many times the rounds: three of them have shown either of two
	// nearly equal ones ahead by a tenth.
	closeTo, closeRounds = 1.25, 3
	// Two nearly equal times of a machine whose speed drifts by a tenth and more: three rounds of the same two images gave +1 % and +16 %.
	verifyRounds = 15
)

// transferRow fills one directory after another from a data set, by all tools in turn.
func transferRow(name, issue, title, data string, to target, tls bool, g goal) row {
	return row{Name: name, Issue: issue, Title: title, run: func(ctx context.Context, b *bench, r row) (result, error) {
		d := b.data[data]
		tools := append([]tool{b.ours["cistern"]}, b.before...)
		tools = append(tools, b.peers...)
		if d.Single {
			tools = append(tools, rawReadTool(), rawWriteTool(), rawCopyTool())
		} else {
			tools = append(tools, rawRequestsTool(), localCopyTool(), rawCopyTool())
		}
		res := b.newResult(r, d, tools)
		res.Target, res.TLS, res.Goal = string(to), tls, g
		return res, b.rounds_(ctx, &res, d, tools, b.near(d, to, tls))
	}}
}

// verifyRow compares Cistern with itself.
func verifyRow(name, title, data string) row {
	return row{Name: name, Issue: "5", Title: title, run: func(ctx context.Context, b *bench, r row) (result, error) {
		d := b.data[data]
		tools := []tool{b.ours["cistern"], b.ours["cistern-size-only"]}
		res := b.newResult(r, d, tools)
		res.Target, res.Rounds = string(onTmpfs), max(b.rounds, verifyRounds)
		return res, b.rounds_(ctx, &res, d, tools, b.near(d, onTmpfs, false))
	}}
}

func (b *bench) newResult(r row, d dataset, tools []tool) result {
	res := result{Row: r.Name, Issue: r.Issue, Title: r.Title, Objects: len(d.Objects), Bytes: d.bytes(), Rounds: b.rounds}
	for _, t := range tools {
		res.Tools = append(res.Tools, toolResult{tool: t})
	}
	return res
}

// contest is how a row's tools are compared.
type contest struct {
	to  target
	tls bool
	// memoryBytes is what Cistern is told to keep to; zero is nothing.
	memoryBytes int64
	// A peer whose warm-up took so many times the fastest's is measured once.
	hopeless float64
	// The contenders for the best get so many times the rounds.
	closeRounds int
	serve       func() (*server, error)
}

// near is a contest over versitygw by loopback.
func (b *bench) near(d dataset, to target, tls bool) contest {
	return contest{to: to, tls: tls, hopeless: hopeless, closeRounds: closeRounds, serve: func() (*server, error) { return b.serve(d, tls) }}
}

// rounds_ takes one warm-up of each tool, with every byte compared, then the measured rounds in rotated order.
func (b *bench) rounds_(ctx context.Context, res *result, d dataset, tools []tool, c contest) error {
	if err := b.room(d, c.to); err != nil {
		return err
	}
	srv, err := c.serve()
	if err != nil {
		return err
	}
	kept, err := keepMemory(d.bytes())
	if err != nil {
		return err
	}
	defer kept.release()
	fastest := 0.0
	once := func(i int, round int) {
		t := &res.Tools[i]
		if t.Missing != "" || t.Failed != "" || (b.chosen != nil && !b.chosen[t.Name]) {
			return
		}
		if round > 1 && (t.Kind == peer || t.Kind == fixed) && t.WarmUp.WallSeconds > c.hopeless*fastest {
			return
		}
		s, err := b.runQuietly(ctx, res.Row, tools[i], d, c, srv, round == 0)
		if err != nil {
			t.Failed = err.Error()
			say("%s: %s: FAILED: %v", res.Row, t.Name, err)
			return
		}
		note := ""
		if round == 0 {
			t.WarmUp, note = s, " (warm-up, every byte compared)"
			if (t.Kind == peer || t.Kind == fixed) && (fastest == 0 || s.WallSeconds < fastest) {
				fastest = s.WallSeconds
			}
		} else {
			t.Samples = append(t.Samples, s)
		}
		say("%s: %-18s %7.2f s wall %7.2f s synced %7.2f s CPU %6.0f MB peak, others used %.2f s%s",
			res.Row, t.Name, s.WallSeconds, s.SyncedSeconds, s.CPUSeconds, s.PeakMB, s.OtherCPUSeconds, note)
	}
	turn := func(round int, wanted func(toolResult) bool) error {
		for i := range tools {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if at := (i + round) % len(tools); wanted(res.Tools[at]) {
				once(at, round)
			}
		}
		return nil
	}
	for round := range res.Rounds + 1 {
		if err := turn(round, func(toolResult) bool { return true }); err != nil {
			return err
		}
	}
	if _, best := res.best(wall); best > 0 {
		contenders := res.contenders(best)
		for round := res.Rounds + 1; round <= c.closeRounds*res.Rounds; round++ {
			if err := turn(round, func(t toolResult) bool { return contenders[t.Name] }); err != nil {
				return err
			}
		}
	}
	return nil
}

// contenders are Cistern, today and before, and the peers whose median wall time is close to the best peer's.
func (r result) contenders(best float64) map[string]bool {
	names := map[string]bool{}
	for _, t := range r.Tools {
		if t.complete() && (t.Kind == ours || t.Kind == earlier || t.Kind == peer && t.of(wall).Median <= closeTo*best) {
			names[t.Name] = true
		}
	}
	return names
}

// quietTries is how often a run is made that something else on the machine disturbs, if quiet is asked for.
const quietTries = 3

// runQuietly makes a run when the machine has time for it, and the least disturbed of a few if it never has.
func (b *bench) runQuietly(ctx context.Context, name string, t tool, d dataset, c contest, srv *server, allBytes bool) (sample, error) {
	var best sample
	for try := range quietTries {
		b.awaitQuiet(ctx)
		s, err := b.runOnce(ctx, name, t, d, c, srv, allBytes)
		if err != nil {
			return s, err
		}
		if try == 0 || s.disturbance() < best.disturbance() {
			best = s
		}
		if b.quiet == 0 || allBytes || best.disturbance() < quietShare {
			break
		}
	}
	return best, nil
}

// quietShare is the part of the machine that others may use before it counts as busy.
const quietShare = 0.1

// disturbance is the part of the machine that others used.
func (s sample) disturbance() float64 {
	return s.OtherCPUSeconds / (max(s.WallSeconds, 0.01) * float64(runtime.NumCPU()))
}

// awaitQuiet waits until others leave the machine alone, as long as is allowed.
func (b *bench) awaitQuiet(ctx context.Context) {
	const look = 500 * time.Millisecond
	for deadline := time.Now().Add(b.quiet); time.Now().Before(deadline) && ctx.Err() == nil; {
		before := busySeconds()
		time.Sleep(look)
		if busySeconds()-before < quietShare*look.Seconds()*float64(runtime.NumCPU()) {
			return
		}
	}
}

// runOnce fills an empty directory with one tool and looks at what it left there.
func (b *bench) runOnce(ctx context.Context, name string, t tool, d dataset, c contest, srv *server, allBytes bool) (sample, error) {
	dir, err := b.emptyTarget(c.to)
	if err != nil {
		return sample{}, err
	}
	j := job{endpoint: srv.endpoint, data: d, dir: dir, served: filepath.Join(b.serverData(), bucket, d.Name), home: b.home, memoryBytes: c.memoryBytes}
	if c.tls {
		j.ca = b.certs.ca
	}
	cmd, err := t.fill(j)
	if err != nil {
		return sample{}, err
	}
	ctx, cancel := within(ctx, runLimit)
	defer cancel()
	s, err := measure(ctx, cmd, dir, filepath.Join(b.logs, name+"-"+t.Name+".log"), srv)
	if err == nil && (t.Kind != limit || t.Copies) {
		err = check(d, dir, allBytes)
	}
	return s, err
}

// emptyTarget gives an empty directory on a file system that has nothing left to write.
//
// On a disk it is a new one in another part of it each time. Where an earlier run's files were deleted less than a minute ago, ext4 looks
// at each of their inodes before it gives out another, for each file that is made (recently_deleted in fs/ext4/ialloc.c): ten times
// the cost of making the file. No volume that is filled for the first time has that.
func (b *bench) emptyTarget(to target) (string, error) {
	base := filepath.Join(b.work, "targets")
	if to == onTmpfs {
		base = filepath.Join(b.shm, "targets")
	}
	if err := os.RemoveAll(base); err != nil {
		return "", err
	}
	if err := os.MkdirAll(base, 0o755); err != nil {
		return "", err
	}
	keepApart(base)
	dir, err := os.MkdirTemp(base, "")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	f, err := os.Open(dir)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return dir, unix.Syncfs(int(f.Fd()))
}

// keepApart makes ext4 put each directory that is made in this one into a block group of its own (chattr +T); others do not know the flag.
func keepApart(dir string) {
	f, err := os.Open(dir)
	if err != nil {
		return
	}
	defer f.Close()
	if flags, err := unix.IoctlGetInt(int(f.Fd()), unix.FS_IOC_GETFLAGS); err == nil {
		_ = unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, flags|fsTopDir)
	}
}

// fsTopDir is FS_TOPDIR_FL of linux/fs.h.
const fsTopDir = 0x20000

func (b *bench) serverData() string { return filepath.Join(b.shm, "data") }

// room refuses a row that the machine has no room for: a tmpfs that swaps or a full disk would measure something else.
func (b *bench) room(d dataset, to target) error {
	need := d.bytes() + int64(len(d.Objects))*4096
	inMemory := need
	if to == onTmpfs {
		inMemory += need
	}
	if d.Name == b.uploaded {
		inMemory -= need
	}
	if free := memoryAvailable() - 2*gib; free < inMemory {
		return fmt.Errorf("needs %.1f GiB of memory for the tmpfs, and %.1f are free", float64(inMemory)/float64(gib), float64(free)/float64(gib))
	}
	if to == onDisk {
		var st unix.Statfs_t
		if err := unix.Statfs(b.work, &st); err != nil {
			return err
		}
		if free := int64(st.Bavail)*st.Bsize - 5*gib; free < need {
			return fmt.Errorf("needs %.1f GiB of disk, and %.1f are free", float64(need)/float64(gib), float64(free)/float64(gib))
		}
	}
	return nil
}

// serve gives a server that has just the data set.
func (b *bench) serve(d dataset, tls bool) (*server, error) {
	if b.uploaded != d.Name {
		if err := b.forget(); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(b.serverData(), 0o755); err != nil {
			return nil, err
		}
	}
	var err error
	if b.plain == nil {
		if b.plain, err = startServer(b.gateway, b.serverData(), filepath.Join(b.logs, "server.log"), nil); err != nil {
			return nil, err
		}
	}
	if b.uploaded != d.Name {
		client := newS3(b.plain.endpoint)
		if err := client.createBucket(); err != nil {
			return nil, err
		}
		if err := upload(client, d); err != nil {
			return nil, fmt.Errorf("upload of %s: %w", d.Name, err)
		}
		b.uploaded = d.Name
	}
	if !tls {
		return b.plain, nil
	}
	if b.secure == nil {
		b.secure, err = startServer(b.gateway, b.serverData(), filepath.Join(b.logs, "server-tls.log"), b.certs)
	}
	return b.secure, err
}

func (b *bench) stopServers() {
	b.plain.stop()
	b.secure.stop()
	b.far.stop()
	b.plain, b.secure, b.far, b.uploaded = nil, nil, nil, ""
}

// forget ends the servers and frees the memory that their data took.
func (b *bench) forget() error {
	b.stopServers()
	for _, path := range []string{b.serverData(), filepath.Join(b.shm, "far.json"), filepath.Join(b.shm, "far.data")} {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// close leaves nothing behind but the results.
func (b *bench) close() {
	b.stopServers()
	for _, dir := range []string{b.shm, b.work} {
		if err := os.RemoveAll(dir); err != nil {
			say("cannot remove %s: %v", dir, err)
		}
	}
}
