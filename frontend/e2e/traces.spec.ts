// The octets of the disk while a person works, after a kill and after the end:
// nothing that was typed or attached can be read in them.
import type { Page } from '@playwright/test'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beginForAnother, saved, skipIntroduction } from './acts.ts'
import { expect, test } from './fixtures.ts'
import { attach, step } from './form.ts'
import { Papers } from './papers.ts'
import { Program } from './program.ts'

/** Invented data of a person, and what is in the person's papers. */
const personal = ['Верасень', 'Алесь', 'Іванавіч', 'Даверанасць Верасня', 'Paper of Veras']
const papersOnly = ['Даверанасць Верасня', 'Paper of Veras']

/** The ways in which a program may write a text. */
function spellings(text: string): Buffer[] {
  const wide = Buffer.from(text, 'utf16le')
  return [
    Buffer.from(text),
    wide,
    Buffer.from(wide).swap16(),
    Buffer.from(encodeURIComponent(text)),
    Buffer.from(JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'))),
    Buffer.from(Buffer.from(text).toString('base64').replace(/.{1,4}$/, '')),
    Buffer.from(Buffer.from(text).toString('hex')),
  ]
}

/** Which of the texts can be read in the files of a folder, or in their names. */
function readable(folder: string, texts: readonly string[]): string[] {
  const found: string[] = []
  const looked = texts.map((text) => ({ text, ways: spellings(text) }))
  const walk = (dir: string) => {
    for (const name of readdirSync(dir)) {
      const path = join(dir, name)
      try {
        if (statSync(path).isDirectory()) walk(path)
        const octets = Buffer.concat([Buffer.from(name), statSync(path).isFile() ? readFileSync(path) : Buffer.alloc(0)])
        for (const { text, ways } of looked)
          if (ways.some((way) => octets.includes(way))) found.push(`${text} in ${path.slice(folder.length)}`)
      } catch (e) {
        if (!String(e).includes('ENOENT')) throw e // gone meanwhile
      }
    }
  }
  walk(folder)
  return found
}

const field = (page: Page, id: string) => step(page).locator(`[data-field="${id}"] input`).first()

test('nothing of a person is read off the disk', async ({ page, dir }) => {
  const profile = join(dir, 'profile')
  const temporary = join(dir, 'tmp')
  mkdirSync(temporary)
  const program = new Program(profile, { TMPDIR: temporary, XDG_RUNTIME_DIR: '' })
  try {
    await program.start(page)
    await skipIntroduction(page)
    const place = await beginForAnother(page)
    const papers = new Papers(join(dir, 'papers'))
    const paper = papers.pdf('Даверанасць Верасня.pdf', 'Paper of Veras')
    // What is looked for can be found: the paper itself says it.
    expect(readable(papers.folder, personal).length).toBeGreaterThan(0)
    await attach(page, place, paper)
    await place.getByRole('button', { name: /^Посмотреть/ }).click()
    await expect(page.getByRole('dialog').locator('iframe')).toBeVisible()
    expect(readable(profile, personal), 'while a paper is looked at').toEqual([])
    await page.keyboard.press('Escape')

    const draft = new URL(page.url()).hash.replace(/(drafts\/[^/]+).*/, '$1')
    await page.evaluate((to) => void (location.hash = to), draft + '/applicant')
    for (const [id, text] of [['surname', 'Верасень'], ['name', 'Алесь'], ['patronymic', 'Іванавіч']] as const) {
      await field(page, id).fill(text)
      await field(page, id).blur()
      await saved(page)
      expect(readable(profile, personal), 'while it is typed').toEqual([])
    }
    // Found by a word: the index of words is on the disk too.
    await page.evaluate(() => void (location.hash = '#/applications'))
    await page.getByRole('main').getByRole('searchbox').fill('верасень')
    await expect(page.getByRole('row').or(page.getByRole('listitem')).filter({ hasText: 'Верасень' }).first()).toBeVisible()
    expect(readable(profile, personal), 'after a search').toEqual([])

    // A sealed file for another computer says nothing on its way out.
    await page.evaluate(() => void (location.hash = '#/move'))
    for (const name of ['Пароль файла', 'Пароль файла ещё раз'])
      await page.getByLabel(name, { exact: true }).fill('васильки на поле у реки')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: /^Сохранить 1 черновик/ }).click()
    const parcel = join(dir, 'parcels', 'drafts.akno')
    await (await download).saveAs(parcel)
    expect(readable(join(dir, 'parcels'), personal), 'in the parcel').toEqual([])
    expect(readable(profile, personal), 'while a parcel is made').toEqual([])

    await program.kill()
    expect(readable(profile, personal), 'after a kill').toEqual([])
    // What the browser handed over lay there as long as the program ran; the next start removes it.
    await program.start(page)
    expect(readable(temporary, papersOnly), 'in the temporary folder').toEqual([])
    expect(readable(profile, personal), 'after the next start').toEqual([])

    // The parcel that was opened with the program brings its own page.
    await program.stop()
    expect(readable(dir + '/tmp', personal), 'in the temporary folder after the end').toEqual([])
    expect(readable(profile, personal), 'after the end').toEqual([])
    await program.start(page, parcel)
    await expect(page.getByRole('heading', { level: 1, name: 'Принести с другого компьютера' })).toBeVisible()
    await expect(page.getByText('drafts.akno')).toBeVisible()
  } finally {
    await program.stop()
  }
})
