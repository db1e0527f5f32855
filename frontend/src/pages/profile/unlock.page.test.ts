import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { lockProfile, profile, startApp } from '../../lib/app.svelte.ts'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import Unlock from './unlock.svelte'

let fake: Fake
let stop: () => void
const reload = vi.fn()

beforeEach(async () => {
  vi.stubGlobal('location', { hash: '', reload })
  fake = installFake((w) => (w.profile = { ...w.profile, locked: true, protected: true, keyID: 'k1' }))
  stop = await startApp()
})
afterEach(() => {
  stop()
  reload.mockClear()
  vi.unstubAllGlobals()
})

test('unlocking loads the page once, and the one before shows nothing of the profile', async () => {
  render(Unlock)
  await userEvent.type(screen.getByLabelText('Пароль профиля'), 'кот дважды сел на сыр')
  await userEvent.click(screen.getByRole('button', { name: 'Открыть' }))
  await vi.waitFor(() => expect(fake.world.profile.locked).toBe(false))
  await new Promise((done) => setTimeout(done))
  expect(reload).toHaveBeenCalledOnce()
  expect(profile()?.locked).toBe(true)
})

test('locking loads the page once, also while it starts', async () => {
  await lockProfile()
  expect(reload).toHaveBeenCalledOnce()
  stop()
  const starting = startApp()
  fake.emit('profile')
  stop = await starting
  expect(reload).toHaveBeenCalledTimes(2)
})

test.each([
  ['bad_password', 'Пароль не подходит, или файл ключа повреждён'],
  ['slow_down', 'После неверного пароля программа немного ждёт, не дольше 30 секунд. Повторите чуть позже'],
])('%s is told at the field', async (refusal, words) => {
  fake.fail('secret.unlock', refusal)
  render(Unlock)
  const field = screen.getByLabelText('Пароль профиля')
  await userEvent.type(field, 'не тот пароль')
  await userEvent.click(screen.getByRole('button', { name: 'Открыть' }))
  expect(await screen.findByText(words)).toBeInTheDocument()
  expect(screen.queryByText(/портал просит/)).toBeNull()
})

test('a key that does not open the profile is told at its file, which takes the focus', async () => {
  fake.fail('secret.unlock_key', 'key_mismatch')
  render(Unlock)
  await userEvent.click(screen.getByRole('button', { name: 'Открыть ключом ЭЦП' }))
  await userEvent.type(await screen.findByLabelText('Пароль ключа'), 'пароль ключа{Enter}')
  const file = screen.getByRole('group', { name: 'Файл ключа' })
  await waitFor(() => expect(file).toHaveFocus())
  expect(file).toHaveAccessibleDescription(/^Этот ключ профиль не открывает: добавлен другой/)
})
