// What people do in the stories, said once: by the names that they read.
import { expect, type Locator, type Page } from '@playwright/test'
import { step } from './form.ts'

/** The password of every key of the demo portal. */
export const keyPassword = 'akno-demo'

/** Passes over the pages of the first run. */
export async function skipIntroduction(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Пропустить' }).click()
  await expect(page.getByRole('heading', { name: 'Здравствуйте' })).toBeVisible()
}

/** Opens the sign-in page and chooses a way in. */
export async function signInPage(
  page: Page,
  way: 'Почта и пароль' | 'Уникальный идентификатор' | 'Электронная подпись',
): Promise<void> {
  await page
    .getByRole('link', { name: /^Войти|Вход не выполнен/ })
    .first()
    .click()
  await page.getByRole('radio', { name: way }).check()
  await expect(page.getByRole('heading', { level: 2, name: way })).toBeVisible()
}

/**
 * Searches the catalogue and waits for what was found: until then the list is
 * the whole one, whose rows move away from under a click.
 */
export async function searchCatalogue(page: Page, words: string): Promise<void> {
  await page.getByRole('main').getByRole('searchbox').fill(words)
  const narrowed = async () => {
    const said = await page.getByRole('status').filter({ hasText: /^Нашл/ }).innerText()
    const [found = 0, total = 0] = (said.match(/\d+/g) ?? []).map(Number)
    return found > 0 && found < total
  }
  await expect.poll(narrowed).toBe(true)
}

/** Opens a procedure by its code and begins an application. */
export async function begin(page: Page, code: string): Promise<void> {
  await page.evaluate((to) => void (location.hash = to), '#/catalogue/' + code)
  await page.getByRole('button', { name: 'Начать заявление' }).click()
  await expect(step(page)).toBeVisible()
}

/** Begins an application for somebody else; gives the place of the paper that allows it. */
export async function beginForAnother(page: Page): Promise<Locator> {
  await begin(page, '200.1.3.4')
  await step(page).locator('[data-field="acts_as"] input[value="representative"]').check()
  return step(page).locator('[data-field="rep_file"]')
}

/** Gives the profile its first password. */
export async function protect(page: Page, password: string): Promise<void> {
  await page.evaluate(() => void (location.hash = '#/profile'))
  await page.getByRole('button', { name: 'Установить пароль' }).click()
  const dialog = page.getByRole('dialog')
  for (const name of ['Новый пароль', 'Новый пароль ещё раз'])
    await dialog.getByLabel(name, { exact: true }).fill(password)
  await dialog.getByRole('button', { name: 'Установить пароль' }).click()
  await expect(dialog).toHaveCount(0)
}

/**
 * Waits for what the catalogue finds by words that are typed letter by letter; call it before. Until then its rows move
 * away from under the focus.
 */
export async function foundBy(page: Page, words: string): Promise<void> {
  const told = await page.waitForResponse((r) => {
    const asked = r.request().postData() ?? ''
    return asked.includes('Catalogue.List') && asked.includes(`"search":${JSON.stringify(words)}`)
  })
  await told.finished()
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** Chooses the certificate of a holder where a certificate is shown. */
export async function chooseKey(page: Page, holder: string): Promise<void> {
  const shown = page.getByText(holder, { exact: false }).first()
  const other = page.getByRole('button', { name: 'Другой сертификат' })
  await expect(other.or(shown).first()).toBeVisible()
  if (await shown.isVisible()) return
  await other.click()
  await page
    .getByRole('group', { name: 'Другой сертификат' })
    .locator('label', { hasText: holder })
    .first()
    .click()
}

/** Signs in with the key of a holder. */
export async function signInWithKey(page: Page, holder: string, password = keyPassword): Promise<void> {
  await signInPage(page, 'Электронная подпись')
  await chooseKey(page, holder)
  await page.getByLabel('Пароль к ключу').fill(password)
  await page.getByRole('button', { name: 'Войти', exact: true }).click()
}

/** Signs what the open dialog shows with the key of a holder; the dialog ends by itself. */
export async function signDraft(page: Page, holder: string, password = keyPassword): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Подпишите заявление' })
  await chooseKey(page, holder)
  await dialog.getByLabel('Пароль к ключу').fill(password)
  await dialog.getByRole('button', { name: /^Подписать как/ }).click()
  await expect(dialog).toBeHidden()
}

/** Waits until the page says as a fact that everything is saved. */
export async function saved(page: Page): Promise<void> {
  await expect(page.getByText(/^Сохранено в \d\d:\d\d$/)).toBeVisible()
}

/** Leaves the cabinet. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Вход и доступ' }).click()
  await page.getByRole('button', { name: 'Выйти', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Вход в кабинет' })).toBeVisible()
}

/** Waits for what should come next; what the program tells instead is the failure. */
export async function reach(page: Page, next: Locator): Promise<void> {
  const told = page.getByRole('alert').filter({ visible: true })
  await expect(next.or(told).first()).toBeVisible()
  if (!(await next.first().isVisible())) throw new Error('the program tells: ' + (await told.first().innerText()))
}

/** Changes the language of the page. */
export async function language(page: Page, name: 'Рус' | 'Бел' | 'Eng'): Promise<void> {
  const button = page.getByRole('button', { name, exact: true })
  await button.click()
  await expect(button).toHaveAttribute('aria-pressed', 'true')
}
