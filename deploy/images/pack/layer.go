package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Every file in every layer carries this time: 2026-01-01T00:00:00Z, the same as the jars' entries. The JVM compares
// the times of the jars with those that its AOT cache was made from, so build.sh sets it on the files too.
var epoch = time.Unix(1767225600, 0).UTC()

func layerCommand(args []string) error {
	flags := flag.NewFlagSet("layer", flag.ExitOnError)
	out := flags.String("out", "", "the file to write")
	_ = flags.Parse(args)
	if *out == "" || flags.NArg() != 1 {
		return errors.New("layer: give -out FILE and one directory")
	}
	return writeWhole(*out, func(w io.Writer) error {
		zipped, err := gzip.NewWriterLevel(w, gzip.DefaultCompression)
		if err != nil {
			return err
		}
		if err := writeTree(zipped, flags.Arg(0)); err != nil {
			return err
		}
		return zipped.Close()
	})
}

// writeTree writes dir as a tar stream that depends on names, modes, links and contents only. WalkDir's order is lexical.
func writeTree(w io.Writer, dir string) error {
	out := tar.NewWriter(w)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || name == "." {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return writeEntry(out, path, name, info)
	})
	if err != nil {
		return err
	}
	return out.Close()
}

func writeEntry(out *tar.Writer, path, name string, info fs.FileInfo) error {
	header := &tar.Header{Name: name, ModTime: epoch, Format: tar.FormatPAX, Mode: tarMode(info.Mode())}
	switch {
	case info.IsDir():
		header.Typeflag, header.Name = tar.TypeDir, name+"/"
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		header.Typeflag, header.Linkname, header.Mode = tar.TypeSymlink, target, 0o777
	case info.Mode().IsRegular():
		header.Typeflag, header.Size = tar.TypeReg, info.Size()
	default:
		return fmt.Errorf("%s is neither a file, a directory nor a symbolic link", path)
	}
	if err := out.WriteHeader(header); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if header.Typeflag != tar.TypeReg {
		return nil
	}
	return copyFile(out, path)
}

// tarMode leaves out what the builder's umask decides: a file is executable or not, a directory is a shared one or not.
func tarMode(mode fs.FileMode) int64 {
	switch {
	case mode&fs.ModeSticky != 0:
		return 0o1777
	case mode.IsDir() || mode.Perm()&0o111 != 0:
		return 0o755
	default:
		return 0o644
	}
}

func copyFile(out io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(out, file)
	return err
}

// writeWhole leaves either the whole file or none: readers of the cache never see a half-written one.
func writeWhole(path string, write func(io.Writer) error) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".pack-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if err := write(temp); err != nil {
		temp.Close()
		return err
	}
	if err := temp.Chmod(0o644); err != nil {
		temp.Close()
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
