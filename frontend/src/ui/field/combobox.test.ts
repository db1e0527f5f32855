import { render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { setLang } from '../../lib/i18n.svelte.ts'
import Combobox from './combobox.svelte'

const choices = [
  { value: 'brest', label: 'Брестская область' },
  { value: 'minsk', label: 'город Минск' },
  { value: 'mogilev', label: 'Могилёвская область' },
]

beforeEach(() => setLang('ru'))

function show(value = '') {
  const onchange = vi.fn()
  render(Combobox, { id: 'region', label: 'Область', value, choices, onchange })
  return { onchange, input: screen.getByRole('combobox', { name: 'Область' }) }
}

describe('a list with a search', () => {
  test('shows the label of its value', () => expect(show('minsk').input).toHaveValue('город Минск'))

  test('finds ё by е and chooses by keys without leaving the field', async () => {
    const { input, onchange } = show()
    await userEvent.type(input, 'могилев')
    expect(screen.getAllByRole('option')).toHaveLength(1)
    expect(input).toHaveAttribute('aria-activedescendant', 'region-0')
    await userEvent.keyboard('{Enter}')
    expect(onchange).toHaveBeenCalledWith('mogilev')
    expect(input).toHaveFocus()
    expect(input).toHaveAttribute('aria-expanded', 'false')
  })

  test('arrows move within the list and stop at its ends', async () => {
    const { input, onchange } = show()
    input.focus()
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}{Enter}')
    expect(onchange).toHaveBeenCalledWith('mogilev')
  })

  test('says when nothing fits, and that cannot be chosen', async () => {
    const { input, onchange } = show()
    await userEvent.type(input, 'мрср')
    expect(screen.getByRole('option', { name: 'Ничего не нашлось' })).toHaveAttribute('aria-disabled', 'true')
    await userEvent.keyboard('{Enter}')
    expect(onchange).not.toHaveBeenCalled()
  })

  test('Escape closes the list and leaves the value alone', async () => {
    const { input, onchange } = show('minsk')
    await userEvent.click(input)
    await userEvent.keyboard('{Escape}')
    expect(input).toHaveAttribute('aria-expanded', 'false')
    expect(input).toHaveValue('город Минск')
    expect(onchange).not.toHaveBeenCalled()
  })

  test('emptying the field empties the value', async () => {
    const { input, onchange } = show('minsk')
    await userEvent.clear(input)
    expect(onchange).toHaveBeenCalledWith('')
  })
})
