package main

import (
	"archive/tar"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImagesAreWholeAndNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "image.tar")
	files := []imageFile{{path: "bin/"}, {path: "bin/a", data: []byte("hello")}, {path: "bin/b", link: "a"}}
	if err := writeImage(path, "example.test/a:1", []string{"/bin/a"}, files); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	entries := map[string][]byte{}
	for tr := tar.NewReader(f); ; {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if entries[h.Name], err = io.ReadAll(tr); err != nil {
			t.Fatal(err)
		}
		if name, ok := strings.CutPrefix(h.Name, "blobs/sha256/"); ok && digest(entries[h.Name]) != "sha256:"+name {
			t.Errorf("%s has another digest", h.Name)
		}
	}
	var index struct {
		Manifests []struct {
			Digest      string
			Annotations map[string]string
		}
	}
	if err := json.Unmarshal(entries["index.json"], &index); err != nil {
		t.Fatal(err)
	}
	top := index.Manifests[0]
	if top.Annotations["io.containerd.image.name"] != "example.test/a:1" {
		t.Errorf("the name is %v", top.Annotations)
	}
	if entries[strings.Replace("blobs/"+top.Digest, ":", "/", 1)] == nil {
		t.Error("the manifest is missing")
	}
}

func TestAPartMovesWithItsInputs(t *testing.T) {
	t.Setenv("CISTERN_CACHE", t.TempDir())
	source := t.TempDir()
	t.Setenv("CISTERN_CLUSTER_SRC", source)
	module := filepath.Join(source, "parts", "pause")
	if err := os.MkdirAll(module, 0o755); err != nil {
		t.Fatal(err)
	}
	p, err := findPart("pause")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, text := range []string{"one", "two"} {
		if err := os.WriteFile(filepath.Join(module, "main.go"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		first, err := p.dir()
		again, _ := p.dir()
		if err != nil || first != again || seen[first] {
			t.Errorf("%s, then %s: %v", first, again, err)
		}
		seen[first] = true
	}
	node, err := findPart("azurite-blob")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(source, "parts", "azurite"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"one", "two"} {
		lock := filepath.Join(source, "parts", "azurite", "package-lock.json")
		if err := os.WriteFile(lock, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		dir, err := node.dir()
		if err != nil || seen[dir] {
			t.Errorf("%s: %v", dir, err)
		}
		seen[dir] = true
	}
	if p, err := findPart("kubectl"); err != nil || p.name != "kubernetes" {
		t.Errorf("kubectl is in %q: %v", p.name, err)
	}
	if _, err := findPart("nothing"); err == nil || !strings.Contains(err.Error(), "csi-sanity") {
		t.Errorf("an unknown part: %v", err)
	}
}
