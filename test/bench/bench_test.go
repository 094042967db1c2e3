package main

import (
	"hash/crc64"
	"maps"
	"os"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestCRC64NVMEIsTheOneThatS3Means(t *testing.T) {
	// The check value of the catalogue of CRC algorithms.
	if got := crc64.Checksum([]byte("123456789"), crc64nvme); got != 0xae8b14860a799888 {
		t.Errorf("crc64nvme(123456789) = %x", got)
	}
}

func TestQuantiles(t *testing.T) {
	s := spreadOf([]float64{4, 1, 3, 2})
	if s != (spread{Median: 2.5, Min: 1, Max: 4, Q1: 1.75, Q3: 3.25}) {
		t.Errorf("spread = %+v", s)
	}
	if got := spreadOf([]float64{7}); got.Median != 7 || got.Q3 != 7 {
		t.Errorf("spread of one = %+v", got)
	}
}

func TestChooseByBeginning(t *testing.T) {
	chosen, err := choose(rows(), "one-object-4g,small-10k-disk")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range chosen {
		names = append(names, r.Name)
	}
	if got := strings.Join(names, " "); got != "one-object-4g-http-tmpfs one-object-4g-http-disk one-object-4g-tls-tmpfs one-object-4g-tls-disk small-10k-disk" {
		t.Errorf("chosen %s", got)
	}
	if _, err := choose(rows(), "small-10"); err == nil || !strings.Contains(err.Error(), "no row \"small-10\"") {
		t.Errorf("a part of a name chose rows: %v", err)
	}
}

func TestDataSetsAreAsNamed(t *testing.T) {
	for name, want := range map[string]struct {
		objects  int
		low, top int64
	}{
		"one":    {1, 4 * gib, 4 * gib},
		"small":  {10_000, 10_000 * 64 * kib, 10_000 * 64 * kib},
		"model":  {30, 5*gib - 22, 5 * gib},
		"photos": {100_000, 5 * gib, 8 * gib},
	} {
		d := datasets(true)[name]
		if len(d.Objects) != want.objects || d.bytes() < want.low || d.bytes() > want.top {
			t.Errorf("%s: %d objects, %d bytes", name, len(d.Objects), d.bytes())
		}
	}
}

// ratios gives a row in which the peers have these wall and CPU seconds, and Cistern 1 and 1.
func ratios(target target, peers ...float64) result {
	r := result{Row: "x", Issue: "1", Title: "A row", Target: string(target), Goal: largeGoal, Objects: 1, Bytes: gib}
	r.Tools = append(r.Tools, toolResult{tool: tool{Name: "cistern", Kind: ours}, Samples: []sample{{WallSeconds: 1, SyncedSeconds: 1, CPUSeconds: 1}}})
	for i, s := range peers {
		r.Tools = append(r.Tools, toolResult{tool: tool{Name: string(rune('a' + i)), Kind: peer},
			Samples: []sample{{WallSeconds: s, SyncedSeconds: 2 * s, CPUSeconds: s}}})
	}
	return r
}

func TestGoalsAreHeldAgainstTheBestPeer(t *testing.T) {
	for _, c := range []struct {
		name string
		row  result
		want string
	}{
		{"reached", ratios(onTmpfs, 4, 2), "reached |"},
		{"one peer is too close", ratios(onTmpfs, 4, 1.2), "**not reached** |"},
		{"the CPU goal counts too", ratios(onTmpfs, 1.5), "**not reached** |"},
		{"on disk with sync", ratios(onDisk, 1.7), "reached |"},
	} {
		got := report{Results: []result{c.row}}.goals()
		line := strings.Split(got, "\n")[2]
		if !strings.HasSuffix(line, " "+c.want) {
			t.Errorf("%s: %s", c.name, line)
		}
	}
}

func TestAFailedPeerIsNamedAndNotCompared(t *testing.T) {
	r := ratios(onTmpfs, 4)
	r.Tools = append(r.Tools, toolResult{tool: tool{Name: "broken", Kind: peer}, Failed: "exit 1", Samples: []sample{{WallSeconds: 0.1, CPUSeconds: 0.1}}},
		toolResult{tool: tool{Name: "absent", Kind: peer, Missing: "no such package"}})
	if name, best := r.best(wall); name != "a" || best != 4 {
		t.Errorf("best = %s %v", name, best)
	}
	text := report{Results: []result{r}}.markdown()
	for _, want := range []string{"failed: exit 1", "missing: no such package"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
}

func TestDigestsAreComparedRoundByRound(t *testing.T) {
	r := result{Row: "x", Issue: "5", Objects: 1, Bytes: gib, Tools: []toolResult{{tool: tool{Name: "cistern", Kind: ours}}, {tool: tool{Name: "off"}}}}
	// The machine becomes twice as slow half-way, and the first tool meets that one round sooner: medians compare different machines.
	for _, speed := range []float64{1, 1, 1, 2, 2, 2, 2} {
		r.Tools[0].Samples = append(r.Tools[0].Samples, sample{WallSeconds: 1.05 * speed, CPUSeconds: 1})
		r.Tools[1].Samples = append(r.Tools[1].Samples, sample{WallSeconds: speed, CPUSeconds: 1})
	}
	r.Tools[1].Samples[3].WallSeconds = 1
	text := report{Results: []result{r}}.markdown()
	for _, want := range []string{"+110.0 % of wall time", "median +5.0 %, quartiles +5.0 and +5.0 %"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q:\n%s", want, text)
		}
	}
}

func TestContendersAreThoseCloseToTheBestPeer(t *testing.T) {
	r := ratios(onTmpfs, 4, 4.9, 5.1)
	r.Tools = append(r.Tools, toolResult{tool: tool{Name: "cp", Kind: limit}, Samples: []sample{{WallSeconds: 1}}},
		toolResult{tool: tool{Name: "broken", Kind: peer}, Failed: "exit 1", Samples: []sample{{WallSeconds: 4}}})
	_, best := r.best(wall)
	if got := r.contenders(best); !maps.Equal(got, map[string]bool{"cistern": true, "a": true, "b": true}) {
		t.Errorf("contenders = %v", got)
	}
}

func TestSmallRunsSayWhatTheyAre(t *testing.T) {
	rep := report{Scale: "small", Results: []result{ratios(onTmpfs, 2)}}
	if !strings.Contains(rep.markdown(), "scaled-down data") || !strings.Contains(rep.plot(), "SCALED-DOWN") {
		t.Error("a small run's report looks like a full one's")
	}
}

func TestKeptMemoryIsAPageOfEachHalfBlock(t *testing.T) {
	const size = 8 << 20
	kept, err := keepMemory(size - keepBesides)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) != size {
		t.Fatalf("the machine has %d bytes to spare, the test needs %d", len(kept), size)
	}
	defer kept.release()
	page := os.Getpagesize()
	resident := make([]byte, size/page)
	if _, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&kept[0])), size, uintptr(unsafe.Pointer(&resident[0]))); errno != 0 {
		t.Fatal(errno)
	}
	for i := range resident {
		if there := resident[i]&1 == 1; there != (i*page%keepEvery == 0) {
			t.Fatalf("page %d is there: %t", i, there)
		}
	}
}
