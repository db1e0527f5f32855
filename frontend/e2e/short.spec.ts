// Shorter ways than the whole journey, each with a portal of its own.
import { begin, searchCatalogue, signDraft, signInWithKey, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { expect, test } from './fixtures.ts'
import { example, fill } from './form.ts'
import { Papers } from './papers.ts'
import { checks, orderCode } from './pay.ts'

test('a free procedure, from the catalogue to the cabinet', async ({ page, staff, shots, complaints }) => {
  const program = staff('citizen')
  await program.start(page)
  await skipIntroduction(page)
  await signInWithKey(page, 'Ковалева Анна Сергеевна')
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
  await page.getByRole('link', { name: 'Каталог процедур' }).click()
  await searchCatalogue(page, 'справка пособие на детей')
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

test('a paid procedure with the scan of a receipt', async ({ page, dir, staff, shots, complaints }) => {
  await staff('citizen').start(page)
  await skipIntroduction(page)
  await signInWithKey(page, 'Ковалева Анна Сергеевна')
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
  await begin(page, '200.5.13')
  const answers = example('F_5_13', 'surname', 'name', 'patronymic', 'birth_date', 'personal_number', 'sex')
  await fill(page, { ...answers, delivery_mode: 'portal' })
  await page.getByRole('button', { name: 'Получить код заказа' }).click()
  await expect(page.getByRole('heading', { name: /^Оплатите до/ })).toBeVisible()
  expect(checks(await orderCode(page))).toBe(true)
  await expect(page.getByText('Отправить можно, когда оплата видна или приложен чек')).toBeVisible()
  const chooser = page.waitForEvent('filechooser')
  await page
    .getByRole('group', { name: 'Чек' })
    .getByRole('button', { name: /^Выбрать файл/ })
    .click()
  await (await chooser).setFiles(new Papers(dir + '/papers').pdf('чек из банка.pdf', 'Receipt'))
  await expect(page.getByText('чек из банка.pdf')).toBeVisible()
  await shots.both(page, 'receipt')
  await accessible(page)

  // The photos of a paper receipt are prepared as those of any other paper.
  const proof = page.getByRole('group', { name: 'Чек' })
  await page.getByRole('button', { name: 'Удалить «чек из банка.pdf»' }).click()
  const photos = page.waitForEvent('filechooser')
  await proof.getByRole('button', { name: /^Выбрать файл/ }).click()
  const papers = new Papers(dir + '/papers')
  await (await photos).setFiles([
    await papers.picture(page, 'чек 1.jpg', 3000, 2000),
    await papers.picture(page, 'чек 2.jpg', 2000, 3000),
  ])
  const tray = page.getByRole('dialog', { name: 'Подготовка снимков' })
  await expect(tray.getByRole('button', { name: /^Снимок 2/ })).toBeVisible()
  await expect(page.getByText('Отправить можно, когда оплата видна или приложен чек')).toBeVisible()
  await tray.getByLabel('Длинная сторона').selectOption({ label: '1\u00a0500 точек' })
  const together = tray.getByRole('button', { name: 'Собрать в PDF' })
  await together.press('Enter')
  // What was made smaller is attached when it was seen, not before.
  await expect(tray.getByRole('group', { name: /натуральную величину/ }).getByRole('img')).toBeVisible()
  await expect(page.getByText('чек 1.pdf')).toHaveCount(0)
  await shots.both(page, 'receipt-read')
  await together.press('Enter')
  await expect(page.getByText('чек 1.pdf')).toBeVisible()
  await expect(page.getByText(/Здесь занято .* из 10\sМБ, в заявлении .* из 50\sМБ/)).toBeVisible()
  await shots.both(page, 'receipt-made')
  await page.getByRole('button', { name: 'Подписать', exact: true }).click()
  await signDraft(page, 'Ковалева Анна Сергеевна')
  await expect(page.getByRole('main').getByText('Подано', { exact: true })).toBeVisible()
  await expect(page.getByText('Приложен чек')).toBeVisible()
  await shots.both(page, 'submitted')
  expect(complaints).toEqual([])
})
