package host

import "syscall"

// processAttributes makes the kernel kill the handler when the thread that started it ends, which it does
// when the host is killed. The handler gets a process group of its own: Ctrl-C in a terminal reaches only the
// host, and the handler ends as it does in Azure, by SIGKILL.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
