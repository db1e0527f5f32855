import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DraftChange, FieldView, Patch } from '../lib/dto.ts'
import { budget, draftView, fieldView, text } from '../testing/samples.ts'
import { again, held, letGo } from '../lib/held.svelte.ts'
import { boolValue, Draft, heldDraft, pause, textValue } from './draft.svelte.ts'

const name = { field: 'name', row: '', column: '' }
const agree = { field: 'agree', row: '', column: '' }

/** A pretended Go that keeps what it was given and can be made slow or failing. */
function backend() {
  const sent: Patch[][] = []
  let answer = (patches: Patch[]): Promise<DraftChange> => Promise.resolve(change(patches))
  const change = (patches: Patch[], fix?: (f: FieldView) => FieldView): DraftChange => ({
    savedAt: '2026-11-21T11:32:00Z',
    revision: sent.length,
    fields: patches.map((p) => {
      const field = fieldView({ id: p.field, value: p.value })
      return fix ? fix(field) : field
    }),
    steps: draftView().steps,
    ready: 1,
    total: 2,
    fee: '',
    undo: true,
    redo: false,
    budget,
    waiting: [],
    cleared: [],
  })
  const apply = (_id: string, patches: Patch[]) => {
    sent.push(patches)
    return answer(patches)
  }
  ;(window as unknown as { go: unknown }).go = { app: { Drafts: { Apply: apply } } }
  return { sent, change, answer: (fn: typeof answer) => (answer = fn) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  for (const one of held()) letGo(one)
  vi.useRealTimers()
  delete (window as unknown as { go?: unknown }).go
})

describe('typing', () => {
  test('is sent once after the pause, the last text wins', async () => {
    const { sent } = backend()
    const draft = new Draft(draftView())
    draft.type(name, textValue('А'))
    draft.type(name, textValue('Ан'))
    await vi.advanceTimersByTimeAsync(pause - 1)
    expect(sent).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toEqual([[{ ...name, value: textValue('Ан') }]])
    expect(draft.savedAt).toBe('2026-11-21T11:32:00Z')
  })

  test('keeps a blank at the end while the person goes on, and shows what Go made of it after leaving', async () => {
    const b = backend()
    const draft = new Draft(draftView())
    b.answer(async (patches) => b.change(patches, (f) => ({ ...f, value: textValue(f.value.text.trim()) })))
    draft.type(name, textValue('Анна '))
    await vi.advanceTimersByTimeAsync(pause)
    expect(draft.value(name, draft.field('name')!.value).text).toBe('Анна ')
    draft.settle(name, textValue('Анна '))
    expect(draft.value(name, draft.field('name')!.value).text).toBe('Анна')
  })

  test('two batches never overtake one another', async () => {
    const b = backend()
    const draft = new Draft(draftView())
    let release = () => {}
    b.answer((patches) => new Promise((done) => (release = () => done(b.change(patches)))))
    draft.type(name, textValue('1'))
    void draft.flush()
    await vi.advanceTimersByTimeAsync(0)
    draft.type(name, textValue('2'))
    const all = draft.flush()
    await vi.advanceTimersByTimeAsync(0)
    expect(b.sent).toHaveLength(1)
    b.answer(async (patches) => b.change(patches))
    release()
    await all
    expect(b.sent.map((batch) => batch[0]?.value.text)).toEqual(['1', '2'])
  })

  test('a failure keeps what was typed and sends it again', async () => {
    const b = backend()
    const draft = new Draft(draftView())
    b.answer(() => Promise.reject('{"code":"disk_full"}'))
    draft.settle(name, textValue('Анна'))
    await draft.flush()
    expect(draft.failure?.code).toBe('disk_full')
    expect(draft.value(name, draft.field('name')!.value).text).toBe('Анна')
    b.answer(async (patches) => b.change(patches))
    await draft.flush()
    expect(draft.failure).toBeUndefined()
    expect(b.sent.at(-1)).toEqual([{ ...name, value: textValue('Анна') }])
  })
})

describe('what could not be saved', () => {
  test('never left the screen, wherever the person went while it was being saved', async () => {
    const b = backend()
    const draft = new Draft(draftView())
    const shown = () => draft.value(name, draft.field('name')!.value).text
    let refuse = () => {}
    b.answer(() => new Promise((_, failed) => (refuse = () => failed('{"code":"disk_full"}'))))
    draft.type(name, textValue('Анна'))
    await vi.advanceTimersByTimeAsync(pause)
    expect(b.sent).toHaveLength(1)
    draft.settle(name, textValue('Анна'))
    expect(shown()).toBe('Анна')
    draft.replace(draftView())
    expect(shown()).toBe('Анна')
    expect(draft.unsaved()).toEqual([{ ...name, value: textValue('Анна') }])
    refuse()
    await vi.advanceTimersByTimeAsync(0)
    expect(draft.failure?.code).toBe('disk_full')
    expect(shown()).toBe('Анна')
  })

  test('is tried again by itself and outlives its page', async () => {
    const b = backend()
    const draft = new Draft(draftView())
    b.answer(() => Promise.reject('{"code":"disk_full"}'))
    draft.settle(name, textValue('Анна'))
    await draft.flush()
    expect(heldDraft(draft.id)).toBe(draft)
    const tries = b.sent.length
    await vi.advanceTimersByTimeAsync(again)
    expect(b.sent).toHaveLength(tries + 1)
    b.answer(async (patches) => b.change(patches))
    await vi.advanceTimersByTimeAsync(again)
    expect(b.sent.at(-1)).toEqual([{ ...name, value: textValue('Анна') }])
    expect(heldDraft(draft.id)).toBeUndefined()
    await vi.advanceTimersByTimeAsync(5 * again)
    expect(b.sent).toHaveLength(tries + 2)
  })

  test('is not held when the draft is gone', async () => {
    const b = backend()
    const draft = new Draft(draftView())
    b.answer(() => Promise.reject('{"code":"not_found"}'))
    draft.settle(name, textValue('Анна'))
    await draft.flush()
    expect(heldDraft(draft.id)).toBeUndefined()
  })
})

describe('a choice', () => {
  test('is sent at once', async () => {
    const { sent } = backend()
    const draft = new Draft(draftView())
    draft.settle(agree, boolValue(true))
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toEqual([[{ ...agree, value: boolValue(true) }]])
  })
})

describe('what is said', () => {
  test('errors wait for "next", a slip in a number is a doubt as soon as the field is left', async () => {
    backend()
    const draft = new Draft(draftView())
    const errors = ['required', 'check_digit']
    expect(draft.said('who', name, errors, [])).toEqual({ errors: [], warnings: [] })
    draft.settle(name, textValue('3110575A001PB8'))
    expect(draft.said('who', name, errors, ['expired'])).toEqual({
      errors: [],
      warnings: ['check_digit', 'expired'],
    })
    draft.attempted.add('who')
    expect(draft.said('who', name, errors, [])).toEqual({ errors, warnings: [] })
    await draft.flush()
  })
  test('a draft that the portal sent back shows its errors at once', () => {
    const view = draftView()
    const draft = new Draft({ ...view, draft: { ...view.draft, rejected: true } })
    expect(draft.said('who', name, ['required'], []).errors).toEqual(['required'])
  })
})

describe('an answer that did not fit any more', () => {
  const place = { field: 'district', row: '', column: '' }
  const cleared = {
    ...place,
    label: text('Район'),
    was: text('Лидский район'),
    cause: text('Область'),
    address: true,
  }
  const region = { field: 'region', row: '', column: '' }

  test('is told once and at its place, until it is answered', async () => {
    const { answer, change } = backend()
    const draft = new Draft(draftView())
    const told: unknown[] = []
    draft.oncleared = (list) => told.push(list)
    answer((patches) =>
      Promise.resolve({ ...change(patches), cleared: patches[0]?.field === 'region' ? [cleared] : [] }),
    )
    draft.settle(region, textValue('3'))
    await draft.flush()
    expect(told).toEqual([[cleared]])
    expect(draft.cleared(place)).toEqual(cleared)
    draft.settle({ field: 'name', row: '', column: '' }, textValue('x'))
    await draft.flush()
    expect(told).toHaveLength(1)
    expect(draft.cleared(place)).toEqual(cleared)
    draft.type(place, textValue('М'))
    expect(draft.cleared(place)).toBeUndefined()
  })

  test('is not told any more after it was brought back', async () => {
    const { answer, change } = backend()
    const draft = new Draft(draftView())
    answer((patches) => Promise.resolve({ ...change(patches), cleared: [cleared] }))
    draft.settle(region, textValue('3'))
    await draft.flush()
    draft.replace(draftView())
    expect(draft.cleared(place)).toBeUndefined()
  })
})
