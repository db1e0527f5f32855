// The profiles of one computer: a password, the lock, a forgotten password, a second person. What one wrote nobody
// else sees, and nothing is lost on the way.
import { expect, type Page } from '@playwright/test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { language, saved, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { test } from './fixtures.ts'
import { visit } from './sweep.ts'

const first = 'кот дважды сел на сыр'
const second = 'сыр съеден, кот уснул'
const third = 'утром кот вернулся за сыром'

const surname = (page: Page) => page.locator('[data-field="surname"] input')
const locked = (page: Page) => page.getByRole('heading', { name: 'Профиль заблокирован' })

async function begin(page: Page, name: string): Promise<string> {
  await visit(page, '/catalogue/200.1.3.4')
  await page.getByRole('link', { name: /Начать заявление/ }).or(page.getByRole('button', { name: /Начать заявление/ })).first().click()
  await expect(page.getByRole('heading', { level: 2, name: 'Кто обращается' })).toBeVisible()
  await page.getByRole('radio', { name: 'заинтересованное лицо лично' }).check()
  await page.getByRole('button', { name: 'Далее' }).click()
  await surname(page).fill(name)
  await surname(page).blur()
  await saved(page)
  return new URL(page.url()).hash
}

/** What was written onto the sheets for a forgotten password. */
const papersIn = (profile: string): string[] => {
  const folder = join(profile, 'keys') // where a browser is not asked for another one
  const names = readdirSync(folder).filter((name) => name.startsWith('akno-share'))
  return names.sort().map((name) => readFileSync(join(folder, name), 'utf8'))
}

async function unlock(page: Page, password: string): Promise<void> {
  await page.getByLabel('Пароль профиля').fill(password)
  await page.getByRole('button', { name: 'Открыть', exact: true }).click()
}

/** Tries the right password until the pause after a wrong one is over. */
async function patiently(page: Page, password: string): Promise<void> {
  await expect(async () => {
    if (await locked(page).count()) await unlock(page, password)
    await expect(locked(page)).toHaveCount(0, { timeout: 2000 })
  }).toPass({ timeout: 60_000 })
}

test('a password, its loss, and a second person at one computer', async ({ page, alone, shots, complaints }) => {
  await alone.start(page)
  await skipIntroduction(page)
  const draft = await begin(page, 'Ковалёва')

  // a password that is guessed first is refused with the reason, a good one is taken
  await visit(page, '/profile')
  await shots.both(page, 'open')
  await page.getByRole('button', { name: 'Установить пароль' }).click()
  const dialog = page.getByRole('dialog')
  const type = async (password: string, again = password) => {
    await dialog.getByLabel('Новый пароль', { exact: true }).fill(password)
    await dialog.getByLabel('Новый пароль ещё раз').fill(again)
    await dialog.getByRole('button', { name: 'Установить пароль' }).click()
  }
  await type('йцукенгшщзхъ')
  await expect(dialog).toContainText('Такой пароль подберут первым')
  await shots.both(page, 'guessed')
  await accessible(page)
  await type('короткий')
  await expect(dialog).toContainText('Не хватает знаков')
  await type(first, second)
  await expect(dialog).toContainText('Пароли не совпадают')
  await type(first)
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Заблокировать' })).toBeVisible()

  // shares for a forgotten password, asked for with the password in force
  await page.getByRole('button', { name: 'Сделать части для восстановления' }).click()
  await dialog.getByLabel('Пароль сейчас').fill(first)
  await dialog.getByRole('button', { name: 'Сделать части для восстановления' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByText('профиль откроют любые 2 из 3')).toBeVisible()
  const sheets = papersIn(alone.profile)
  expect(sheets).toHaveLength(3)
  await shots.both(page, 'protected')
  await accessible(page)

  // locked by a key from any page; a wrong password opens nothing and names itself
  await visit(page, '/home')
  let loads = 0
  page.on('load', () => loads++)
  await page.keyboard.press('Control+l')
  await expect(locked(page)).toBeVisible()
  await expect(page.getByText('Ковалёва')).toHaveCount(0)
  await shots.both(page, 'locked')
  await accessible(page)
  await unlock(page, second)
  await expect(page.getByText('Пароль не подходит')).toBeVisible()
  await shots.both(page, 'wrong')
  await accessible(page)
  await patiently(page, first)
  await page.evaluate((to) => void (location.hash = to), draft)
  await expect(surname(page)).toHaveValue('Ковалёва')
  expect(loads, 'one for the lock, one for the unlocking').toBe(2)

  // the password is changed: the old one opens nothing any more
  await visit(page, '/profile')
  await page.getByRole('button', { name: 'Сменить пароль' }).click()
  await dialog.getByLabel('Пароль сейчас').fill('совсем не тот пароль')
  await dialog.getByLabel('Новый пароль', { exact: true }).fill(second)
  await dialog.getByLabel('Новый пароль ещё раз').fill(second)
  await dialog.getByRole('button', { name: 'Сменить пароль' }).click()
  await expect(dialog).toContainText('Пароль не подходит')
  await dialog.getByLabel('Пароль сейчас').fill(first)
  await dialog.getByLabel('Новый пароль', { exact: true }).fill(second)
  await dialog.getByLabel('Новый пароль ещё раз').fill(second)
  await dialog.getByRole('button', { name: 'Сменить пароль' }).click()
  await expect(dialog).toHaveCount(0)

  // the password is forgotten: two of the three sheets open the profile, a mistyped one does not
  await page.keyboard.press('Control+l')
  await expect(locked(page)).toBeVisible()
  await page.getByText('Забыт пароль').click()
  await page.getByRole('button', { name: 'Ввести части' }).click()
  const share = (n: number) => sheets[n]?.trim().split('\n').at(-1)?.trim() ?? ''
  const recover = async (one: string, two: string, password: string) => {
    await page.getByLabel('Первая часть').fill(one)
    await page.getByLabel('Вторая часть').fill(two)
    await page.getByLabel('Новый пароль').fill(password)
    await page.getByRole('button', { name: 'Открыть и сменить пароль' }).click()
  }
  const typo = share(0).slice(0, -1) + (share(0).endsWith('A') ? 'B' : 'A')
  await recover(typo, share(2), third)
  await expect(page.getByText('В этой части опечатка')).toBeVisible()
  await shots.both(page, 'shares')
  await accessible(page)
  await recover(share(0), share(0), third)
  await expect(page.getByText('Эта часть уже введена')).toBeVisible()
  await recover(share(0), share(2), 'парольпароль')
  await expect(page.getByText('Такой пароль подберут первым')).toBeVisible()
  await recover(share(0), share(2), third)
  await expect(locked(page)).toHaveCount(0)
  await page.evaluate((to) => void (location.hash = to), draft)
  await expect(surname(page)).toHaveValue('Ковалёва')
  await visit(page, '/profile')

  // a second person: a profile of her own, where nothing of the first one is
  await page.getByLabel('Имя этого профиля').fill('Анна')
  await page.getByLabel('Имя этого профиля').blur()
  await page.getByLabel('Имя нового профиля').fill('Ольга')
  await page.getByRole('button', { name: 'Создать профиль' }).click()
  await expect(page.getByLabel('Имя этого профиля')).toHaveValue('Ольга')
  await visit(page, '/applications')
  await expect(page.getByRole('link', { name: /^Продолжить/ })).toHaveCount(0)
  const other = await begin(page, 'Сидорова')
  await visit(page, '/profile')
  await expect(page.getByText('Анна')).toBeVisible()
  await shots.both(page, 'two')
  await accessible(page)

  // quick switch: the other profile asks for its own password
  await page.getByRole('button', { name: 'Перейти' }).click()
  await expect(locked(page)).toBeVisible()
  await expect(page.getByText('Анна. Введите пароль')).toBeVisible()
  await unlock(page, second)
  await expect(page.getByText('Пароль не подходит')).toBeVisible()
  await patiently(page, third)
  await page.evaluate((to) => void (location.hash = to), draft)
  await expect(surname(page)).toHaveValue('Ковалёва')
  await page.evaluate((to) => void (location.hash = to), other)
  await expect(page.getByText('Сидорова')).toHaveCount(0)
  complaints.length = 0 // a draft that is not there is refused aloud

  // from the locked page of the one straight to the other
  await page.keyboard.press('Control+l')
  await expect(locked(page)).toBeVisible()
  const anew = page.waitForEvent('load') // the page holds nothing of the profile before
  await page.getByRole('button', { name: 'Ольга' }).click()
  await anew
  await expect(page.locator('html[data-ready]')).toBeAttached()
  await page.evaluate((to) => void (location.hash = to), other)
  await expect(surname(page)).toHaveValue('Сидорова')
  await language(page, 'Бел')
  await visit(page, '/profile')
  await shots.both(page, 'second')
  await language(page, 'Рус')

  // a crash while it is open, and what it cost: nothing
  await alone.crash(page)
  complaints.length = 0
  await page.evaluate((to) => void (location.hash = to), other)
  await expect(surname(page)).toHaveValue('Сидорова')
  expect(complaints).toEqual([])
})
