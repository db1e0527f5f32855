// A form that changes while somebody fills it in: the portal's administrator publishes packs with a declared way for
// the answers, the person sees what changes, takes it over, and goes back.
import { expect } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { language, saved, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { binary, root } from './child.ts'
import { test } from './fixtures.ts'
import { example } from './form.ts'
import { theme } from './gates.ts'
import { Papers } from './papers.ts'
import { make, place } from './sweep.ts'

/** What the administrator does: writes the next version of a form, builds the packs, signs them and puts them into the portal. */
function publish(dir: string, portal: string): void {
  const sources = join(dir, 'sources')
  cpSync(join(root, 'packs'), sources, { recursive: true })
  const file = join(sources, 'procedures/200.1.3.4.yaml')
  const question = /^( +)- \{id: purpose,.*$/m
  const before = readFileSync(file, 'utf8')
  const indent = question.exec(before)?.[1] ?? ''
  const renamed =
    indent +
    '- {id: presented_to, type: text, label: {ru: "Кому вы покажете справку", be: "Каму вы пакажаце даведку", en: "Who will see the certificate"}, max_len: 200}'
  const added =
    indent +
    '- {id: amount, type: text, label: {ru: "Сколько справок сделать", be: "Колькі даведак зрабіць", en: "How many to make"}, max_len: 40}'
  const after = before
    .replace(/^version: 1$/m, 'version: 2')
    .replace(/^( +)version: 1$/m, '$1version: 2\n$1migrate: {from: 1, rename: {purpose: presented_to}, drop: [copies], set: {amount: "str(copies)"}}')
    .replace(/^ +- \{id: copies,.*\n/m, '')
    .replace(question, `${renamed}\n${added}`)
    .replace(/^ +copies: 1\n/gm, '')
  writeFileSync(file, after)
  execFileSync(binary('aknoctl', 'aknoctl'), [
    ...['form', 'build', sources, '--out', join(portal, 'packs'), '--serial', '1000'],
    ...['--key', join(portal, 'pki/keys/publisher.key'), '--password-file', join(portal, 'pki/password')],
  ])
}

test('a new version of a form loses nothing and can be taken back', async ({ page, program, portal, dir, shots, complaints }) => {
  await program.start(page)
  await skipIntroduction(page)
  const answers = { ...example('F_1_3_4'), copies: '2', purpose: 'в школу' }
  const draft = await make(page, '200.1.3.4', answers, new Papers(dir).pdf('paper.pdf'))
  await place(page, draft, 'subject')
  const field = (id: string) => page.locator(`[data-field="${id}"]`)
  const purpose = field('purpose').locator('input')
  await purpose.fill('в школу, дочери')
  await purpose.blur()
  await saved(page)

  // the portal has the new version from one day to the next
  await program.stop()
  await portal.stop()
  publish(dir, portal.data)
  await portal.start()
  await program.start(page)
  complaints.length = 0 // the program was away meanwhile
  const look = page.getByRole('link', { name: 'Посмотреть, что изменится' })
  await expect(async () => {
    await page.evaluate(() => void (location.hash = '#/home')) // a draft that is opened anew asks for its version
    await place(page, draft, 'subject')
    await expect(look).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 60_000 })
  await expect(purpose).toHaveValue('в школу, дочери') // nothing has moved by itself
  await expect(field('copies').locator('input')).toHaveValue('2')
  await shots.both(page, 'offered')
  await accessible(page)

  // what changes, question by question
  await look.click()
  const changes = page.getByRole('table', { name: 'Что изменится' })
  await expect(changes).toBeVisible()
  const row = (name: string) => changes.getByRole('row').filter({ hasText: name })
  await expect(row('Кому вы покажете справку')).toContainText('Спрашивается иначе')
  await expect(row('Кому вы покажете справку')).toContainText('в школу, дочери')
  await expect(row('Количество экземпляров')).toContainText('Больше не спрашивается')
  await expect(row('Сколько справок сделать')).toContainText('Заполнено по прежним ответам')
  for (const lang of ['Бел', 'Eng', 'Рус'] as const) {
    await language(page, lang)
    await shots.both(page, 'difference')
    await accessible(page)
  }
  await page.getByRole('link', { name: 'Остаться на прежней' }).click()
  await expect(look).toBeVisible()

  await look.click()
  await page.getByRole('button', { name: 'Перейти на новую редакцию' }).click()
  await expect(page.getByText('Черновик переведён на новую редакцию')).toBeVisible()
  await place(page, draft, 'subject')
  const presented = field('presented_to').locator('input')
  await expect(presented).toHaveValue('в школу, дочери')
  await expect(field('amount').locator('input')).toHaveValue('2')
  await expect(field('copies')).toHaveCount(0)
  const orphans = page.getByRole('region', { name: 'Ответы, которым нет места в новой форме' })
  await expect(orphans).toContainText('Количество экземпляров')
  await expect(orphans).toContainText('2')
  await theme(page, 'dark')
  await shots.both(page, 'orphans-dark')
  await accessible(page)
  await theme(page, 'light')

  // it is on the disk, and the way back is open after a death too
  await presented.fill('в школу, дочери и сыну')
  await presented.blur()
  await saved(page)
  await program.crash(page)
  complaints.length = 0
  await place(page, draft, 'subject')
  await expect(presented).toHaveValue(/^в школу, дочери/)
  await expect(orphans).toContainText('2')
  for (let n = 0; n < 2; n++) {
    if (await presented.count()) await page.getByRole('button', { name: 'Отменить', exact: true }).first().click()
    await expect(page.getByText(/^Отменено/).first()).toBeVisible()
  }
  await expect(purpose).toHaveValue('в школу, дочери')
  await expect(field('copies').locator('input')).toHaveValue('2')
  await expect(orphans).toHaveCount(0)
  await expect(look).toBeVisible()
  expect(complaints).toEqual([])
})
