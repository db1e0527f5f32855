import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const active = vi.hoisted(() => vi.fn(async () => undefined))
vi.mock('./api.ts', () => ({ system: { active } }))
import { again, askedToLeave, guardUnload, held, hold, leave, letGo, stay, type Held } from './held.svelte.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  for (const one of held()) letGo(one)
  vi.useRealTimers()
})

/** Something that is saved at the given try. */
function typed(successAt: number, hopeful = true): Held & { tries: number } {
  const one = {
    at: '#/drafts/1',
    hopeful,
    shownAt: () => false,
    tries: 0,
    flush: async () => {
      if (++one.tries >= successAt) letGo(one)
    },
  }
  return one
}

test('what could not be saved is tried again until it is', async () => {
  const one = typed(3)
  hold(one)
  hold(one)
  expect(held()).toEqual([one])
  await vi.advanceTimersByTimeAsync(2 * again)
  expect(one.tries).toBe(2)
  await vi.advanceTimersByTimeAsync(10 * again)
  expect(one.tries).toBe(3)
  expect(held()).toEqual([])
})

test('what waits for a decision is kept and not tried', async () => {
  const one = typed(1, false)
  hold(one)
  await vi.advanceTimersByTimeAsync(5 * again)
  expect(one.tries).toBe(0)
  expect(held()).toEqual([one])
})

test('a profile does not lock itself over it: the program hears of a person', async () => {
  hold(typed(1e9))
  await vi.advanceTimersByTimeAsync(30_000) // whenever it was told last
  active.mockClear()
  await vi.advanceTimersByTimeAsync(60_000) // the shortest time after which a profile locks itself
  expect(active.mock.calls.length).toBeGreaterThanOrEqual(2)
  expect(active.mock.calls.length).toBeLessThanOrEqual(3)
})

test('a window closes only when everything is saved, or the person says so', async () => {
  const window = { left: vi.fn(async () => undefined), stay: vi.fn(async () => true) }
  await leave(window)
  expect([window.left.mock.calls.length, window.stay.mock.calls.length, askedToLeave()]).toEqual([
    1,
    0,
    false,
  ])
  hold(typed(1e9))
  await leave(window)
  expect([window.left.mock.calls.length, window.stay.mock.calls.length, askedToLeave()]).toEqual([1, 1, true])
  stay()
  expect(askedToLeave()).toBe(false)
})

test('a browser asks before it leaves the page with it', () => {
  const off = guardUnload()
  const tried = () => {
    const event = new Event('beforeunload', { cancelable: true })
    dispatchEvent(event)
    return event.defaultPrevented
  }
  expect(tried()).toBe(false)
  hold(typed(1e9))
  expect(tried()).toBe(true)
  off()
  expect(tried()).toBe(false)
})
