package httpapi

import (
	"bytes"
	"encoding/json"
	"testing"

	"akno/backend/portalapi"
)

func TestAPageIsWrittenAsEncodingJSONWritesIt(t *testing.T) {
	body := json.RawMessage(`{"name":"Заявление \u003c1\u003e","list":[1,2]}`)
	for _, p := range []portalapi.ChangePage{
		{Changes: []portalapi.Change{}},
		{
			At: ptr(int64(-7)), Checksum: ptr("00ff"), Cursor: "AQ_-", Epoch: "0193f0a0-0000-7000-8000-000000000000", From: ptr(""), Live: ptr(int64(3)), More: true, Now: ptr(int64(1795424400000)),
			Changes: []portalapi.Change{
				{Body: &body, Id: "a", Kind: "application", Version: 1},
				{Deleted: ptr(true), Id: "b", Kind: "order", Version: 9007199254740993},
				{Id: "\"\\\n<&>ў\x7f\u2028\xff", Kind: "unheard", Version: 2},
			},
		},
	} {
		var want bytes.Buffer
		if err := json.NewEncoder(&want).Encode(p); err != nil {
			t.Fatal(err)
		}
		c := changePage(p)
		if got := c.octets(); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s\nwant %s", got, want.Bytes())
		}
	}
}
