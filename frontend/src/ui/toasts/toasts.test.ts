import { fireEvent, render, screen } from '@testing-library/svelte'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadLanguage, setLang, t } from '../../lib/i18n.svelte.ts'
import { dismiss, toast, toasts } from '../../lib/toasts.svelte.ts'
import Toasts from './toasts.svelte'

beforeEach(() => {
  setLang('ru')
  vi.useFakeTimers()
})
afterEach(() => {
  for (const one of [...toasts()]) dismiss(one.id)
  vi.useRealTimers()
})

describe('a message at the edge', () => {
  test('goes by itself after its time', async () => {
    render(Toasts, { stay: 1000 })
    toast(() => 'Черновик удалён')
    await vi.advanceTimersByTimeAsync(999)
    expect(screen.getByText('Черновик удалён')).toBeInTheDocument()
    await vi.advanceTimersByTimeAsync(2)
    expect(screen.queryByText('Черновик удалён')).toBeNull()
  })
  test('stays while it is held', async () => {
    render(Toasts, { stay: 1000 })
    toast(() => 'Черновик удалён')
    await vi.advanceTimersByTimeAsync(10)
    const box = screen.getByText('Черновик удалён').parentElement!
    await fireEvent.mouseEnter(box)
    await vi.advanceTimersByTimeAsync(5000)
    expect(screen.getByText('Черновик удалён')).toBeInTheDocument()
    await fireEvent.mouseLeave(box)
    await vi.advanceTimersByTimeAsync(1000)
    expect(screen.queryByText('Черновик удалён')).toBeNull()
  })
  test('makes way for what a person works on, and comes back', async () => {
    const { container } = render(Toasts)
    const region = container.querySelector('.toasts')!
    const field = document.body.appendChild(document.createElement('input'))
    const other = document.body.appendChild(document.createElement('input'))
    const at = (one: Element, top: number) =>
      vi.spyOn(one, 'getBoundingClientRect').mockReturnValue(new DOMRect(700, top, 500, 40))
    at(region, window.innerHeight - 180)
    at(field, window.innerHeight - 160)
    at(other, 100)
    field.focus()
    toast(() => 'Ответ «Район» очищен')
    await vi.advanceTimersByTimeAsync(0)
    expect(region).toHaveClass('toasts--above')
    other.focus()
    await vi.advanceTimersByTimeAsync(0)
    expect(region).not.toHaveClass('toasts--above')
    field.remove()
    other.remove()
  })
  test('speaks the language of the page, also when that changes', async () => {
    await loadLanguage('be')
    render(Toasts)
    toast(() => t('citizen.sign.queued'))
    await vi.advanceTimersByTimeAsync(10)
    expect(screen.getByText('Подписано. Заявление в очереди и уйдёт при связи')).toBeInTheDocument()
    setLang('be')
    await vi.advanceTimersByTimeAsync(10)
    expect(screen.getByText('Падпісана. Заява ў чарзе і пойдзе пры сувязі')).toBeInTheDocument()
  })
  test('undoes once and goes', async () => {
    const undo = vi.fn()
    render(Toasts)
    toast(() => 'Черновик удалён', undo)
    await vi.advanceTimersByTimeAsync(10)
    await fireEvent.click(screen.getByRole('button', { name: 'Отменить' }))
    expect(undo).toHaveBeenCalledTimes(1)
    expect(toasts()).toHaveLength(0)
  })
})
