package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// pack is a package.
type pack struct {
	name, version, arch string
	fields              []string // of the control file, besides those that every package has
	description         string
	files               []file // in the order of their paths
}

// file is a file, or a link if target is set.
type file struct {
	path, target string
	mode         int64
	content      []byte
}

func culex(version, arch string, binary []byte) *pack {
	return &pack{
		name: "culex", version: version, arch: arch,
		description: "MQTT publisher and subscriber that says why TLS failed. Brokers with public certificates need ca-bundle.",
		files:       []file{{path: "usr/bin/culex", mode: 0o755, content: binary}},
	}
}

func standIn(version string) *pack {
	p := &pack{
		name: "culex-mosquitto-client", version: version, arch: "all",
		fields: []string{
			"Depends: culex",
			"Provides: mosquitto-client",
			"Conflicts: mosquitto-client, mosquitto-client-ssl, mosquitto-client-nossl",
		},
		description: "Links by which culex takes the place of mosquitto_pub, mosquitto_sub and mosquitto_rr.",
	}
	for _, name := range []string{"pub", "rr", "sub"} {
		p.files = append(p.files, file{path: "usr/bin/mosquitto_" + name, target: "culex"})
	}
	return p
}

// control is the control file. Opkg knows no Recommends, so what is merely useful is in the description.
func (p *pack) control() []byte {
	var size int
	for _, f := range p.files {
		size += len(f.content)
	}
	lines := []string{"Package: " + p.name, "Version: " + p.version}
	lines = append(lines, p.fields...)
	lines = append(lines,
		"Source: https://github.com/culex-mqtt/culex",
		"License: Apache-2.0",
		"Section: net",
		"Maintainer: The culex maintainers <culex@users.noreply.github.com>",
		"Architecture: "+p.arch,
		fmt.Sprintf("Installed-Size: %d", size),
		"Description: "+p.description)
	return []byte(strings.Join(lines, "\n") + "\n")
}

// ipk is the package: an archive of a version, an archive that describes it and an archive of its files.
func (p *pack) ipk(mtime time.Time) ([]byte, error) {
	control, err := archive(mtime, []file{{path: "control", mode: 0o644, content: p.control()}})
	if err != nil {
		return nil, err
	}
	data, err := archive(mtime, withDirectories(p.files))
	if err != nil {
		return nil, err
	}
	return archive(mtime, []file{
		{path: "debian-binary", mode: 0o644, content: []byte("2.0\n")},
		{path: "control.tar.gz", mode: 0o644, content: control},
		{path: "data.tar.gz", mode: 0o644, content: data},
	})
}

// withDirectories puts the directories of the files before them.
func withDirectories(files []file) []file {
	var dirs []string
	for _, f := range files {
		for dir := path.Dir(f.path); dir != "."; dir = path.Dir(dir) {
			if !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	slices.Sort(dirs)
	var all []file
	for _, dir := range dirs {
		all = append(all, file{path: dir + "/", mode: 0o755})
	}
	return append(all, files...)
}

// archive is a compressed tar file of root's.
func archive(mtime time.Time, files []file) ([]byte, error) {
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(zip)
	for _, f := range files {
		h := &tar.Header{Name: "./" + f.path, Mode: f.mode, Size: int64(len(f.content)), ModTime: mtime, Format: tar.FormatGNU, Typeflag: tar.TypeReg}
		switch {
		case f.target != "":
			h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, f.target, 0o777
		case strings.HasSuffix(f.path, "/"):
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
