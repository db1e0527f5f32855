// Package testsettings keeps the settings of a desktop service in memory, for
// tests of the services that remember something between two starts.
package testsettings

import (
	"context"
	"encoding/json"
)

// Memory keeps settings as the profile's database does, in JSON, under their
// names. It is for one goroutine at a time.
type Memory map[string][]byte

// Setting reads the setting of the name into v, and leaves v as it is where
// there is none.
func (m Memory) Setting(_ context.Context, name string, v any) error {
	if b, ok := m[name]; ok {
		return json.Unmarshal(b, v)
	}
	return nil
}

// SetSetting keeps v under the name.
func (m Memory) SetSetting(_ context.Context, name string, v any) error {
	b, err := json.Marshal(v)
	m[name] = b
	return err
}
