import { render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { setLang } from '../../lib/i18n.svelte.ts'
import ErrorSummary from './error-summary.svelte'

beforeEach(() => setLang('ru'))

const problems = [
  { field: 'name', text: 'Имя: заполните это поле' },
  { field: 'date', text: 'Дата: такого дня не бывает' },
]

describe('the summary of errors', () => {
  test('takes the focus and counts', () => {
    render(ErrorSummary, { problems })
    expect(screen.getByRole('heading')).toHaveTextContent('Исправьте 2 ошибки, чтобы идти дальше')
    expect(document.activeElement).toContainElement(screen.getByRole('alert'))
  })
  test('leads to the field', async () => {
    const ongo = vi.fn()
    render(ErrorSummary, { problems, ongo })
    await userEvent.click(screen.getByRole('link', { name: 'Дата: такого дня не бывает' }))
    expect(ongo).toHaveBeenCalledWith('date')
  })
  test('is not there without errors', () => {
    render(ErrorSummary, { problems: [] })
    expect(screen.queryByRole('alert')).toBeNull()
  })
})
