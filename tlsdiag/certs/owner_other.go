//go:build !unix

package certs

import "io/fs"

// ownerOf returns nothing: this system's files have no owner that an id names.
func ownerOf(fs.FileInfo) (owner, group string) { return "", "" }

// ownerIDs returns nothing, likewise.
func ownerIDs(fs.FileInfo) (owner, group int, ok bool) { return 0, 0, false }
