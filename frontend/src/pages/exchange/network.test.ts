import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test } from 'vitest'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import Network from './network.svelte'

let fake: Fake
const called = (name: string) => fake.calls.filter((c) => c.name === `Network.${name}`)
afterEach(() => delete (window as { go?: unknown }).go)

test('a proxy is used once it has a place, and its password leaves the field', async () => {
  fake = installFake()
  const user = userEvent.setup()
  render(Network)
  await user.click(await screen.findByRole('radio', { name: 'Свой прокси' }))
  expect(called('Set')).toHaveLength(0)
  await user.type(screen.getByLabelText('Адрес прокси'), 'proxy.example.by')
  await user.tab()
  expect(called('Set')).toHaveLength(0)
  await user.type(screen.getByLabelText('Порт'), '3128')
  await user.tab()
  await waitFor(() => expect(called('Set')).toHaveLength(1))
  expect(called('Set')[0]?.args[0]).toMatchObject({ mode: 'manual', host: 'proxy.example.by', port: 3128 })
  await user.type(screen.getByLabelText('Имя на прокси'), 'anna')
  await user.tab()
  const field = await screen.findByLabelText<HTMLInputElement>('Пароль на прокси')
  await user.type(field, 'сосна')
  await user.click(screen.getByRole('button', { name: 'Запомнить пароль' }))
  expect(field.value).toBe('')
  expect(await screen.findByText('Пароль запомнен')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Забыть' }))
  await waitFor(() => expect(screen.queryByText('Пароль запомнен')).toBeNull())
})

test('what cannot be a proxy is said at its field', async () => {
  fake = installFake((w) => (w.network = { ...w.network, mode: 'manual', host: 'proxy', port: 3128 }))
  render(Network)
  fake.fail('Network.Set', 'invalid', { host: 'address' })
  const host = await screen.findByLabelText('Адрес прокси')
  await userEvent.type(host, '/x')
  await userEvent.tab()
  await waitFor(() => expect(host).toBeInvalid())
})

test.each([
  [
    { reached: true, took: 210, code: '', issuer: '', paused: false, proxy: '' },
    /Портал ответил за 210 мс напрямую/,
  ],
  [
    { reached: true, took: 210, code: '', issuer: '', paused: false, proxy: '10.0.0.1:3128' },
    /Портал ответил за 210 мс через прокси 10\.0\.0\.1:3128/,
  ],
  [
    { reached: false, took: 0, code: 'captive_portal', issuer: '', paused: false, proxy: '' },
    /Сеть просит входа на странице провайдера/,
  ],
  [
    { reached: false, took: 0, code: 'tls_foreign', issuer: 'Office CA', paused: false, proxy: '' },
    /Вместо портала отвечает кто-то другой.*Office CA/,
  ],
  [{ reached: false, took: 0, code: 'tls_time', issuer: '', paused: false, proxy: '' }, /часы/],
  [
    { reached: false, took: 0, code: 'proxy_auth', issuer: '', paused: false, proxy: '' },
    /Прокси просит имя и пароль/,
  ],
  [
    { reached: false, took: 0, code: 'proxy_down', issuer: '', paused: false, proxy: '' },
    /Прокси не пропускает/,
  ],
])('the check tells %o in words', async (check, want) => {
  fake = installFake((w) => (w.reach = check))
  render(Network)
  await userEvent.click(await screen.findByRole('button', { name: 'Проверить связь' }))
  await waitFor(() => expect(screen.getByRole('status')).toHaveTextContent(want))
})
