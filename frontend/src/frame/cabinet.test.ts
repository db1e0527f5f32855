import { render, screen } from '@testing-library/svelte'
import { createRawSnippet } from 'svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { setSync, startApp } from '../lib/app.svelte.ts'
import { start } from '../lib/router.svelte.ts'
import { installFake } from '../testing/fakeApi.ts'
import { pending, syncState } from '../testing/samples.ts'
import Cabinet from './cabinet.svelte'

const children = createRawSnippet(() => ({ render: () => '<p>page</p>' }))

beforeEach(async () => {
  start()
  installFake()
  await startApp()
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  delete (window as { go?: unknown }).go
})

test('five seconds of silence are told, however many tries bring news of them', async () => {
  setSync(syncState())
  render(Cabinet, { children })
  for (let tries = 1; tries <= 6; tries++) {
    setSync(syncState({ online: false, pending: [pending({ attempts: tries })] }))
    await vi.advanceTimersByTimeAsync(900)
    expect(screen.queryByText('Нет связи с порталом.') !== null).toBe(tries === 6)
  }
  setSync(syncState())
  await vi.advanceTimersByTimeAsync(0)
  expect(screen.queryByText('Нет связи с порталом.')).toBeNull()
})
