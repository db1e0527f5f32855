// Shorter ways than the whole journey, each with a portal of its own.
import { signDraft, signInWithKey, skipIntroduction } from './acts.ts'
import { expect, test } from './fixtures.ts'
import { example, fill } from './form.ts'

test('a free procedure, from the catalogue to the cabinet', async ({ page, staff, shots, complaints }) => {
  const program = staff('citizen')
  await program.start(page)
  await skipIntroduction(page)
  await signInWithKey(page, 'Ковалева Анна Сергеевна')
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
  await page.getByRole('link', { name: 'Каталог процедур' }).click()
  await page.getByRole('main').getByRole('searchbox').fill('справка пособие на детей')
  await page
    .getByRole('link', { name: /размере пособия на детей/ })
    .first()
    .click()
  await shots.take(page, 'procedure')
  await page.getByRole('button', { name: /Начать заявление/ }).click()
  const answers = example('F_2_18', 'surname', 'name', 'patronymic', 'birth_date', 'personal_number', 'sex')
  await fill(page, answers, (title) => shots.take(page, title))
  await shots.both(page, 'check')
  await page.getByRole('button', { name: 'Подписать', exact: true }).click()
  await signDraft(page, 'Ковалева Анна Сергеевна')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/пособия на детей/)
  await expect(page.getByRole('main').getByText('Подано', { exact: true })).toBeVisible()
  await shots.both(page, 'submitted')
  expect(complaints).toEqual([])
})
