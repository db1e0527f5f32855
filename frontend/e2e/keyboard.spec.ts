// The whole way with the keyboard alone: from the first page to the sent
// application, with files, an order, a receipt and a signature. Nothing is
// clicked, and nothing is typed but into what has the focus.
import { foundBy, keyPassword } from './acts.ts'
import { expect, test } from './fixtures.ts'
import { example, step, stepTitle } from './form.ts'
import { Hands } from './hands.ts'
import { Papers } from './papers.ts'

test('from the first page to the sent application without a mouse', async ({ page, dir, staff, shots, complaints }) => {
  const hands = new Hands(page)
  const papers = new Papers(dir + '/papers')
  await staff('citizen').start(page)

  // Past the introduction, then in with the key.
  await hands.use('button', 'Пропустить')
  await expect(page.getByRole('heading', { name: 'Здравствуйте' })).toBeVisible()
  await hands.use('link', /^Войти/)
  await hands.to('radio', /^Почта и пароль/)
  await hands.choose((f) => /^Электронная подпись/.test(f.name))
  await hands.use('button', 'Другой сертификат')
  await hands.to('radio', /Действует до|действует до/i)
  await hands.choose((f) => f.name.startsWith('Ковалева Анна Сергеевна'))
  await hands.to('text', 'Пароль к ключу')
  await hands.type(keyPassword)
  await hands.press('Enter')
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()

  // A procedure is found and begun.
  await hands.press('Control+k')
  await expect(page.getByRole('main').getByRole('searchbox')).toBeFocused()
  const words = 'повторное свидетельство'
  const found = foundBy(page, words)
  await hands.type(words)
  await found
  await hands.use('link', /^Выдача повторных свидетельств/)
  await hands.use('button', 'Начать заявление')
  await expect(step(page)).toBeVisible()

  // Every step is answered as it is met.
  const own = ['surname', 'name', 'patronymic', 'birth_date', 'personal_number', 'sex']
  const answers = {
    ...example('F_5_13', ...own),
    subject_is_applicant: 'other',
    subject_name: 'Ковалева Мария Петровна',
    kinship: 'мать',
    kinship_file: papers.pdf('родство.pdf', 'Birth certificate'),
    delivery_mode: 'portal',
  }
  for (let n = 0; n < 5; n++) {
    const title = await stepTitle(page).innerText()
    await hands.answer(answers, 'Далее')
    const check = page.getByText('Так увидит заявление орган')
    await expect(check.or(stepTitle(page).filter({ hasNotText: title })).first()).toBeVisible()
    if (await check.isVisible()) break
  }
  await expect(page.getByText('Так увидит заявление орган')).toBeVisible()
  await shots.take(page, 'check')

  // The order is taken, its receipt attached.
  await hands.use('button', 'Получить код заказа')
  await expect(page.getByRole('heading', { name: /^Оплатите до/ })).toBeVisible()
  await hands.to('button', /^Выбрать файл/)
  await hands.attach(papers.pdf('чек.pdf', 'Receipt'))

  // A layer is opened and closed; the focus comes back to what opened it.
  await hands.to('button', 'Подписать')
  await hands.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Подпишите заявление' })
  await expect(dialog).toBeVisible()
  await hands.press('Escape')
  await expect(dialog).toBeHidden()
  expect((await hands.here()).name).toBe('Подписать')

  // Signed and sent.
  await hands.press('Enter')
  await hands.to('text', 'Пароль к ключу')
  await hands.type(keyPassword)
  await hands.use('button', /^Подписать как/)
  await expect(page.getByRole('main').getByText('Подано', { exact: true })).toBeVisible()
  await shots.take(page, 'sent')
  expect(complaints).toEqual([])
})
