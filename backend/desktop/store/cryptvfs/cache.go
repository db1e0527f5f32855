package cryptvfs

import (
	"container/list"
	"sync"
)

// cachePages is how many opened pages are kept: 8 MiB. SQLite forgets its own
// pages whenever another connection has written.
const cachePages = 2048

type cacheKey struct {
	file   uint64
	number int64
}

type cached struct {
	key  cacheKey
	data []byte
}

// cache holds pages as SQLite sees them, those used last.
type cache struct {
	mu    sync.Mutex
	pages map[cacheKey]*list.Element
	order list.List // front: used last
}

func newCache() *cache { return &cache{pages: map[cacheKey]*list.Element{}} }

// get copies the page into dst from its octet from on and says whether it is here.
func (c *cache) get(k cacheKey, dst []byte, from int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.pages[k]
	if !ok {
		return false
	}
	c.order.MoveToFront(e)
	copy(dst, e.Value.(*cached).data[from:])
	return true
}

// put keeps a copy of data as the page k.
func (c *cache) put(k cacheKey, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.pages[k]; ok {
		c.order.MoveToFront(e)
		copy(e.Value.(*cached).data, data)
		return
	}
	var e *list.Element
	if len(c.pages) < cachePages {
		e = c.order.PushFront(&cached{data: make([]byte, PageSize)})
	} else {
		e = c.order.Back()
		c.order.MoveToFront(e)
		delete(c.pages, e.Value.(*cached).key)
	}
	p := e.Value.(*cached)
	p.key = k
	copy(p.data, data)
	c.pages[k] = e
}

// drop forgets and wipes the pages that gone names.
func (c *cache) drop(gone func(cacheKey) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, e := range c.pages {
		if gone(k) {
			clear(e.Value.(*cached).data)
			c.order.Remove(e)
			delete(c.pages, k)
		}
	}
}
