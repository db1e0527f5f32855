// A draft that is changed, taken back, looked at as it was, found and copied:
// nothing that was typed is lost on any of these ways.
import { expect, type Page } from '@playwright/test'
import { begin, language, saved, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { test } from './fixtures.ts'
import { step } from './form.ts'

const field = (page: Page, id: string) => step(page).locator(`[data-field="${id}"] input`).first()

/** Types an answer and leaves the field. */
async function type(page: Page, id: string, text: string): Promise<void> {
  const box = field(page, id)
  await box.fill(text)
  await box.blur()
  await saved(page)
}

/** Opens the step of the person. */
async function person(page: Page): Promise<void> {
  await page
    .getByRole('main')
    .getByRole('link', { name: /^\d+ Заявитель/ })
    .click()
  await expect(field(page, 'surname')).toBeVisible()
}

test('a draft is undone, brought back, found by another form of a word and copied', async ({
  page,
  alone,
  shots,
  complaints,
}) => {
  await alone.start(page)
  await skipIntroduction(page)
  await begin(page, '200.1.3.4')
  await person(page)
  await type(page, 'surname', 'Ковалёва')
  await type(page, 'name', 'Анна')
  await type(page, 'surname', 'Петрова')

  // by keys, outside of a field, then by buttons
  await page.getByRole('heading', { level: 1 }).focus()
  await page.keyboard.press('Control+z')
  await expect(field(page, 'surname')).toHaveValue('Ковалёва')
  await expect(page.getByText('Отменено: Фамилия')).toBeVisible()
  await page.keyboard.press('Control+Shift+z')
  await expect(field(page, 'surname')).toHaveValue('Петрова')
  await page.getByRole('button', { name: 'Отменить', exact: true }).first().click()
  await expect(field(page, 'surname')).toHaveValue('Ковалёва')
  await shots.both(page, 'draft')
  await accessible(page)

  // the way back outlives the program
  await alone.crash(page)
  complaints.length = 0 // the blow itself is heard
  await page.evaluate(() => void (location.hash = '#/applications'))
  await page.getByRole('link', { name: /^Продолжить/ }).first().click()
  await page.getByRole('button', { name: 'Вернуть', exact: true }).click()
  await expect(field(page, 'surname')).toHaveValue('Петрова')

  // an earlier state is looked at and brought back, by the keyboard alone
  await page.getByRole('button', { name: 'История' }).focus()
  await page.keyboard.press('Enter')
  const history = page.getByRole('dialog', { name: 'История черновика' })
  const first = history.getByRole('button', { name: /Изменено\s*Фамилия/ }).last()
  await first.focus()
  await page.keyboard.press('Enter')
  await expect(history.getByText('Ковалёва')).toBeVisible()
  await shots.both(page, 'history')
  await accessible(page)
  await history.getByRole('button', { name: 'Вернуть к этому виду' }).focus()
  await page.keyboard.press('Enter')
  await expect(history).toBeHidden()
  await expect(field(page, 'surname')).toHaveValue('Ковалёва')
  await expect(field(page, 'name')).toHaveValue('')

  // saved as a template
  await page.getByRole('button', { name: 'В шаблоны' }).click()
  const template = page.getByRole('dialog', { name: 'Сохранить как шаблон' })
  await template.getByLabel('Название шаблона').fill('Справка на Анну')
  await template.getByLabel(/Сохранить и сведения о человеке/).check()
  await shots.both(page, 'template')
  await accessible(page)
  await template.getByRole('button', { name: 'Сохранить шаблон' }).click()
  await expect(template).toBeHidden()

  // found by other forms of its words
  await page.evaluate(() => void (location.hash = '#/applications'))
  const search = page.getByRole('searchbox', { name: 'Найти заявление' })
  const rows = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: /^Продолжить/ }) })
  await search.fill('справками ковалёвой')
  await expect(rows).toHaveCount(1)
  await shots.both(page, 'found')
  await accessible(page)
  await search.fill('загадкой')
  await expect(page.getByText('По этим словам ничего нет')).toBeVisible()
  await search.fill('')
  await expect(rows).toHaveCount(1)

  // copied, and begun from the template
  await rows.getByRole('button', { name: /^Сделать копию/ }).click()
  await person(page)
  await expect(field(page, 'surname')).toHaveValue('Ковалёва')
  await page.evaluate(() => void (location.hash = '#/applications'))
  await expect(rows).toHaveCount(2)
  await page.getByRole('button', { name: 'Начать с шаблона' }).click()
  const templates = page.getByRole('dialog', { name: 'Шаблоны' })
  await shots.both(page, 'templates')
  await templates.getByRole('button', { name: 'Начать: Справка на Анну' }).click()
  await person(page)
  await expect(field(page, 'surname')).toHaveValue('Ковалёва')

  // in Belarusian and at night
  await language(page, 'Бел')
  await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'))
  await shots.both(page, 'dark')
  await page.getByRole('button', { name: 'Гісторыя' }).click()
  await shots.both(page, 'dark-history')
  await accessible(page)
  await page.keyboard.press('Escape')
  await page.evaluate(() => void (location.hash = '#/applications'))
  await expect(rows.or(page.getByRole('listitem').filter({ hasText: 'Працягнуць' })).first()).toBeVisible()
  await shots.both(page, 'dark-list')
  await accessible(page)
  expect(complaints).toEqual([])
})
