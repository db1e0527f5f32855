// What the people of a body do at their desk.
import { expect, type Page } from '@playwright/test'
import { keyPassword } from './acts.ts'

/** Opens a queue and in it the application of a person. */
export async function openCase(page: Page, queue: string, applicant: string | RegExp): Promise<void> {
  await page.getByRole('navigation', { name: 'Очереди' }).getByRole('link', { name: queue }).click()
  await page.getByRole('link', { name: applicant }).first().click()
  await expect(page.getByRole('button', { name: /F9/ }).or(page.getByText('Что дальше')).first()).toBeVisible()
}

/** Presses a button of the bar and waits for what the program says about it. */
export async function act(page: Page, button: string | RegExp, told: string): Promise<void> {
  await page.getByRole('button', { name: button }).click()
  await expect(page.getByText(told, { exact: true })).toBeVisible()
}

/** Looks into every document: nothing is decided before. */
export async function readAll(page: Page): Promise<void> {
  const unread = page.getByRole('button', { name: /не открыт/ })
  await expect(page.getByText(/^открыт/).first()).toBeVisible()
  while (await unread.count()) {
    await unread.first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).last().click()
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
}

/** Hands the draft of a decision over to the head. */
export async function propose(
  page: Page,
  outcome: 'Осуществить' | 'Отказать',
  text: string,
  ground = '',
): Promise<void> {
  await readAll(page)
  await page.getByRole('radio', { name: outcome, exact: true }).check()
  await page.getByLabel(outcome === 'Осуществить' ? 'Содержание решения' : 'Мотивы отказа').fill(text)
  if (ground) await page.getByLabel(/^Основание/).fill(ground)
  await act(page, /Передать на подпись/, 'Проект передан руководителю')
}

/** The head signs the drafted decision with the body's key. */
export async function decide(page: Page, password = keyPassword): Promise<void> {
  await readAll(page)
  await page.getByRole('button', { name: /Подписать решение/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Подпишите решение' })
  await dialog.getByLabel('Пароль к ключу').fill(password)
  await dialog.getByRole('button', { name: /^Подписать как/ }).click()
  await expect(page.getByText('Решение подписано. Заявитель увидит его сразу')).toBeVisible()
}
