import { describe, expect, test, vi } from 'vitest'
import {
  beforeLeave,
  flush,
  go,
  href,
  match,
  path,
  query,
  replace,
  start,
  type Route,
} from './router.svelte.ts'

const route = (p: string): Route => ({
  path: p,
  title: 'common.nav.home',
  page: (() => ({})) as never,
  frame: 'cabinet',
})
const routes = ['/', '/applications', '/applications/new', '/applications/:id', '/drafts/:id/:step'].map(
  route,
)

describe('match', () => {
  test.each([
    ['/', '/', {}],
    ['', '/', {}],
    ['/applications', '/applications', {}],
    ['/applications/new', '/applications/new', {}],
    ['/applications/7?from=home', '/applications/:id', { id: '7' }],
    ['/drafts/a%2Fb/2', '/drafts/:id/:step', { id: 'a/b', step: '2' }],
  ])('%s is %s', (address, want, params) => {
    const found = match(routes, address)
    expect(found?.route.path).toBe(want)
    expect(found?.params).toEqual(params)
  })
  test('an unknown address has no route', () => expect(match(routes, '/nowhere/at/all')).toBeUndefined())
})

describe('the address', () => {
  test('href escapes values', () => expect(href('/drafts/:id', { id: 'a/b' })).toBe('#/drafts/a%2Fb'))
  test('survives as the hash, and whatever is unsaved is flushed on every change', async () => {
    const save = vi.fn()
    const stop = start()
    const forget = beforeLeave(save)
    go('/applications/:id', { id: '7' })
    await vi.waitFor(() => expect(path()).toBe('/applications/7'))
    expect(save).toHaveBeenCalled()
    replace('/catalogue?q=дом')
    expect(decodeURIComponent(path())).toBe('/catalogue?q=дом')
    expect(query('q')).toBe('дом')
    save.mockClear()
    forget()
    await flush()
    expect(save).not.toHaveBeenCalled()
    stop()
  })
})
