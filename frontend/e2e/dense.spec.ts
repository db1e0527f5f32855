// A whole form on one page, from the catalogue to ready, by the keyboard alone.
import { expect } from '@playwright/test'
import { foundBy, language, saved, signInWithKey, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { test } from './fixtures.ts'
import { example } from './form.ts'
import { Keyboard } from './keyboard.ts'
import { make, place } from './sweep.ts'

test('a form is filled by keys alone, from the catalogue to ready', async ({ page, alone, shots, complaints }) => {
  await alone.start(page)
  await skipIntroduction(page)
  const keys = new Keyboard(page)

  // the catalogue is searched, the procedure opened and begun
  await keys.press('Control+k')
  await expect(page.getByRole('main').getByRole('searchbox')).toBeFocused()
  const words = 'справка пособие на детей'
  const found = foundBy(page, words)
  await page.keyboard.type(words)
  await found
  await keys.tabTo(/размере пособия на детей/)
  await keys.press('Enter')
  await keys.tabTo(/Начать заявление/)
  await keys.press('Enter')
  await expect(page.getByRole('heading', { level: 2, name: 'Кто обращается' })).toBeVisible()

  // a citizen begins step by step and chooses everything on one page; the choice stays
  await keys.tabTo(/По шагам/)
  await keys.press('ArrowRight')
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(5)
  await keys.press('Alt+1')
  expect((await keys.focus()).field).toBe('acts_as')
  await shots.both(page, 'empty')
  await accessible(page)

  // what is missing is summed up with focus, and F8 goes from one to the next
  await keys.press('Control+Enter')
  await expect(page.getByRole('alert').getByRole('heading', { name: /^Исправьте/ })).toBeVisible()
  await shots.both(page, 'checked')
  await accessible(page)
  await keys.press('F8')
  expect((await keys.focus()).field).toBe('acts_as')
  await keys.press('F8')
  expect((await keys.focus()).field).toBe('surname')
  await keys.press('F6')
  expect((await keys.focus()).field).toBe('allowance_kind')
  await keys.press('Alt+1')

  // F1 opens what is explained of a field, which Tab goes past, and the focus stays there
  const number = page.locator('[data-field="personal_number"] input')
  await number.focus()
  await keys.press('F1')
  await expect(page.getByRole('img', { name: /^Страница паспорта/ })).toBeVisible()
  await expect(number).toBeFocused()
  await shots.take(page, 'picture')
  await keys.press('Escape')
  await expect(page.getByRole('img', { name: /^Страница паспорта/ })).toBeHidden()
  await page.locator('[data-field="purpose"] input').focus()
  await keys.press('F1')
  await expect(page.getByText(/Документ, который орган выдаёт/)).toBeVisible()
  await shots.take(page, 'help')
  await keys.press('Escape')
  await keys.press('Alt+1')

  // a town that is known brings its region and district along, whatever the language of its name
  await keys.fill({ ...example('F_2_18', 'reg_region', 'reg_settlement_type'), reg_settlement: 'Ліда' })
  const place = (id: string) => page.locator(`[data-field="${id}"]`).locator('input, select')
  await expect(place('reg_region')).toHaveValue('Гродненская область')
  await expect(place('reg_district')).toHaveValue('Лидский район')
  await expect(place('reg_settlement')).toHaveValue('Лида')
  await expect(place('reg_settlement_type')).toHaveValue('g')
  await expect(page.getByRole('button', { name: 'Проверить Ctrl Enter' })).toBeFocused()
  await saved(page)
  await expect(page.getByRole('alert')).toHaveCount(0)
  await shots.both(page, 'filled')
  await accessible(page)

  // nothing is lost when the program dies, and the choice of the person is kept
  await alone.crash(page)
  complaints.length = 0 // the blow itself is heard
  await page.evaluate(() => void (location.hash = '#/applications'))
  await page.getByRole('link', { name: /^Продолжить/ }).first().press('Enter')
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(5)
  await expect(page.locator('[data-field="surname"] input')).toHaveValue('Тестовский')
  await language(page, 'Бел')
  await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'))
  await shots.both(page, 'dark')
  await accessible(page)
  await language(page, 'Рус')
  await keys.press('Control+Enter')
  await expect(page.getByText('Так увидит заявление орган')).toBeVisible()
  expect(complaints).toEqual([])
})

test('a clerk finds everything on one page, a citizenship by a search', async ({ page, staff, shots, complaints }) => {
  await staff('clerk').start(page)
  await skipIntroduction(page)
  await signInWithKey(page, 'Лисовская')
  await expect(page.getByRole('heading', { level: 1, name: 'Регистрация гражданина' })).toBeAttached()
  const country = page.getByRole('combobox', { name: 'Гражданство' })
  await expect(country).toHaveValue('Республика Беларусь')
  await country.fill('Літ') // in whatever language it is known
  await expect(page.getByRole('listbox').getByRole('option').first()).toHaveText('Литва')
  await country.press('Enter')
  await expect(country).toHaveValue('Литва')
  await country.fill('POL')
  await country.press('Enter')
  await expect(country).toHaveValue('Польша')
  await country.press('Enter')
  const number = page.getByRole('textbox', { name: 'Идентификационный номер' })
  await expect(number).toBeFocused()
  await page.keyboard.press('F1')
  await expect(page.getByText(/В паспорте это страница 31/)).toBeVisible()
  await expect(number).toBeFocused()
  await shots.both(page, 'help')
  await accessible(page)
  await page.keyboard.press('Escape')
  await expect(page.getByText(/В паспорте это страница 31/)).toBeHidden()
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Серия')).toBeFocused()
  await shots.both(page, 'citizenship')
  await accessible(page)

  // nobody has chosen how forms are laid out, and a clerk has them for the keyboard
  const draft = await make(page, '200.1.3.4', {}, '')
  await place(page, draft, draft.places[0] ?? '')
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(5)
  await expect(page.getByRole('button', { name: /Проверить/ })).toBeVisible()
  await shots.both(page, 'draft')
  expect(complaints).toEqual([])
})
