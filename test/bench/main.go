// Command bench measures Cistern against the tools that people use today: see docs/design/benchmark.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	// Servers are bound to this thread: they end when it does.
	runtime.LockOSThread()
	var err error
	switch {
	case len(os.Args) > 1 && os.Args[1] == "helper":
		err = helperMain()
	case len(os.Args) > 1 && os.Args[1] == "docs":
		err = docsMain(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == "serve":
		err = serveMain(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == "farstore":
		err = farStoreMain(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == "million":
		err = millionMain(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == "countedstore":
		err = countedStoreMain(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == "rawread":
		err = rawReadMain(os.Args[2:])
	default:
		err = benchMain(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func benchMain(args []string) error {
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	root := flags.String("root", ".", "the project's directory")
	names := flags.String("rows", "", "rows to measure, comma-separated: names or their beginnings; empty means all")
	only := flags.String("tools", "", "measure only these tools, comma-separated")
	rounds := flags.Int("rounds", 3, "measured rounds of each tool, 1 to 50")
	scale := flags.String("scale", "full", "full, or small for a quick try")
	before := flags.String("before", "", "the archive of another commit's populate image, measured as cistern-before")
	quiet := flags.Duration("quiet", 0, "wait so long before each run for the rest of the machine to be idle, and repeat disturbed runs")
	merge := flags.Bool("merge", false, "keep the rows of the last report that this run does not measure")
	list := flags.Bool("list", false, "list the rows")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || *rounds > 50 {
		return fmt.Errorf("-rounds %d: must be 1 to 50", *rounds)
	}
	if *scale != "full" && *scale != "small" {
		return fmt.Errorf("-scale %q: must be full or small", *scale)
	}
	all, err := choose(rows(), *names)
	if err != nil {
		return err
	}
	if *list {
		for _, r := range all {
			fmt.Printf("%-26s %s %s\n", r.Name, r.Issue, r.Title)
		}
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b, err := prepare(ctx, *root, *scale == "full", *rounds)
	if err != nil {
		return err
	}
	defer b.close()
	b.quiet = *quiet
	if err := b.addBefore(*before); err != nil {
		return err
	}
	if *only != "" {
		b.chosen = map[string]bool{}
		for name := range strings.SplitSeq(*only, ",") {
			b.chosen[name] = true
		}
	}
	return b.run(ctx, all, *scale, *merge)
}

// prepare brings everything here that is measured or measured with.
func prepare(ctx context.Context, root string, full bool, rounds int) (*bench, error) {
	b, err := newBench(ctx, root, full, rounds)
	if err == nil {
		b.peers = install(ctx, b.places)
		b.addOurs(ctx)
	}
	return b, err
}

const shmPrefix = "cistern-bench-"

// removeAbandoned frees the memory that runs which were killed have left taken.
func removeAbandoned() {
	left, _ := filepath.Glob("/dev/shm/" + shmPrefix + "*")
	for _, dir := range left {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), shmPrefix), "-")
		if _, err := os.Stat("/proc/" + pid); os.IsNotExist(err) {
			say("removing %s of a run that has ended", dir)
			_ = os.RemoveAll(dir)
		}
	}
}

// newBench makes the directories and finds the server.
func newBench(ctx context.Context, root string, full bool, rounds int) (*bench, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	cache := os.Getenv("CISTERN_CACHE")
	if cache == "" {
		cache = filepath.Join(os.Getenv("HOME"), ".cache", "cistern")
	}
	out := filepath.Join(root, "target", "bench")
	removeAbandoned()
	shm, err := os.MkdirTemp("/dev/shm", fmt.Sprintf("%s%d-", shmPrefix, os.Getpid()))
	if err != nil {
		return nil, err
	}
	b := &bench{
		places: places{root: root, cache: cache, out: out, logs: filepath.Join(out, "logs"), work: filepath.Join(out, "work"),
			home: filepath.Join(out, "home"), shm: shm},
		rounds: rounds, full: full, data: datasets(full), ours: map[string]tool{},
	}
	for _, dir := range []string{b.logs, b.work, b.home} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	say("looking for the S3 server")
	if b.gateway, err = outputOf(ctx, root, filepath.Join(root, "test/cluster/cluster"), "part", "versitygw"); err != nil {
		b.close()
		return nil, err
	}
	if b.certs, err = makeCertificates(b.work); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// addBefore takes part an image of another commit, if one is given: what a change did shows only in one run.
func (b *bench) addBefore(archive string) error {
	if archive == "" {
		return nil
	}
	i, err := openArchive(archive, filepath.Join(b.out, "images", "before"))
	if err != nil {
		return fmt.Errorf("the image to compare with: %w", err)
	}
	t := cisternTool(i, "cistern-before", "full", false, 0)
	t.Kind, t.How = earlier, "the image "+archive
	b.before = []tool{t}
	return nil
}

func (b *bench) addOurs(ctx context.Context) {
	i, err := openImage(ctx, b.places, "populate")
	b.fixed = func(n int) tool {
		name := fmt.Sprintf("cistern-%d", n)
		t := tool{}
		if err == nil {
			t = cisternTool(i, name, "full", false, n)
		} else {
			t = plainJavaTool(ctx, b.places, name, "full", err, n)
		}
		t.Kind, t.How = fixed, fmt.Sprintf("the same with a fixed number of connections, %d", n)
		return t
	}
	if err == nil {
		b.ours["cistern"] = cisternTool(i, "cistern", "full", false, 0)
		b.ours["cistern-size-only"] = cisternTool(i, "cistern-size-only", "size", false, 0)
		b.ours["cistern-no-aot"] = cisternTool(i, "cistern-no-aot", "full", true, 0)
		return
	}
	say("the image cannot be measured: %v", err)
	b.ours["cistern"] = plainJavaTool(ctx, b.places, "cistern", "full", err, 0)
	b.ours["cistern-size-only"] = plainJavaTool(ctx, b.places, "cistern-size-only", "size", err, 0)
	b.ours["cistern-no-aot"] = tool{Name: "cistern-no-aot", Kind: ours, Missing: "the image cannot be run"}
}

// run measures the rows in turn and writes the report after each, so that what was measured is never lost.
func (b *bench) run(ctx context.Context, all []row, scale string, merge bool) error {
	rep := report{
		When: time.Now().UTC().Format("2006-01-02 15:04 UTC"), Commit: commit(b.root), Scale: scale,
		Machine: describe(b.work, b.shm), Server: "versitygw " + filepath.Base(filepath.Dir(b.gateway)) + ", posix backend on tmpfs, keep-alive",
	}
	say("machine: %s, %d cores, load %s", rep.Machine.CPU, rep.Machine.Cores, rep.Machine.Load)
	if merge {
		last, err := readReport(filepath.Join(b.out, "report.json"))
		if err != nil {
			return err
		}
		if last.Scale != scale {
			return fmt.Errorf("the last report is of a %s run: it cannot be merged with a %s one", last.Scale, scale)
		}
		rep.Results = last.Results
	}
	failed := 0
	for _, r := range all {
		say("row %s: %s", r.Name, r.Title)
		load := loadAverage()
		res, err := r.run(ctx, b, r)
		res.Row, res.Issue, res.Title, res.Load = r.Name, r.Issue, r.Title, load
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		if err != nil {
			res.Skipped = err.Error()
			failed++
			say("row %s: skipped: %v", r.Name, err)
		}
		res.When, res.Commit = time.Now().UTC().Format("2006-01-02 15:04 UTC"), rep.Commit
		rep.put(res)
		rep.order()
		if err := rep.write(b.out); err != nil {
			return err
		}
	}
	fmt.Println(rep.markdown())
	say("the report is in %s: report.md, report.json, report.svg", b.out)
	if failed > 0 {
		return fmt.Errorf("%d of %d rows could not be measured", failed, len(all))
	}
	return nil
}

func commit(root string) string {
	out, err := exec.Command("git", "-C", root, "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
