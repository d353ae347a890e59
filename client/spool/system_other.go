//go:build !unix || solaris || illumos || aix

package spool

import (
	"errors"
	"io/fs"
	"os"
)

const (
	supported = false
	noFollow  = 0
)

func own(fs.FileInfo) bool { return false }

func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }

func unlock(*os.File) {}
