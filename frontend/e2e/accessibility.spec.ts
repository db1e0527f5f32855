// The pages for everybody: axe in three themes, a small window, a large zoom.
// Every form is looked at in one step here, another step for another form;
// AKNO_EVERYWHERE=1 (make soak) looks at every step of each, answered and with
// everything still wrong, and at every picture of every other story.
import type { Page } from '@playwright/test'
import { language, signInWithKey, skipIntroduction } from './acts.ts'
import { expect, test } from './fixtures.ts'
import { everywhere, gates, theme, themes } from './gates.ts'
import { Papers } from './papers.ts'
import { answersOf, forms, layOut, make, place, visit, wrong, type Form, type Made } from './sweep.ts'

const languages = ['Рус', 'Бел'] as const

/** The step of a form whose turn it is; over all forms every kind of step has its turn. */
const turn = (draft: Made, n: number) => draft.places[n % draft.places.length] ?? 'check'

/** Holds every step of a form, answered and not, to everything. */
async function whole(page: Page, form: Form, answered: Made, empty: Made): Promise<void> {
  for (const name of answered.places) {
    await place(page, answered, name)
    await gates(page, `${form.id} ${name}`)
  }
  for (const name of empty.places) {
    await place(page, empty, name)
    if (await wrong(page, name)) await gates(page, `${form.id} ${name}, unanswered`)
  }
  await layOut(page, 'page', answered)
  await gates(page, `${form.id} on one page`)
  await layOut(page, 'page', empty)
  if (await wrong(page, 'page')) await gates(page, `${form.id} on one page, unanswered`)
  await layOut(page, 'steps', answered)
}

test('every form', async ({ page, alone, dir, complaints }) => {
  const all = forms()
  test.setTimeout(all.length * (everywhere ? 180_000 : 15_000))
  await alone.start(page)
  await skipIntroduction(page)
  const paper = new Papers(dir).pdf('paper.pdf')
  for (const [n, form] of all.entries()) {
    await language(page, languages[n % 2] ?? 'Рус')
    const answers = answersOf(form)
    const answered = await make(page, form.procedure, answers, paper)
    if (everywhere) {
      await whole(page, form, answered, await make(page, form.procedure, {}, paper))
      continue
    }
    const name = turn(answered, n)
    await place(page, answered, name)
    await gates(page, `${form.id} ${name}`, themes[n % 3] ?? 'light')
    if (n % 7 > 0) continue
    await layOut(page, 'page', answered)
    await gates(page, `${form.id} on one page`, themes[n % 3] ?? 'light')
    await layOut(page, 'steps', answered)
  }
  expect(complaints).toEqual([])
})

const plain = ['/first', '/signin', '/register', '/activate', '/forgot', '/password']
const pages = [
  ...['/home', '/catalogue', '/catalogue/200.11.2.1', '/applications', '/decisions', '/exchange', '/settings'],
  ...['/keys', '/keys/new', '/keys/trust', '/access', '/register/eds', '/profile', '/move', '/move/bring'],
]

test('the main pages', async ({ page, staff, dir, shots, complaints }) => {
  await staff('citizen').start(page)
  await gates(page, 'the introduction')
  await skipIntroduction(page)
  await language(page, 'Бел')
  for (const address of plain) {
    await visit(page, address)
    await gates(page, address)
    await shots.both(page, address.replaceAll('/', ' ').trim())
  }
  await language(page, 'Рус')
  await visit(page, '/home')
  await signInWithKey(page, 'Ковалева Анна Сергеевна')
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
  const paper = new Papers(dir).pdf('paper.pdf')
  for (const form of forms().filter((f) => ['F_2_33_1', 'F_1_1_5'].includes(f.id)))
    await make(page, form.procedure, answersOf(form), paper)
  await language(page, 'Бел')
  for (const address of pages) {
    await visit(page, address)
    await gates(page, address)
    const name = address.replaceAll(/[/.]/g, ' ').trim()
    await shots.both(page, name)
    for (const dark of ['dark', 'contrast'] as const) {
      await theme(page, dark)
      await shots.take(page, `${name}-${dark}`)
    }
    await theme(page, 'light')
  }
  expect(complaints).toEqual([])
})

test('the desks', async ({ page, staff, shots, complaints }) => {
  await staff('clerk').start(page)
  await skipIntroduction(page)
  await signInWithKey(page, 'Лисовская')
  await expect(page.getByRole('heading', { level: 1, name: 'Регистрация гражданина' })).toBeAttached()
  for (const address of ['/clerk', '/clerk/day']) {
    await visit(page, address)
    await gates(page, address)
    await shots.both(page, address.replaceAll('/', ' ').trim())
  }
  await staff('officer').start(page)
  await skipIntroduction(page)
  await signInWithKey(page, 'Петров')
  await expect(page.getByText('Очередь пуста')).toBeVisible()
  await gates(page, '/desk')
  await shots.both(page, 'desk')
  expect(complaints).toEqual([])
})
