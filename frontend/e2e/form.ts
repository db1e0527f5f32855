// Fills a form as a person does: step by step, each question by its control.
import { expect, type Locator, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.ts'

/** Answers by field; a file is a path, a table a list of rows. */
export type Answers = Record<string, unknown>

/** The answers of the example that is delivered with a form. */
export function example(form: string, ...without: string[]): Answers {
  const file = join(root, 'backend/akno/form/testdata/examples', form + '.json')
  const { values } = JSON.parse(readFileSync(file, 'utf8')) as { values: Answers }
  return Object.fromEntries(Object.entries(values).filter(([field]) => !without.includes(field)))
}

/** The form of the present step. */
export const step = (page: Page): Locator => page.getByRole('main').locator('form').first()

/** The heading of the present step. */
export const stepTitle = (page: Page): Locator => step(page).getByRole('heading', { level: 2 })

/** Walks from the present step to the check of all answers and answers what is asked and known. */
export async function fill(
  page: Page,
  answers: Answers,
  each?: (title: string) => Promise<void>,
): Promise<void> {
  for (;;) {
    const title = await stepTitle(page).innerText()
    await fillStep(page, answers)
    await each?.(title)
    if (await forward(page, title)) return
  }
}

/** Goes on to the next step; says whether that is the check of all answers. */
export async function forward(page: Page, title: string): Promise<boolean> {
  await page.getByRole('button', { name: 'Далее' }).click()
  const done = page.getByText('Так увидит заявление орган')
  const other = stepTitle(page).filter({ hasNotText: title })
  const wrong = page.getByRole('alert').getByRole('heading', { name: /^Исправьте/ })
  await expect(done.or(other).or(wrong).first()).toBeVisible()
  if (await wrong.isVisible())
    throw new Error(`${title}: ${await page.getByRole('alert').first().innerText()}`)
  return done.isVisible()
}

/** Answers what the present step asks; an answer may open further questions. */
export async function fillStep(page: Page, answers: Answers): Promise<void> {
  const asked = new Set<string>()
  for (let more = true; more; ) {
    more = false
    for (const field of await step(page).locator('[data-field]').all()) {
      const id = (await field.getAttribute('data-field')) ?? ''
      if (asked.has(id)) continue
      asked.add(id)
      if (!(id in answers)) continue
      await put(page, step(page).locator(`[data-field="${id}"]`), answers[id])
      more = true
      break
    }
  }
}

/** A day as people write it; anything else as it is. */
const written = (text: string): string =>
  /^\d{4}-\d\d-\d\d$/.test(text) ? text.split('-').reverse().join('.') : text

/** Answers one question. */
export async function put(page: Page, field: Locator, value: unknown): Promise<void> {
  if (Array.isArray(value) && value.every((v) => typeof v === 'object')) return rows(field, value as Answers[])
  if (typeof value === 'string' && value.startsWith('/')) return attach(page, field, value)
  const text = String(value)
  await expect(field).toBeVisible() // what kind of field it is cannot be told before
  if (await field.getByRole('radio').count())
    return void (await field.locator(`input[value="${text}"]`).check())
  const boxes = field.getByRole('checkbox')
  if (await boxes.count()) return void (await boxes.first().setChecked(value === true))
  const list = field.locator('select')
  if (await list.count()) return void (await list.first().selectOption(text))
  const combo = field.locator('input[role="combobox"]')
  if (await combo.count()) {
    await combo.click()
    const meant = field.locator(`[role="option"][data-value="${text}"]`)
    const named = (await meant.count()) ? meant : field.getByRole('option').filter({ hasText: text })
    if (await named.count()) return void (await named.first().click())
    if (!text.startsWith('ref:')) await combo.fill(text) // a place that the list does not know
    else await field.getByRole('option').first().click()
    return void (await combo.blur())
  }
  const box = field.locator('input,textarea').first()
  await box.fill(written(text))
  await box.blur()
}

/** Attaches a file by the dialog and waits until the program keeps it. */
export async function attach(page: Page, field: Locator, path: string): Promise<void> {
  const dialog = page.waitForEvent('filechooser')
  await field.getByRole('button', { name: /^Выбрать файл/ }).click()
  await (await dialog).setFiles(path)
  await expect(field.getByText(path.split('/').pop() ?? '', { exact: true })).toBeVisible()
}

async function rows(field: Locator, list: Answers[]): Promise<void> {
  for (const [i, row] of list.entries()) {
    const cells = field.locator(`[id*="[${i}]."]`)
    if ((await cells.count()) === 0) await field.getByRole('button', { name: /Добавить/ }).click()
    for (const [column, value] of Object.entries(row)) {
      const cell = field.locator(`[id$="[${i}].${column}"]`)
      await cell.fill(written(String(value)))
      await cell.blur()
    }
  }
}
