import { fireEvent, render, screen } from '@testing-library/svelte'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { setLang } from '../../lib/i18n.svelte.ts'
import { dismiss, toasts } from '../../lib/toasts.svelte.ts'
import KeyBar from './key-bar.svelte'

beforeEach(() => {
  setLang('ru')
  for (const one of [...toasts()]) dismiss(one.id)
})

describe('the key bar', () => {
  test('runs an action by its key and by its button', async () => {
    const act = vi.fn()
    render(KeyBar, { actions: [{ key: 'F9', label: 'Принять', primary: true, act }] })
    await fireEvent.keyDown(window, { key: 'F9' })
    screen.getByRole('button', { name: /Принять/ }).click()
    expect(act).toHaveBeenCalledTimes(2)
  })
  test('finds Ctrl+P by the place of the key in every layout', async () => {
    const act = vi.fn()
    render(KeyBar, { actions: [{ key: 'Ctrl P', label: 'Напечатать', act }] })
    await fireEvent.keyDown(window, { key: 'з', code: 'KeyP', ctrlKey: true })
    expect(act).toHaveBeenCalled()
  })
  test('a key that cannot work now says why', async () => {
    const act = vi.fn()
    render(KeyBar, {
      actions: [{ key: 'F9', label: 'Подписать', because: 'Сначала откройте документы', act }],
    })
    await fireEvent.keyDown(window, { key: 'F9' })
    expect(act).not.toHaveBeenCalled()
    expect(toasts().map((one) => one.text())).toEqual(['Сначала откройте документы'])
  })
  test('is silent while a dialog is open', async () => {
    const act = vi.fn()
    render(KeyBar, { actions: [{ key: 'F9', label: 'Подписать', act }] })
    const dialog = document.body.appendChild(document.createElement('dialog'))
    dialog.open = true
    await fireEvent.keyDown(window, { key: 'F9' })
    expect(act).not.toHaveBeenCalled()
    dialog.remove()
  })
})
