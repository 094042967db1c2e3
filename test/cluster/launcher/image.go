package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"runtime"
	"strings"
)

// imageFile is one file of an image; with link set, a symbolic link.
type imageFile struct {
	path string
	data []byte
	link string
}

// writeImage writes a one-layer OCI image as the tar that containerd imports. No registry or image tool is needed.
func writeImage(path, name string, entrypoint []string, files []imageFile) error {
	layer, err := makeLayer(files)
	if err != nil {
		return err
	}
	const prefix = "application/vnd.oci.image."
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"config":       map[string]any{"Entrypoint": entrypoint, "Env": []string{"PATH=/bin"}},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{digest(layer)}},
	})
	if err != nil {
		return err
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2,
		"mediaType":     prefix + "manifest.v1+json",
		"config":        descriptor(prefix+"config.v1+json", config),
		"layers":        []any{descriptor(prefix+"layer.v1.tar", layer)},
	})
	if err != nil {
		return err
	}
	top := descriptor(prefix+"manifest.v1+json", manifest)
	top["annotations"] = map[string]string{"io.containerd.image.name": name}
	top["platform"] = map[string]string{"architecture": runtime.GOARCH, "os": "linux"}
	index, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []any{top}})
	if err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	tw := tar.NewWriter(out)
	for _, f := range []imageFile{
		{path: "oci-layout", data: []byte(`{"imageLayoutVersion":"1.0.0"}`)},
		{path: "index.json", data: index},
		{path: blob(config), data: config},
		{path: blob(manifest), data: manifest},
		{path: blob(layer), data: layer},
	} {
		if err := addFile(tw, f, 0o644); err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return out.Close()
}

func makeLayer(files []imageFile) ([]byte, error) {
	var layer bytes.Buffer
	tw := tar.NewWriter(&layer)
	for _, f := range files {
		if err := addFile(tw, f, 0o755); err != nil {
			return nil, err
		}
	}
	err := tw.Close()
	return layer.Bytes(), err
}

func addFile(tw *tar.Writer, f imageFile, mode int64) error {
	header := &tar.Header{Name: f.path, Mode: mode, Size: int64(len(f.data)), Typeflag: tar.TypeReg}
	switch {
	case f.link != "":
		header.Typeflag, header.Linkname = tar.TypeSymlink, f.link
	case strings.HasSuffix(f.path, "/"):
		header.Typeflag = tar.TypeDir
	}
	if err := tw.WriteHeader(header); err != nil {
		return err
	}
	_, err := tw.Write(f.data)
	return err
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func blob(data []byte) string { return strings.Replace("blobs/"+digest(data), ":", "/", 1) }

func descriptor(mediaType string, data []byte) map[string]any {
	return map[string]any{"mediaType": mediaType, "digest": digest(data), "size": len(data)}
}
