package host

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const bus = "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=x;SharedAccessKey=c2VjcmV0;UseDevelopmentEmulator=true"

func TestFunctionsDescribesWhatTheRootHolds(t *testing.T) {
	root := stage(t, hostJSON(""), map[string]string{
		"capture": `{"bindings":[{"type":"httpTrigger","name":"req","direction":"in","authLevel":"anonymous","methods":["get","POST"],"route":"leads/{offerId?}"},{"type":"http","name":"res","direction":"out"}]}`,
		"respond": httpFunction,
		"ingest":  `{"bindings":[{"type":"serviceBusTrigger","name":"message","direction":"in","queueName":"%QUEUE%","connection":"SERVICEBUS","dataType":"binary"}]}`,
		"remind":  `{"bindings":[{"type":"timerTrigger","name":"timer","direction":"in","schedule":"%Remind_Schedule%","runOnStartup":true}]}`,
	})
	write(t, filepath.Join(root, "deep", "down", "function.json"), "not looked at")
	write(t, filepath.Join(root, "empty", "readme"), "no function")
	got, err := Functions(root, map[string]string{"QUEUE": "leads", "SERVICEBUS": bus, "REMIND_SCHEDULE": "0 */5 * * * *"})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range got {
		lines = append(lines, strings.Join([]string{f.Name, f.Trigger, strings.Join(f.Methods, "+"), f.Route, f.Queue, f.Schedule}, ","))
	}
	want := "capture,httpTrigger,GET+POST,/api/leads/{offerId?},,\n" +
		"ingest,serviceBusTrigger,,,leads,\n" +
		"remind,timerTrigger,,,,0 */5 * * * *\n" +
		"respond,httpTrigger,,/api/respond,,"
	if text := strings.Join(lines, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestEveryProblemOfARootIsNamedAtOnce(t *testing.T) {
	queue := func(more string) string {
		return `{"bindings":[{"type":"serviceBusTrigger","name":"m","direction":"in","queueName":"leads","connection":"SERVICEBUS"` + more + `}]}`
	}
	root := stage(t, `{"version":"1","functionTimeout":"soon","customHandler":{"description":{"defaultExecutablePath":"./handler","arguments":["x"]},"enableForwardingHttpRequest":true},
		"extensions":{"serviceBus":{"maxConcurrentCalls":0,"prefetchCount":5,"autoCompleteMessages":false,"maxAutoLockRenewalDuration":"5m"}}}`, map[string]string{
		"host":       httpFunction,
		"Capture":    httpFunction,
		"broken":     `{"bindings":`,
		"none":       `{"bindings":[]}`,
		"two":        `{"bindings":[{"type":"timerTrigger","name":"a"},{"type":"httpTrigger","name":"b"}]}`,
		"blob":       `{"bindings":[{"type":"blobTrigger","name":"b"}]}`,
		"mixed":      `{"bindings":[{"type":"httpTrigger","name":"b"},{"type":"http","name":"res","direction":"out"},{"type":"cosmosDB","name":"c","direction":"out"}]}`,
		"forwarded":  httpFunction,
		"constraint": `{"bindings":[{"type":"httpTrigger","name":"b","route":"x/{id:int}"},{"type":"http","name":"res","direction":"out"}]}`,
		"twice":      `{"disabled":true,"bindings":[{"type":"httpTrigger","name":"b","route":"admin-{x}"},{"type":"http","name":"res","direction":"out"}]}`,
		"many":       queue(`,"cardinality":"many"`),
		"sessions":   queue(`,"isSessionsEnabled":true`),
		"settled":    queue(`,"autoCompleteMessages":false`),
		"stream":     queue(`,"dataType":"stream"`),
		"unknown":    `{"bindings":[{"type":"serviceBusTrigger","name":"m","queueName":"%NO_QUEUE%","connection":"NO_BUS"}]}`,
		"secret":     `{"bindings":[{"type":"serviceBusTrigger","name":"m","queueName":"leads","connection":"BAD_BUS"}]}`,
		"often":      `{"bindings":[{"type":"timerTrigger","name":"t","schedule":"%NO_SCHEDULE%"}]}`,
		"never":      `{"bindings":[{"type":"timerTrigger","name":"t","schedule":"0 0 0 30 2 *"}]}`,
		"retried":    `{"retry":{"strategy":"fixedDelay"},"bindings":[{"type":"timerTrigger","name":"t","schedule":"* * * * * *"}]}`,
		"off":        `{"disabled":true,"bindings":[{"type":"timerTrigger","name":"t","schedule":"* * * * * *"}]}`,
	})
	if err := os.Remove(filepath.Join(root, "handler")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "handler"), "not executable")
	settings := map[string]string{"SERVICEBUS": bus, "BAD_BUS": "top secret", "NO_SCHEDULE": " "}
	_, err := Functions(root, settings)
	if err == nil {
		t.Fatal("the root is taken for valid")
	}
	for _, want := range []string{
		`host.json: version is "1"`,
		`functionTimeout "soon"`,
		`defaultExecutablePath is "./handler", must be exactly "handler"`,
		`arguments and workingDirectory are not supported`,
		`maxConcurrentCalls is 0`, `prefetchCount is 5`, `autoCompleteMessages false`, `maxAutoLockRenewalDuration: "5m"`,
		`handler: not executable, mode is -rw-r--r--`,
		`function host: the name must match`,
		`function Capture: the name must match`,
		`function broken: function.json: unexpected end of JSON input`,
		`function none: there are 0 triggers`,
		`function two: there are 2 triggers`,
		`function blob: trigger type "blobTrigger" is not supported`,
		`function mixed: an HTTP function needs exactly one other binding`,
		`function forwarded: host.json: enableForwardingHttpRequest is not supported by the local host`,
		`function constraint: route "/api/x/{id:int}": "{id:int}" is not supported`,
		`function twice: disabled is not supported`, `function twice: route "/api/admin-{x}"`,
		`function many: cardinality "many"`,
		`function sessions: isSessionsEnabled`,
		`function settled: autoCompleteMessages false`,
		`function stream: dataType "stream"`,
		`function unknown: queueName: %NO_QUEUE%: there is no such app setting`,
		`function unknown: connection: there is neither app setting NO_BUS nor NO_BUS__fullyQualifiedNamespace`,
		`function secret: app setting BAD_BUS is not a Service Bus connection string`,
		`function often: schedule: %NO_SCHEDULE%: there is no such app setting`,
		`function never: schedule: "0 0 0 30 2 *" never comes`,
		`function retried: retry is not supported`,
		`function off: disabled is not supported`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not mentioned: %s", want)
		}
	}
	if strings.Contains(err.Error(), "top secret") {
		t.Error("a setting's value is in the error")
	}
	if t.Failed() {
		t.Log(err)
	}

	l, listenErr := net.Listen("tcp", "127.0.0.1:0")
	if listenErr != nil {
		t.Fatal(listenErr)
	}
	if runErr := Run(t.Context(), Options{Root: root, Settings: settings, Listener: l}); runErr == nil || runErr.Error() != err.Error() {
		t.Errorf("Run says %v, Functions %v", runErr, err)
	}
}

func TestAnEmptyRootIsInvalid(t *testing.T) {
	_, err := Functions(t.TempDir(), nil)
	if err == nil {
		t.Fatal("an empty root is taken for valid")
	}
	for _, want := range []string{"host.json: no such file", "there is no function", "handler: there is no such executable"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not mentioned: %s in %v", want, err)
		}
	}
}

func TestAnIdentityNeedsNoConnectionString(t *testing.T) {
	root := stage(t, hostJSON(""), map[string]string{
		"ingest": `{"bindings":[{"type":"serviceBusTrigger","name":"m","queueName":"leads/$DeadLetterQueue","connection":"SERVICEBUS"}]}`,
	})
	got, err := Functions(root, map[string]string{"servicebus__FULLYQUALIFIEDNAMESPACE": "x.servicebus.windows.net"})
	if err != nil {
		t.Fatal(err)
	}
	if c := got[0].connection; c.text != "" || c.namespace != "x.servicebus.windows.net" {
		t.Errorf("connection %+v", c)
	}
}

func TestRunNeedsAListener(t *testing.T) {
	if err := Run(context.Background(), Options{Root: stage(t, hostJSON(""), nil)}); err == nil {
		t.Error("Run does without a listener")
	}
}

func TestTimeSpansAreReadAsDotNetWritesThem(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration // -1 is an error
	}{
		{"00:05:00", 5 * time.Minute},
		{"00:00:01", time.Second},
		{"1.02:03:04", 26*time.Hour + 3*time.Minute + 4*time.Second},
		{"00:00:00.25", 250 * time.Millisecond},
		{"00:00:00.0000001", 100},
		{"5m", -1},
		{"00:60:00", -1},
		{"24:00:00", -1},
		{"-00:01:00", -1},
		{"", -1},
	} {
		got, err := parseTimeSpan(c.text)
		if err != nil {
			got = -1
		}
		if got != c.want {
			t.Errorf("%q is %v, want %v", c.text, got, c.want)
		}
	}
}
