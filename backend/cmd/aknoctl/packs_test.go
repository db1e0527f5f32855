package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"akno/backend/akno/pack"
)

// The publisher changes a form: the portal takes the packs from its folder, the
// profile takes from the portal what changed, and applications go by the new
// version.
func TestNewPacksReachTheProfile(t *testing.T) {
	w := newWorld(t)
	w.do(exitYes, nil, w.citizen("sync")...)

	sources := filepath.Join(w.dir, "sources")
	if err := os.CopyFS(sources, os.DirFS("../../../packs")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(sources, "procedures", "200.1.3.4.yaml")
	raw := read(t, file)
	next := bytes.Replace(raw, []byte("id: F_1_3_4\n  version: 1\n"), []byte("id: F_1_3_4\n  version: 2\n  migrate: {from: 1, drop: [purpose]}\n"), 1)
	from, to := bytes.Index(next, []byte("        - {id: purpose,")), bytes.Index(next, []byte("    - {include: delivery}"))
	if from < 0 || to < 0 {
		t.Fatal("the source is written otherwise")
	}
	if err := os.WriteFile(file, append(next[:from:from], next[to:]...), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, diagnostics bytes.Buffer
	e := &env{in: bytes.NewReader(nil), out: &stdout, err: &diagnostics}
	pki := filepath.Join(w.data, "pki")
	if status := run([]string{
		"form", "build", sources, "--out", filepath.Join(w.data, "packs"), "--serial", "2",
		"--key", filepath.Join(pki, "keys", "publisher.key"), "--password-file", filepath.Join(pki, "password"),
	}, e); status != exitYes {
		t.Fatalf("exit status %d: %s", status, diagnostics.String())
	}
	w.stop()
	w.start()

	// A profile that does not know the publisher keeps the packs it has.
	w.do(exitYes, nil, w.citizen("sync")...)
	kept := func() []string {
		names, err := filepath.Glob(filepath.Join(w.dir, "profile", "packs", "*.manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	if names := kept(); len(names) != 0 {
		t.Fatalf("packs of an unknown publisher were kept: %v", names)
	}

	anchors := filepath.Join(w.dir, "profile", "anchors")
	if err := os.MkdirAll(anchors, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(anchors, "publisher.pub"), read(t, filepath.Join(w.ready.Trust, "publisher.pub")), 0o600); err != nil {
		t.Fatal(err)
	}
	w.do(exitYes, nil, w.citizen("sync")...)
	names := kept()
	if len(names) != 1 {
		t.Fatalf("%d bundles were kept", len(names))
	}
	b, err := pack.Parse(read(t, names[0]), nil)
	if err != nil || b.Manifest.Serial != 2 {
		t.Fatalf("serial %d, %v", b.Manifest.Serial, err)
	}
	var d shownDraft
	w.do(exitYes, &d, "draft", "new", "200.1.3.4", "--answers", w.answers("F_1_3_4"))
	w.do(exitYes, nil, w.citizen("submit", d.ID)...)
}
