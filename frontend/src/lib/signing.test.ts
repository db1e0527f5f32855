import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keyCard } from '../testing/samples.ts'
import { delayAfter, Signing, tries } from './signing.svelte.ts'

const field = (value: string) => Object.assign(document.createElement('input'), { value })
const keys = { keys: [keyCard(), keyCard({ id: 'k2' })], unusable: [], looked: [] }
const ticket = { purpose: 'sign', ticket: 't' }

function answers(...replies: [status: number, body: object][]) {
  const bodies: string[] = []
  vi.spyOn(window, 'fetch').mockImplementation(async (_url, init) => {
    bodies.push(new TextDecoder().decode((init?.body as Uint8Array).slice(2)))
    const [status, body] = replies.shift() ?? [500, { code: 'internal' }]
    return new Response(JSON.stringify(body), { status })
  })
  return bodies
}

async function ready() {
  const begin = vi.fn(async () => ticket)
  const signing = new Signing<{ queued: boolean }>(async () => keys, begin)
  await signing.load()
  return { signing, begin }
}

beforeEach(() => {
  vi.useFakeTimers()
  tries.clear()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a signing', () => {
  test('begins with the first key and ends with the result', async () => {
    const bodies = answers([200, { queued: true }])
    const { signing, begin } = await ready()
    expect(signing.state).toBe('ready')
    const input = field('пароль 1')
    expect(await signing.submit(input)).toEqual({ queued: true })
    expect(begin).toHaveBeenCalledWith('k1')
    expect(bodies).toEqual(['пароль 1'])
    expect(input.value).toBe('')
    expect(signing.state).toBe('done')
  })

  test('offers the key that suits the person', async () => {
    const signing = new Signing(
      async () => keys,
      async () => ticket,
      (key) => key.id === 'k2',
    )
    await signing.load()
    expect(signing.chosen).toBe('k2')
  })

  test('an empty password is not sent', async () => {
    const { signing, begin } = await ready()
    await signing.submit(field(''))
    expect(begin).not.toHaveBeenCalled()
    expect(signing.state).toBe('ready')
  })

  test('one entry is one try: a second press while it runs does nothing', async () => {
    answers([200, { queued: false }])
    const { signing, begin } = await ready()
    const first = signing.submit(field('a'))
    await signing.submit(field('b'))
    await first
    expect(begin).toHaveBeenCalledTimes(1)
  })

  test('a wrong password makes wait, each time twice as long, and then another may be tried', async () => {
    answers([422, { code: 'bad_password' }], [422, { code: 'bad_password' }], [200, { queued: true }])
    const { signing } = await ready()
    await signing.submit(field('a'))
    expect([signing.state, signing.wait, signing.failure?.code]).toEqual(['waiting', 1, 'bad_password'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(signing.state).toBe('ready')
    await signing.submit(field('b'))
    expect(signing.wait).toBe(2)
    await vi.advanceTimersByTimeAsync(2000)
    await signing.submit(field('c'))
    expect(signing.state).toBe('done')
  })

  test('another key has no wait of the former one', async () => {
    answers([422, { code: 'bad_password' }])
    const { signing } = await ready()
    await signing.submit(field('a'))
    signing.choose('k2')
    expect([signing.state, signing.wait, signing.failure]).toEqual(['ready', 0, undefined])
  })

  test('the pause outlives the dialog and the choice of another key', async () => {
    answers([422, { code: 'bad_password' }], [422, { code: 'bad_password' }], [200, { queued: true }])
    const first = (await ready()).signing
    await first.submit(field('a'))
    first.choose('k2')
    first.choose('k1')
    expect([first.state, first.wait]).toEqual(['waiting', 1])
    await vi.advanceTimersByTimeAsync(1000)
    await first.submit(field('b'))
    first.close()
    const second = (await ready()).signing
    expect([second.state, second.wait]).toEqual(['waiting', 2])
    await vi.advanceTimersByTimeAsync(2000)
    await second.submit(field('c'))
    expect([second.state, tries.size]).toEqual(['done', 0])
  })

  test('without a key there is a way out: looking again', async () => {
    const list = vi.fn(async () => ({ keys: [] as (typeof keys)['keys'], unusable: [], looked: [] }))
    const signing = new Signing(list, async () => ticket)
    await signing.load()
    expect(signing.state).toBe('nokey')
    list.mockResolvedValue(keys as never)
    await signing.load()
    expect(signing.state).toBe('ready')
  })
})

test.each([
  [0, 0],
  [1, 1],
  [2, 2],
  [3, 4],
  [5, 16],
  [6, 30],
  [20, 30],
])('after %d wrong passwords one waits %d seconds', (wrong, seconds) =>
  expect(delayAfter(wrong)).toBe(seconds),
)
