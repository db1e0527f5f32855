// The whole journey of one person, from the first letter to the signed
// decision, through the real page, the real program and a real portal.
import { signDraft, signInPage, signInWithKey, skipIntroduction } from './acts.ts'
import { expect, test } from './fixtures.ts'
import { example, fill } from './form.ts'
import { linkIn } from './mail.ts'

test('registration by e-mail', async ({ page, portal, program, shots, complaints }) => {
  await program.start(page)
  await skipIntroduction(page)
  await signInPage(page, 'Почта и пароль')
  await page.getByRole('link', { name: 'Регистрация по почте' }).click()

  // Wrong input is told beside the field and loses nothing.
  await page.getByLabel('Электронная почта').fill('anna@example.by')
  await page.getByLabel('Новый пароль', { exact: true }).fill('васильки на поле у реки')
  await page.getByLabel('Ещё раз новый пароль').fill('васильки на поле')
  await page.getByRole('button', { name: 'Зарегистрироваться' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await expect(page.getByLabel('Электронная почта')).toHaveValue('anna@example.by')
  await shots.take(page, 'register-errors')

  await page.getByLabel('Новый пароль', { exact: true }).fill('васильки на поле у реки')
  await page.getByLabel('Ещё раз новый пароль').fill('васильки на поле у реки')
  await page.getByRole('checkbox').check()
  await shots.take(page, 'register')
  await page.getByRole('button', { name: 'Зарегистрироваться' }).click()

  const letter = await portal.mail.to('anna@example.by')
  const link = linkIn(letter.text)
  await page.getByLabel(/Код|ссылк/).fill(link)
  await shots.take(page, 'activate')
  await page.getByRole('button', { name: /Активировать|Подтвердить|Открыть кабинет/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Кабинет открыт' })).toBeVisible()
  await page.getByRole('main').getByRole('link', { name: 'Войти' }).last().click()

  await page.getByLabel('Электронная почта').fill('anna@example.by')
  await page.getByLabel('Пароль', { exact: true }).fill('васильки на поле у реки')
  await page.getByRole('button', { name: 'Войти', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: /Здравствуйте/ })).toBeVisible()
  await shots.take(page, 'home-email')
  expect(complaints).toEqual([])
})

test('a free procedure, from the catalogue to the cabinet', async ({ page, staff, shots, complaints }) => {
  const program = staff('citizen')
  await program.start(page)
  await skipIntroduction(page)
  await signInWithKey(page, 'Ковалева Анна Сергеевна')
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
  await page.getByRole('link', { name: 'Каталог процедур' }).click()
  await page.getByRole('main').getByRole('searchbox').fill('справка пособие на детей')
  await page.getByRole('link', { name: /размере пособия на детей/ }).first().click()
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
