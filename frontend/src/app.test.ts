import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test } from 'vitest'
import App from './app.svelte'
import { startApp } from './lib/app.svelte.ts'
import { go, start } from './lib/router.svelte.ts'
import { installFake } from './testing/fakeApi.ts'

beforeEach(async () => {
  start()
  go('/home')
  installFake()
  await startApp()
})

const heading = (name: string | RegExp) => screen.findByRole('heading', { level: 1, name })

test('the heading of a new page takes the focus', async () => {
  render(App)
  await heading(/Здравствуйте/)
  go('/catalogue')
  const next = await heading('Каталог процедур')
  await waitFor(() => expect(next).toHaveFocus())
})

test('F1 at a field without help says so and opens nothing of the browser', async () => {
  render(App)
  await heading(/Здравствуйте/)
  go('/catalogue')
  await heading('Каталог процедур')
  const key = new KeyboardEvent('keydown', { key: 'F1', bubbles: true, cancelable: true })
  screen.getByRole('searchbox').dispatchEvent(key)
  expect(key.defaultPrevented).toBe(true)
  expect(await screen.findByText('К этому полю подсказки нет')).toBeVisible()
})

test('Ctrl+K brings the focus into the search, and the heading leaves it there', async () => {
  render(App)
  await heading(/Здравствуйте/)
  await userEvent.keyboard('{Control>}[KeyK]{/Control}')
  await heading('Каталог процедур')
  const search = screen.getByRole('searchbox')
  await waitFor(() => expect(search).toHaveFocus())
  await new Promise((done) => requestAnimationFrame(done))
  expect(search).toHaveFocus()
})
