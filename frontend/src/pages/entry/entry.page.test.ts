import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test } from 'vitest'
import { startApp, who } from '../../lib/app.svelte.ts'
import { go, path, start } from '../../lib/router.svelte.ts'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import { guest, sessionState } from '../../testing/samples.ts'
import Activate from './activate.svelte'
import First from './first.svelte'
import Forgot from './forgot.svelte'
import Password from './password.svelte'
import Register from './register.svelte'
import SignIn from './sign-in.svelte'

let fake: Fake

async function world(
  address: string,
  change: Parameters<typeof installFake>[0] = (w) => void (w.session = guest()),
) {
  fake = installFake(change)
  await startApp()
  go(address)
  await waitFor(() => expect(path()).toBe(address))
}

beforeEach(() => start())

describe('sign-in', () => {
  test('by e-mail and password goes back to where one came from', async () => {
    await world('/signin?back=%2Fdrafts%2Fd7')
    render(SignIn)
    await userEvent.type(screen.getByLabelText('Электронная почта'), 'anna@example.by')
    await userEvent.type(screen.getByLabelText('Пароль'), 'тайное слово{Enter}')
    await waitFor(() => expect(path()).toBe('/drafts/d7'))
    expect(who()?.signedIn).toBe(true)
    expect(JSON.stringify(fake.calls)).not.toContain('тайное')
  })
  test('a refusal is told and the password is gone', async () => {
    await world('/signin')
    render(SignIn)
    fake.fail('secret.signin', 'bad_login')
    await userEvent.type(screen.getByLabelText('Электронная почта'), 'anna@example.by')
    await userEvent.type(screen.getByLabelText('Пароль'), 'не то{Enter}')
    expect(await screen.findByRole('heading', { name: 'Войти не удалось' })).toBeInTheDocument()
    expect(screen.getByLabelText('Пароль')).toHaveValue('')
  })
  test('nothing is sent without a login or a password', async () => {
    await world('/signin')
    render(SignIn)
    await userEvent.click(screen.getByRole('button', { name: 'Войти' }))
    expect(screen.getByLabelText('Электронная почта')).toHaveFocus()
    expect(fake.calls.some((c) => c.name.startsWith('Session.Begin'))).toBe(false)
  })
  test('leads to the code of a letter that was asked for before the program was closed', async () => {
    await world('/signin')
    render(SignIn)
    await userEvent.click(screen.getByRole('link', { name: 'Код из письма' }))
    await waitFor(() => expect(path()).toBe('/activate'))
  })
  test('the level that is needed chooses the way', async () => {
    await world('/signin?level=strict')
    render(SignIn)
    expect(screen.getByRole('radio', { name: /Электронная подпись/ })).toBeChecked()
    await userEvent.type(await screen.findByLabelText('Пароль к ключу'), 'слова{Enter}')
    await waitFor(() => expect(who()?.level).toBe('strict'))
    expect(fake.calls.some((c) => c.name === 'Session.BeginSignInByEDS')).toBe(true)
  })
  test('a signed-in person raises the level of the session', async () => {
    await world('/signin?level=strict', (w) => void (w.session = sessionState({ level: 'email' })))
    render(SignIn)
    await userEvent.type(await screen.findByLabelText('Пароль к ключу'), 'слова{Enter}')
    await waitFor(() => expect(fake.calls.some((c) => c.name === 'Session.BeginStepUp')).toBe(true))
  })
  test('an unbound certificate is offered to register with', async () => {
    await world('/signin?level=strict')
    render(SignIn)
    fake.fail('secret.signin-eds', 'unbound')
    await userEvent.type(await screen.findByLabelText('Пароль к ключу'), 'слова{Enter}')
    expect(
      await screen.findByRole('heading', { name: 'Сертификат не привязан к кабинету' }),
    ).toBeInTheDocument()
    expect(screen.getAllByRole('link', { name: 'Зарегистрироваться с подписью' })[0]).toHaveAttribute(
      'href',
      '#/register/eds',
    )
  })
})

describe('registration by e-mail', () => {
  async function fill(password: string, again: string) {
    await userEvent.type(screen.getByLabelText('Электронная почта'), 'anna@example.by')
    await userEvent.type(screen.getByLabelText('Новый пароль'), password)
    await userEvent.type(screen.getByLabelText('Ещё раз новый пароль'), again)
    await userEvent.click(screen.getByRole('checkbox'))
    await userEvent.click(screen.getByRole('button', { name: 'Зарегистрироваться' }))
  }

  test('sends the consent that was shown and goes to the code of the letter', async () => {
    await world('/register')
    render(Register)
    expect(await screen.findByText(/Я даю согласие на обработку/)).toBeInTheDocument()
    await fill('река под мостом', 'река под мостом')
    await waitFor(() => expect(path()).toBe('/activate?email=anna%40example.by&again=60'))
    expect(fake.calls.find((c) => c.name === 'Session.BeginRegisterByEmail')?.args).toEqual([
      { email: 'anna@example.by', consentVersion: '2026-1', consentSHA256: 'ab'.repeat(32) },
    ])
  })
  test('different passwords are told before anything is sent', async () => {
    await world('/register')
    render(Register)
    await screen.findByText(/Я даю согласие на обработку/)
    await fill('река под мостом', 'река за мостом')
    expect(
      await screen.findByRole('link', { name: 'Ещё раз новый пароль: пароли не совпадают' }),
    ).toBeInTheDocument()
    expect(fake.calls.some((c) => c.name === 'Session.BeginRegisterByEmail')).toBe(false)
  })
  test('an error goes when its field is mended, from the summary too, and the focus stays there', async () => {
    await world('/register')
    render(Register)
    await screen.findByText(/Я даю согласие на обработку/)
    await userEvent.click(screen.getByRole('button', { name: 'Зарегистрироваться' }))
    expect(await screen.findByRole('heading', { name: /^Исправьте 3/ })).toBeInTheDocument()
    const email = screen.getByLabelText('Электронная почта')
    await userEvent.type(email, 'a')
    expect(screen.getByRole('heading', { name: /^Исправьте 2/ })).toBeInTheDocument()
    expect(email).not.toHaveAttribute('aria-invalid')
    expect(email).toHaveFocus()
    await userEvent.type(screen.getByLabelText('Новый пароль'), 'река под мостом')
    await userEvent.click(screen.getByRole('checkbox'))
    expect(screen.queryByRole('heading', { name: /^Исправьте/ })).toBeNull()

    await userEvent.type(screen.getByLabelText('Ещё раз новый пароль'), 'река под мост')
    await userEvent.click(screen.getByRole('button', { name: 'Зарегистрироваться' }))
    expect(await screen.findByText('Пароли не совпадают')).toBeInTheDocument()
    await userEvent.type(screen.getByLabelText('Ещё раз новый пароль'), 'о')
    expect(screen.getByText('Пароли не совпадают')).toBeInTheDocument()
    await userEvent.type(screen.getByLabelText('Ещё раз новый пароль'), 'м')
    expect(screen.queryByText('Пароли не совпадают')).toBeNull()
  })
  test('a password that the portal refuses is told at its field', async () => {
    await world('/register')
    render(Register)
    await screen.findByText(/Я даю согласие на обработку/)
    fake.fail('secret.register', 'invalid', { password: 'password_frequent' })
    await fill('12345678', '12345678')
    expect(await screen.findByRole('link', { name: /подберут первым/ })).toBeInTheDocument()
  })
})

describe('activation', () => {
  test('by the code of a letter', async () => {
    await world('/activate?email=anna@example.by&again=0')
    render(Activate, { params: {} })
    await userEvent.type(screen.getByLabelText('Код или ссылка'), 'AB12-CD34{Enter}')
    await waitFor(() => expect(screen.getByRole('heading', { name: 'Кабинет открыт' })).toHaveFocus())
    expect(fake.calls.at(-1)).toEqual({ name: 'Session.Activate', args: ['AB12-CD34'] })
  })
  test('by a link that was opened outside, at once', async () => {
    await world('/activate/AB12')
    render(Activate, { params: { code: 'AB12' } })
    expect(await screen.findByRole('heading', { name: 'Кабинет открыт' })).toBeInTheDocument()
  })
  test.each([
    ['not_found', {}],
    ['invalid', { code: 'pattern' }],
  ])('a code that is none (%s) is told at its field', async (code, fields) => {
    await world('/activate')
    fake.fail('Session.Activate', code, fields)
    render(Activate, { params: {} })
    const field = screen.getByLabelText('Код или ссылка')
    await userEvent.type(field, '1234{Enter}')
    expect(await screen.findByText('Такого кода нет: сверьте с письмом')).toBeInTheDocument()
    expect(field).toHaveFocus()
    expect(field).toHaveAttribute('aria-invalid', 'true')
    expect(field).toHaveValue('1234')
  })
  test('a used link says that the cabinet may be open already', async () => {
    await world('/activate')
    fake.fail('Session.Activate', 'used_code')
    render(Activate, { params: {} })
    await userEvent.type(screen.getByLabelText('Код или ссылка'), 'AB12{Enter}')
    expect(await screen.findByRole('heading', { name: 'Этим кодом уже пользовались' })).toBeInTheDocument()
    expect(screen.getByLabelText('Код или ссылка')).toHaveValue('AB12')
  })
})

describe('a new password', () => {
  test('in place of the one-time one leads on', async () => {
    await world('/password', (w) => void (w.session = sessionState({ mustChangePassword: true })))
    render(Password)
    await userEvent.type(screen.getByLabelText('Временный пароль'), 'одноразовый')
    await userEvent.type(screen.getByLabelText('Новый пароль'), 'река под мостом')
    await userEvent.type(screen.getByLabelText('Ещё раз новый пароль'), 'река под мостом')
    await userEvent.click(screen.getByRole('button', { name: 'Сменить пароль' }))
    await waitFor(() => expect(path()).toBe('/'))
    expect(who()?.mustChangePassword).toBe(false)
  })
  test('that the portal refuses is told at its field', async () => {
    await world('/password', (w) => void (w.session = sessionState()))
    render(Password)
    fake.fail('secret.password', 'invalid', { next: 'password_frequent' })
    await userEvent.type(screen.getByLabelText('Нынешний пароль'), 'река под мостом')
    await userEvent.type(screen.getByLabelText('Новый пароль'), 'password1')
    await userEvent.type(screen.getByLabelText('Ещё раз новый пароль'), 'password1')
    await userEvent.click(screen.getByRole('button', { name: 'Сменить пароль' }))
    await userEvent.click(await screen.findByRole('link', { name: /^Новый пароль: такой пароль подберут/ }))
    expect(screen.getByLabelText('Новый пароль')).toHaveFocus()
  })
})

describe('the first run', () => {
  test('can be skipped and is not shown again', async () => {
    await world('/first')
    render(First)
    await userEvent.click(screen.getByRole('button', { name: 'Пропустить' }))
    await waitFor(() => expect(path()).toBe('/home'))
    expect(fake.world.preferences.firstRunDone).toBe(true)
  })
  test('asks about a signature at its end', async () => {
    await world('/first')
    render(First)
    await userEvent.click(screen.getByRole('button', { name: 'Далее' }))
    await userEvent.click(screen.getByRole('button', { name: 'Далее' }))
    await waitFor(() => expect(screen.getByRole('heading', { level: 1 })).toHaveFocus())
    await userEvent.click(screen.getByRole('button', { name: 'Есть, войти с подписью' }))
    await waitFor(() => expect(path()).toBe('/signin?level=strict'))
  })
})

describe('a forgotten password', () => {
  test('is set anew by the code of a letter, and nobody is signed in', async () => {
    await world('/forgot')
    render(Forgot)
    await userEvent.click(screen.getByRole('button', { name: 'Прислать код' }))
    expect(fake.calls.some((c) => c.name === 'Session.RequestPasswordReset')).toBe(false)
    await userEvent.type(screen.getByRole('textbox', { name: /Электронная почта/ }), 'anna@example.by{Enter}')
    expect(await screen.findByText(/Код действует 10 минут/)).toBeInTheDocument()
    await userEvent.type(screen.getByRole('textbox', { name: /Код из письма/ }), 'ABCDE-FGHJK')
    await userEvent.type(screen.getByLabelText('Новый пароль'), 'новые слова')
    await userEvent.type(screen.getByLabelText('Ещё раз новый пароль'), 'другие слова{Enter}')
    expect(fake.calls.some((c) => c.name === 'Session.BeginResetPassword')).toBe(false)
    await userEvent.clear(screen.getByLabelText('Ещё раз новый пароль'))
    await userEvent.type(screen.getByLabelText('Ещё раз новый пароль'), 'новые слова{Enter}')
    await waitFor(() => expect(path()).toBe('/signin'))
    expect(who()?.signedIn).toBeFalsy()
    expect(fake.calls.find((c) => c.name === 'Session.BeginResetPassword')?.args).toEqual(['ABCDE-FGHJK'])
    expect(JSON.stringify(fake.calls)).not.toContain('новые слова')
  })
  test('a code that has run out is told and a letter can be asked for again', async () => {
    await world('/forgot')
    render(Forgot)
    await userEvent.type(screen.getByRole('textbox', { name: /Электронная почта/ }), 'anna@example.by{Enter}')
    fake.fail('secret.reset', 'expired_code')
    await userEvent.type(await screen.findByRole('textbox', { name: /Код из письма/ }), 'ABCDE-FGHJK')
    await userEvent.type(screen.getByLabelText('Новый пароль'), 'новые слова')
    await userEvent.type(screen.getByLabelText('Ещё раз новый пароль'), 'новые слова{Enter}')
    expect(await screen.findByRole('heading', { name: 'Срок кода закончился' })).toBeInTheDocument()
    expect(screen.getByLabelText('Новый пароль')).toHaveValue('')
  })
})
