import { fireEvent, render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { setLang } from '../../lib/i18n.svelte.ts'
import SecretField from './secret-field.svelte'

beforeEach(() => setLang('ru'))
afterEach(() => vi.useRealTimers())

function show(patience?: number) {
  const view = render(SecretField, { id: 'p', label: 'Пароль', patience })
  return { ...view, input: screen.getByLabelText('Пароль') as HTMLInputElement }
}

describe('a password field', () => {
  test('counts what a new password lacks while it is typed, and judges nothing else', async () => {
    render(SecretField, { id: 'n', label: 'Новый', fresh: true, least: 12 })
    const input = screen.getByLabelText('Новый')
    expect(input).toHaveAccessibleDescription('Не меньше 12 знаков')
    await userEvent.type(input, 'сыр и к')
    expect(input).toHaveAccessibleDescription('Не меньше 12 знаков, набрано 7')
    await userEvent.type(input, 'от на крыше')
    expect(input).toHaveAccessibleDescription('Не меньше 12 знаков')
    expect(screen.getByText('Знаков достаточно')).toBeInTheDocument()
  })

  test('hides what is typed until the eye is on', async () => {
    const { input } = show()
    expect(input.type).toBe('password')
    await userEvent.click(screen.getByRole('button', { name: 'Показать пароль' }))
    expect(input.type).toBe('text')
    await userEvent.click(screen.getByRole('button', { name: 'Скрыть пароль' }))
    expect(input.type).toBe('password')
  })

  test.each([
    ['q', 'EN'],
    ['ы', 'RU'],
    ['ў', 'BY'],
  ])('after the letter %s the badge says %s', async (key, badge) => {
    const { input } = show()
    await fireEvent.keyDown(input, { key })
    expect(screen.getByText(`Раскладка клавиатуры: ${badge}`)).toBeInTheDocument()
  })

  test('says that Caps Lock is on', async () => {
    const { input } = show()
    await fireEvent.keyDown(input, { key: 'Q', modifierCapsLock: true })
    expect(screen.getByRole('status')).toHaveTextContent('Включён Caps Lock')
  })

  test('empties itself after a minute without a key and says so', async () => {
    vi.useFakeTimers()
    const { input } = show()
    input.value = 'тайна'
    await fireEvent.input(input)
    await vi.advanceTimersByTimeAsync(59_000)
    expect(input.value).toBe('тайна')
    await vi.advanceTimersByTimeAsync(1000)
    expect(input.value).toBe('')
    expect(screen.getByRole('status')).toHaveTextContent('Поле очищено')
  })

  test('empties itself when the window hides and when it goes away', async () => {
    const { input, unmount } = show()
    input.value = 'тайна'
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    expect(input.value).toBe('')
    input.value = 'тайна'
    unmount()
    expect(input.value).toBe('')
  })
})
