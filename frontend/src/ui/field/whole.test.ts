import { render, screen } from '@testing-library/svelte'
import { afterEach, describe, expect, test, vi } from 'vitest'
import SelectField from './select-field.svelte'

const long = 'идентификационная карта гражданина Республики Беларусь'
const choices = [
  { value: 'id', label: long },
  { value: 'p', label: 'паспорт' },
]

/** A window in which a letter takes 8 px and a list has room for 30 of them. */
function narrow() {
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockImplementation(function (this: HTMLElement) {
    return (this.textContent ?? '').length * 8
  })
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(240)
}
afterEach(() => vi.restoreAllMocks())

const whole = () => document.querySelector('.whole')

describe('a list whose line is too short', () => {
  test('shows what was chosen in full under it, and says it once', () => {
    narrow()
    render(SelectField, { id: 'x', label: 'Документ', value: 'id', choices, onchange: () => undefined })
    expect(whole()).toHaveTextContent(long)
    expect(whole()).toHaveAttribute('aria-hidden', 'true')
    expect(screen.getByRole('combobox', { name: 'Документ' })).toHaveValue('id')
  })
  test('shows nothing more where the line has room', () => {
    narrow()
    render(SelectField, { id: 'x', label: 'Документ', value: 'p', choices, onchange: () => undefined })
    expect(whole()).toBeNull()
  })
  test('follows the choice', async () => {
    narrow()
    const { rerender } = render(SelectField, {
      id: 'x',
      label: 'Документ',
      value: 'p',
      choices,
      onchange: () => undefined,
    })
    await rerender({ value: 'id' })
    expect(whole()).toHaveTextContent(long)
    await rerender({ value: 'p' })
    expect(whole()).toBeNull()
  })
})
