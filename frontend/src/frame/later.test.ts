import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { setLang } from '../lib/i18n.svelte.ts'
import { lazy } from '../lib/lazy.svelte.ts'
import Later from './later.svelte'
import Missing from './missing.svelte'

beforeEach(() => setLang('ru'))
afterEach(() => vi.useRealTimers())

const shown = (code: Parameters<typeof lazy>[0], onshown = vi.fn()) => {
  const page = lazy(code)
  render(Later, { lazy: page, params: {}, title: 'Ключи', onshown })
  return { page, onshown }
}

test('a page that comes says nothing before and announces itself once', async () => {
  const { onshown } = shown(() => Promise.resolve({ default: Missing }))
  expect(screen.queryByRole('heading')).toBeNull()
  expect(screen.getByRole('status')).toHaveTextContent('')
  await waitFor(() => expect(screen.getByRole('link')).toBeInTheDocument())
  expect(onshown).toHaveBeenCalledTimes(1)
})

test('a page that takes long says so under its own heading', async () => {
  vi.useFakeTimers()
  shown(() => new Promise(() => undefined))
  await vi.advanceTimersByTimeAsync(299)
  expect(screen.getByRole('status')).toHaveTextContent('')
  await vi.advanceTimersByTimeAsync(2)
  expect(screen.getByRole('heading', { level: 1, name: 'Ключи' })).toBeInTheDocument()
  expect(screen.getByRole('status')).toHaveTextContent('Открываем страницу…')
})

test('a page that did not come says why and comes at the next try', async () => {
  let tries = 0
  const { onshown } = shown(() =>
    tries++ ? Promise.resolve({ default: Missing }) : Promise.reject(new Error('the file is gone')),
  )
  const again = await screen.findByRole('button', { name: /Повторить/ })
  expect(onshown).not.toHaveBeenCalled()
  await userEvent.click(again)
  await screen.findByRole('link')
  expect(tries).toBe(2)
})

test('a page that was loaded is there at once and is not announced twice', async () => {
  const page = lazy(() => Promise.resolve({ default: Missing }))
  await page.load()
  const onshown = vi.fn()
  render(Later, { lazy: page, params: {}, title: 'Ключи', onshown })
  expect(screen.getByRole('link')).toBeInTheDocument()
  expect(onshown).not.toHaveBeenCalled()
})
