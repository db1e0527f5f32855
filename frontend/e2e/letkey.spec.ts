// A key of the digital signature opens a locked profile: let in by who knows the profile's password, refused when it is
// another one, taken out again.
import { expect, type Page } from '@playwright/test'
import { join } from 'node:path'
import { chooseKey, keyPassword, language, protect, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { test } from './fixtures.ts'
import { visit } from './sweep.ts'

const password = 'васильки на поле у реки'
const holder = 'Ковалева Анна Сергеевна'
const locked = (page: Page) => page.getByRole('heading', { name: 'Профиль заблокирован' })

/** Locks the profile and offers a key file with its password. */
async function offer(page: Page, file: string, press: () => Promise<void>): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await press()
  await (await chooser).setFiles(file)
  await expect(page.getByRole('group', { name: 'Файл ключа' })).toContainText(file.split('/').pop() ?? '')
  await page.getByLabel('Пароль ключа').fill(keyPassword)
  await page.getByLabel('Пароль ключа').press('Enter')
}

test('a key that was let in opens a locked profile, another one does not', async ({ page, demo, portal, shots, complaints }) => {
  await demo.start(page)
  await skipIntroduction(page)
  await protect(page, password)

  // Both passwords are asked for; a wrong one of the profile is told at its field.
  const dialog = page.getByRole('dialog')
  const way = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Ключ ЭЦП' }) })
  await expect(way.getByText('не открывает', { exact: true })).toBeVisible()
  await way.getByRole('button', { name: 'Добавить ключ' }).press('Enter')
  await chooseKey(page, holder)
  const add = async (own: string, key: string) => {
    await dialog.getByLabel('Пароль профиля сейчас').fill(own)
    await dialog.getByLabel('Пароль к ключу').fill(key)
    await dialog.getByLabel('Пароль к ключу').press('Enter')
  }
  await shots.both(page, 'adding')
  await accessible(page)
  await add('совсем не тот пароль', keyPassword)
  await expect(dialog.getByText('Пароль не подходит, или файл ключа повреждён')).toBeVisible()
  await add(password, keyPassword)
  await expect(dialog).toHaveCount(0)
  await expect(way.getByText('открывает', { exact: true })).toBeVisible()
  await expect(way.getByText(new RegExp(`^${holder}, сертификат до`))).toBeVisible()
  await shots.both(page, 'let-in')
  await accessible(page)
  await language(page, 'Бел')
  await page.evaluate(() => void (document.documentElement.dataset.theme = 'dark'))
  await shots.both(page, 'let-in-be-dark')
  await language(page, 'Eng')
  await shots.take(page, 'let-in')
  await language(page, 'Рус')

  // Another's key with its right password is refused and says why; the right one opens.
  await page.keyboard.press('Control+l')
  await expect(locked(page)).toBeVisible()
  await offer(page, join(portal.ready.keys, 'clerk.key'), () =>
    page.getByRole('button', { name: 'Открыть ключом ЭЦП' }).press('Enter'),
  )
  await expect(page.getByText('Этот ключ профиль не открывает: добавлен другой.')).toBeVisible()
  await shots.both(page, 'another-key')
  await accessible(page)
  complaints.length = 0 // a refusal of a secret is an answer that is no success
  await offer(page, join(portal.ready.keys, 'citizen.key'), () =>
    page.getByRole('button', { name: 'Другой файл' }).press('Enter'),
  )
  const pause = page.getByText('программа немного ждёт') // after a wrong try
  await expect(async () => {
    if (await pause.count()) {
      await page.getByLabel('Пароль ключа').fill(keyPassword)
      await page.getByLabel('Пароль ключа').press('Enter')
    }
    await expect(locked(page)).toHaveCount(0, { timeout: 3000 })
  }).toPass({ timeout: 60_000 })

  // Taken out, it opens nothing; what that means is said first.
  await visit(page, '/profile')
  await way.getByRole('button', { name: 'Убрать ключ' }).press('Enter')
  await expect(dialog).toContainText('Копию папки профиля, сделанную раньше, ключ откроет по-прежнему')
  await shots.both(page, 'drop')
  await dialog.getByRole('button', { name: 'Убрать ключ' }).press('Enter')
  await expect(way.getByText('не открывает', { exact: true })).toBeVisible()
  await page.keyboard.press('Control+l')
  await expect(locked(page)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Открыть ключом ЭЦП' })).toHaveCount(0)
  await page.getByLabel('Пароль профиля').fill(password)
  await page.getByLabel('Пароль профиля').press('Enter')
  await expect(locked(page)).toHaveCount(0)
})
