import { render, screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { setSync, startApp } from '../../lib/app.svelte.ts'
import { exchangeNote, kindText, lately, span } from '../../lib/exchange.ts'
import { path, start } from '../../lib/router.svelte.ts'
import { tagOf } from '../../lib/status.ts'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import {
  exchangeFacts,
  parcelCommand,
  parcelPlan,
  pending,
  storageView,
  syncState,
} from '../../testing/samples.ts'
import Bring from '../move/bring.svelte'
import Carry from './carry.svelte'
import Exchange from './exchange.svelte'

let fake: Fake
const called = (name: string) => fake.calls.filter((c) => c.name === name)

async function world(change: Parameters<typeof installFake>[0] = () => undefined) {
  fake = installFake(change)
  await startApp()
}
beforeEach(() => start())
afterEach(() => delete (window as { go?: unknown }).go)

describe('the queue', () => {
  test('says of each waiting thing what, since when, how often and why', async () => {
    await world(
      (w) =>
        (w.sync = syncState({
          online: false,
          pending: [pending({ attempts: 2, nextTry: '2999-11-21T11:40:00Z', failure: 'unavailable' })],
        })),
    )
    render(Exchange)
    expect(await screen.findByText('Заявление: Справка о составе семьи')).toBeInTheDocument()
    expect(screen.getByText(/в очереди с 21 ноября/)).toHaveTextContent(/2 попытки · попробуем в 14:40/)
    expect(screen.getByText(/^Портал не отвечает\./)).toBeInTheDocument()
  })
  test('a thing that may have arrived says that it is not done twice', async () => {
    await world((w) => (w.sync = syncState({ pending: [pending({ leftAt: '2026-11-21T11:21:00Z' })] })))
    render(Exchange)
    expect(await screen.findByText(/Могло уже дойти/)).toBeInTheDocument()
  })
  test('one thing is sent alone', async () => {
    const other = pending({ id: 'c2', kind: 'answer' })
    await world((w) => (w.sync = syncState({ pending: [pending(), other] })))
    render(Exchange)
    await userEvent.click(await screen.findByRole('button', { name: /^Отправить сейчас: Заявление/ }))
    expect(called('Exchange.SendNow')[0]?.args).toEqual(['0193f0a0-0000-7000-8000-0000000000c1'])
    await waitFor(() => expect(screen.queryByText(/^Заявление:/)).toBeNull())
    expect(screen.getByText(/^Ответ органу:/)).toBeInTheDocument()
  })
  test('what is sent is shown, decoded and whole', async () => {
    await world((w) => (w.sync = syncState({ pending: [pending()] })))
    render(Exchange)
    await userEvent.click(await screen.findByRole('button', { name: /^Показать, что отправляется/ }))
    const dialog = await screen.findByRole('dialog', { name: 'Что отправляется' })
    expect(await within(dialog).findByText(fake.world.sending.sha256)).toBeInTheDocument()
    expect(within(dialog).getByText('Ковалёва')).toBeInTheDocument()
    expect(within(dialog).getByText(fake.world.sending.content)).toBeInTheDocument()
  })
  test('support gets identifiers, codes and times, and nothing of the person', async () => {
    await world((w) => (w.sync = syncState({ pending: [pending({ failure: 'unavailable' })] })))
    render(Exchange)
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: /^Скопировать для поддержки/ }))
    const text = await navigator.clipboard.readText()
    expect(text).toContain('op 0193f0a0-0000-7000-8000-0000000000c1 submit')
    expect(text).toContain('code UNAVAILABLE')
    expect(text).not.toMatch(/[а-яё]/i)
    expect(text).not.toContain('a1')
  })
  test('a refused application names what the portal said and becomes a draft', async () => {
    const errors = [
      {
        field: 'surname',
        step: 's',
        label: { ru: 'Фамилия', be: '', en: '' },
        code: 'required',
        text: { ru: '', be: '', en: '' },
      },
    ]
    await world((w) => {
      w.sync = syncState({
        pending: [pending({ rejected: true, needsYou: true, failure: 'invalid', errors })],
      })
    })
    render(Exchange)
    expect(await screen.findByText('Портал ответил:')).toBeInTheDocument()
    expect(screen.getByText(/^Фамилия:/)).toBeInTheDocument()
    expect(screen.queryByRole('button', { name: /^Отправить сейчас/ })).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: /^Исправить/ }))
    await waitFor(() => expect(called('Applications.Reopen')[0]?.args).toEqual(['a1']))
    await waitFor(() => expect(path()).toMatch(/^\/drafts\//))
  })
  test('what was brought can be removed from here only', async () => {
    await world((w) => (w.sync = syncState({ pending: [pending({ brought: true, carriedAt: w.now })] })))
    render(Exchange)
    expect(await screen.findByText(/Принесено с другого компьютера/)).toBeInTheDocument()
    await userEvent.click(screen.getByRole('button', { name: /^Убрать отсюда/ }))
    expect(await screen.findByText('Всё отправлено')).toBeInTheDocument()
  })
  test('a failure of the program is told', async () => {
    await world((w) => (w.sync = syncState({ pending: [pending()] })))
    fake.fail('Exchange.SendNow', 'disk_full')
    render(Exchange)
    await userEvent.click(await screen.findByRole('button', { name: /^Отправить сейчас/ }))
    expect(await screen.findByText(/DISK_FULL-K3F9QX/)).toBeInTheDocument()
  })
})

describe('the facts', () => {
  test('can be stopped by the person', async () => {
    await world()
    render(Exchange)
    await userEvent.click(await screen.findByRole('checkbox', { name: 'Работать без связи' }))
    expect(await screen.findByText('Обмен остановлен вами')).toBeInTheDocument()
  })
  test('a record of a kind that this program does not know is shown with its date and what to do', async () => {
    const line = { application: '', status: '', at: '2026-11-21T10:00:00Z', newer: true }
    const none = { ru: '', be: '', en: '' }
    const named = { ru: 'Приглашение на приём', be: '', en: '' }
    await world(
      (w) =>
        (w.exchange = exchangeFacts({
          received: [
            { ...line, title: none },
            { ...line, title: named },
          ],
        })),
    )
    render(Exchange)
    expect(await screen.findByText('Запись нового вида')).toBeInTheDocument()
    expect(screen.getByText('Приглашение на приём')).toBeInTheDocument()
    expect(screen.getAllByText(/обновите программу, чтобы увидеть её целиком/)).toHaveLength(2)
    expect(screen.getAllByText(/21 ноября/).length).toBeGreaterThan(1)
    expect(screen.queryByRole('link', { name: /Приглашение|нового вида/ })).toBeNull()
  })
  test('words of a newer program are never shown as they are written inside', async () => {
    expect(kindText('eclipse')).toBe('Действие более новой программы')
    expect(kindText('submit')).toBe('Заявление')
    expect(tagOf('eclipsed').text).toBe('Новое состояние')
    expect(tagOf('granted').text).not.toMatch(/Новое/)
  })
  test('a restored portal is told calmly and once', async () => {
    await world((w) => (w.exchange = exchangeFacts({ restoredAt: '2026-11-21T10:00:00Z', restoredAgain: 2 })))
    render(Exchange)
    expect(await screen.findByText(/отправили заново 2 действия/)).toBeInTheDocument()
    expect(screen.queryByRole('alert')).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Понятно' }))
    await waitFor(() => expect(screen.queryByText(/отправили заново/)).toBeNull())
  })
  test('what came lately leads to its application', async () => {
    await world()
    render(Exchange)
    const link = await screen.findByRole('link', { name: 'Справка о составе семьи' })
    expect(link).toHaveAttribute('href', '#/applications/a4')
  })
  test('room is told, and copies before upgrades are freed', async () => {
    await world((w) => (w.storage = storageView({ before: 1_048_576 })))
    render(Exchange)
    await userEvent.click(await screen.findByRole('button', { name: /^Освободить 1.МБ$/ }))
    await waitFor(() => expect(screen.queryByRole('button', { name: /Освободить/ })).toBeNull())
  })
  test.each([
    [syncState(), false, /^Обмен в/],
    [syncState({ pulledAt: '', reachedAt: '' }), false, /^Всё сохранено здесь$/],
    [syncState({ online: false }), true, /^Нет связи с 21/],
    [syncState({ online: false, reachedAt: '', pending: [pending()] }), true, /^Нет связи · Ждёт: 1$/],
    [syncState({ pending: [pending({ needsYou: true }), pending()] }), false, /^Нужны вы: 1 · Ждёт: 1$/],
    [syncState({ paused: true }), true, /^Без связи, так выбрано$/],
  ])('the note of %# says facts only', (state, offline, want) => {
    expect(exchangeNote(state, offline)).toMatch(want)
  })
  test('spans and moments are said shortly', () => {
    expect(span(20)).toBe('1 минуту')
    expect(span(-3 * 3600 - 720)).toBe('3 часа 12 минут')
    expect(span(2 * 86_400 + 50)).toBe('2 дня')
    expect(lately('2026-11-21T11:32:00Z', new Date('2026-11-21T20:00:00Z'))).toBe('14:32')
    expect(lately('2026-11-21T11:32:00Z', new Date('2026-11-21T21:30:00Z'))).toMatch(/^21.ноября, 14:32$/)
  })
})

describe('the queue in a file', () => {
  test('is packed under a password that leaves its fields', async () => {
    await world((w) => (w.sync = syncState({ pending: [pending()] })))
    const user = userEvent.setup()
    render(Carry)
    const one = await screen.findByLabelText<HTMLInputElement>('Пароль файла')
    await user.type(one, 'коротко')
    await user.click(screen.getByRole('button', { name: 'Сохранить 1 действие в файл' }))
    expect(called('Parcels.BeginPackOutbox')).toHaveLength(0)
    await user.clear(one)
    await user.type(one, 'длинный пароль 26')
    const two = screen.getByLabelText<HTMLInputElement>('Пароль файла ещё раз')
    await user.type(two, 'длинный пароль 26')
    await user.click(screen.getByRole('button', { name: 'Сохранить 1 действие в файл' }))
    expect(one.value + two.value).toBe('')
    expect(await screen.findByText(/вернуть эти заявления в черновики нельзя/)).toBeInTheDocument()
    expect(called('Parcels.SaveFile')).toHaveLength(1)
  })
  test('an empty queue has nothing to save', async () => {
    await world()
    setSync(syncState())
    render(Carry)
    expect(await screen.findByText('В очереди пусто: сохранять нечего.')).toBeInTheDocument()
  })
  test('is shown before it is taken in, and taken in as it says', async () => {
    await world(
      (w) =>
        (w.parcel = parcelPlan({
          lines: [],
          commands: [parcelCommand(), parcelCommand({ id: 'c2', standing: 'sent' })],
        })),
    )
    const user = userEvent.setup()
    render(Bring)
    await user.click(await screen.findByRole('button', { name: 'Выбрать файл' }))
    await user.type(await screen.findByLabelText('Пароль файла'), 'длинный пароль 26')
    await user.click(screen.getByRole('button', { name: 'Открыть и посмотреть' }))
    expect(await screen.findByText('Встанет в очередь и уйдёт при связи.')).toBeInTheDocument()
    expect(screen.getByText(/Портал это уже принял/)).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: 'Поставить в очередь' }))
    expect(await screen.findByText('Стоит в очереди.')).toBeInTheDocument()
    expect(screen.getByRole('link', { name: 'К обмену' })).toHaveAttribute('href', '#/exchange')
  })
})
