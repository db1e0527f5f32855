// Papers from a scanner: from the one that SANE pretends to have, and from a
// folder that any scanner saves into.
import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beginForAnother, language, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { expect, test } from './fixtures.ts'
import { Papers } from './papers.ts'
import { Program } from './program.ts'
import { testScanner } from './scanner.ts'

test('papers come from a scanner and from its folder', async ({ page, dir, shots, complaints }) => {
  const scans = join(dir, 'scans')
  mkdirSync(scans)
  const papers = new Papers(join(dir, 'papers'))
  const paper = await papers.picture(page, 'old.jpg', 300, 400)
  writeFileSync(join(scans, 'there before.jpg'), await readFile(paper))
  const program = new Program(join(dir, 'profile'), { ...testScanner(dir), AKNO_KEYS_DIR: scans })
  try {
    await program.start(page)
    await skipIntroduction(page)
    const field = await beginForAnother(page)
    const draft = new URL(page.url()).hash

    // Two pages of the scanner become one document.
    await field.getByRole('button', { name: 'Сканировать' }).press('Enter')
    const layer = page.getByRole('dialog', { name: 'Сканирование' })
    const start = layer.getByRole('button', { name: 'Сканировать страницу' })
    await expect(layer.getByLabel('Сканер')).toContainText('frontend-tester')
    await start.press('Enter')
    await expect(layer.getByText('Сделан 1 снимок')).toBeVisible({ timeout: 30_000 })
    await shots.both(page, 'scanner')
    await accessible(page)
    await start.press('Enter')
    await expect(layer.getByText('Сделано 2 снимка')).toBeVisible({ timeout: 30_000 })
    await layer.getByRole('button', { name: 'Готово' }).press('Enter')
    const tray = page.getByRole('dialog', { name: 'Подготовка снимков' })
    await expect(tray.getByRole('button', { name: /^Снимок 2/ })).toBeVisible()
    await tray.getByRole('button', { name: 'Собрать в PDF' }).press('Enter')
    await expect(tray).toHaveCount(0)
    await expect(field.getByText(/^scan .*\.pdf$/)).toBeVisible()
    await field.getByRole('button', { name: /^Удалить/ }).click()

    // What comes into the folder is offered; what was there before is not.
    await field.getByRole('button', { name: 'Следить за папкой сканера' }).press('Enter')
    await expect(field.getByText('Следим за папкой «scans»')).toBeVisible()
    writeFileSync(join(scans, 'доверенность.jpg'), await readFile(paper))
    const take = field.getByRole('button', { name: 'Приложить «доверенность.jpg»' })
    await expect(take).toBeVisible({ timeout: 20_000 })
    await expect(field.getByText('there before.jpg')).toHaveCount(0)
    await shots.both(page, 'folder')
    await accessible(page)
    await language(page, 'Бел')
    await page.evaluate(() => void (document.documentElement.dataset.theme = 'dark'))
    await shots.both(page, 'folder-be-dark')
    await language(page, 'Рус')
    await take.press('Enter')
    await expect(field.getByText('доверенность.jpg', { exact: true })).toBeVisible()
    await expect(take).toHaveCount(0)

    // Watched after the next start too, until the person stops it.
    await program.stop()
    await program.start(page)
    await page.evaluate((to) => void (location.hash = to), draft)
    await expect(field.getByText('Следим за папкой «scans»')).toBeVisible()
    await field.getByRole('button', { name: 'Не следить' }).click()
    await expect(field.getByText(/^Следим за папкой/)).toHaveCount(0)
    expect(complaints.filter((c) => !/Failed to load resource|ERR_/.test(c))).toEqual([])
  } finally {
    await program.stop()
  }
})
