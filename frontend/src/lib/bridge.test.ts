import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { asFailure, call, Failure, install, read, secret } from './bridge.ts'

type Window = { go?: unknown }
const bind = (methods: Record<string, (...args: never[]) => unknown>) =>
  ((window as unknown as Window).go = { app: { System: methods } })

const caught = async (promise: Promise<unknown>) => promise.catch((e: unknown) => e as Failure)

afterEach(() => {
  delete (window as unknown as Window).go
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('call', () => {
  test('passes arguments and the answer', async () => {
    bind({ Add: async (a: number, b: number) => a + b })
    expect(await call('System', 'Add', [2, 3])).toBe(5)
  })
  test('turns the text of an error into a failure with code, fields and mark', async () => {
    bind({ Save: () => Promise.reject('{"code":"invalid","fields":{"name":"required"},"ref":"k3f9"}') })
    const e = (await caught(call('System', 'Save'))) as Failure
    expect([e.code, e.fields, e.ref, e.op]).toEqual(['invalid', { name: 'required' }, 'k3f9', 'System.Save'])
  })
  test('an error that is no JSON is internal', async () => {
    bind({ Save: () => Promise.reject(new Error('boom')) })
    expect(((await caught(call('System', 'Save'))) as Failure).code).toBe('internal')
  })
  test('a method that is not bound is refused at once', async () => {
    bind({})
    expect(((await caught(call('System', 'Lost'))) as Failure).code).toBe('internal')
  })
  test('a call without an answer ends', async () => {
    vi.useFakeTimers()
    bind({ Hang: () => new Promise(() => undefined) })
    const end = caught(call('System', 'Hang', [], 1000))
    await vi.advanceTimersByTimeAsync(1000)
    expect(((await end) as Failure).code).toBe('timeout')
  })
  test('a read that got no answer is repeated once', async () => {
    vi.useFakeTimers()
    let calls = 0
    bind({ List: () => (++calls === 1 ? new Promise(() => undefined) : Promise.resolve(['a'])) })
    const end = read('System', 'List')
    await vi.advanceTimersByTimeAsync(5000)
    expect(await end).toEqual(['a'])
    expect(calls).toBe(2)
  })
})

describe('secret', () => {
  test('frames the parts, sends bytes and wipes everything', async () => {
    let seen: number[] = []
    let sent: Uint8Array | undefined
    vi.spyOn(window, 'fetch').mockImplementation(async (_url, init) => {
      sent = init?.body as Uint8Array
      seen = [...sent]
      return new Response('{"signedIn":true}')
    })
    const part = new Uint8Array([1, 2, 3])
    const answer = await secret({ purpose: 'change', ticket: 't/1' }, [part, new Uint8Array([9])])
    expect(answer).toEqual({ signedIn: true })
    expect(vi.mocked(window.fetch).mock.calls[0]?.[0]).toBe('/_secret/change?ticket=t%2F1')
    expect(seen).toEqual([0, 3, 1, 2, 3, 0, 1, 9])
    expect([...part]).toEqual([0, 0, 0])
    expect(sent?.every((b) => b === 0)).toBe(true)
  })
  test('a refusal is a failure, and the bytes are wiped all the same', async () => {
    vi.spyOn(window, 'fetch').mockResolvedValue(
      new Response('{"code":"bad_password","ref":"x1"}', { status: 422 }),
    )
    const part = new Uint8Array([1, 2, 3])
    const e = (await caught(secret({ purpose: 'x', ticket: 't' }, [part]))) as Failure
    expect(e.code).toBe('bad_password')
    expect([...part]).toEqual([0, 0, 0])
  })
})

describe('guards', () => {
  beforeEach(() => {
    window.fetch = vi.fn(async () => new Response('ok'))
    install()
  })
  test('a body that would end the process is refused', async () => {
    await expect(fetch('/x', { method: 'POST', body: new Blob(['a']) })).rejects.toThrow(TypeError)
    await expect(fetch('/x', { method: 'POST', body: new Uint8Array([1]) })).resolves.toBeTruthy()
  })
  test('an outside link goes to Go instead of replacing the page', async () => {
    const open = vi.fn(async () => undefined)
    bind({ OpenURL: open })
    const a = document.createElement('a')
    a.href = 'https://example.by/x'
    document.body.append(a)
    const click = new MouseEvent('click', { bubbles: true, cancelable: true })
    a.dispatchEvent(click)
    expect(click.defaultPrevented).toBe(true)
    expect(open).toHaveBeenCalledWith('https://example.by/x')
  })
})

test('an exception of the page itself becomes an internal failure', () => {
  expect(asFailure(new TypeError('x')).code).toBe('internal')
  const failure = new Failure('conflict')
  expect(asFailure(failure)).toBe(failure)
})
