import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test } from 'vitest'
import { startApp } from '../../lib/app.svelte.ts'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import Unlock from './unlock.svelte'

let fake: Fake

beforeEach(async () => {
  fake = installFake((w) => (w.profile = { ...w.profile, locked: true, protected: true, keyID: 'k1' }))
  await startApp()
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
