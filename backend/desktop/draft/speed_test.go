package draft

import (
	"strconv"
	"testing"
	"time"

	"akno/backend/akno/form"
)

// BenchmarkApply is a keystroke's way to the disk: evaluated, saved with its
// revision and synced.
func BenchmarkApply(b *testing.B) {
	d := &desk{dir: b.TempDir(), now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), orders: &orders{}, signer: &keyHolder{}}
	if err := d.open(b.Context()); err != nil {
		b.Fatal(err)
	}
	v, err := d.Create(b.Context(), "200.1.1.5")
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		i++
		if _, err := d.Apply(b.Context(), v.Row.ID, []Patch{{Field: "surname", Value: form.Text("Тест" + strconv.Itoa(i))}}); err != nil {
			b.Fatal(err)
		}
	}
	if err := d.db.Close(); err != nil {
		b.Fatal(err)
	}
}
