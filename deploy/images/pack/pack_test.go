package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func tree(t *testing.T, order []string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range order {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte("content of "+name), 0o600))
		must(t, os.Chtimes(path, time.Now(), time.Now().Add(-time.Duration(len(order))*time.Hour)))
	}
	must(t, os.Chmod(filepath.Join(dir, "b/run"), 0o700))
	must(t, os.Symlink("run", filepath.Join(dir, "b/link")))
	must(t, os.MkdirAll(filepath.Join(dir, "tmp"), 0o755))
	must(t, os.Chmod(filepath.Join(dir, "tmp"), 0o777|os.ModeSticky))
	return dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func makeLayer(t *testing.T, dir string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "layer.tar.gz")
	must(t, layerCommand([]string{"-out", out, dir}))
	return out
}

func TestTheSameFilesGiveTheSameLayerWhateverTheirTimesAndOrder(t *testing.T) {
	one, err := os.ReadFile(makeLayer(t, tree(t, []string{"a", "b/run", "c/d"})))
	must(t, err)
	two, err := os.ReadFile(makeLayer(t, tree(t, []string{"c/d", "b/run", "a"})))
	must(t, err)
	if !bytes.Equal(one, two) {
		t.Error("the layers differ")
	}
	three, err := os.ReadFile(makeLayer(t, tree(t, []string{"c/e", "b/run", "a"})))
	must(t, err)
	if bytes.Equal(one, three) {
		t.Error("other files gave the same layer")
	}
}

func TestALayerKeepsWhatMattersAndNothingElse(t *testing.T) {
	var content bytes.Buffer
	must(t, writeTree(&content, tree(t, []string{"a", "b/run"})))
	want := map[string]int64{"a": 0o644, "b/": 0o755, "b/run": 0o755, "b/link": 0o777, "tmp/": 0o1777}
	got := map[string]int64{}
	for reader := tar.NewReader(&content); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		got[header.Name] = header.Mode
		if header.Uid != 0 || header.Gid != 0 || !header.ModTime.Equal(epoch) {
			t.Errorf("%s: owner %d:%d, time %v", header.Name, header.Uid, header.Gid, header.ModTime)
		}
	}
	if len(got) != len(want) {
		t.Errorf("entries %v, want %v", got, want)
	}
	for name, mode := range want {
		if got[name] != mode {
			t.Errorf("%s: mode %o, want %o", name, got[name], mode)
		}
	}
}

func writeSpec(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.json")
	must(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestAnImageIsFoundUnderTheNameThatKubeletAsksFor(t *testing.T) {
	spec := writeSpec(t, `{"name": "cistern/populate:dev", "user": "65532:65532", "entrypoint": ["/run", "it"]}`)
	layer := makeLayer(t, tree(t, []string{"b/run"}))
	out := filepath.Join(t.TempDir(), "image.tar")

	must(t, imageCommand([]string{"-spec", spec, "-layer", layer, "-label", "k=v=w", "-out", out}))

	if name := indexName(t, out); name != "docker.io/cistern/populate:dev" {
		t.Errorf("containerd would call it %s", name)
	}
	image, err := tarball.ImageFromPath(out, nil)
	must(t, err)
	config, err := image.ConfigFile()
	must(t, err)
	if config.Config.User != "65532:65532" || config.Config.Labels["k"] != "v=w" || len(config.RootFS.DiffIDs) != 1 {
		t.Errorf("config %+v", config)
	}
	digest, err := ociDigest(out)
	must(t, err)
	again := filepath.Join(t.TempDir(), "again.tar")
	must(t, imageCommand([]string{"-spec", spec, "-layer", layer, "-label", "k=v=w", "-out", again}))
	digestAgain, err := ociDigest(again)
	must(t, err)
	if digest != digestAgain {
		t.Errorf("two builds, two digests: %v and %v", digest, digestAgain)
	}
}

func indexName(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	for reader := tar.NewReader(file); ; {
		header, err := reader.Next()
		must(t, err)
		if header.Name != "index.json" {
			continue
		}
		var index struct {
			Manifests []struct{ Annotations map[string]string }
		}
		must(t, json.NewDecoder(reader).Decode(&index))
		return index.Manifests[0].Annotations["io.containerd.image.name"]
	}
}

func TestAWrongSpecIsRefusedByName(t *testing.T) {
	for content, word := range map[string]string{
		`{"name": "a", "user": "0", "entrypoint": ["x"], "entrypont": []}`: "entrypont",
		`{"name": "a", "entrypoint": ["x"]}`:                               "user",
		`{`:                                                                "image.json",
	} {
		err := imageCommand([]string{"-spec", writeSpec(t, content), "-out", filepath.Join(t.TempDir(), "o")})
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", content, err)
		}
	}
}
