// Real disks: one of a few megabytes that is filled up, and one that turns
// read-only as a failing one does, while a person types. disk.spec.ts tells the
// same story everywhere by a limit of the process; this one needs the right to
// mount, so it belongs to make soak.
import type { Page } from '@playwright/test'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { begin, saved, skipIntroduction } from './acts.ts'
import { expect, test } from './fixtures.ts'
import { step } from './form.ts'
import { Program } from './program.ts'

const field = (page: Page, id: string) => step(page).locator(`[data-field="${id}"] input`).first()

/** Begins a draft and types a name into it that is saved; gives the draft's address. */
async function begun(page: Page): Promise<string> {
  await skipIntroduction(page)
  await begin(page, '200.1.3.4')
  const draft = new URL(page.url()).hash.replace(/(drafts\/[^/]+).*/, '$1')
  await page.evaluate((to) => void (location.hash = to), draft + '/applicant')
  await field(page, 'surname').fill('Ковалёва')
  await field(page, 'surname').blur()
  await saved(page)
  return draft
}

/** What a started program has of the draft. */
async function has(page: Page, draft: string, answers: Record<string, string>): Promise<void> {
  await page.evaluate((to) => void (location.hash = to), draft + '/applicant')
  for (const [id, text] of Object.entries(answers)) await expect(field(page, id)).toHaveValue(text)
}

test('a disk of a few megabytes fills up', async ({ page, dir }) => {
  const disk = join(dir, 'disk')
  mkdirSync(disk)
  // A disk of the program's own: nobody else sees it, and no rights are needed for it.
  const mount = 'mount -t tmpfs -o size=12m none "$AKNO_TEST_DISK" && exec "$@"'
  const program = new Program(join(disk, 'profile'), { AKNO_TEST_DISK: disk }, [
    'unshare', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh',
  ])
  try {
    await program.start(page)
    const draft = await begun(page)
    const inside = join('/proc', String(program.pid), 'root', disk, 'ballast')
    try {
      writeFileSync(inside, Buffer.alloc(64 << 20))
    } catch (e) {
      expect(String(e)).toContain('ENOSPC')
    }
    // The log has room of its own that it keeps; many answers use it up.
    const told = page.getByRole('alert').filter({ hasText: 'На диске нет места' })
    let n = 0
    while (!(await told.isVisible()) && n < 200) await field(page, 'name').fill(`Анна ${++n}`)
    await expect(told).toContainText(/DISK_FULL/)
    await field(page, 'patronymic').fill('Сергеевна')
    await field(page, 'patronymic').blur()
    const name = await field(page, 'name').inputValue()
    rmSync(inside)
    await saved(page)
    await expect(told).toHaveCount(0)
    await page.reload()
    await has(page, draft, { surname: 'Ковалёва', name, patronymic: 'Сергеевна' })
  } finally {
    await program.stop()
  }
})

test('a disk turns read-only', async ({ page, dir }) => {
  const disk = join(dir, 'disk')
  const image = join(dir, 'image')
  mkdirSync(disk)
  const run = (...command: string[]) => execFileSync(command[0] ?? '', command.slice(1), { encoding: 'utf8' }).trim()
  writeFileSync(image, Buffer.alloc(48 << 20))
  run('mkfs.ext4', '-q', image)
  run('mount', '-o', 'loop,errors=remount-ro', image, disk)
  const program = new Program(join(disk, 'profile'))
  try {
    const device = run('findmnt', '-n', '-o', 'SOURCE', disk).replace('/dev/', '')
    await program.start(page)
    const draft = await begun(page)
    writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, 'a fault of the disk')
    await field(page, 'name').fill('Анна')
    await field(page, 'name').blur()
    const told = page.getByRole('alert').filter({ hasText: 'нельзя записать' })
    await expect(told).toContainText(/READ_ONLY/)
    await field(page, 'patronymic').fill('Сергеевна')
    await expect(field(page, 'name')).toHaveValue('Анна')
    // Such a disk is mended with the program closed: what was told to be saved is there.
    await program.kill()
    run('umount', disk)
    spawnSync('fsck.ext4', ['-y', '-q', image]) // its status says that it mended something
    run('mount', '-o', 'loop', image, disk)
    await program.start(page)
    await has(page, draft, { surname: 'Ковалёва', name: '' })
  } finally {
    await program.stop()
    run('umount', disk)
  }
})
