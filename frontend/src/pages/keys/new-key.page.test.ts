import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test } from 'vitest'
import { startApp } from '../../lib/app.svelte.ts'
import { go, path, start } from '../../lib/router.svelte.ts'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import NewKey from './new-key.svelte'

let fake: Fake

beforeEach(async () => {
  start()
  fake = installFake()
  await startApp()
  go('/keys/new')
  await waitFor(() => expect(path()).toBe('/keys/new'))
  render(NewKey)
})

/** Asks for a key with everything in order on the page. */
async function make() {
  for (const [label, text] of [
    ['Фамилия', 'Лисовская'],
    ['Собственное имя', 'Анна'],
    ['Идентификационный номер', '3110575A001PB7'],
  ] as const) {
    await userEvent.clear(screen.getByLabelText(label))
    await userEvent.type(screen.getByLabelText(label), text)
  }
  await userEvent.type(screen.getByLabelText('Пароль ключа'), 'четыре речных слова')
  await userEvent.type(screen.getByLabelText('Ещё раз пароль ключа'), 'четыре речных слова')
  await userEvent.click(screen.getByRole('button', { name: 'Создать ключ' }))
}

describe('a new key', () => {
  test('in a folder that cannot be written to is told at the folder', async () => {
    fake.fail('secret.new_key', 'invalid', { folder: 'not_writable' })
    await make()
    const link = await screen.findByRole('link', {
      name: 'Где лежит ключ: в эту папку нельзя записать, выберите другую',
    })
    await userEvent.click(link)
    expect(document.getElementById('key-folder')).toHaveFocus()
  })
  test('who mends one of several errors stays in the field', async () => {
    await userEvent.type(screen.getByLabelText('Фамилия'), 'Лисовская')
    await userEvent.clear(screen.getByLabelText('Фамилия'))
    await userEvent.clear(screen.getByLabelText('Собственное имя'))
    await userEvent.click(screen.getByRole('button', { name: 'Создать ключ' }))
    const alert = await screen.findByRole('alert')
    await waitFor(() => expect(alert.parentElement).toHaveFocus())
    await userEvent.type(screen.getByLabelText('Собственное имя'), 'Анна')
    expect(screen.getByLabelText('Собственное имя')).toHaveValue('Анна')
    expect(screen.getByLabelText('Собственное имя')).toHaveFocus()
    await userEvent.click(screen.getByRole('button', { name: 'Создать ключ' }))
    await waitFor(() => expect(screen.getByRole('alert').parentElement).toHaveFocus())
  })
  test('a refusal about something the page does not ask for is told too', async () => {
    fake.fail('secret.new_key', 'invalid', { curve: 'option' })
    await make()
    expect(await screen.findByRole('alert')).toBeInTheDocument()
  })
})
