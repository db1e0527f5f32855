// Two computers of one person and one portal: a draft is backed up at the first,
// taken to the second, written on at both, and nothing of it is lost.
import { expect, type Page } from '@playwright/test'
import { keyPassword, language, saved, signInWithKey, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { test } from './fixtures.ts'
import { step } from './form.ts'

const anna = 'Ковалева Анна Сергеевна'
const draftTitle = /^Продолжить:/

const at = (page: Page, hash: string) => page.evaluate((to) => void (location.hash = to), hash)
const field = (page: Page, id: string) => step(page).locator(`[data-field="${id}"] input`).first()

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

async function enter(page: Page): Promise<void> {
  await skipIntroduction(page)
  await signInWithKey(page, anna, keyPassword)
  await expect(page.getByRole('heading', { level: 1, name: /Анна/ })).toBeVisible()
}

/** The fact beside a draft. */
const fact = (page: Page, text: RegExp) => expect(page.getByText(text).first()).toBeVisible({ timeout: 30_000 })

test('a draft is worked on at two computers and both keep what was typed', async ({
  page,
  browser,
  demo,
  staff,
  wire,
  shots,
  complaints,
}) => {
  // the first computer: nothing leaves it until the person asks for it
  await demo.start(page)
  await enter(page)
  await at(page, '#/settings')
  await expect(page.getByText('Черновики хранятся только на этом компьютере.')).toBeVisible()
  await page.getByRole('button', { name: 'Копии на портале' }).click()
  await expect(page.getByRole('heading', { name: 'Копии выключены' })).toBeVisible()
  await page.getByRole('button', { name: 'Включить копии' }).click()
  const code = (await page.locator('[data-code]').innerText()).replaceAll(/\s/g, '')
  expect(code).toMatch(/^\d{48}$/)
  await shots.both(page, 'code')
  await accessible(page)
  await page.getByLabel('Последние шесть цифр кода').fill(code.slice(-6))
  await page.getByRole('button', { name: 'Код записан, включить' }).click()
  await expect(page.getByRole('heading', { name: 'Копии включены' })).toBeVisible()
  await shots.both(page, 'on')
  await accessible(page)

  await at(page, '#/catalogue/200.1.3.4')
  await page.getByRole('button', { name: 'Начать заявление' }).click()
  await person(page)
  await type(page, 'surname', 'Исходная')
  await fact(page, /^копия на портале \d\d:\d\d$/)
  await shots.both(page, 'backed')
  await accessible(page)

  // the line breaks, and the person types on
  wire.cut()
  await type(page, 'surname', 'Домашняя')
  await fact(page, /^не скопировано/)

  // the second computer: the code opens what the first one keeps there
  const second = await browser.newPage({ locale: 'ru-RU', timezoneId: 'Europe/Minsk', viewport: { width: 1280, height: 800 } })
  const work = staff('work')
  await work.start(second)
  await enter(second)
  await at(second, '#/backup')
  await expect(second.getByText(/На портале уже есть 1 копия/)).toBeVisible({ timeout: 30_000 })
  await second.getByLabel('Код, 48 цифр').fill(code.slice(0, -1) + ((Number(code.slice(-1)) + 1) % 10))
  await second.getByRole('button', { name: 'Открыть копии' }).click()
  await expect(second.getByText(/Ошибка в группе 8/)).toBeVisible()
  await shots.both(second, 'enter')
  await accessible(second)
  await second.getByLabel('Код, 48 цифр').fill(code)
  await second.getByRole('button', { name: 'Открыть копии' }).click()
  const away = second.getByRole('region', { name: 'На портале, но не на этом компьютере' })
  await expect(away.getByRole('listitem')).toHaveCount(1)
  await expect(away.getByText(/Исходная/)).toBeVisible()
  await shots.both(second, 'away')
  await accessible(second)
  await away.getByRole('button', { name: /^Взять на этот компьютер/ }).click()
  await person(second)
  await expect(field(second, 'surname')).toHaveValue('Исходная')
  await type(second, 'surname', 'Рабочая')
  await fact(second, /^копия на портале \d\d:\d\d$/)

  // the first one comes back: it only reads, and what the other wrote is beside it
  wire.mend()
  await at(page, '#/applications')
  await page.reload()
  await expect(page.getByText('ведётся на другом компьютере')).toBeVisible({ timeout: 60_000 })
  // the second one may have sent its last answer only now: it comes with the next look at the portal
  await expect(page.getByText('Копия с другого компьютера').first()).toBeVisible({ timeout: 60_000 })
  await shots.both(page, 'forked')
  await accessible(page)
  await page
    .getByRole('listitem')
    .filter({ hasText: 'ведётся на другом компьютере' })
    .getByRole('link', { name: draftTitle })
    .click()
  await expect(page.getByText('Черновик ведётся на другом компьютере')).toBeVisible()
  await expect(page.getByText('Домашняя')).toBeVisible()
  await expect(page.getByRole('main').locator('input')).toHaveCount(0)
  await shots.both(page, 'elsewhere')
  await accessible(page)
  await page.getByRole('button', { name: 'Чем отличаются' }).click()
  const difference = page.getByRole('dialog', { name: 'Чем отличаются черновики' })
  await expect(difference.getByRole('cell', { name: 'Домашняя' })).toBeVisible()
  await expect(difference.getByRole('cell', { name: 'Рабочая' })).toBeVisible()
  await shots.both(page, 'difference')
  await accessible(page)
  await page.keyboard.press('Escape')

  // in Belarusian and at night
  await language(page, 'Бел')
  await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'))
  await shots.both(page, 'dark-elsewhere')
  await at(page, '#/backup')
  await expect(page.getByRole('heading', { name: 'Копіі ўключаны' })).toBeVisible()
  await shots.both(page, 'dark-on')
  await accessible(page)
  await at(page, '#/applications')
  await expect(page.getByText('вядзецца на іншым камп’ютары')).toBeVisible()
  await shots.both(page, 'dark-list')
  await language(page, 'Рус')

  // taken back: it goes on with what was typed here, and the second computer reads
  await page
    .getByRole('listitem')
    .filter({ hasText: 'ведётся на другом компьютере' })
    .getByRole('link', { name: draftTitle })
    .click()
  await page.getByRole('button', { name: 'Взять на этот компьютер' }).click()
  await person(page)
  await expect(field(page, 'surname')).toHaveValue('Домашняя')
  await fact(page, /^копия на портале \d\d:\d\d$/)
  await at(second, '#/applications')
  await expect(second.getByText('ведётся на другом компьютере')).toBeVisible({ timeout: 60_000 })
  await second
    .getByRole('listitem')
    .filter({ hasText: 'ведётся на другом компьютере' })
    .getByRole('link', { name: draftTitle })
    .click()
  await expect(second.getByText('Рабочая')).toBeVisible()
  await second.close()
  expect(complaints).toEqual([])
})
