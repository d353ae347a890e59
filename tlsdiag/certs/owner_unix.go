//go:build unix

package certs

import (
	"io/fs"
	"syscall"
)

// ownerOf returns the owner and the group of a file.
func ownerOf(info fs.FileInfo) (owner, group string) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", ""
	}
	return userName(int(stat.Uid)), groupName(int(stat.Gid))
}
