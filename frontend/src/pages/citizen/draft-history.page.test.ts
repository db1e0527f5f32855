import { render, screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test } from 'vitest'
import { startApp } from '../../lib/app.svelte.ts'
import { go, start } from '../../lib/router.svelte.ts'
import { toasts } from '../../lib/toasts.svelte.ts'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import { text } from '../../testing/samples.ts'
import Draft from './draft.svelte'
import DraftForm from './draft-form.svelte'

let fake: Fake

async function world(change: Parameters<typeof installFake>[0] = () => undefined) {
  fake = installFake(change)
  await startApp()
}

const called = (name: string) => fake.calls.filter((c) => c.name === name)

beforeEach(() => {
  start()
  go('/drafts/d7')
})

describe('undo and redo', () => {
  test('the keys undo outside of a text, inside of it the text has its own', async () => {
    await world((w) => (w.drafts[0]!.undo = true))
    render(Draft, { params: { id: 'd7', step: 'check' } })
    await screen.findByRole('button', { name: 'Отменить' })
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(called('Drafts.Undo')).toHaveLength(1))
    const box = document.body.appendChild(document.createElement('input'))
    box.focus()
    await userEvent.keyboard('{Control>}z{/Control}')
    expect(called('Drafts.Undo')).toHaveLength(1)
    box.remove()
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}')
    await waitFor(() => expect(called('Drafts.Redo')).toHaveLength(1))
  })

  test('what money was paid for is not undone, and it says why', async () => {
    await world((w) => (w.drafts[0]!.undo = true))
    render(Draft, { params: { id: 'd7', step: 'check' } })
    fake.fail('Drafts.Undo', 'wrong_state', { speed: 'paid' })
    await userEvent.click(await screen.findByRole('button', { name: 'Отменить' }))
    await waitFor(() => expect(toasts().at(-1)?.text()).toMatch(/^От этого ответа зависит/))
  })
})

describe('the history', () => {
  test('shows a moment in words, the draft as it was, and brings it back', async () => {
    await world()
    render(Draft, { params: { id: 'd7', step: 'check' } })
    await userEvent.click(await screen.findByRole('button', { name: 'История' }))
    const dialog = screen.getByRole('dialog', { name: 'История черновика', hidden: true })
    const inside = within(dialog)
    expect(await inside.findByText('вид 3')).toBeInTheDocument()
    expect(inside.queryByRole('button', { name: 'Вернуть к этому виду', hidden: true })).toBeNull()
    await userEvent.click(inside.getByRole('button', { name: /Черновик начат/, hidden: true }))
    expect(await inside.findByText('вид 1')).toBeInTheDocument()
    await userEvent.click(inside.getByRole('button', { name: 'Вернуть к этому виду', hidden: true }))
    await waitFor(() => expect(called('Drafts.RestoreRevision')[0]?.args).toEqual(['d7', 1]))
  })
})

describe('a new form', () => {
  test('is told on the draft with its last day, and answers without a place stay', async () => {
    await world((w) => {
      w.drafts[0]!.upgrade = { version: 2, acceptUntil: '2026-12-31', over: false }
      w.drafts[0]!.orphans = [{ label: text('Квартира'), text: text('12') }]
    })
    render(Draft, { params: { id: 'd7', step: 'check' } })
    expect(await screen.findByText(/По прежней можно подать до 31 декабря/)).toBeInTheDocument()
    expect(screen.getByRole('link', { name: 'Посмотреть, что изменится' })).toHaveAttribute(
      'href',
      '#/drafts/d7/form/new',
    )
    expect(screen.getByRole('button', { name: 'Скопировать: Квартира' })).toBeInTheDocument()
  })

  test('is shown question by question, and taken as it was shown', async () => {
    await world()
    render(DraftForm, { params: { id: 'd7' } })
    const row = await screen.findByRole('row', { name: /Фамилия по паспорту/ })
    expect(within(row).getByText('Спрашивается иначе')).toBeInTheDocument()
    expect(within(row).getByText('Фамилия')).toBeInTheDocument()
    expect(screen.getByText('1 ответ останется рядом с черновиком')).toBeInTheDocument()
    await userEvent.click(screen.getByRole('button', { name: 'Перейти на новую редакцию' }))
    await waitFor(() => expect(called('Drafts.Migrate')[0]?.args).toEqual(['d7', 2]))
  })

  test('that came meanwhile is told and not taken', async () => {
    await world()
    render(DraftForm, { params: { id: 'd7' } })
    fake.fail('Drafts.Migrate', 'conflict')
    await userEvent.click(await screen.findByRole('button', { name: 'Перейти на новую редакцию' }))
    expect(await screen.findByText(/CONFLICT-K3F9QX/)).toBeInTheDocument()
  })
})
