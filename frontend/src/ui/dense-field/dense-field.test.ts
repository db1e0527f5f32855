import { render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { setLang } from '../../lib/i18n.svelte.ts'
import DenseField from './dense-field.svelte'

beforeEach(() => setLang('ru'))

function show(readonly = false) {
  const on = { oninput: vi.fn(), onchange: vi.fn() }
  render(DenseField, { id: 'd', label: 'Дата выдачи', kind: 'date', value: '2026-11-21', readonly, ...on })
  return { ...on, input: screen.getByLabelText('Дата выдачи') }
}

test('the calendar of a date opens by Alt and the arrow, gives its day and the focus back', async () => {
  const { input, oninput, onchange } = show()
  input.focus()
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}')
  await userEvent.click(screen.getByRole('button', { name: /^17(\D|$)/ }))
  expect(oninput).toHaveBeenLastCalledWith('2026-11-17')
  expect(onchange).toHaveBeenLastCalledWith('2026-11-17')
  expect(input).toHaveFocus()
  expect(screen.queryByRole('button', { name: /^17(\D|$)/ })).toBeNull()
})

test('Tab goes past the calendar, Esc closes it', async () => {
  const { input } = show()
  input.focus()
  await userEvent.tab()
  expect(document.body).toHaveFocus()
  input.focus()
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}{Escape}')
  expect(screen.queryByRole('button', { name: /^17(\D|$)/ })).toBeNull()
})

test('a date that is not changed any more has no calendar', () => {
  show(true)
  expect(screen.queryByRole('button')).toBeNull()
})
