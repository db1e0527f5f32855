package bindcheck

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

type good struct{}

type goodDTO struct {
	ID   string            `json:"id"`
	N    int               `json:"n"`
	Next *goodDTO          `json:"next"`
	Map  map[string]string `json:"map"`
	list []int             `json:"-"` // unexported fields with "-" pass
}

func (*good) A() error                             { return nil }
func (*good) B(goodDTO, []string) (goodDTO, error) { return goodDTO{}, nil }

type bad struct{}

type badDTO struct {
	Time  time.Time       `json:"time"`
	Raw   json.RawMessage `json:"raw"`
	Big   int64           `json:"big"`
	Money float64         `json:"money"`
	Any   any             `json:"any"`
	Inner struct{ A int } `json:"inner"`
	NoTag string
}

type page[T any] struct {
	Items []T `json:"items"`
}

func (*bad) Ctx(context.Context) error        { return nil }
func (*bad) Bytes([]byte) error               { return nil }
func (*bad) Three() (int, string, error)      { return 0, "", nil }
func (*bad) NoError() string                  { return "" }
func (*bad) DTO() (badDTO, error)             { return badDTO{}, nil }
func (*bad) Page() (page[string], error)      { return page[string]{}, nil }
func (*bad) Keys() (map[int]string, error)    { return nil, nil }
func (*bad) Duration(time.Duration) error     { return nil }
func (*bad) Channel() (chan struct{}, error)  { return nil, nil }
func (*bad) Function(func()) error            { return nil }
func (*bad) Times() ([]time.Time, error)      { return nil, nil }
func (*bad) Ints() (map[string]uint64, error) { return nil, nil }

func TestCheckAcceptsPlainTypes(t *testing.T) {
	_ = goodDTO{list: nil}
	if got := Check(&good{}); len(got) != 0 {
		t.Error(got)
	}
}

func TestCheckRefusesEachTrap(t *testing.T) {
	got := strings.Join(Check(&bad{}), "\n")
	for _, want := range []string{
		"bad.Ctx parameter 1: context.Context", "bad.Bytes parameter 1: []uint8", "bad.Three: results",
		"bad.NoError: results", "badDTO.Time: time.Time", "badDTO.Raw: json.RawMessage", "badDTO.Big: int64",
		"badDTO.Money: float64", "badDTO.Any: interface", "badDTO.Inner: anonymous", "badDTO.NoTag: field without",
		"generic bindcheck.page[string]", "bad.Keys result: map keys", "bad.Duration parameter 1: time.Duration",
		"bad.Channel result: chan", "bad.Function parameter 1: func()", "bad.Times result[]: time.Time",
		"bad.Ints result[key]: uint64",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("not refused: %s", want)
		}
	}
}
