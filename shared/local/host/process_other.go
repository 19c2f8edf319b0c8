//go:build !linux

package host

import "syscall"

// processAttributes is empty where no portable way exists to let a child die with its parent: a handler
// survives a host that was killed.
func processAttributes() *syscall.SysProcAttr { return nil }
