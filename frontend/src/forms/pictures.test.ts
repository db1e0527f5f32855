import { render, screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { describe, expect, test, vi } from 'vitest'
import { startApp } from '../lib/app.svelte.ts'
import type { PageEdit } from '../lib/dto.ts'
import { installFake, type Fake } from '../testing/fakeApi.ts'
import { page, pictureView, trayView } from '../testing/samples.ts'
import { Pictures } from './pictures.svelte.ts'
import PicturesDialog from './pictures-dialog.svelte'

const place = { draft: 'd7', card: '', field: 'consent_file', row: '', column: '', aside: false, file: '' }
let fake: Fake

async function open(change: Parameters<typeof installFake>[0] = () => undefined, file = '') {
  fake = installFake(change)
  await startApp()
  const on = { ondone: vi.fn(), onmore: vi.fn(), onclose: vi.fn() }
  render(PicturesDialog, { place: { ...place, file }, ...on })
  await screen.findByRole('list', { name: 'Снимки по порядку' })
  await screen.findByRole('button', { name: /^Снимок 1/ })
  return on
}

const saved = () => fake.calls.find((c) => c.name === 'Attachments.SavePages')?.args as unknown[] | undefined

describe('pictures that are prepared', () => {
  test('what was made smaller is attached only after it was shown at its full size', async () => {
    const on = await open((w) => (w.tray = trayView({ pictures: [pictureView({ size: 12_000_000 })] })))
    await userEvent.click(screen.getByRole('button', { name: 'Приложить снимок' }))
    expect(saved()).toBeUndefined()
    expect(screen.getByText(/Посмотрите, читаются ли буквы/)).toBeInTheDocument()
    const read = await screen.findByRole('group', { name: /натуральную величину/ })
    await userEvent.click(screen.getByRole('button', { name: 'Приложить снимок' }))
    expect(saved()).toBeUndefined() // it was not loaded yet
    within(read).getByRole('img').dispatchEvent(new Event('load')) // jsdom loads no pictures
    await userEvent.click(screen.getByRole('button', { name: 'Приложить снимок' }))
    await waitFor(() => expect(on.ondone).toHaveBeenCalled())
    expect(saved()?.[1]).toEqual([page({ longEdge: 2000 })])
    expect(saved()?.[2]).toBe(false)
  })

  test('turns, edges and the order go as they were set, by keys only', async () => {
    const on = await open()
    await userEvent.click(screen.getByRole('button', { name: /^Снимок 2/ }))
    await userEvent.selectOptions(screen.getByLabelText('Длинная сторона'), 'Как снято')
    await userEvent.click(screen.getByRole('button', { name: 'Повернуть влево' }))
    screen.getByLabelText(/^Слева/).focus()
    const slider = screen.getByLabelText<HTMLInputElement>(/^Слева/)
    slider.value = '12'
    slider.dispatchEvent(new Event('input', { bubbles: true }))
    await userEvent.click(screen.getByRole('button', { name: /^Выше: «Страница 2/ }))
    await userEvent.click(screen.getByRole('button', { name: 'Собрать в PDF' }))
    await waitFor(() => expect(on.ondone).toHaveBeenCalled())
    expect((saved()?.[1] as PageEdit[]).map((p) => [p.id, p.turns, p.left])).toEqual([
      ['p2', 3, 1200],
      ['p1', 0, 0],
    ])
    expect(saved()?.[2]).toBe(true)
  })

  test('two pictures for one file can only be put together', async () => {
    await open()
    expect(screen.queryByRole('button', { name: /^Приложить/ })).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Убрать «Страница 2.jpg»' }))
    expect(await screen.findByRole('button', { name: 'Приложить снимок' })).toBeInTheDocument()
    expect(fake.calls.at(-1)?.name).not.toBe('Attachments.SavePages')
  })

  test('a refusal is told in the layer and everything stays', async () => {
    const on = await open((w) => (w.tray = trayView({ pictures: [pictureView()] })))
    fake.fail('Attachments.SavePages', 'too_large')
    await userEvent.click(screen.getByRole('button', { name: 'Приложить снимок' }))
    const dialog = screen.getByRole('dialog')
    expect(await within(dialog).findByText('Слишком большой размер')).toBeInTheDocument()
    expect(on.ondone).not.toHaveBeenCalled()
  })

  test('that the place is written in the picture is said', async () => {
    await open()
    expect(screen.getByText(/место съёмки/)).toBeInTheDocument()
  })
})

describe('edges', () => {
  async function one(over: Partial<Parameters<typeof pictureView>[0]>) {
    installFake((w) => (w.tray = trayView({ pictures: [pictureView(over)] })))
    const p = new Pictures({ ...place, file: 'f1' })
    await p.load()
    return p
  }

  test('go with a turn, and four turns are none', async () => {
    const p = await one({ page: page({ left: 100, top: 200, right: 300, bottom: 400 }) })
    p.turn(1)
    expect(p.current?.page).toEqual(page({ turns: 1, left: 400, top: 100, right: 200, bottom: 300 }))
    p.turn(-1)
    expect(p.current?.page).toEqual(page({ left: 100, top: 200, right: 300, bottom: 400 }))
    for (let i = 0; i < 4; i++) p.turn(1)
    expect(p.current?.page).toEqual(page({ left: 100, top: 200, right: 300, bottom: 400 }))
  })

  test('of a wanted proportion are the same on both sides', async () => {
    const p = await one({ width: 3000, height: 2000 })
    p.aspect(4, 5)
    const { left, right, top } = p.current?.page ?? page()
    expect([left, right, top]).toEqual([2333, 2333, 0])
    expect((3000 * (1 - (left + right) / 10_000)) / 2000).toBeCloseTo(0.8, 3)
  })
})
