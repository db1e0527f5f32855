// Wrong input: the answer is clear, in the person's language, and nothing is lost.
import type { Page } from '@playwright/test'
import { begin, chooseKey, keyPassword, language, reach, signDraft, signInPage, signInWithKey, skipIntroduction } from './acts.ts'
import { openCase } from './desk.ts'
import { expect, test } from './fixtures.ts'
import { attach, example, fill, fillStep, put, step } from './form.ts'
import { linkIn } from './mail.ts'
import { Papers } from './papers.ts'
import { findClaim, misread } from './pay.ts'
import type { Program } from './program.ts'

const anna = 'Ковалева Анна Сергеевна'

/** The citizen signs in and fills a free application up to its check. */
async function prepared(page: Page, program: Program): Promise<void> {
  await program.start(page)
  await skipIntroduction(page)
  await signInWithKey(page, anna)
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
  await begin(page, '200.2.18')
  await fill(page, example('F_2_18', 'surname', 'name', 'patronymic', 'birth_date', 'personal_number', 'sex'))
}

const openSign = async (page: Page, name = 'Подписать') => {
  await page.getByRole('button', { name, exact: true }).click()
  return page.getByRole('dialog')
}

test('a wrong password of a key', async ({ page, demo, shots }) => {
  await prepared(page, demo)
  const dialog = await openSign(page)
  await chooseKey(page, anna)
  await dialog.getByLabel('Пароль к ключу').fill('не тот пароль')
  await dialog.getByRole('button', { name: /^Подписать как/ }).click()
  await expect(dialog.getByRole('alert')).toContainText('Ключ не открылся')
  await shots.both(page, 'ru')
  await dialog.getByRole('button', { name: 'Отмена' }).click()

  await language(page, 'Бел')
  await openSign(page, 'Падпісаць')
  await dialog.getByLabel('Пароль да ключа').fill('не той пароль')
  await dialog.getByRole('button', { name: /^Падпісаць як/ }).click()
  await expect(dialog.getByRole('alert')).toContainText('Ключ не адкрыўся')
  await shots.both(page, 'be')
  // The right one is taken after the pause, which is counted down on the button.
  await dialog.getByLabel('Пароль да ключа').fill(keyPassword)
  await dialog.getByRole('button', { name: /^Падпісаць як/ }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('main').getByText('Пададзена', { exact: true })).toBeVisible()
})

test('the key of another person', async ({ page, demo, shots }) => {
  await prepared(page, demo)
  const dialog = await openSign(page)
  await chooseKey(page, 'Чужой')
  await dialog.getByLabel('Пароль к ключу').fill(keyPassword)
  await dialog.getByRole('button', { name: /^Подписать как Чужой/ }).click()
  await expect(dialog.getByRole('alert')).toContainText('Это сертификат другого человека')
  await shots.both(page, 'ru')
  await dialog.getByRole('button', { name: 'Отмена' }).click()

  await language(page, 'Бел')
  await openSign(page, 'Падпісаць')
  await dialog.getByRole('button', { name: 'Іншы сертыфікат' }).click()
  await dialog.locator('label', { hasText: 'Чужы' }).click()
  await dialog.getByLabel('Пароль да ключа').fill(keyPassword)
  await dialog.getByRole('button', { name: /^Падпісаць як Чужы/ }).click()
  await expect(dialog.getByRole('alert')).toContainText('Гэта сертыфікат іншага чалавека')
  await shots.both(page, 'be')
  await dialog.getByRole('button', { name: 'Адмена' }).click()

  await language(page, 'Рус')
  await openSign(page)
  await signDraft(page, anna)
  await expect(page.getByRole('main').getByText('Подано', { exact: true })).toBeVisible()
})

test('an expired certificate and a revoked one', async ({ page, demo, shots }) => {
  await demo.start(page)
  await skipIntroduction(page)
  await page.getByRole('link', { name: 'Ключи и сертификаты' }).click()
  await page.getByText(/^Недоступные/).click()
  await expect(page.getByText(/^Сертификат закончился /)).toBeVisible()
  await expect(page.getByText('Сертификат отозван издателем')).toBeVisible()
  await shots.both(page, 'ru')
  await language(page, 'Бел')
  if (!(await page.getByText(/^Сертыфікат скончыўся /).isVisible())) await page.getByText(/^Недаступныя/).click()
  await expect(page.getByText(/^Сертыфікат скончыўся /)).toBeVisible()
  await expect(page.getByText('Сертыфікат адкліканы выдаўцом')).toBeVisible()
  await shots.both(page, 'be')
  // Neither is offered where one signs.
  await language(page, 'Рус')
  await signInPage(page, 'Электронная подпись')
  await page.getByRole('button', { name: 'Другой сертификат' }).click()
  const offered = page.getByRole('group', { name: 'Другой сертификат' }).getByRole('radio')
  await expect(offered.first()).toBeVisible()
  await expect(page.getByRole('group', { name: 'Другой сертификат' }).getByText(anna)).toHaveCount(1)
})

test('a certificate that is revoked before the application is handed over', async ({
  page,
  demo,
  portal,
  browser,
  shots,
}) => {
  await prepared(page, demo)
  const office = await browser.newPage()
  await office.goto(portal.ready.ra)
  const good = office.getByRole('cell', { name: 'действует', exact: true })
  const row = office.getByRole('row').filter({ hasText: '4120385A014PB6' }).filter({ has: good })
  await row.getByRole('button', { name: 'Отозвать' }).click()
  await expect(row).toHaveCount(0)
  await office.close()
  const dialog = await openSign(page)
  await dialog.getByLabel('Пароль к ключу').fill(keyPassword)
  await dialog.getByRole('button', { name: /^Подписать как/ }).click()
  await reach(page, page.getByText('Сертификат отозван').first())
  await shots.both(page, 'ru')
  await page.keyboard.press('Escape')
  await language(page, 'Бел')
  await expect(page.getByText(/Сертыфікат адкліканы/).first()).toBeVisible()
  await shots.both(page, 'be')
})

test('damaged, disguised and too large attachments', async ({ page, dir, program, shots }) => {
  const papers = new Papers(dir + '/papers')
  await program.start(page)
  await skipIntroduction(page)
  await begin(page, '200.11.2.1')
  await page.getByRole('navigation', { name: 'Шаги заявления' }).getByRole('link', { name: 'Паспорт' }).click()
  const field = (id: string) => step(page).locator(`[data-field="${id}"]`)
  await put(page, field('marital'), 'married')
  await put(page, field('birth_place'), 'Минск')
  const whole = papers.pdf('whole.pdf')
  const good = Buffer.from(await (await import('node:fs/promises')).readFile(whole))
  const bad: [string, string, RegExp, RegExp][] = [
    ['marital_file', papers.put('cut.pdf', good.subarray(0, 300)), /cut\.pdf: Файл не читается/i, /cut\.pdf: Файл не чытаецца/i],
    ['photo', papers.put('letter.jpg', Buffer.from('Just a text, not a photograph.')), /letter\.jpg: (Файл не читается|Такие файлы здесь не принимают)/i, /letter\.jpg: (Файл не чытаецца|Такія файлы тут не прымаюць)/i],
    ['marital_file', papers.put('large.pdf', Buffer.concat([good, Buffer.alloc(11 << 20)])), /large\.pdf: Слишком большой размер/i, /large\.pdf: Занадта вялікі памер/i],
  ]
  for (const [n, name] of (['Рус', 'Бел'] as const).entries()) {
    await language(page, name)
    for (const [id, file, ru, be] of bad) {
      const chooser = page.waitForEvent('filechooser')
      await field(id).getByRole('button', { name: /^(Выбрать|Выбраць) файл/ }).click()
      await (await chooser).setFiles(file)
      await expect(page.getByText(n ? be : ru)).toBeVisible()
      await expect(field(id).getByText(file.split('/').pop() ?? '', { exact: true })).toHaveCount(0)
    }
    await shots.both(page, 'refused')
  }
  await language(page, 'Рус')
  await attach(page, field('marital_file'), whole)
  await attach(page, field('photo'), await papers.picture(page, 'face.jpg', 480, 600))
  await expect(page.getByLabel('Место рождения', { exact: true })).toHaveValue('Минск')
})

test('a server that goes away in the middle of a submission', async ({ page, demo, wire, staff, browser, shots }) => {
  await prepared(page, demo)
  await expect(page.getByRole('button', { name: 'Подписать', exact: true })).toBeVisible()
  const dialog = await openSign(page)
  await chooseKey(page, anna)
  await dialog.getByLabel('Пароль к ключу').fill(keyPassword)
  wire.cutAfter(4000) // the document is on its way, the application is not
  await dialog.getByRole('button', { name: /^Подписать как/ }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('Подписано и ждёт связи. Отправится само, делать ничего не нужно.')).toBeVisible()
  await shots.both(page, 'ru')
  await language(page, 'Бел')
  await expect(page.getByText(/^Падпісана і чакае сувязі/)).toBeVisible()
  await shots.both(page, 'be')
  await language(page, 'Рус')
  wire.mend()
  await page.getByRole('link', { name: 'Обмен' }).click()
  await page.getByRole('button', { name: 'Обменяться сейчас' }).click()
  await expect(page.getByText('Всё отправлено')).toBeVisible()
  const official = await browser.newPage({ locale: 'ru-RU' })
  await staff('officer').start(official)
  await skipIntroduction(official)
  await signInWithKey(official, 'Петров')
  await openCase(official, 'Принять', /Ковалева А/)
  await expect(official.getByRole('link', { name: /Ковалева А/ })).toHaveCount(1)
  await official.close()
})

test('an activation link that is used twice', async ({ page, portal, program, shots }) => {
  await program.start(page)
  await skipIntroduction(page)
  await signInPage(page, 'Почта и пароль')
  await page.getByRole('link', { name: 'Регистрация по почте' }).click()
  await page.getByLabel('Электронная почта').fill('pavel@example.by')
  for (const name of ['Новый пароль', 'Ещё раз новый пароль'])
    await page.getByLabel(name, { exact: true }).fill('васильки на поле у реки')
  await page.getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Зарегистрироваться' }).click()
  const link = linkIn((await portal.mail.to('pavel@example.by')).text)
  for (let time = 1; time <= 2; time++) {
    await page.getByLabel('Код или ссылка').fill(link)
    await page.getByRole('button', { name: 'Открыть кабинет' }).click()
    if (time === 1) {
      await expect(page.getByRole('heading', { level: 1, name: 'Кабинет открыт' })).toBeVisible()
      await page.evaluate(() => void (location.hash = '#/signin'))
      await expect(page.getByRole('heading', { level: 1, name: 'Вход в кабинет' })).toBeVisible()
      await page.evaluate(() => void (location.hash = '#/activate'))
    }
  }
  await expect(page.getByRole('alert')).toContainText('Этим кодом уже пользовались')
  await expect(page.getByLabel('Код или ссылка')).toHaveValue(link)
  await shots.both(page, 'ru')
  await language(page, 'Бел')
  await expect(page.getByRole('alert')).toContainText('Гэтым кодам ужо карысталіся')
  await shots.both(page, 'be')
})

test('a wrong digit in an identification number, and letters that look alike', async ({ page, program, shots }) => {
  await program.start(page)
  await skipIntroduction(page)
  await begin(page, '200.2.18')
  const answers = example('F_2_18')
  // The number is asked on the step where the name is.
  for (let more = true; more; ) {
    more = (await step(page).locator('[data-field="personal_number"]').count()) === 0
    if (more) {
      await fillStep(page, answers)
      await page.getByRole('button', { name: 'Далее' }).click()
      await expect(step(page).locator('[data-field="acts_as"]')).toHaveCount(0)
    }
  }
  const number = page.getByRole('textbox', { name: 'Идентификационный номер' })
  await number.fill('3110575А001РВ7') // А, Р and В are Cyrillic
  await number.blur()
  await expect(number).toHaveValue('3110575A001PB7')
  await expect(page.getByText('Кириллические буквы заменены латинскими')).toBeVisible()
  await fillStep(page, { ...answers, personal_number: '3110575A001PB8' })
  await page.getByRole('button', { name: 'Далее' }).click()
  await expect(page.getByText('В номере описка: контрольная цифра не сходится. Сверьте с документом').last()).toBeVisible()
  await expect(number).toHaveValue('3110575A001PB8')
  await shots.both(page, 'ru')
  await language(page, 'Бел')
  await expect(
    page.getByText('У нумары апіска: кантрольная лічба не сыходзіцца. Зверце з дакументам').last(),
  ).toBeVisible()
  await shots.both(page, 'be')
  await expect(page.getByLabel('Прозвішча')).toHaveValue('Тестовский')
})

test('an order code with a wrong digit', async ({ page, portal, shots }) => {
  const head = '9000000026112102011123456789'
  const code = head + String(98n - (BigInt(head + '00') % 97n)).padStart(2, '0')
  for (const [lang, wrong, unknown] of [
    ['ru', 'Контрольные цифры не сходятся', 'Заказа с таким номером нет'],
    ['be', 'Кантрольныя лічбы не сыходзяцца', 'Заказу з такім нумарам няма'],
  ] as const) {
    const erip = `${portal.ready.erip}?lang=${lang}`
    await findClaim(page, erip, misread(code))
    await expect(page.getByRole('alert')).toContainText(wrong)
    await expect(page.locator('#code')).toHaveValue(/\d{6}/)
    await shots.take(page, 'wrong')
    await findClaim(page, erip, code)
    await expect(page.getByRole('alert')).toContainText(unknown)
  }
})
