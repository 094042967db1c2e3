package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

const mebibyte = 1 << 20

// showCommand prints one line per image tar: name, compressed and unpacked size, digest, layers.
func showCommand(args []string) error {
	if len(args) == 0 {
		return errors.New("show: give image tars")
	}
	fmt.Printf("%-36s %14s %12s  %s\n", "IMAGE", "COMPRESSED MiB", "UNPACKED MiB", "DIGEST")
	for _, path := range args {
		if err := showOne(path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func showOne(path string) error {
	manifest, err := tarball.LoadManifest(opener(path))
	if err != nil {
		return err
	}
	image, err := tarball.ImageFromPath(path, nil)
	if err != nil {
		return err
	}
	compressed, unpacked, err := sizes(image)
	if err != nil {
		return err
	}
	digest, err := ociDigest(path)
	if err != nil {
		return err
	}
	fmt.Printf("%-36s %14.1f %12.1f  %s\n", manifest[0].RepoTags[0],
		float64(compressed)/mebibyte, float64(unpacked)/mebibyte, digest)
	return nil
}

func sizes(image v1.Image) (compressed, unpacked int64, err error) {
	layers, err := image.Layers()
	if err != nil {
		return 0, 0, err
	}
	for _, layer := range layers {
		size, err := layer.Size()
		if err != nil {
			return 0, 0, err
		}
		compressed += size
		content, err := layer.Uncompressed()
		if err != nil {
			return 0, 0, err
		}
		size, err = io.Copy(io.Discard, content)
		if err != nil {
			return 0, 0, err
		}
		unpacked += size
		if err := content.Close(); err != nil {
			return 0, 0, err
		}
	}
	return compressed, unpacked, nil
}

func opener(path string) tarball.Opener {
	return func() (io.ReadCloser, error) { return os.Open(path) }
}

// ociDigest is the manifest's digest as a registry and containerd know it, from the tar's index.json.
func ociDigest(path string) (v1.Hash, error) {
	file, err := os.Open(path)
	if err != nil {
		return v1.Hash{}, err
	}
	defer file.Close()
	for reader := tar.NewReader(file); ; {
		header, err := reader.Next()
		if err != nil {
			return v1.Hash{}, fmt.Errorf("no index.json: %w", err)
		}
		if header.Name != "index.json" {
			continue
		}
		var index v1.IndexManifest
		if err := json.NewDecoder(reader).Decode(&index); err != nil {
			return v1.Hash{}, fmt.Errorf("index.json: %w", err)
		}
		if len(index.Manifests) != 1 {
			return v1.Hash{}, fmt.Errorf("index.json: %d manifests instead of one", len(index.Manifests))
		}
		return index.Manifests[0].Digest, nil
	}
}
