// The whole journey of one person, from the first letter to the signed
// decision, through the real page, the real program and a real portal. The
// tests are its chapters: each goes on where the one before it ended.
import type { Locator, Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reach, saved, searchCatalogue, signDraft, signInPage, signInWithKey, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { binary } from './child.ts'
import { act, decide, openCase, propose } from './desk.ts'
import { expect } from './fixtures.ts'
import { example, fill, fillStep, forward, stepTitle, type Answers } from './form.ts'
import { linkIn } from './mail.ts'
import { octetsOf, Papers, textOf, unzip } from './papers.ts'
import { checks, findClaim, misread, orderCode, pay } from './pay.ts'
import { chapter as test, Story } from './story.ts'

const anna = {
  email: 'anna@example.by',
  password: 'васильки на поле у реки',
  number: '4150390A021PB3',
  holder: 'Ковалёва Анна Петровна',
  nextPassword: 'река течёт мимо старой мельницы',
  keyPassword: 'сосна мост фонарь облако',
}
const exchange = 'Обмен паспорта гражданину Республики Беларусь'

test.describe.serial('the journey of one person', () => {
  let story: Story
  let papers: Papers
  let oneTime = ''

  test.beforeAll(async () => {
    story = new Story()
    await story.begin()
    papers = new Papers(join(story.dir, 'papers'))
  })
  test.afterEach(async ({}, info) => {
    await story.rest()
    if (info.status !== info.expectedStatus)
      writeFileSync(info.outputPath('programs.txt'), story.said)
  })
  test.afterAll(() => story.end())

  test('1 registration by e-mail', async ({ page, shots, complaints }) => {
    await story.citizen.start(page)
    await shots.both(page, 'first-run')
    await skipIntroduction(page)
    await signInPage(page, 'Почта и пароль')
    await page.getByRole('link', { name: 'Регистрация по почте' }).click()

    // One agrees with somebody who is named.
    await expect(page.getByText(/^Оператор: Демонстрационный оператор.*dpo@akno\.invalid\.$/)).toBeVisible()

    // Wrong input is told beside the field and loses nothing.
    await page.getByLabel('Электронная почта').fill(anna.email)
    await page.getByLabel('Новый пароль', { exact: true }).fill(anna.password)
    await page.getByLabel('Ещё раз новый пароль').fill('васильки на поле')
    await page.getByRole('button', { name: 'Зарегистрироваться' }).click()
    await expect(page.getByRole('alert').getByText('Пароли не совпадают')).toBeVisible()
    await expect(page.getByLabel('Электронная почта')).toHaveValue(anna.email)
    await shots.both(page, 'errors')

    await page.getByLabel('Новый пароль', { exact: true }).fill(anna.password)
    await page.getByLabel('Ещё раз новый пароль').fill(anna.password)
    await page.getByRole('checkbox').check()
    await shots.both(page, 'form')
    await page.getByRole('button', { name: 'Зарегистрироваться' }).click()

    const letter = await story.portal.mail.to(anna.email)
    await page.getByLabel(/Код|ссылк/).fill(linkIn(letter.text))
    await shots.both(page, 'code')
    await page.getByRole('button', { name: 'Открыть кабинет' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Кабинет открыт' })).toBeVisible()
    await page.getByRole('main').getByRole('link', { name: 'Войти' }).last().click()

    await page.getByLabel('Электронная почта').fill(anna.email)
    await page.getByLabel('Пароль', { exact: true }).fill(anna.password)
    await page.getByRole('button', { name: 'Войти', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: /Здравствуйте/ })).toBeVisible()
    await expect(page.getByText('Вход по паролю').first()).toBeVisible()
    await shots.both(page, 'home')

    // The catalogue is whole; what this level does not open says why and how to get it.
    await page.getByRole('link', { name: 'Каталог процедур' }).click()
    const found = page.getByRole('status').filter({ hasText: /процедур/ })
    const count = async () => Number(/(\d+) процедур/.exec(await found.innerText())?.[1])
    await expect(found).toBeVisible()
    const all = await count()
    await page.getByRole('button', { name: 'Доступно мне сейчас' }).click()
    await expect.poll(count).toBeLessThan(all)
    expect(await count()).toBeGreaterThan(0)
    await shots.both(page, 'open-to-me')
    await page.getByRole('button', { name: 'Доступно мне сейчас' }).click()
    await expect.poll(count).toBe(all)
    await searchCatalogue(page, 'обмен паспорта')
    await expect(page.getByRole('listitem').filter({ hasText: exchange })).toContainText(
      'Нужна электронная подпись',
    )
    await page.getByRole('link', { name: exchange }).click()
    await expect(page.getByText('Отправить её можно после входа с электронной подписью.')).toBeVisible()
    await page.getByRole('button', { name: 'Как открыть эту процедуру' }).click()
    await expect(page.getByRole('dialog', { name: 'Нужна электронная подпись' })).toBeVisible()
    await shots.both(page, 'closed-why')
    expect(complaints).toEqual([])
  })

  test('2 registration in person', async ({ page, shots, complaints }) => {
    await story.staff('clerk').start(page)
    await skipIntroduction(page)
    await signInWithKey(page, 'Лисовская')
    await expect(page.getByRole('heading', { level: 1, name: 'Регистрация гражданина' })).toBeAttached()
    const box = (label: string) => page.getByLabel(new RegExp(`^${label}(\\W.*)?$`)).and(page.locator('input')).first()
    const enter = (label: string, value: string) => box(label).fill(value)
    await enter('Фамилия', 'Ковалёва')
    await enter('Собственное имя', 'Анна')
    await enter('Отчество', 'Петровна')
    await enter('Прозвішча', 'Кавалёва')
    await enter('Уласнае імя', 'Ганна')
    await enter('Імя па бацьку', 'Пятроўна')
    await page.getByLabel('Идентификационный номер').fill(anna.number)
    await page.getByLabel('Идентификационный номер').blur()
    // What the number and the names tell is filled in for the clerk to compare.
    await expect(page.getByLabel('Дата рождения')).toHaveValue('15.03.1990')
    await expect(page.getByLabel('Фамилия латиницей')).toHaveValue(/^KAVALIOVA$/i)
    await enter('Серия', 'МР') // typed in Cyrillic, repaired
    await expect(page.getByLabel('Серия', { exact: true })).toHaveValue('MP')
    await enter('Номер документа', '7654321')
    await enter('Кем выдан', 'Первомайское РУВД г. Минска')
    await enter('Дата выдачи', '20.04.2019')
    await enter('Действует до', '21.04.2029')
    await page.keyboard.press('Alt+ArrowDown')
    await shots.both(page, 'calendar')
    await accessible(page)
    await page.getByRole('button', { name: /^20(\D|$)/ }).click()
    await expect(page.getByLabel('Действует до')).toHaveValue('20.04.2029')
    await enter('Телефон', '+375 29 123-45-67')
    await box('Эл. почта').fill(anna.email)
    await box('Эл. почта').blur()

    await page.getByRole('button', { name: /^(Тот же человек|Это кабинет человека)/ }).click()
    await expect(page.getByText('Второй кабинет не появится')).toBeVisible()
    await shots.both(page, 'card')
    // The cabinet is known by its address only: whoever reads its letters proves that it is theirs.
    await page.getByRole('button', { name: /Оформить заявление/ }).click()
    const letter = await story.portal.mail.to(anna.email, 2)
    await box('Код из письма').fill(/\b\d{4}[ -]?\d{4}\b/.exec(letter.text)?.[0] ?? '')
    await page.getByRole('button', { name: /Оформить заявление/ }).click()
    await expect(page.getByText('подписание и сканы')).toBeVisible()

    for (const name of ['Напечатать заявление', 'Напечатать согласие']) {
      await page.getByRole('button', { name }).click()
      const paper = page.getByRole('dialog').locator('iframe')
      const text = textOf(await octetsOf(page, (await paper.getAttribute('src')) ?? ''))
      expect(text).toContain(anna.number)
      await page.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).last().click()
    }
        const bring = async (place: Locator, ...files: string[]) => {
      const dialog = page.waitForEvent('filechooser')
      await place.getByRole('button', { name: 'Выбрать файл' }).click()
      await (await dialog).setFiles(files)
    }
    const first = page.locator('[data-field="application"]')
    await bring(first, papers.pdf('application.pdf'))
    await expect(first.getByRole('button', { name: 'Посмотреть «application.pdf»' })).toBeVisible()
    await first.getByRole('button', { name: 'Удалить «application.pdf»' }).click()

    // Two sheets by the camera of a phone: prepared, and one document.
    const sheets = ['sheet 1.jpg', 'sheet 2.jpg'].map((name) => papers.picture(page, name, 1240, 1754))
    await bring(first, ...(await Promise.all(sheets)))
    const tray = page.getByRole('dialog', { name: 'Подготовка снимков' })
    await expect(tray.getByRole('button', { name: /^Снимок 2/ })).toBeVisible()
    await tray.getByRole('button', { name: 'Повернуть вправо' }).press('Enter')
    await shots.both(page, 'scan-prepared')
    await accessible(page)
    await tray.getByRole('button', { name: 'Собрать в PDF' }).press('Enter')
    await expect(first.getByRole('button', { name: 'Посмотреть «sheet 1.pdf»' })).toBeVisible()

    // F4 scans the paper that has no scan yet.
    await page.keyboard.press('F4')
    const scanner = page.getByRole('dialog', { name: 'Сканирование' })
    await expect(scanner.getByLabel('Сканер')).toContainText('frontend-tester')
    await scanner.getByRole('button', { name: 'Сканировать страницу' }).press('Enter')
    await expect(scanner.getByText('Сделан 1 снимок')).toBeVisible({ timeout: 30_000 })
    await scanner.getByRole('button', { name: 'Готово' }).press('Enter')
    await tray.getByRole('button', { name: 'Приложить снимок' }).press('Enter')
    const second = page.locator('[data-field="consent"]')
    await expect(second.getByRole('button', { name: /^Посмотреть «scan .*»$/ })).toBeVisible()
    await expect(second.getByText('до выдачи памятки')).toBeVisible()
    await shots.both(page, 'scans')
    await accessible(page)
    await page.getByRole('button', { name: /Подтвердить проверку/ }).click()
    await expect(page.getByText('подписание и сканы')).toBeVisible() // nothing was confirmed yet
    for (const check of ['Человек присутствует лично', 'Данные сверены с документом', 'Лицо сверено с фотографией', 'Подписи поставлены при мне'])
      await page.getByLabel(check).check()
    await page.getByRole('button', { name: /Подтвердить проверку/ }).click()
    await expect(page.getByText('готово к выдаче')).toBeVisible()
    await shots.both(page, 'checked')
    await page.getByRole('button', { name: /Выдать идентификатор/ }).click()

    const slip = page.getByRole('dialog', { name: 'Памятка с паролем' })
    await expect(slip).toBeVisible()
    await shots.both(page, 'slip')
    const text = textOf(await octetsOf(page, (await slip.locator('iframe').getAttribute('src')) ?? ''))
    expect(text).toContain(anna.number)
    oneTime = /Временный пароль\s+(\S+)/.exec(text)?.[1] ?? ''
    expect(oneTime).not.toBe('')
    await slip.getByRole('button', { name: 'Напечатано, отдано' }).click()
    await expect(page.getByText('идентификатор выдан').first()).toBeVisible()
    await page.getByRole('link', { name: 'За день' }).click()
    await expect(page.getByRole('row').filter({ hasText: 'Ковалёва' })).toBeVisible()
    await shots.both(page, 'day')
    expect(complaints).toEqual([])
  })

  test('3 the first sign-in with the identifier', async ({ page, shots, complaints }) => {
    await story.citizen.start(page)
    await signInPage(page, 'Уникальный идентификатор')
    await page.getByLabel('Идентификатор', { exact: true }).fill(anna.number)
    await page.getByLabel('Пароль', { exact: true }).fill(oneTime)
    await page.getByRole('button', { name: 'Войти', exact: true }).click()
    await expect(page.getByText('Временный пароль из службы «одно окно» действует один раз')).toBeVisible()
    await shots.both(page, 'must-change')
    await page.getByLabel('Временный пароль', { exact: true }).fill(oneTime)
    await page.getByLabel('Новый пароль', { exact: true }).fill(anna.nextPassword)
    await page.getByLabel('Ещё раз новый пароль').fill(anna.nextPassword)
    await page.getByRole('button', { name: 'Сменить пароль' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Здравствуйте, Анна Петровна' })).toBeVisible()
    await expect(page.getByText('Вход с идентификатором').first()).toBeVisible()
    await shots.both(page, 'home')
    expect(complaints).toEqual([])
  })

  test('4 a key, its certificate, registration by EDS', async ({ page, shots, complaints, another }) => {
    const office = await another()
    await story.citizen.start(page)
    await page.getByRole('link', { name: 'Ключи и сертификаты' }).click()
    await expect(page.getByRole('heading', { name: 'Ключей не видно' })).toBeVisible()
    await shots.both(page, 'no-keys')
    await page.getByRole('link', { name: 'Новый ключ' }).click()
    await page.getByLabel('Фамилия').fill('Ковалёва')
    await page.getByLabel('Собственное имя').fill('Анна')
    await page.getByLabel('Отчество').fill('Петровна')
    await page.getByLabel('Идентификационный номер').fill(anna.number)
    await page.getByLabel('Пароль ключа', { exact: true }).fill(anna.keyPassword)
    await page.getByLabel('Ещё раз пароль ключа').fill(anna.keyPassword)
    await shots.both(page, 'new-key')
    await page.getByRole('button', { name: 'Создать ключ' }).click()
    await reach(page, page.getByRole('button', { name: 'Отправить запрос' }))
    await page.getByRole('button', { name: 'Отправить запрос' }).click()
    await expect(page.getByRole('button', { name: 'Проверить' })).toBeVisible()
    // The button that was pressed is gone: the keyboard is at what came in its place.
    await expect(page.getByRole('heading', { name: 'Запрос у регистрационного центра' })).toBeFocused()
    await page.getByRole('button', { name: 'Проверить' }).click()
    await expect(page.getByText('Ответа ещё нет')).toBeVisible()
    await shots.both(page, 'asked')

    await approve(office, story.portal.ready.ra, anna.number)
    await page.getByRole('button', { name: 'Проверить' }).click()
    await expect(page.getByRole('heading', { name: 'Ключ готов к подписи' })).toBeFocused()
    await shots.both(page, 'certificate')

    await page.getByRole('link', { name: 'Зарегистрироваться с подписью' }).click()
    await page.getByLabel('Я прочитал согласие и даю его').check()
    await page.getByLabel('Пароль к ключу').fill(anna.keyPassword)
    await shots.both(page, 'register')
    await page.getByRole('button', { name: /^Зарегистрироваться как/ }).click()
    await expect(
      page.getByRole('heading', { level: 1, name: 'Ваш кабинет найден, второй не создан' }),
    ).toBeVisible()
    await shots.both(page, 'claimed')
    await page.getByRole('link', { name: 'Вход и доступ' }).last().click()
    await expect(page.getByText('Подпись привязана к кабинету.')).toBeVisible()
    await expect(page.getByText(anna.email)).toBeVisible()
    await shots.both(page, 'access')
    expect(complaints).toEqual([])
  })

  test('5 a paid procedure without a network', async ({ page, shots, complaints }) => {
    story.wire.cut()
    await story.citizen.start(page)
    await page.getByRole('link', { name: 'Каталог процедур' }).click()
    await searchCatalogue(page, 'обмен паспорта')
    await page.getByRole('link', { name: exchange }).click()
    await expect(page.getByText('Черновик можно начать уже теперь.')).toBeVisible()
    await expect(page.getByText('Нет связи с порталом.')).toBeVisible()
    await shots.both(page, 'procedure')
    await page.getByRole('button', { name: 'Начать заявление' }).click()

    const photo = await papers.picture(page, 'Фото на паспорт.jpg', 480, 600)
    const marriage = papers.pdf('Свидетельство о браке.pdf', 'Marriage certificate')
    const answers = passport(photo, marriage)
    // What the certificate tells is filled in already.
    await expect(page.getByLabel('Собственное имя', { exact: true })).toHaveValue('Анна')
    await expect(page.getByLabel('Дата рождения')).toHaveValue('15.03.1990')
    const first = await stepTitle(page).innerText()
    await fillStep(page, answers)
    await shots.both(page, first)
    await forward(page, first)
    const second = await stepTitle(page).innerText()
    await fillStep(page, answers)
    await expect(page.getByText('Свидетельство о браке.pdf')).toBeVisible()
    await shots.both(page, second)
    await saved(page)

    // The computer dies; everything is where it was.
    await story.citizen.crash(page)
    await page.getByRole('link', { name: 'Мои заявления' }).click()
    await page.getByRole('link', { name: new RegExp('^' + exchange) }).click()
    await page.getByRole('navigation', { name: 'Шаги заявления' }).getByRole('link', { name: 'Паспорт' }).click()
    await expect(page.getByLabel('Место рождения', { exact: true })).toHaveValue(String(answers.birth_place))
    await expect(page.getByText('Свидетельство о браке.pdf')).toBeVisible()
    await expect(page.getByText('Фото на паспорт.jpg')).toBeVisible()
    await shots.both(page, 'after-the-crash')
    await forward(page, second)
    await fill(page, answers, (title) => shots.both(page, title))
    await shots.both(page, 'check')
    await page.getByRole('button', { name: 'Получить код заказа' }).click()
    await expect(page.getByText('Портал не отвечает')).toBeVisible()
    await shots.both(page, 'no-order-offline')
    expect(complaints.filter((c) => !c.includes('net::ERR_'))).toEqual([]) // but for the killed program's silence
  })

  test('6 order, payment, signature', async ({ page, shots, complaints, another }) => {
    story.wire.mend()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await story.citizen.start(page)
    await signInWithKey(page, anna.holder, anna.keyPassword)
    await expect(page.getByText('Вход с ЭЦП').first()).toBeVisible()
    await page.getByRole('link', { name: 'Мои заявления' }).click()
    await page.getByRole('link', { name: new RegExp('^' + exchange) }).click()
    await page.getByRole('navigation', { name: 'Шаги заявления' }).getByRole('link', { name: 'Проверка' }).click()
    await expect(page.getByText('Подписать и отправить можно после оплаты')).toBeVisible()
    await page.getByRole('button', { name: 'Получить код заказа' }).click()
    await expect(page.getByRole('heading', { name: /^Оплатите до/ })).toBeVisible()
    const code = await orderCode(page)
    expect(checks(code), code).toBe(true)
    await expect(page.getByRole('img', { name: 'QR-код для оплаты через ЕРИП' })).toBeVisible()
    await page.getByRole('button', { name: 'Скопировать' }).click()
    await expect(page.getByText('Код скопирован')).toBeVisible()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code)
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Бланк для оплаты' }).click()
    const slip = await (await download).path()
    expect(textOf(readFileSync(slip)).replace(/\D/g, '')).toContain(code)
    await shots.both(page, 'order')

    const bank = await another()
    await findClaim(bank, story.portal.ready.erip, misread(code))
    await expect(bank.getByRole('alert')).toContainText('Контрольные цифры не сходятся')
    await shots.take(bank, 'erip-wrong-digit')
    await pay(bank, story.portal.ready.erip, code)
    await shots.take(bank, 'erip-paid')
    await page.getByRole('button', { name: 'Проверить оплату' }).click()
    await expect(page.getByRole('heading', { name: 'Оплачено' })).toBeVisible()
    await shots.both(page, 'paid')

    await page.getByRole('button', { name: 'Подписать', exact: true }).click()
    await expect(page.getByRole('dialog', { name: 'Подпишите заявление' })).toBeVisible()
    await shots.both(page, 'sign')
    await signDraft(page, anna.holder, anna.keyPassword)
    await expect(page.getByRole('heading', { level: 1, name: exchange })).toBeVisible()
    await expect(page.getByRole('main').getByText('Подано', { exact: true })).toBeVisible()
    await shots.both(page, 'submitted')
    expect(complaints).toEqual([])
  })

  test('7 an official takes it and asks', async ({ page, shots, complaints }) => {
    await story.staff('officer').start(page)
    await skipIntroduction(page)
    await signInWithKey(page, 'Петров')
    await openCase(page, 'Принять', /Ковалёва А/)
    await expect(page.getByText('Подпись заявителя верна')).toBeVisible()
    await expect(page.getByText(/^Пошлина .* поступила$/)).toBeVisible()
    await shots.both(page, 'incoming')
    await act(page, /Принять и зарегистрировать/, 'Заявление зарегистрировано')
    await act(page, /Взять в работу/, 'Заявление у вас в работе')
    await page.getByRole('button', { name: /Вопрос заявителю/ }).click()
    await page.getByLabel('Что уточнить').fill('Уточните, пожалуйста, место рождения: город или деревня?')
    await shots.both(page, 'question')
    await act(page, /Отправить вопрос/, 'Вопрос отправлен заявителю')
    expect(complaints).toEqual([])
  })

  test('8 the answer', async ({ page, shots, complaints }) => {
    await story.citizen.start(page)
    await signInWithKey(page, anna.holder, anna.keyPassword)
    await expect(page.getByRole('heading', { name: 'Ответьте на вопрос органа' })).toBeVisible()
    await shots.both(page, 'home')
    await page.getByRole('link', { name: 'Ответить', exact: true }).click()
    await page.getByRole('button', { name: 'Отправить ответ' }).click()
    await expect(page.getByText('Напишите ответ')).toBeVisible()
    await page.getByLabel('Ваш ответ').fill('Город Минск.')
    const dialog = page.waitForEvent('filechooser')
    await page.getByRole('group', { name: 'Файлы к ответу' }).getByRole('button', { name: /^Выбрать файл/ }).click()
    await (await dialog).setFiles(papers.pdf('Свидетельство о рождении.pdf', 'Birth certificate'))
    await expect(page.getByText('Свидетельство о рождении.pdf')).toBeVisible()
    await shots.both(page, 'answer')
    await page.getByRole('button', { name: 'Отправить ответ' }).click()
    await expect(page.getByRole('heading', { name: 'Прежние вопросы' })).toBeVisible()
    await expect(page.getByText('На рассмотрении').first()).toBeVisible()
    await shots.both(page, 'answered')
    expect(complaints).toEqual([])
  })

  test('9 the decision of the head', async ({ page, shots, complaints, another }) => {
    await story.staff('officer').start(page)
    await signInWithKey(page, 'Петров')
    await openCase(page, 'Рассмотреть', /Ковалёва А/)
    await expect(page.getByText('Город Минск.')).toBeVisible()
    await propose(page, 'Осуществить', 'Паспорт обменять. Новый паспорт выдать лично.')
    await shots.both(page, 'proposed')

    const head = await another()
    await story.staff('head').start(head)
    await skipIntroduction(head)
    await signInWithKey(head, 'Сидоров')
    await openCase(head, 'На подпись', /Ковалёва А/)
    await shots.both(head, 'proposal')
    await decide(head)
    await shots.both(head, 'decided')
    expect(complaints).toEqual([])
  })

  test('10 the decision in the cabinet', async ({ page, shots, complaints }) => {
    await page.addInitScript(() => {
      window.print = () => void ((window.top as unknown as { printed?: boolean }).printed = true)
    })
    await story.citizen.start(page)
    await signInWithKey(page, anna.holder, anna.keyPassword)
    await expect(page.getByRole('heading', { name: 'Откройте решение' })).toBeVisible()
    await shots.both(page, 'home')
    await page.getByRole('link', { name: 'Открыть', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Решение об осуществлении процедуры' })).toBeVisible()
    await expect(page.getByText('Подпись верна', { exact: true })).toBeVisible()
    await shots.both(page, 'decision')

    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Сохранить с подписью' }).click()
    const saved = unzip(readFileSync(await (await download).path()))
    const names = [...saved.keys()]
    const signature = names.find((n) => n.endsWith('.p7s')) ?? ''
    const document = names.find((n) => n.endsWith('.pdf')) ?? ''
    expect(names).toHaveLength(2)
    expect(textOf(saved.get(document) ?? Buffer.alloc(0))).toContain('Новый паспорт выдать лично')
    const word = await verify(story, papers, saved.get(signature), saved.get(document))
    expect(JSON.parse(word)).toMatchObject({ verdict: 'PASSED', level: 'B-B' })

    await page.getByRole('button', { name: 'Напечатать' }).click()
    await expect.poll(() => page.evaluate(() => 'printed' in window)).toBe(true)
    expect(complaints).toEqual([])
  })
})

/** The answers of a passport exchange by a married woman. */
function passport(photo: string, marriage: string): Answers {
  const own = ['surname', 'name', 'patronymic', 'birth_date', 'personal_number', 'sex']
  return {
    ...example('F_11_2_1', ...own),
    sex: 'f',
    reg_region: '5',
    reg_settlement: 'Минск',
    reg_house: '10А',
    birth_place: 'Мінск, Рэспубліка Беларусь',
    surname_be: 'Кавалёва',
    name_be: 'Ганна',
    surname_lat: 'KAVALIOVA',
    name_lat: 'HANNA',
    marital: 'married',
    spouse: 'Ковалёв Сергей Иванович',
    marital_file: marriage,
    photo,
    language: 'be',
  }
}

/** The registration authority compares and approves the request of a person. */
async function approve(page: Page, address: string, number: string): Promise<void> {
  await page.goto(address)
  await page.getByRole('listitem').filter({ hasText: number }).getByRole('button', { name: 'Одобрить' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: number })).toHaveCount(0)
}

/** What the command line says of a saved decision, given nothing of the program's. */
async function verify(story: Story, papers: Papers, signature?: Buffer, document?: Buffer): Promise<string> {
  const info = (await (await fetch(story.portal.ready.portal + '/v1/info')).json()) as {
    services: { crl: string[] }
  }
  const lists = await Promise.all(
    info.services.crl.map(async (address, i) =>
      papers.put(`${i}.crl`, Buffer.from(await (await fetch(address)).arrayBuffer())),
    ),
  )
  return execFileSync(
    binary('aknoctl', 'aknoctl'),
    [
      'verify',
      papers.put('decision.p7s', signature ?? Buffer.alloc(0)),
      '--content',
      papers.put('decision.pdf', document ?? Buffer.alloc(0)),
      '--trust',
      join(story.portal.ready.trust, 'root.cer'),
      ...lists.flatMap((file) => ['--crl', file]),
      '--json',
    ],
    { encoding: 'utf8' },
  )
}
