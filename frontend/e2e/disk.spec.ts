// A disk that fills up while a person types. What was told to be saved stays;
// what was not is told at once and kept in the page, wherever the person goes in
// it; once there is room it is saved without being typed again.
import type { Page } from '@playwright/test'
import { begin, language, saved, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { room } from './disk.ts'
import { expect, test } from './fixtures.ts'
import { step } from './form.ts'

const field = (page: Page, id: string) => step(page).locator(`[data-field="${id}"] input`).first()

const person = (page: Page) =>
  page.getByRole('main').getByRole('link', { name: /^\d+ Заявитель/ }).click()

/** Waits until short facts are gone: they lie over the page for ten seconds. */
const calm = (page: Page) => expect(page.locator('.toast')).toHaveCount(0, { timeout: 20_000 })

test('a disk that fills up while a person types', async ({ page, alone, shots, complaints }) => {
  await alone.start(page)
  await skipIntroduction(page)
  await begin(page, '200.1.3.4')
  await person(page)
  await field(page, 'surname').fill('Ковалёва')
  await field(page, 'surname').blur()
  await saved(page)
  const draft = new URL(page.url()).hash.replace(/(drafts\/[^/]+).*/, '$1')

  // Nothing can be written any more: it is said at once, with its code.
  room(alone.pid, 0)
  await field(page, 'name').pressSequentially('Анна', { delay: 20 })
  const told = page.getByRole('alert').filter({ hasText: 'На диске нет места' })
  await expect(told).toBeVisible()
  await expect(told).toContainText(/Код: DISK_FULL-\w{6}/)
  await expect(page.getByText(/^Сохранено в/)).toHaveCount(0)
  await shots.both(page, 'full')
  await accessible(page)

  // One can type on, and go away and come back.
  await field(page, 'patronymic').fill('Сергеевна')
  await field(page, 'patronymic').blur()
  await page.getByRole('link', { name: 'Главная' }).click()
  const strip = page.getByRole('status').filter({ hasText: 'Набранное не сохранено' })
  await expect(strip).toBeVisible()
  await shots.both(page, 'away')
  await accessible(page)
  await page.keyboard.press('Control+l')
  await expect(page.getByText('Набранное ещё не сохранено, поэтому профиль не заблокирован')).toBeVisible()
  await language(page, 'Бел')
  await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'))
  await calm(page)
  await shots.both(page, 'away-be')
  await language(page, 'Рус')
  await strip.getByRole('button', { name: 'Открыть' }).click()
  await person(page)
  await expect(field(page, 'surname')).toHaveValue('Ковалёва')
  await expect(field(page, 'name')).toHaveValue('Анна')
  await expect(field(page, 'patronymic')).toHaveValue('Сергеевна')
  await expect(told).toBeVisible()

  // There is room again: nobody has to do anything.
  room(alone.pid, 'unlimited')
  await saved(page)
  await expect(told).toHaveCount(0)
  await calm(page)
  await shots.both(page, 'room')

  // It is on the disk.
  await alone.crash(page)
  await page.evaluate((to) => void (location.hash = to), draft)
  await person(page)
  await expect(field(page, 'surname')).toHaveValue('Ковалёва')
  await expect(field(page, 'name')).toHaveValue('Анна')
  await expect(field(page, 'patronymic')).toHaveValue('Сергеевна')
  // The browser itself writes down that a call was refused.
  expect(complaints.filter((c) => !/Failed to load resource|ERR_/.test(c))).toEqual([])
})
