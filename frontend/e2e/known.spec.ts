// What is known of a person stands in a form with its source, is refused and taken again: by one key and by the pointer.
import { expect } from '@playwright/test'
import { language, saved, signInWithKey, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { test } from './fixtures.ts'
import { theme } from './gates.ts'
import { layOut, make, place } from './sweep.ts'
import { Papers } from './papers.ts'

test('a known answer is made empty again and taken back', async ({ page, staff, dir, shots, complaints }) => {
  const program = staff('citizen')
  await program.start(page)
  await skipIntroduction(page)
  await signInWithKey(page, 'Ковалева Анна Сергеевна')
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
  const draft = await make(page, '200.1.3.4', { acts_as: 'self' }, new Papers(dir).pdf('paper.pdf'))
  const field = (id: string) => page.locator(`[data-field="${id}"]`)
  const control = (id: string) => field(id).locator('input')
  const surname = control('surname')

  // on one page: the key works in the field, which says so to who cannot see it, and Tab goes on past the notes
  await layOut(page, 'page', draft)
  await expect(surname).toHaveValue('Ковалева')
  await expect(field('surname')).toContainText('Из вашего профиля')
  await expect(surname).toHaveAccessibleDescription(/Из вашего профиля.*F4: Вернуть пустое/)
  await control('patronymic').focus()
  await page.keyboard.press('Tab')
  await expect(control('birth_date')).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await expect(control('patronymic')).toBeFocused()
  await surname.focus()
  await shots.both(page, 'known')
  await accessible(page)
  await page.keyboard.press('F4')
  await expect(surname).toHaveValue('')
  await expect(surname).toBeFocused()
  await expect(field('surname')).toContainText('Из вашего профиля: Ковалева')
  await expect(surname).toHaveAccessibleDescription(/Из вашего профиля: Ковалева.*F4: Подставить/)
  await saved(page)
  await shots.both(page, 'empty-again')
  await accessible(page)

  // what is written there is the person's own, and the key leaves it alone
  await page.keyboard.type('Ковалёва')
  await page.keyboard.press('F4')
  await expect(surname).toHaveValue('Ковалёва')
  await surname.fill('')
  await surname.press('F4')
  await expect(surname).toHaveValue('Ковалева')

  // by the pointer too
  await field('name').getByRole('button', { name: 'Вернуть пустое' }).click()
  await expect(control('name')).toHaveValue('')
  await field('name').getByRole('button', { name: 'Подставить' }).click()
  await expect(control('name')).toHaveValue('Анна')

  // nothing of it is lost with the program
  const kept = page.waitForResponse((r) => (r.request().postData() ?? '').includes('Drafts.Apply'))
  await surname.press('F4')
  await expect(surname).toHaveValue('')
  await kept
  await program.crash(page)
  complaints.length = 0 // the blow itself is heard
  await place(page, draft, 'applicant')
  await expect(surname).toHaveValue('')
  await page.evaluate(() => void (location.hash = '#/home'))
  await signInWithKey(page, 'Ковалева Анна Сергеевна')
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
  await place(page, draft, 'applicant')
  await expect(field('surname')).toContainText('Из вашего профиля: Ковалева')

  // step by step the buttons stand in the way of Tab
  await layOut(page, 'steps', draft)
  await place(page, draft, 'applicant')
  await surname.focus()
  await page.keyboard.press('Tab')
  await expect(field('surname').getByRole('button', { name: 'Подставить' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(surname).toHaveValue('Ковалева')
  await expect(surname).toBeFocused()
  await language(page, 'Бел')
  await theme(page, 'dark')
  await shots.both(page, 'step-dark')
  await accessible(page)
  await language(page, 'Eng')
  await theme(page, 'light')
  await shots.both(page, 'step')
  expect(complaints).toEqual([])
})
