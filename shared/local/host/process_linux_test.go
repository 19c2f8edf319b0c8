package host

import (
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// hostSetting makes the test below, in a process of its own, the host that is killed.
const hostSetting = "HOST_TEST_ROOT"

func TestTheHandlerDoesNotSurviveAHostThatIsKilled(t *testing.T) {
	if root := os.Getenv(hostSetting); root != "" {
		start(t, root, map[string]string{controlSetting: os.Getenv("HOST_TEST_CHILD")})
		select {}
	}
	d := newDouble(t, nil, nil)
	host := exec.Command(os.Args[0], "-test.run=^TestTheHandlerDoesNotSurviveAHostThatIsKilled$")
	host.Env = append(os.Environ(), hostSetting+"="+oneFunction(t), "HOST_TEST_CHILD="+d.address)
	host.Stdout, host.Stderr = io.Discard, io.Discard
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	e := next(t, d.starts)
	if !lives(e.PID) {
		t.Fatal("the handler does not live")
	}
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = host.Wait()
	eventually(t, "the handler dies with its host", func() bool { return !lives(e.PID) || zombie(e.PID) })
}

func TestCtrlCInATerminalDoesNotReachTheHandler(t *testing.T) {
	d := newDouble(t, nil, nil)
	start(t, oneFunction(t), map[string]string{controlSetting: d.address})
	e := next(t, d.starts)
	if group, err := syscall.Getpgid(e.PID); err != nil || group != e.PID {
		t.Errorf("the handler %d is in process group %d, %v", e.PID, group, err)
	}
}

// zombie says whether a process is dead and waits for nobody to notice.
func zombie(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(b), ") Z ")
}
