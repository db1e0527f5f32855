import { render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keyCard, sessionState } from '../../testing/samples.ts'
import RegisterEds from './register-eds.svelte'

const consent = { version: '2026-1', sha256: 'ab', text: 'Я даю согласие.' }
let begin: ReturnType<typeof vi.fn>
let sent: string[]

function answer(status: number, body: object) {
  sent = []
  vi.spyOn(window, 'fetch').mockImplementation(async (_url, init) => {
    sent.push(new TextDecoder().decode((init?.body as Uint8Array).slice(2)))
    return new Response(JSON.stringify(body), { status })
  })
}

beforeEach(() => {
  begin = vi.fn(async () => ({ purpose: 'register_eds', ticket: 't' }))
  const Keys = { List: async () => ({ keys: [keyCard()], unusable: [], looked: [] }) }
  Object.assign(window, {
    go: { app: { Keys, Session: { Consent: async () => consent, BeginRegisterByEDS: begin } } },
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  delete (window as { go?: unknown }).go
})

const press = async () =>
  userEvent.click(await screen.findByRole('button', { name: /^Зарегистрироваться как/ }))

test('without the consent nothing is sent, and the summary says why', async () => {
  answer(200, {})
  render(RegisterEds)
  await userEvent.type(await screen.findByLabelText('Пароль к ключу'), 'пароль ключа')
  await press()
  expect(screen.getByRole('alert')).toHaveTextContent('Без согласия кабинет не открыть')
  expect(begin).not.toHaveBeenCalled()
  expect(sent).toEqual([])
})

test('a cabinet that was found is told as found, not as opened', async () => {
  answer(200, sessionState({ claimed: true }))
  render(RegisterEds)
  await userEvent.click(await screen.findByRole('checkbox'))
  const password = screen.getByLabelText<HTMLInputElement>('Пароль к ключу')
  await userEvent.type(password, 'пароль ключа')
  await press()
  expect(await screen.findByRole('heading', { name: /второй не создан/ })).toBeInTheDocument()
  expect(begin).toHaveBeenCalledWith({
    keyId: 'k1',
    email: '',
    consentVersion: '2026-1',
    consentSHA256: 'ab',
  })
  expect(sent).toEqual(['пароль ключа'])
  expect(password.value).toBe('')
})

test('a wrong password is told, and the consent stays given', async () => {
  answer(422, { code: 'bad_password', fields: {} })
  render(RegisterEds)
  const agreed = await screen.findByRole('checkbox')
  await userEvent.click(agreed)
  await userEvent.type(screen.getByLabelText('Пароль к ключу'), 'не тот')
  await press()
  expect(await screen.findByText('Ключ не открылся')).toBeInTheDocument()
  expect(agreed).toBeChecked()
})
