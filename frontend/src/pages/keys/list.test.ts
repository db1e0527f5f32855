import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { KeyCard, KeyList } from '../../lib/dto.ts'
import { keyCard } from '../../testing/samples.ts'
import List from './list.svelte'

const key = (over: Partial<KeyCard> = {}): KeyCard => ({
  ...keyCard(over),
  unchecked: false,
  proven: true,
  ...over,
})
const list = (over: Partial<KeyList> = {}): KeyList => ({ keys: [], unusable: [], looked: [], ...over })

let methods: Record<string, ReturnType<typeof vi.fn>>
beforeEach(() => {
  methods = { List: vi.fn(async () => list()), Forget: vi.fn(async () => undefined), PickFiles: vi.fn() }
  Object.assign(window, { go: { app: { Keys: methods } } })
})
afterEach(() => delete (window as { go?: unknown }).go)

test('a key that cannot be used is named with the exact reason', async () => {
  methods.List?.mockResolvedValue(
    list({
      keys: [key()],
      unusable: [
        key({ id: 'u1', state: 'expired', notAfter: '2025-02-14T00:00:00Z', keyPath: 'E:\\ЭЦП\\old.key' }),
        key({ id: 'u2', state: 'no_key', keyPath: '', certPath: '/home/anna/cert.cer' }),
      ],
    }),
  )
  render(List)
  expect(await screen.findByText('Сертификат закончился 14.02.2025')).toBeInTheDocument()
  expect(screen.getByText('old.key')).toBeInTheDocument()
  expect(screen.getByText('Есть сертификат, но нет личного ключа')).toBeInTheDocument()
  expect(screen.getByText('Недоступные: 2').closest('details')).not.toHaveAttribute('open')
})

test('where there is no key, the places that were looked at are open', async () => {
  methods.List?.mockResolvedValue(
    list({
      looked: [{ path: '/media/kingston', files: 7, passed: [{ name: 'readme.txt', code: 'bad_key_file' }] }],
    }),
  )
  render(List)
  expect(await screen.findByRole('heading', { name: 'Ключей не видно' })).toBeInTheDocument()
  expect(screen.getByText('Что я проверил').closest('details')).toHaveAttribute('open')
  expect(screen.getByText('не контейнер ключа или оборван')).toBeInTheDocument()
})

test('a key on its way to a certificate stands above, with its next step', async () => {
  methods.List?.mockResolvedValue(list({ unusable: [key({ id: 'w 1', state: 'request_sent' })] }))
  render(List)
  expect(await screen.findByText('Запрос у регистрационного центра')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Проверить' })).toHaveAttribute('href', '#/keys/request/w%201')
  expect(screen.queryByText(/Недоступные/)).toBeNull()
})

test('a refused choice of a file is told, and the list stays', async () => {
  methods.List?.mockResolvedValue(list({ keys: [key()] }))
  methods.PickFiles?.mockRejectedValue(new Error(JSON.stringify({ code: 'bad_key_file', fields: {} })))
  render(List)
  await screen.findByText('Ковалёва Анна Петровна')
  await userEvent.click(screen.getByRole('button', { name: 'Указать файл' }))
  expect(await screen.findByText('Это не файл ключа')).toBeInTheDocument()
  expect(screen.getByText('Ковалёва Анна Петровна')).toBeInTheDocument()
})

test('only a key in a folder of the person can be taken off the list', async () => {
  methods.List?.mockResolvedValue(
    list({ keys: [key({ place: 'folder' }), key({ id: 'k2', place: 'profile' })] }),
  )
  render(List)
  const buttons = await screen.findAllByRole('button', { name: /^Убрать из списка/ })
  expect(buttons).toHaveLength(1)
  await userEvent.click(buttons[0]!)
  await waitFor(() => expect(methods.Forget).toHaveBeenCalledWith('k1'))
})
