import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import { text } from '../../testing/samples.ts'
import Draft from '../citizen/draft.svelte'
import Backup from './backup.svelte'

let fake: Fake
beforeEach(() => (fake = installFake()))
afterEach(() => delete (window as { go?: unknown }).go)

/** Fills a field at once: typing digit by digit would measure the machine. */
const put = (field: HTMLElement, value: string) => fireEvent.input(field, { target: { value } })

const called = (name: string) => fake.calls.filter((c) => c.name === `Backups.${name}`)

test('nothing is sent until the code is written down and its last digits are typed', async () => {
  const user = userEvent.setup()
  render(Backup)
  expect(await screen.findByRole('heading', { name: 'Копии выключены' })).toBeInTheDocument()
  expect(screen.getByText(/Портал прочесть их не может/)).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Включить копии' }))
  const code = document.querySelector('[data-code]')?.textContent ?? ''
  expect(code.replaceAll(/\s/g, '')).toMatch(/^\d{48}$/)
  const last = screen.getByLabelText('Последние шесть цифр кода')
  await put(last, '000001')
  await user.click(screen.getByRole('button', { name: 'Код записан, включить' }))
  expect(await screen.findByText('Не совпадает с кодом выше')).toBeInTheDocument()
  expect(called('BeginEnable')).toHaveLength(0)
  await put(last, code.replaceAll(/\s/g, '').slice(-6))
  await user.click(screen.getByRole('button', { name: 'Код записан, включить' }))
  expect(await screen.findByRole('heading', { name: 'Копии включены' })).toBeInTheDocument()
  expect(document.body.textContent).not.toContain(code)
})

test('where the portal has copies the code that opens them is asked for', async () => {
  fake.world.backup.kept = 2
  const user = userEvent.setup()
  render(Backup)
  expect(await screen.findByText(/На портале уже есть 2 копии/)).toBeInTheDocument()
  const field = screen.getByLabelText<HTMLInputElement>('Код, 48 цифр')
  await put(field, '123')
  await user.click(screen.getByRole('button', { name: 'Открыть копии' }))
  expect(await screen.findByText('В коде 48 цифр, введено 3')).toBeInTheDocument()
  expect(field.value).toBe('123') // what was typed stays until it is right
  await put(field, '000011'.repeat(7) + '000012')
  await user.click(screen.getByRole('button', { name: 'Открыть копии' }))
  expect(await screen.findByText(/Ошибка в группе 8/)).toBeInTheDocument()
  expect(called('BeginEnable')).toHaveLength(0)
  fake.fail('secret.backup', 'bad_password')
  await put(field, '000011'.repeat(8))
  await user.click(screen.getByRole('button', { name: 'Открыть копии' }))
  expect(await screen.findByText(/копии на портале сделаны с другим кодом/)).toBeInTheDocument()
  expect(field.value).toBe('')
  fake.fail('secret.backup', 'invalid', { code: 'checksum' })
  await put(field, '000011'.repeat(8))
  await user.click(screen.getByRole('button', { name: 'Открыть копии' }))
  expect(await screen.findByText(/В коде ошибка/)).toBeInTheDocument()
})

test('who has lost the code is told what is lost before anything is removed', async () => {
  fake.world.backup.kept = 2
  const user = userEvent.setup()
  render(Backup)
  await user.click(await screen.findByRole('button', { name: 'Кода больше нет' }))
  expect(called('RemoveAll')).toHaveLength(0)
  await user.click(screen.getByRole('button', { name: 'Удалить копии и начать заново' }))
  await waitFor(() => expect(called('RemoveAll')).toHaveLength(1))
})

test('the indicator tells what is not copied and why', async () => {
  Object.assign(fake.world.backup, { on: true, since: fake.world.now, waiting: 3, failure: 'unavailable' })
  render(Backup)
  expect(await screen.findByText(/Ещё не скопированы 3 черновика/)).toHaveTextContent('Портал не отвечает')
})

test('a session that ended leaves copies on and asks for a sign-in', async () => {
  Object.assign(fake.world.backup, { on: true, signedIn: false, since: fake.world.now, waiting: 1 })
  render(Backup)
  expect(await screen.findByRole('heading', { name: 'Копии включены' })).toBeInTheDocument()
  expect(screen.getByText(/Ещё не скопирован 1 черновик/)).toHaveTextContent('войдите на портал')
  expect(screen.queryByRole('button', { name: 'Выключить' })).toBeNull()
})

test('what was typed while another computer took the draft goes along', async () => {
  const id = fake.world.drafts[0]!.draft.id
  fake.fail('Drafts.Apply', 'wrong_state', { draft: 'elsewhere' })
  const user = userEvent.setup()
  render(Draft, { params: { id, step: fake.world.drafts[0]!.steps[0]!.id } })
  const box = (await screen.findAllByRole('textbox'))[0]!
  await put(box, 'Набрано')
  await waitFor(() => expect(fake.calls.some((c) => c.name === 'Drafts.Apply')).toBe(true))
  fake.world.facts = [{ id, state: 'elsewhere', at: fake.world.now, failure: '', fork: '' }]
  fake.emit('draft', id)
  expect(await screen.findByText(/вы набирали в этот момент/)).toBeInTheDocument()
  const before = fake.calls.length
  await user.click(screen.getByRole('button', { name: 'Продолжить отдельно' }))
  await waitFor(() => {
    const sent = fake.calls.slice(before).find((c) => c.name === 'Drafts.Apply')
    expect(JSON.stringify(sent?.args)).toContain('Набрано')
  })
})

test('a draft of another computer is taken, one that cannot be read is not offered', async () => {
  Object.assign(fake.world.backup, { on: true, since: fake.world.now })
  const title = text('Регистрация', 'Рэгістрацыя', 'Registration')
  const line = { savedAt: fake.world.now, storedAt: fake.world.now, own: false }
  fake.world.away = [
    { ...line, id: 'a1', title, subject: 'Тестовский Ян', failure: '' },
    { ...line, id: 'a2', title: text('', '', ''), subject: '', failure: 'bad_file' },
  ]
  const user = userEvent.setup()
  render(Backup)
  const list = await screen.findByRole('region', { name: 'На портале, но не на этом компьютере' })
  expect(await within(list).findByText(/зашифрована другим кодом/)).toBeInTheDocument()
  expect(within(list).getAllByRole('button')).toHaveLength(1)
  await user.click(within(list).getByRole('button', { name: 'Взять на этот компьютер: Регистрация' }))
  await waitFor(() => expect(called('Take')[0]?.args).toEqual(['a1']))
})

test('switching off says what it removes and waits for a yes', async () => {
  Object.assign(fake.world.backup, { on: true, since: fake.world.now })
  const user = userEvent.setup()
  render(Backup)
  await user.click(await screen.findByRole('button', { name: 'Выключить' }))
  expect(screen.getByText(/будут удалены с портала/)).toBeInTheDocument()
  expect(called('Disable')).toHaveLength(0)
  await user.click(screen.getByRole('button', { name: 'Выключить и удалить копии' }))
  expect(await screen.findByRole('heading', { name: 'Копии выключены' })).toBeInTheDocument()
})

test('a draft of another computer is read, compared and taken back', async () => {
  const id = fake.world.drafts[0]!.draft.id
  fake.world.facts = [{ id, state: 'elsewhere', at: fake.world.now, failure: '', fork: 'd8' }]
  fake.world.differences = [
    {
      kind: 'altered',
      from: text('Фамилия', 'Прозвішча', 'Surname'),
      to: text('Фамилия', 'Прозвішча', 'Surname'),
      old: text('Первый', 'Первый', 'Первый'),
      new: text('Второй', 'Второй', 'Второй'),
    },
  ]
  const user = userEvent.setup()
  render(Draft, { params: { id } })
  expect(await screen.findByText('Черновик ведётся на другом компьютере')).toBeInTheDocument()
  expect(screen.queryByRole('textbox')).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Чем отличаются' }))
  const dialog = await screen.findByRole('dialog')
  expect(await within(dialog).findByText('Первый')).toBeInTheDocument()
  expect(within(dialog).getByText('Второй')).toBeInTheDocument()
  await user.click(within(dialog).getAllByRole('button', { name: 'Закрыть' })[0]!)
  await user.click(screen.getByRole('button', { name: 'Взять на этот компьютер' }))
  await waitFor(() => expect(called('Take')[0]?.args).toEqual([id]))
  await waitFor(() => expect(screen.queryByText('Черновик ведётся на другом компьютере')).toBeNull())
})
