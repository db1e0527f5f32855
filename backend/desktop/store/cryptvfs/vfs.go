package cryptvfs

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"akno/backend/desktop/secmem"
	"akno/backend/internal/atomicfile"
	"akno/backend/stb/belt"
)

// ErrInUse says that a database is still open.
var ErrInUse = errors.New("cryptvfs: a database is still open")

// A VFS is a registered VFS with a key of its own.
type VFS struct {
	name   string
	secret *secmem.Box // the key of seal, held for as long as seal is
	seal   cipher.AEAD
	cache  *cache
	tls    *libc.TLS // of New and Close

	base    uintptr // the system's sqlite3_vfs
	self    uintptr // ours
	cname   uintptr
	methods uintptr // sqlite3_io_methods
	calls   calls
	watch   func(call string) // for tests of sudden deaths, nil otherwise

	mu     sync.Mutex // guards the rest
	files  map[uintptr]*file
	places map[string]*place
	fresh  map[string]*freshness // by the path of a database that is followed
	born   uint64                // places so far
}

// place is what the connections to one file share.
type place struct {
	path string
	id   uint64
	refs int
	shm  shm

	fresh *freshness // nil for one that is not followed

	mu    sync.RWMutex          // a block is read and written whole
	salts atomic.Pointer[salts] // of a log
}

// learn takes over the salts of the log's header.
func (p *place) learn(s []byte) {
	next := salts(s)
	p.salts.Store(&next)
}

// generation returns the salts of the log, zeros for a database.
func (p *place) generation() salts {
	if s := p.salts.Load(); s != nil {
		return *s
	}
	return salts{}
}

// New registers a VFS that encrypts under key, 32 octets, which the caller
// wipes. Close ends it.
func New(key []byte) (*VFS, error) {
	v := &VFS{
		secret: secmem.For[belt.Cipher](), cache: newCache(), tls: libc.NewTLS(),
		files: map[uintptr]*file{}, places: map[string]*place{}, fresh: map[string]*freshness{},
	}
	c := secmem.At[belt.Cipher](v.secret)
	if err := c.SetKey(key); err != nil {
		return nil, fmt.Errorf("cryptvfs: %w", err)
	}
	v.seal = c.DWP()
	sqlite3.Xsqlite3_initialize(v.tls)
	v.base = sqlite3.Xsqlite3_vfs_find(v.tls, 0)
	v.self = libc.Xcalloc(v.tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	v.methods = libc.Xcalloc(v.tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
	v.name = fmt.Sprintf("akno-%x", v.self)
	var err error
	if v.cname, err = libc.CString(v.name); err != nil || v.base == 0 || v.self == 0 || v.methods == 0 {
		return nil, fmt.Errorf("cryptvfs: no memory: %w", err)
	}
	v.fill()
	if rc := sqlite3.Xsqlite3_vfs_register(v.tls, v.self, 0); rc != sqlite3.SQLITE_OK {
		return nil, fmt.Errorf("cryptvfs: register: %d", rc)
	}
	return v, nil
}

// Name is the name to open a database by.
func (v *VFS) Name() string { return v.name }

// Watch calls fn before everything that changes what is on the disk. Tests end the
// program in it. It is called once, before a database is opened.
func (v *VFS) Watch(fn func(call string)) { v.watch = fn }

// tells says what is about to change on the disk.
func (v *VFS) tells(call string) {
	if v.watch != nil {
		v.watch(call)
	}
}

// Close wipes the key and what was opened with it. While a database is open it
// does nothing and returns ErrInUse.
func (v *VFS) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.files) > 0 {
		return ErrInUse
	}
	if v.self == 0 {
		return nil
	}
	rc := sqlite3.Xsqlite3_vfs_unregister(v.tls, v.self)
	for _, p := range []uintptr{v.self, v.methods, v.cname} {
		libc.Xfree(v.tls, p)
	}
	v.self = 0
	v.tls.Close()
	v.secret.Wipe()
	v.cache.drop(func(cacheKey) bool { return true })
	if rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("cryptvfs: unregister: %d", rc)
	}
	return nil
}

// calls are the functions that C calls, kept reachable here.
type calls struct {
	open                        openFn
	remove                      delFn
	close                       fileFn
	read, write                 moveFn
	truncate                    sizeFn
	sync, lock, unlock, unmap   flagFn
	fileSize, checkLock         askFn
	control                     ctlFn
	sectorSize, characteristics fileFn
	shmMap                      mapFn
	shmLock                     lockFn
	shmFence                    fenceFn
}

// fill writes the tables that SQLite calls by. What is not about the contents
// of files is the system's own.
func (v *VFS) fill() {
	c := &v.calls
	*c = calls{
		open: v.xOpen, remove: v.xDelete, close: v.xClose, read: v.xRead, write: v.xWrite, truncate: v.xTruncate,
		sync: v.xSync, lock: v.xLock, unlock: v.xUnlock, fileSize: v.xFileSize, checkLock: v.xCheckReservedLock,
		control: v.xFileControl, sectorSize: v.xSectorSize, characteristics: v.xDeviceCharacteristics,
		shmMap: v.xShmMap, shmLock: v.xShmLock, shmFence: v.xShmBarrier, unmap: v.xShmUnmap,
	}
	base, self := at[sqlite3.Tsqlite3_vfs](v.base), at[sqlite3.Tsqlite3_vfs](v.self)
	*self = *base
	self.FpNext, self.FzName = 0, v.cname
	self.FszOsFile = base.FszOsFile + int32(headerSize)
	self.FxOpen, self.FxDelete = pointer(&c.open), pointer(&c.remove)
	*at[sqlite3.Tsqlite3_io_methods](v.methods) = sqlite3.Tsqlite3_io_methods{
		FiVersion: 2, // without the calls of a mapped file, so that there is none
		FxClose:   pointer(&c.close), FxRead: pointer(&c.read), FxWrite: pointer(&c.write),
		FxTruncate: pointer(&c.truncate), FxSync: pointer(&c.sync), FxFileSize: pointer(&c.fileSize),
		FxLock: pointer(&c.lock), FxUnlock: pointer(&c.unlock), FxCheckReservedLock: pointer(&c.checkLock),
		FxFileControl: pointer(&c.control), FxSectorSize: pointer(&c.sectorSize),
		FxDeviceCharacteristics: pointer(&c.characteristics),
		FxShmMap:                pointer(&c.shmMap), FxShmLock: pointer(&c.shmLock),
		FxShmBarrier: pointer(&c.shmFence), FxShmUnmap: pointer(&c.unmap),
	}
}

// share returns the place of path, one holder more.
func (v *VFS) share(path string) *place {
	p, ok := v.places[path]
	if !ok {
		v.born++
		p = &place{path: path, id: v.born, fresh: v.fresh[path]}
		v.places[path] = p
	}
	p.refs++
	return p
}

// leave gives up a place; with its last holder all that is known of it goes.
func (v *VFS) leave(tls *libc.TLS, p *place) {
	if p.refs--; p.refs > 0 {
		return
	}
	delete(v.places, p.path)
	p.shm.free(tls)
	v.cache.drop(func(k cacheKey) bool { return k.file == p.id })
}

// file returns the open file at a C address.
func (v *VFS) file(p uintptr) *file {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.files[p]
}

// Create writes an empty database to path, durably; what lies there is replaced.
func (v *VFS) Create(path string) error {
	b := pageAt(0)
	sealed := make([]byte, pageBlock)
	nonce := sealed[PageSize+tagSize:]
	if _, err := rand.Read(nonce); err != nil {
		return fmt.Errorf("cryptvfs: %w", err)
	}
	var cover [24]byte
	v.seal.Seal(sealed[:0:PageSize+tagSize], nonce, Seed(), b.covered(&cover, salts{}))
	if err := atomicfile.Write(path, sealed, 0o600); err != nil {
		return fmt.Errorf("cryptvfs: %w", err)
	}
	return nil
}
