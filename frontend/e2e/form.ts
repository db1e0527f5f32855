// Fills a form as a person does: step by step, each question by its control.
import { expect, type Locator, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.ts'

/** Answers by field; a file is a path, a table a list of rows. */
export type Answers = Record<string, unknown>

/** The answers of the example that is delivered with a form. */
export function example(form: string): Answers {
  const file = join(root, 'backend/akno/form/testdata/examples', form + '.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { values: Answers }).values
}

/** Walks through all steps from the present one and answers what is asked and known. */
export async function fill(
  page: Page,
  answers: Answers,
  each?: (title: string) => Promise<void>,
): Promise<void> {
  for (;;) {
    const title = page.getByRole('main').getByRole('heading', { level: 2 }).first()
    const name = await title.innerText()
    const asked = new Set<string>()
    // An answer may open further questions on the same step.
    for (let more = true; more; ) {
      more = false
      for (const field of await page.locator('[data-field]').all()) {
        const id = (await field.getAttribute('data-field')) ?? ''
        if (asked.has(id)) continue
        asked.add(id)
        if (id in answers) {
          await put(page, field, answers[id])
          more = true
          break
        }
      }
    }
    await each?.(name)
    await page.getByRole('button', { name: 'Далее' }).click()
    const check = page.getByRole('heading', { name: /^Проверьте/ })
    await expect(async () => {
      if (await check.isVisible()) return
      await expect(title).not.toHaveText(name, { timeout: 200 })
    }).toPass()
    if (await check.isVisible()) return
  }
}

/** Answers one question. */
export async function put(page: Page, field: Locator, value: unknown): Promise<void> {
  if (Array.isArray(value) && value.every((v) => typeof v === 'object')) return rows(page, field, value as Answers[])
  if (typeof value === 'string' && value.startsWith('/')) return files(page, field, value)
  const radios = field.getByRole('radio')
  const boxes = field.getByRole('checkbox')
  const text = String(value)
  if (await radios.count()) return void (await field.locator(`input[value="${text}"]`).check())
  if (await boxes.count()) return void (await boxes.first().setChecked(value === true))
  const list = field.locator('select')
  if (await list.count()) return void (await list.first().selectOption(text))
  const box = field.locator('input,textarea').first()
  await box.fill(/^\d{4}-\d\d-\d\d$/.test(text) ? text.split('-').reverse().join('.') : text)
  await box.blur()
}

async function files(page: Page, field: Locator, path: string): Promise<void> {
  const dialog = page.waitForEvent('filechooser')
  await field.getByRole('button').first().click()
  await (await dialog).setFiles(path)
  await expect(field.getByText(path.split('/').pop() ?? '')).toBeVisible()
}

async function rows(page: Page, field: Locator, list: Answers[]): Promise<void> {
  for (const [i, row] of list.entries()) {
    const cards = field.getByRole('region')
    if ((await cards.count()) <= i) await field.getByRole('button', { name: /Добавить/ }).click()
    for (const [column, value] of Object.entries(row)) {
      const id = `[id$="[${i}].${column}"]`
      const text = String(value)
      await field.locator(id).fill(/^\d{4}-\d\d-\d\d$/.test(text) ? text.split('-').reverse().join('.') : text)
      await field.locator(id).blur()
    }
  }
}
