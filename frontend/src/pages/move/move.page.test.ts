import { render, screen, waitFor } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import { parcelLine, parcelPlan, verdict } from '../../testing/samples.ts'
import Bring from './bring.svelte'
import Send from './send.svelte'

let fake: Fake
beforeEach(() => (fake = installFake()))
afterEach(() => delete (window as { go?: unknown }).go)

const called = (name: string) => fake.calls.filter((c) => c.name === `Parcels.${name}`)

test('a short or mistyped password is refused before anything is packed', async () => {
  const user = userEvent.setup()
  render(Send)
  const save = await screen.findByRole('button', { name: /Сохранить 2 черновика/ })
  await user.type(screen.getByLabelText('Пароль файла'), 'коротко')
  await user.click(save)
  expect(await screen.findByRole('alert')).toBeInTheDocument()
  await user.clear(screen.getByLabelText('Пароль файла'))
  await user.type(screen.getByLabelText('Пароль файла'), 'длинный пароль 26')
  await user.type(screen.getByLabelText('Пароль файла ещё раз'), 'длинный пароль 27')
  await user.click(save)
  expect(called('BeginPack')).toHaveLength(0)
})

test('the chosen drafts are packed and saved, and the passwords leave their fields', async () => {
  const user = userEvent.setup()
  render(Send)
  const [first] = await screen.findAllByRole('checkbox')
  await user.click(first!)
  const one = screen.getByLabelText<HTMLInputElement>('Пароль файла')
  const two = screen.getByLabelText<HTMLInputElement>('Пароль файла ещё раз')
  await user.type(one, 'длинный пароль 26')
  await user.type(two, 'длинный пароль 26')
  await user.click(screen.getByRole('button', { name: /Сохранить 1 черновик/ }))
  expect(one.value + two.value).toBe('')
  expect(await screen.findByText('/media/kingston/Черновики 2026-11-21.akno')).toBeInTheDocument()
  expect(called('BeginPack')[0]?.args[0]).toMatchObject({ drafts: ['d8'], forKey: '', signKey: '' })
  expect(screen.getByText(/Подписи в файле нет/)).toBeInTheDocument()
})

async function opened(user: ReturnType<typeof userEvent.setup>) {
  render(Bring)
  await user.click(await screen.findByRole('button', { name: 'Выбрать файл' }))
  await user.type(await screen.findByLabelText('Пароль файла'), 'длинный пароль 26')
  await user.click(screen.getByRole('button', { name: 'Открыть и посмотреть' }))
}

test('the plan is shown before anything is taken in', async () => {
  const user = userEvent.setup()
  await opened(user)
  expect(await screen.findByText(/Менялся на обоих компьютерах/)).toBeInTheDocument()
  expect(screen.getByText('Подписи нет: проверьте, от кого файл')).toBeInTheDocument()
  expect(called('TakeIn')).toHaveLength(0)
  await user.click(screen.getByRole('button', { name: 'Принять черновики' }))
  expect(await screen.findByText('Сохранён рядом как копия с другого компьютера.')).toBeInTheDocument()
  expect(called('TakeIn')).toHaveLength(1)
})

test('a wrong password is said at the field', async () => {
  const user = userEvent.setup()
  fake.fail('secret.unpack', 'bad_password')
  await opened(user)
  expect(await screen.findByText('Пароль не подошёл или файл повреждён')).toBeInTheDocument()
})

test('a file that was made over cannot be taken in', async () => {
  const user = userEvent.setup()
  fake.world.parcel = parcelPlan({ signed: true, verdict: verdict({ rung: 'bad' }) })
  await opened(user)
  expect(await screen.findByText(/Подпись неверна/)).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Принять черновики' })).toBeNull()
})

test('where nothing is to be taken in there is nothing to press', async () => {
  const user = userEvent.setup()
  fake.world.parcel = parcelPlan({
    lines: [parcelLine({ standing: 'same' }), parcelLine({ id: 'x', standing: 'foreign', subject: '' })],
  })
  await opened(user)
  expect(await screen.findByText(/Принимать нечего/)).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Принять черновики' })).toBeNull()
})

test('a dropped file is looked at', async () => {
  render(Bring)
  await screen.findByRole('button', { name: 'Выбрать файл' })
  fake.drop(['/media/kingston/Другие.akno'])
  await waitFor(() => expect(screen.getByText('Другие.akno')).toBeInTheDocument())
})
