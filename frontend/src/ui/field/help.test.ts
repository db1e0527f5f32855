import { createEvent, fireEvent, render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test } from 'vitest'
import { setLang } from '../../lib/i18n.svelte.ts'
import Checkbox from './checkbox.svelte'
import type { FieldProps } from './field.svelte'
import Radios from './radios.svelte'
import TextField from './text-field.svelte'

beforeEach(() => setLang('ru'))

const explained = { words: 'сельсовет', name: 'сельсовет', means: 'Наименьшая единица деления района.' }

function field(more: Partial<FieldProps>): HTMLElement {
  render(TextField, { id: 'f', label: 'Район или сельсовет', value: 'Лидский', ...more })
  const input = screen.getByRole('textbox')
  input.focus()
  return input
}

describe('F1 at a field', () => {
  test('opens the word that is explained, and Escape closes it; the focus stays', async () => {
    const input = field({ explained })
    expect(input).toHaveAccessibleDescription('F1: подсказка')
    await userEvent.keyboard('{F1}')
    expect(screen.getByRole('status')).toHaveTextContent(explained.means)
    expect(screen.getByRole('button', { name: 'Что значит «сельсовет»' })).toHaveAttribute(
      'aria-expanded',
      'true',
    )
    expect(input).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    expect(screen.getByRole('status')).toBeEmptyDOMElement()
    expect(input).toHaveFocus()
    expect(input).toHaveValue('Лидский')
  })

  test('pressed again closes it, and so does leaving the field', async () => {
    const input = field({ explained })
    await userEvent.keyboard('{F1}{F1}')
    expect(screen.getByRole('status')).toBeEmptyDOMElement()
    await userEvent.keyboard('{F1}')
    input.blur()
    await expect.poll(() => screen.getByRole('status').textContent?.trim()).toBe('')
  })

  test('opens the picture and says its words; the picture stays for who types after it', async () => {
    const input = field({ hint: '14 знаков', find: 'identity' })
    await userEvent.keyboard('{F1}')
    expect(screen.getByRole('button', { name: 'Где найти этот номер' })).toHaveAttribute(
      'aria-expanded',
      'true',
    )
    expect(screen.getByRole('status')).toHaveTextContent('14 знаков под датами')
    input.blur()
    expect(screen.getByRole('img', { name: /Страница паспорта/ })).toBeVisible()
  })

  test('says the hint where there is nothing more', async () => {
    field({ hint: 'Как в паспорте' })
    await userEvent.keyboard('{F1}')
    expect(screen.getByRole('status')).toHaveTextContent('Как в паспорте')
  })

  test('works in a group and at a statement', async () => {
    const on = { onchange: () => undefined, explained }
    const choices = [{ value: 'a', label: 'Да' }]
    const { unmount } = render(Radios, { id: 'r', label: 'Есть ли сельсовет', value: '', choices, ...on })
    screen.getByRole('radio').focus()
    await userEvent.keyboard('{F1}')
    expect(screen.getByRole('status')).toHaveTextContent(explained.means)
    unmount()
    render(Checkbox, { id: 'c', label: 'Это сельсовет', checked: false, ...on })
    screen.getByRole('checkbox').focus()
    await userEvent.keyboard('{F1}')
    expect(screen.getByRole('status')).toHaveTextContent(explained.means)
  })

  test('is left to the page where there is no help, and with another key beside it', async () => {
    const input = field({})
    const alone = createEvent.keyDown(input, { key: 'F1' })
    await fireEvent(input, alone)
    expect(alone.defaultPrevented).toBe(false)
    document.body.replaceChildren()
    const other = field({ explained })
    const chord = createEvent.keyDown(other, { key: 'F1', ctrlKey: true })
    await fireEvent(other, chord)
    expect(chord.defaultPrevented).toBe(false)
  })
})
