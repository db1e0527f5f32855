import { describe, expect, it, vi } from 'vitest'
import { flushSync } from 'svelte'
import { load, type Loaded } from './load.svelte.ts'

const heard: (() => void)[] = []
vi.mock('./bridge.ts', () => ({
  listen: (_: string, fn: () => void) => {
    heard.push(fn)
    return () => undefined
  },
}))

/** A value that changes on the other side, with reads that are answered by hand. */
function world(...events: string[]) {
  const asked: ((value: string) => void)[] = []
  let page!: Loaded<string>
  const end = $effect.root(() => {
    page = load(() => new Promise<string>((answer) => asked.push(answer)), ...events)
  })
  flushSync()
  return { page, asked, end }
}
const settled = () => new Promise((done) => queueMicrotask(() => queueMicrotask(() => done(undefined))))

describe('a loaded value', () => {
  it('is the newest one when the answer of a call comes after the event that it caused', async () => {
    const { page, asked, end } = world('application')
    asked[0]!('asked')
    await settled()
    heard.at(-1)!() // the exchange has ended already
    asked[1]!('answered')
    await settled()
    page.set('queued') // made before, arrived after
    expect(page.value).toBe('queued')
    asked[2]!('answered')
    await settled()
    expect(page.value).toBe('answered')
    end()
  })

  it('is not read again after a call where no event would tell of a change', async () => {
    const { page, asked, end } = world()
    asked[0]!('one')
    await settled()
    page.set('two')
    expect(asked).toHaveLength(1)
    end()
  })
})
