// What a key makes the page paint anew: its own place, however many there are.
import { flushSync } from 'svelte'
import { expect, test } from 'vitest'
import type { DraftChange, FieldView } from '../lib/dto.ts'
import { budget, draftView, fieldView, stepView, valueOf } from '../testing/samples.ts'
import { Draft, textValue } from './draft.svelte.ts'

const ids = ['a', 'b', 'c']
const at = (field: string) => ({ field, row: '', column: '' })

/** Reads every place as the page does, and counts how often each was read. */
function watched() {
  const steps = [stepView({ id: 'one', fields: ids })]
  const draft = new Draft(
    draftView({ steps, fields: ids.map((id) => fieldView({ id, value: valueOf('x') })) }),
  )
  const read: Record<string, number> = {}
  const shown: Record<string, string> = {}
  const end = $effect.root(() => {
    for (const id of ids)
      $effect(() => {
        read[id] = (read[id] ?? 0) + 1
        const said = draft.said('one', at(id), [], [])
        shown[id] = draft.value(at(id), valueOf('x')).text + said.errors.join('')
      })
  })
  flushSync()
  return { draft, read, shown, end }
}

const change = (draft: Draft, fields: FieldView[]): DraftChange => ({
  ...{ savedAt: '', revision: 1, fields, ready: 0, total: 0, fee: '', problems: [] },
  ...{ undo: true, redo: false, budget, waiting: [], cleared: [] },
  steps: draft.view.steps.map((s) => ({ ...s, fields: [...s.fields] })),
})

test('typing reads the place that is typed in and no other', () => {
  const { draft, read, shown, end } = watched()
  draft.type(at('b'), textValue('new'))
  flushSync()
  draft.type(at('b'), textValue('newer'))
  flushSync()
  expect(shown).toEqual({ a: 'x', b: 'newer', c: 'x' })
  expect(read).toEqual({ a: 1, b: 3, c: 1 })
  end()
})

test('leaving a place reads no other', () => {
  const { draft, read, end } = watched()
  draft.leave(at('c'))
  flushSync()
  expect(read).toEqual({ a: 1, b: 1, c: 2 })
  end()
})

test('an answer of Go leaves what it did not change as it was', () => {
  const { draft, end } = watched()
  const before = { a: draft.field('a'), step: draft.view.steps[0] }
  draft.take(change(draft, [fieldView({ id: 'b', value: valueOf('newer') })]))
  expect(draft.field('b')?.value.text).toBe('newer')
  expect(draft.field('a')).toBe(before.a)
  expect(draft.view.steps[0]).toBe(before.step)
  end()
})

test('a row that came later is followed too', () => {
  const { draft, end } = watched()
  const cell = { ...at('b'), row: 'r1', column: 'x' }
  const row = { id: 'r1', cells: [{ ...fieldView({ id: 'x' }), offered: 0 }] }
  draft.take(change(draft, [fieldView({ id: 'b', type: 'table', rows: [row] })]))
  let shown = ''
  const stop = $effect.root(() => {
    $effect(() => void (shown = draft.value(cell, valueOf('')).text))
  })
  flushSync()
  draft.type(cell, textValue('typed'))
  flushSync()
  expect(shown).toBe('typed')
  stop()
  end()
})
