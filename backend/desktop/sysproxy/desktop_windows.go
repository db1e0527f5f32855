package sysproxy

import (
	"context"
	"net/url"
	"sync"

	"github.com/mattn/go-ieproxy"
)

// confMu guards what the library keeps between calls.
var confMu sync.Mutex

// desktop asks WinHTTP for the settings of the account: a script, or the search for one,
// comes before proxies that are named.
func desktop(_ context.Context, target *url.URL) ([]string, error) {
	confMu.Lock()
	defer confMu.Unlock()
	conf := ieproxy.ReloadConf()
	if conf.Automatic.Active {
		var ways []string
		for _, server := range pieces(conf.Automatic.FindProxyForURL(target.String())) {
			ways = append(ways, proxyURL("http", server))
		}
		if len(ways) > 0 {
			return ways, nil
		}
	}
	if !conf.Static.Active {
		return nil, nil
	}
	servers := ""
	for scheme, server := range conf.Static.Protocols {
		if scheme != "" {
			server = scheme + "=" + server
		}
		servers += server + ";"
	}
	return static(servers, conf.Static.NoProxy, target), nil
}
