// A bad network: what waits is told with its reason, carried by hand, and arrives once.
import type { Page } from '@playwright/test'
import { accessible } from './axe.ts'
import { begin, language, signDraft, signInWithKey, skipIntroduction } from './acts.ts'
import { expect, test } from './fixtures.ts'
import { example, fill } from './form.ts'
import { join } from 'node:path'
import { Program } from './program.ts'

const anna = 'Ковалева Анна Сергеевна'
const filePassword = 'берег лодка сосна 26'

/** Opens the page of the exchange by its place in the sidebar. */
async function toExchange(page: Page): Promise<void> {
  await page.evaluate(() => void (location.hash = '#/exchange'))
  await expect(page.getByRole('heading', { level: 1, name: 'Обмен' })).toBeVisible()
}

/** Signs a free application; it waits when there is no network. */
async function signed(page: Page): Promise<void> {
  await begin(page, '200.2.18')
  await fill(page, example('F_2_18', 'surname', 'name', 'patronymic', 'birth_date', 'personal_number', 'sex'))
  await page.getByRole('button', { name: 'Подписать', exact: true }).click()
  await signDraft(page, anna)
  await expect(page.getByText(/^Подписано и ждёт связи/)).toBeVisible()
}

test('a network that goes and lies, and a queue that arrives once', async ({
  page,
  dir,
  demo,
  portal,
  wire,
  browser,
  shots,
}) => {
  await demo.start(page)
  await skipIntroduction(page)
  await signInWithKey(page, anna)
  await expect(page.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
  wire.cut()
  await signed(page)
  await toExchange(page)
  const send = page.getByRole('button', { name: /^Отправить сейчас: Заявление/ })
  await expect(page.getByText(/Портал не отвечает\./).first()).toBeVisible()
  await expect(page.getByRole('link', { name: /Нет связи/ })).toBeVisible()
  await accessible(page)
  await shots.both(page, 'waits')
  await language(page, 'Бел')
  await expect(page.getByRole('button', { name: /^Адправіць цяпер: Заява/ })).toBeVisible()
  await shots.both(page, 'waits')
  await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'))
  await shots.both(page, 'dark')
  await page.evaluate(() => (document.documentElement.dataset.theme = 'light'))
  await language(page, 'Рус')

  // What goes is shown as it goes.
  await page.getByRole('button', { name: /^Показать, что отправляется/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Что отправляется' })
  await expect(dialog.getByText(/^[0-9a-f]{64}$/)).toBeVisible()
  await expect(dialog.getByText('Тестовский').or(dialog.getByText('Ковалева')).first()).toBeVisible()
  await accessible(page)
  await shots.both(page, 'what')
  await dialog.getByRole('button', { name: 'Закрыть' }).last().click()

  // A page of the network's own is not the portal, whatever its status.
  wire.captive()
  await send.click()
  await expect(page.getByText('Сеть просит входа на странице провайдера', { exact: false }).first()).toBeVisible()
  await expect(send).toBeVisible()
  await shots.both(page, 'captive')

  // The queue goes into a file, and stays here.
  await page.getByRole('link', { name: 'Сохранить очередь в файл' }).click()
  await page.getByLabel('Пароль файла', { exact: true }).fill(filePassword)
  await page.getByLabel('Пароль файла ещё раз').fill(filePassword)
  await accessible(page)
  await shots.both(page, 'carry')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Сохранить 1 действие в файл' }).click()
  const file = join(dir, 'queue.akno')
  await (await download).saveAs(file)
  await expect(page.getByText('Файл сохранён')).toBeVisible()
  await toExchange(page)
  await expect(page.getByText(/^Записано в файл/)).toBeVisible()

  // Another computer sends it.
  const work = new Program(join(dir, 'work'), {
    AKNO_PORTAL_URL: portal.ready.portal,
    AKNO_TRUST_DIR: portal.ready.trust,
    AKNO_KEYS_DIR: portal.ready.keys,
  })
  const other = await browser.newPage({ locale: 'ru-RU', timezoneId: 'Europe/Minsk' })
  try {
    await work.start(other)
    await skipIntroduction(other)
    await signInWithKey(other, anna)
    await expect(other.getByRole('heading', { name: 'Здравствуйте, Анна Сергеевна' })).toBeVisible()
    await toExchange(other)
    await other.getByRole('link', { name: 'Принести очередь сюда' }).click()
    const chooser = other.waitForEvent('filechooser')
    await other.getByRole('button', { name: 'Выбрать файл' }).click()
    await (await chooser).setFiles(file)
    await other.getByLabel('Пароль файла').fill(filePassword)
    await other.getByRole('button', { name: 'Открыть и посмотреть' }).click()
    await expect(other.getByText('Встанет в очередь и уйдёт при связи.')).toBeVisible()
    await shots.take(other, 'brought')
    await other.getByRole('button', { name: 'Поставить в очередь' }).click()
    await other.getByRole('link', { name: 'К обмену' }).click()
    await expect(other.getByText('Всё отправлено')).toBeVisible({ timeout: 30_000 })
  } finally {
    await other.close()
    await work.stop()
  }

  // The first one sends it too, and there is one application.
  wire.mend()
  await send.click()
  await expect(page.getByText('Всё отправлено')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('region', { name: 'Пришло недавно' }).getByRole('listitem')).toHaveCount(1)
  await accessible(page)
  await shots.both(page, 'sent')
})
