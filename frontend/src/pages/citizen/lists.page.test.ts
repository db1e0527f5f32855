import { render, screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test } from 'vitest'
import { preferences, startApp } from '../../lib/app.svelte.ts'
import { lang } from '../../lib/i18n.svelte.ts'
import { go, start } from '../../lib/router.svelte.ts'
import { toasts } from '../../lib/toasts.svelte.ts'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import { guest, verdict } from '../../testing/samples.ts'
import Application from './application.svelte'
import Applications from './applications.svelte'
import Catalogue from './catalogue.svelte'
import Decision from './decision.svelte'
import Home from './home.svelte'
import Procedure from './procedure.svelte'
import Settings from './settings.svelte'

let fake: Fake

async function world(change: Parameters<typeof installFake>[0] = () => undefined) {
  fake = installFake(change)
  await startApp()
}

beforeEach(() => {
  start()
  go('/home')
})

describe('home', () => {
  test('the first task has the primary button, each leads to its place', async () => {
    await world()
    render(Home)
    expect(await screen.findByRole('link', { name: 'Код заказа' })).toHaveAttribute(
      'href',
      '#/drafts/d8/order',
    )
    expect(screen.getByRole('link', { name: 'Код заказа' })).toHaveClass('button--primary')
    expect(screen.getByRole('link', { name: 'Продолжить' })).not.toHaveClass('button--primary')
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Здравствуйте, Анна Петровна')
  })
  test('a guest with nothing to do is led to the catalogue', async () => {
    await world((w) =>
      Object.assign(w, { session: guest(), drafts: [], applications: [], home: { tasks: [] } }),
    )
    render(Home)
    expect(await screen.findByRole('heading', { name: 'На сегодня дел нет' })).toBeInTheDocument()
    expect(screen.getByRole('link', { name: 'Выбрать процедуру' })).toHaveAttribute('href', '#/catalogue')
  })
  test('what is decided says when instead of a term that means nothing any more', async () => {
    await world()
    render(Home)
    const row = (await screen.findByText('№ 2026-116208')).closest('tr')
    expect(row).toHaveTextContent('решено 20 ноября')
    expect(row).not.toHaveTextContent('до 4 декабря')
  })
  test('a failure is told with what to do and can be tried again', async () => {
    await world()
    fake.fail('Drafts.Home', 'internal')
    render(Home)
    expect(await screen.findByText(/INTERNAL-K3F9QX/)).toBeInTheDocument()
    await userEvent.click(screen.getByRole('button', { name: 'Повторить' }))
    expect(await screen.findByRole('heading', { name: 'Ждут вашего участия' })).toBeInTheDocument()
  })
})

describe('the catalogue', () => {
  test('searches while typing and filters', async () => {
    await world()
    render(Catalogue)
    expect(await screen.findByText('Нашлось 6 процедур из 6')).toBeInTheDocument()
    await userEvent.type(screen.getByRole('searchbox'), 'свидетельство')
    expect(await screen.findByText('Нашлась 1 процедура из 6')).toBeInTheDocument()
    await userEvent.clear(screen.getByRole('searchbox'))
    await userEvent.click(screen.getByRole('button', { name: 'Бесплатно' }))
    expect(await screen.findByText('Нашлось 3 процедуры из 6')).toBeInTheDocument()
  })
  test('a closed procedure shows why, and its draft can be started all the same', async () => {
    await world()
    render(Procedure, { params: { code: '200.1.1.5' } })
    expect(
      await screen.findByText(/Отправить её можно после входа с электронной подписью/),
    ).toBeInTheDocument()
    await userEvent.click(screen.getByRole('button', { name: 'Начать заявление' }))
    await waitFor(() => expect(fake.calls.at(-1)).toEqual({ name: 'Drafts.Create', args: ['200.1.1.5'] }))
  })
})

describe('my applications', () => {
  test('a deleted draft goes without a question and comes back by undo', async () => {
    await world()
    go('/applications?box=drafts')
    render(Applications)
    await userEvent.click(
      await screen.findByRole('button', { name: 'Удалить черновик «Регистрация по месту жительства»' }),
    )
    await waitFor(() => expect(toasts().at(-1)?.text()).toBe('Черновик удалён'))
    toasts().at(-1)?.undo?.()
    await waitFor(() => expect(fake.calls.some((c) => c.name === 'Drafts.Restore')).toBe(true))
  })
  test('a draft with an order stays and says why', async () => {
    await world()
    go('/applications?box=drafts')
    render(Applications)
    const remove = { name: 'Удалить черновик «Регистрация по месту жительства»' }
    fake.fail('Drafts.Delete', 'wrong_state', { order: 'exists' })
    await userEvent.click(await screen.findByRole('button', remove))
    await waitFor(() => expect(toasts().at(-1)?.text()).toMatch(/^У черновика есть заказ/))
    expect(screen.getByRole('button', remove)).toBeInTheDocument()
  })
  test('four boxes with their counts', async () => {
    await world()
    render(Applications)
    for (const name of ['Черновики 1', 'Готовы к отправке 1', 'Ждут отправки 2', 'Отправлено 3']) {
      expect(await screen.findByRole('radio', { name })).toBeInTheDocument()
    }
  })
})

describe('an application', () => {
  test('an empty answer is not sent, a written one is', async () => {
    await world()
    render(Application, { params: { id: 'a2' } })
    const send = await screen.findByRole('button', { name: 'Отправить ответ' })
    await userEvent.click(send)
    expect(screen.getByLabelText('Ваш ответ')).toHaveAccessibleDescription('Напишите ответ')
    await userEvent.type(screen.getByLabelText('Ваш ответ'), 'Иванова')
    await userEvent.click(send)
    await waitFor(() =>
      expect(fake.calls.filter((c) => c.name === 'Applications.Answer')).toEqual([
        { name: 'Applications.Answer', args: ['a2', 'q1', 'Иванова', []] },
      ]),
    )
  })
  test('withdrawal is asked about and then shown', async () => {
    await world()
    render(Application, { params: { id: 'a3' } })
    await userEvent.click(await screen.findByRole('button', { name: 'Отозвать заявление' }))
    await userEvent.click(screen.getByRole('button', { name: 'Отозвать' }))
    expect(await screen.findByText(/Вы отозвали это заявление/)).toBeInTheDocument()
  })
  test('what the portal refused opens as a draft', async () => {
    await world()
    render(Application, { params: { id: 'a5' } })
    expect(
      await screen.findByRole('heading', { name: 'Это сертификат другого человека' }),
    ).toBeInTheDocument()
    expect(screen.getByRole('button', { name: 'Открыть черновик и исправить' })).toBeInTheDocument()
  })
})

describe('a decision', () => {
  const rung = () => document.querySelector('[data-rung]')?.getAttribute('data-rung')

  test('opens with the verdict of its signature', async () => {
    await world()
    render(Decision, { params: { id: 'a4' } })
    expect(await screen.findByText('Подпись верна')).toBeInTheDocument()
    expect(rung()).toBe('ok')
    expect(screen.getByTitle('Решение.pdf')).toHaveAttribute('src', '/blob/dec')
  })
  test.each([
    [{ offline: true }, 'offline'],
    [{ rung: 'bad' }, 'bad'],
    [{ rung: 'never heard of' }, 'open'],
  ])('a verdict %o is on the rung %s, never the green one', async (over, want) => {
    await world((w) => {
      const decided = w.applications.find((a) => a.summary.id === 'a4')!
      decided.decision.verdict = verdict(over)
    })
    render(Decision, { params: { id: 'a4' } })
    await waitFor(() => expect(rung()).toBe(want))
  })
})

describe('settings', () => {
  test('what could not be asked is told, not taken for switched off', async () => {
    await world()
    fake.fail('Backups.State', 'disk_full')
    render(Settings)
    const section = await screen.findByRole('region', { name: 'Копии черновиков на портале' })
    expect(await within(section).findByRole('alert')).toBeInTheDocument()
    expect(within(section).queryByText(/только на этом компьютере/)).toBeNull()
  })
  test('a change applies at once and is kept', async () => {
    await world()
    render(Settings)
    await userEvent.click(await screen.findByRole('radio', { name: 'Тёмная' }))
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'))
    await userEvent.click(screen.getByRole('radio', { name: 'Бел' }))
    await waitFor(() => expect(lang()).toBe('be'))
    expect(fake.world.preferences).toMatchObject({ theme: 'dark', language: 'be' })
  })
  test('a refused address stays as it was and says why', async () => {
    await world()
    render(Settings)
    fake.fail('System.SetPreferences', 'invalid', { portalURL: 'address' })
    const input = await screen.findByLabelText('Адрес портала')
    await userEvent.clear(input)
    await userEvent.type(input, 'ftp://x')
    await userEvent.tab()
    await waitFor(() => expect(input).toHaveAccessibleDescription(/Адрес должен начинаться с https/))
    expect(preferences()?.portalURL).toBe('https://portal.example.by')
  })
})
