package sysproxy

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"testing"
	"time"
)

func address(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestTheFirstWayThatCanBeUsedIsTaken(t *testing.T) {
	for name, c := range map[string]struct {
		ways []string
		want string
		err  error
	}{
		"nothing is said":          {},
		"straight":                 {ways: []string{"direct://"}},
		"straight before a proxy":  {ways: []string{"direct://", "http://10.0.0.1:3128"}},
		"a proxy":                  {ways: []string{"http://10.0.0.1:3128", "direct://"}, want: "http://10.0.0.1:3128"},
		"a proxy with a name":      {ways: []string{"http://anna:a%40b@10.0.0.1:3128"}, want: "http://anna:a%40b@10.0.0.1:3128"},
		"SOCKS of any version":     {ways: []string{"socks://10.0.0.1:1080"}, want: "socks5://10.0.0.1:1080"},
		"SOCKS 4 before another":   {ways: []string{"socks4://10.0.0.1:1080", "https://p.example.by"}, want: "https://p.example.by"},
		"SOCKS 4 before straight":  {ways: []string{"socks4a://10.0.0.1:1080", "direct://"}},
		"SOCKS 4 alone":            {ways: []string{"socks4://10.0.0.1:1080"}, err: ErrUnusable},
		"no address":               {ways: []string{"http://:3128", "://"}, err: ErrUnusable},
		"what no proxy is":         {ways: []string{"file:///etc/passwd"}, err: ErrUnusable},
		"an empty word":            {ways: []string{""}},
		"another kind of transfer": {ways: []string{"ftp://10.0.0.1:21", "http://10.0.0.2:80"}, want: "http://10.0.0.2:80"},
	} {
		u, err := choose(c.ways)
		got := ""
		if u != nil {
			got = u.String()
		}
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestTheDesktopIsAskedAgainAfterAWhileAndWhenItIsForgotten(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	var asked []string
	s := New(func() time.Time { return now })
	s.ask = func(_ context.Context, target *url.URL) ([]string, error) {
		asked = append(asked, target.String())
		return []string{"http://10.0.0.1:3128"}, nil
	}
	way := func(text string) {
		t.Helper()
		if u, err := s.Way(t.Context(), address(t, text)); err != nil || u == nil || u.Host != "10.0.0.1:3128" {
			t.Errorf("%v, %v", u, err)
		}
	}
	way("https://portal.example.by/v1/applications?token=secret")
	way("https://portal.example.by/v1/info")
	way("http://crl.example.by/ruc.crl")
	want := []string{"https://portal.example.by/", "http://crl.example.by/"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q", asked)
	}
	for name, change := range map[string]func(){
		"a while":           func() { now = now.Add(keep) },
		"a clock set back":  func() { now = now.Add(-time.Hour) },
		"another network":   s.Forget,
		"too many to learn": func() { s.known = map[string]answer{} },
	} {
		asked = nil
		change()
		way("https://portal.example.by/v1/info")
		if len(asked) != 1 {
			t.Errorf("%s: asked %q", name, asked)
		}
	}
}

func TestADesktopThatDoesNotAnswerLeadsStraightAndIsNotAskedForEveryRequest(t *testing.T) {
	n := 0
	s := New(time.Now)
	s.ask = func(context.Context, *url.URL) ([]string, error) { n++; return nil, errors.New("no such service") }
	for range 3 {
		if u, err := s.Way(t.Context(), address(t, "https://portal.example.by")); u != nil || err != nil {
			t.Errorf("%v, %v", u, err)
		}
	}
	if n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestWhoeverGoesAwayLearnsNothing(t *testing.T) {
	s := New(time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	s.ask = func(within context.Context, _ *url.URL) ([]string, error) {
		cancel()
		<-within.Done()
		return nil, within.Err()
	}
	if _, err := s.Way(ctx, address(t, "https://portal.example.by")); !errors.Is(err, context.Canceled) || len(s.known) != 0 {
		t.Errorf("%v, %v", err, s.known)
	}
}

func TestWhereNobodyCanBeAskedTheWayIsStraight(t *testing.T) {
	s := New(time.Now)
	s.ask = nil
	if u, err := s.Way(t.Context(), address(t, "https://portal.example.by")); u != nil || err != nil {
		t.Errorf("%v, %v", u, err)
	}
}

func TestNoMoreAddressesAreRememberedThanAProgramSpeaksTo(t *testing.T) {
	s := New(time.Now)
	s.ask = func(context.Context, *url.URL) ([]string, error) { return nil, nil }
	for i := range 3 * most {
		if _, err := s.Way(t.Context(), &url.URL{Scheme: "https", Host: string(rune('а'+i)) + ".example.by"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.known) > most {
		t.Errorf("%d are known", len(s.known))
	}
}

func TestSettingsAreReadAsWindowsWritesThem(t *testing.T) {
	for name, c := range map[string]struct{ servers, straight, target, want string }{
		"one for all":                 {"10.0.0.1:3128", "", "https://portal.example.by", "http://10.0.0.1:3128"},
		"one for all, with a schema":  {"http://10.0.0.1:3128", "", "http://crl.example.by", "http://10.0.0.1:3128"},
		"one for each":                {"http=10.0.0.1:80;https=10.0.0.2:443", "", "https://portal.example.by", "http://10.0.0.2:443"},
		"none for this schema":        {"http=10.0.0.1:80", "", "https://portal.example.by", ""},
		"SOCKS for the rest":          {"http=10.0.0.1:80;socks=10.0.0.3:1080", "", "https://portal.example.by", "socks://10.0.0.3:1080"},
		"the schema before SOCKS":     {"socks=10.0.0.3:1080;https=10.0.0.2:443", "", "https://portal.example.by", "http://10.0.0.2:443"},
		"a name with asterisks":       {"10.0.0.1:3128", "*.example.by;10.*", "https://portal.example.by", ""},
		"a block with asterisks":      {"10.0.0.1:3128", "*.example.by,10.*", "https://10.1.2.3", ""},
		"another name":                {"10.0.0.1:3128", "*.example.by", "https://example.by", "http://10.0.0.1:3128"},
		"names without a dot":         {"10.0.0.1:3128", "<local>", "https://portal", ""},
		"a name with a dot":           {"10.0.0.1:3128", "<local>", "https://portal.example.by", "http://10.0.0.1:3128"},
		"an address is no local name": {"10.0.0.1:3128", "<local>", "https://[2001:db8::1]", "http://10.0.0.1:3128"},
		"a name in capitals":          {"10.0.0.1:3128", "Portal.Example.BY", "https://PORTAL.example.by", ""},
		"a pattern that is none":      {"10.0.0.1:3128", "[a", "https://portal.example.by", "http://10.0.0.1:3128"},
		"nothing":                     {"", "", "https://portal.example.by", ""},
	} {
		got := ""
		if ways := static(c.servers, c.straight, address(t, c.target)); len(ways) > 0 {
			got = ways[0]
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
