//go:build unix

package certs

import (
	"io/fs"
	"syscall"
)

// ownerOf returns the owner and the group of a file.
func ownerOf(info fs.FileInfo) (owner, group string) {
	uid, gid, ok := ownerIDs(info)
	if !ok {
		return "", ""
	}
	return userName(uid), groupName(gid)
}

// ownerIDs returns their numbers.
func ownerIDs(info fs.FileInfo) (owner, group int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(stat.Uid), int(stat.Gid), true
}
