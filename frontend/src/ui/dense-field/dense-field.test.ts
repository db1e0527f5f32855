import { render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { setLang } from '../../lib/i18n.svelte.ts'
import DenseField from './dense-field.svelte'

beforeEach(() => setLang('ru'))

function show(readonly = false, help?: string) {
  const on = { oninput: vi.fn(), onchange: vi.fn() }
  const field = { id: 'd', label: 'Дата выдачи', kind: 'date', value: '2026-11-21', readonly, help } as const
  render(DenseField, { ...field, ...on })
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

test('F1 opens what is explained of the field, which Tab goes past', async () => {
  const help = 'Цифрами, с точками или без'
  const { input } = show(false, help)
  input.focus()
  expect(input).toHaveAccessibleDescription('F1: подсказка')
  await userEvent.keyboard('{F1}')
  expect(screen.getByText(help)).toBeVisible()
  expect(input).toHaveFocus()
  await userEvent.tab()
  expect(document.body).toHaveFocus()
  expect(screen.queryByText(help)).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Подсказка к полю «Дата выдачи»' }))
  expect(screen.getByText(help)).toBeVisible()
})

test('a date that is not changed any more has no calendar', () => {
  show(true)
  expect(screen.queryByRole('button')).toBeNull()
})
