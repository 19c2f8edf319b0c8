package main_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// bare is the least that a custom handler could be.
const bare = `package main

import (
	"net/http"
	"os"
)

func main() {
	http.ListenAndServe("127.0.0.1:"+os.Getenv("FUNCTIONS_CUSTOMHANDLER_PORT"), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
}
`

// BenchmarkStart starts the handler until it answers, in turns with a bare net/http program, and reports the
// ratio of the medians.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(bare), 0o644); err != nil {
		b.Fatal(err)
	}
	plain := filepath.Join(dir, "bare")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", plain, filepath.Join(dir, "main.go")).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	var ours, theirs []time.Duration
	for b.Loop() {
		ours = append(ours, start(b, filepath.Join(root, "handler")))
		theirs = append(theirs, start(b, plain))
	}
	b.ReportMetric(milliseconds(median(ours)), "ms/handler")
	b.ReportMetric(milliseconds(median(theirs)), "ms/bare")
	b.ReportMetric(float64(median(ours))/float64(median(theirs)), "ratio")
	b.ReportMetric(0, "ns/op") // it would be the sum of both
}

// start starts a program and gives the time until it answers GET /.
func start(b *testing.B, program string) time.Duration {
	b.Helper()
	port := freePort(b)
	c := exec.Command(program)
	c.Env = append(os.Environ(), "FUNCTIONS_CUSTOMHANDLER_PORT="+port)
	for name, value := range sampleSettings(b) {
		c.Env = append(c.Env, name+"="+value)
	}
	begin := time.Now()
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}()
	often := time.NewTicker(200 * time.Microsecond)
	defer often.Stop()
	for time.Since(begin) < 30*time.Second {
		res, err := http.Get("http://127.0.0.1:" + port + "/")
		if err == nil {
			res.Body.Close()
			return time.Since(begin)
		}
		<-often.C
	}
	b.Fatal("it does not answer")
	return 0
}

func freePort(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
