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
    expect(onchange).toHaveBeenCalledWith('mogilev', choices[2])
    expect(input).toHaveFocus()
    expect(input).toHaveAttribute('aria-expanded', 'false')
  })

  test('arrows move within the list and stop at its ends', async () => {
    const { input, onchange } = show()
    input.focus()
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}{Enter}')
    expect(onchange).toHaveBeenCalledWith('mogilev', choices[2])
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

  test('finds a choice by its name in another language', async () => {
    const onchange = vi.fn()
    const also = [{ value: 'lida', label: 'Лида', note: 'Лидский район', also: ['Лида', 'Ліда', 'Lida'] }]
    render(Combobox, { id: 'town', label: 'Город', value: '', choices: also, onchange })
    const input = screen.getByRole('combobox', { name: 'Город' })
    await userEvent.type(input, 'lid')
    expect(screen.getByRole('option', { name: 'Лида Лидский район' })).toBeInTheDocument()
    await userEvent.tab()
    expect(onchange).toHaveBeenCalledWith('lida', also[0])
  })
})

describe('a list that does not know everything', () => {
  function write(guess: boolean) {
    const onchange = vi.fn()
    render(Combobox, { id: 'region', label: 'Область', value: '', choices, free: true, guess, onchange })
    return { onchange, input: screen.getByRole('combobox', { name: 'Область' }) }
  }

  test('keeps what was typed when the field is left', async () => {
    const { input, onchange } = write(false)
    await userEvent.type(input, 'Заречье')
    await userEvent.tab()
    expect(onchange).toHaveBeenCalledWith('Заречье')
  })

  test('takes nothing longer than what was typed, unless it may guess', async () => {
    const { input, onchange } = write(false)
    await userEvent.type(input, 'Брест')
    await userEvent.tab()
    expect(onchange).toHaveBeenCalledWith('Брест')
  })

  test('guesses where it may', async () => {
    const { input, onchange } = write(true)
    await userEvent.type(input, 'брест')
    await userEvent.tab()
    expect(onchange).toHaveBeenCalledWith('brest', choices[0])
  })

  test('leaves Enter to the form while no option is in question', async () => {
    const { input, onchange } = write(false)
    const heard = vi.fn()
    document.body.addEventListener('keydown', heard, { once: true })
    await userEvent.type(input, 'Заречье')
    heard.mockClear()
    document.body.addEventListener('keydown', heard, { once: true })
    await userEvent.keyboard('{Enter}')
    expect(heard).toHaveBeenCalled()
    expect(onchange).toHaveBeenCalledWith('Заречье')
  })
})
