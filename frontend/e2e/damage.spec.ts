// A file of the profile that is damaged, or that is older than it was: it is told
// to the person, nothing more is promised by it, and the last copy takes its place.
import type { Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { begin, saved, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { expect, test } from './fixtures.ts'
import { step } from './form.ts'
import type { Program } from './program.ts'

/** Octets of a page on the disk. */
const block = 4096 + 24

const field = (page: Page, id: string) => step(page).locator(`[data-field="${id}"] input`).first()

/** Answers a field and waits until the program has committed it: the page has been saying «saved» since it was opened. */
async function type(page: Page, id: string, text: string): Promise<void> {
  const kept = page.waitForResponse((r) => (r.request().postData() ?? '').includes('Drafts.Apply'))
  await field(page, id).fill(text)
  await field(page, id).blur()
  await (await kept).finished()
  await saved(page)
}

async function visit(page: Page, draft: string): Promise<void> {
  await page.evaluate((to) => void (location.hash = to), draft + '/applicant')
  await expect(field(page, 'surname')).toBeVisible()
}

/** Begins a draft with a surname of which the profile has a copy; gives the address of the draft. */
async function begun(page: Page, program: Program): Promise<string> {
  await program.start(page)
  await skipIntroduction(page)
  await begin(page, '200.1.3.4')
  const draft = new URL(page.url()).hash.replace(/(drafts\/[^/]+).*/, '$1')
  await visit(page, draft)
  await type(page, 'surname', 'Ковалёва')
  await program.stop()
  const copy = join(program.profile, 'profile.db.copy')
  rmSync(copy) // an hour has passed
  await program.start(page)
  await expect.poll(() => existsSync(copy), { timeout: 30_000 }).toBe(true)
  await visit(page, draft)
  return draft
}

/** The program says that a copy took the place of the file, and goes on with it. */
async function restored(page: Page, draft: string): Promise<void> {
  const told = page.getByRole('status').filter({ hasText: 'копи' })
  await expect(told.getByRole('button', { name: 'Понятно' })).toBeVisible()
  await visit(page, draft)
  await expect(field(page, 'surname')).toHaveValue('Ковалёва')
  await expect(field(page, 'name')).toHaveValue('')
}

test('a damaged page of the database', async ({ page, alone, shots }) => {
  const draft = await begun(page, alone)
  await type(page, 'name', 'Анна')
  await alone.stop()
  const file = join(alone.profile, 'profile.db')
  const octets = readFileSync(file)
  octets.fill(0xa5, 2 * block, 2 * block + 512)
  writeFileSync(file, octets)

  await alone.start(page)
  await restored(page, draft)
  await shots.both(page, 'restored')
  await accessible(page)
  expect(existsSync(file + '.damaged')).toBe(true) // for who can rescue something of it
  await page.getByRole('button', { name: 'Понятно' }).click()
  await type(page, 'name', 'Анна')
  await alone.crash(page)
  await visit(page, draft)
  await expect(field(page, 'name')).toHaveValue('Анна')
  await expect(page.getByRole('button', { name: 'Понятно' })).toHaveCount(0)
})

/** Puts the file of the profile as it was before the last answer in the place of the newer one; nothing shows from outside. */
async function putOlder(page: Page, program: Program, draft: string): Promise<void> {
  await program.stop()
  const file = join(program.profile, 'profile.db')
  const older = readFileSync(file)
  await program.start(page)
  await visit(page, draft)
  await type(page, 'name', 'Анна')
  await program.stop()
  const time = join(program.profile, 'time')
  execFileSync('cp', ['--preserve=timestamps', file, time])
  writeFileSync(file, older)
  execFileSync('touch', ['-r', time, file])
  rmSync(time)
}

test('an older file in the place of the newer one', async ({ page, alone, shots }) => {
  const draft = await begun(page, alone)
  await putOlder(page, alone, draft)
  await alone.start(page)
  await expect(page.getByText('Файл с вашими заявлениями повреждён.')).toBeVisible()
  await shots.both(page, 'older')
  await alone.kill()
  await alone.start(page)
  await restored(page, draft)
})

test('an older file without a copy waits for what the person decides', async ({ page, alone, shots }) => {
  const draft = await begun(page, alone)
  await putOlder(page, alone, draft)
  rmSync(join(alone.profile, 'profile.db.copy'))
  await alone.start(page)
  await expect(page.getByText('Файл с вашими заявлениями повреждён.')).toBeVisible()
  await alone.kill()

  await alone.start(page)
  await expect(page.getByRole('heading', { name: 'Файл профиля старее, чем был' })).toBeVisible()
  await shots.both(page, 'shut')
  await accessible(page)
  await page.getByRole('button', { name: 'Открыть то, что есть' }).click()
  const dialog = page.getByRole('dialog', { name: 'Открыть более старый файл?' })
  await shots.both(page, 'shut-asked')
  await accessible(page)
  await dialog.getByRole('button', { name: 'Не открывать' }).click()
  await page.getByRole('button', { name: 'Открыть то, что есть' }).click()
  await dialog.getByRole('button', { name: 'Открыть', exact: true }).click()
  await visit(page, draft)
  await expect(field(page, 'surname')).toHaveValue('Ковалёва')
  await expect(field(page, 'name')).toHaveValue('')
  await type(page, 'name', 'Анна')
  await alone.crash(page)
  await visit(page, draft)
  await expect(field(page, 'name')).toHaveValue('Анна')
})
