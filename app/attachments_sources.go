package app

import (
	"context"
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/scanner"
	"akno/backend/desktop/tray"
)

// folderSetting is the setting that holds the watched folder.
const folderSetting = "files.folder"

// open goes on watching the folder that was chosen before.
func (s *Attachments) open(ctx context.Context) error {
	if s.w.c.session == nil {
		return nil // said by the core
	}
	var dir string
	if err := s.w.c.store.Setting(ctx, folderSetting, &dir); err != nil || dir == "" {
		return err
	}
	s.watch(dir)
	return nil
}

// watch watches a folder. One that cannot be read now is tried again: a share
// comes back.
func (s *Attachments) watch(dir string) {
	f, err := scanner.Watch(dir, s.a.now)
	s.folderMu.Lock()
	defer s.folderMu.Unlock()
	s.folder, s.folderBad = f, akno.CodeOf(err)
	if err == nil {
		s.folderBad = ""
	}
}

// run looks at the folder until ctx ends.
func (s *Attachments) run(ctx context.Context) error {
	if s.w.c.opened() != nil {
		return nil
	}
	s.w.release()
	tick := time.NewTicker(scanner.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			s.glance()
		}
	}
}

// glance looks at the folder once and tells the page of a change.
func (s *Attachments) glance() {
	s.folderMu.Lock()
	f, was := s.folder, s.folderBad
	s.folderMu.Unlock()
	if f == nil {
		return
	}
	changed, err := f.Look()
	bad := akno.Code("")
	if err != nil {
		bad = akno.CodeOf(err)
	}
	s.folderMu.Lock()
	if s.folder == f {
		s.folderBad = bad
	}
	s.folderMu.Unlock()
	if changed || bad != was {
		s.a.platform.Emit("folder")
	}
}

// PickFolder asks for the folder that a scanner saves into.
func (s *Attachments) PickFolder() (out FileSources, err error) {
	defer s.a.guard("attachments.PickFolder", &err)
	if err := s.w.opened(); err != nil {
		return out, err
	}
	title := akno.Text{RU: "Папка, в которую сохраняет сканер", BE: "Папка, у якую захоўвае сканер"}.In(s.w.language())
	dir, err := s.a.platform.OpenFolder(title)
	if err != nil || dir == "" {
		return s.sources(), err
	}
	return s.setFolder(dir)
}

// LeaveFolder stops watching.
func (s *Attachments) LeaveFolder() (out FileSources, err error) {
	defer s.a.guard("attachments.LeaveFolder", &err)
	if err := s.w.opened(); err != nil {
		return out, err
	}
	return s.setFolder("")
}

func (s *Attachments) setFolder(dir string) (FileSources, error) {
	ctx, cancel, err := s.w.calling()
	if err != nil {
		return FileSources{}, err
	}
	defer cancel()
	if err := s.w.c.store.SetSetting(ctx, folderSetting, dir); err != nil {
		return FileSources{}, err
	}
	if dir == "" {
		s.folderMu.Lock()
		s.folder, s.folderBad = nil, ""
		s.folderMu.Unlock()
	} else {
		s.watch(dir)
	}
	return s.sources(), nil
}

// watched returns the folder, or not_found.
func (s *Attachments) watched() (*scanner.Folder, error) {
	s.folderMu.Lock()
	defer s.folderMu.Unlock()
	if s.folder == nil {
		return nil, &akno.Error{Code: akno.NotFound, Op: "attachments.folder"}
	}
	return s.folder, nil
}

// TakeOffered attaches a file of the folder, by an act of the person.
func (s *Attachments) TakeOffered(at FilePlace, file string) (out FileChange, err error) {
	defer s.a.guard("attachments.TakeOffered", &err)
	f, err := s.watched()
	if err != nil {
		return out, err
	}
	path, err := f.Path(file)
	if err != nil {
		return out, err
	}
	out, err = s.offer(at, []tray.Offer{tray.FromPath(path)})
	if err == nil && len(out.Problems) == 0 {
		f.Answered(file)
		s.a.platform.Emit("folder")
	}
	return out, err
}

// DropOffered says that a file of the folder is not wanted.
func (s *Attachments) DropOffered(file string) (out FileSources, err error) {
	defer s.a.guard("attachments.DropOffered", &err)
	f, err := s.watched()
	if err != nil {
		return out, err
	}
	f.Answered(file)
	return s.sources(), nil
}

// PickScanner looks for scanners.
func (s *Attachments) PickScanner() (out []ScannerView, err error) {
	defer s.a.guard("attachments.PickScanner", &err)
	driver, err := s.program()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(s.a.ctx, makeLimit)
	defer cancel()
	list, err := driver.Devices(ctx)
	out = []ScannerView{}
	for _, d := range list {
		label := d.Label
		if label == "" {
			label = d.Name
		}
		out = append(out, ScannerView{ID: d.Name, Label: label})
	}
	return out, err
}

func (s *Attachments) program() (scanner.Driver, error) {
	if err := s.w.opened(); err != nil {
		return nil, err
	}
	s.sources() // looks for it
	s.folderMu.Lock()
	defer s.folderMu.Unlock()
	if s.driver == nil {
		return nil, &akno.Error{Code: akno.NotFound, Op: "attachments.scanner"}
	}
	return s.driver, nil
}

// PickScan scans a page and offers it to a place.
func (s *Attachments) PickScan(at FilePlace, device string, dpi int, grey bool) (out FileChange, err error) {
	defer s.a.guard("attachments.PickScan", &err)
	if _, err := s.place(at); err != nil { // before the page is scanned in vain
		return out, err
	}
	driver, err := s.program()
	if err != nil {
		return out, err
	}
	ctx, cancel := context.WithTimeout(s.a.ctx, makeLimit)
	defer cancel()
	page, err := driver.Scan(ctx, device, dpi, grey)
	if err != nil {
		return out, err
	}
	name := fmt.Sprintf("scan %s.png", s.a.now().Local().Format("2006-01-02 15.04.05"))
	return s.offer(at, []tray.Offer{tray.FromOctets(name, page)})
}
