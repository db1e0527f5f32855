// The key store of the desktop opens a profile at the start: a real one, GNOME's,
// on a bus of the story's own.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { language, protect, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { Child } from './child.ts'
import { expect, test } from './fixtures.ts'
import { Program } from './program.ts'

const password = 'васильки на поле у реки'

// A bus that starts nothing by itself: the system's own would answer the first question for a key store with one
// more, which nobody has opened.
const bus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
`

test('the key store of the system opens the profile, and a lock asks all the same', async ({ page, dir, shots }) => {
  const home = join(dir, 'home')
  mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 })
  const own = { HOME: home, XDG_DATA_HOME: join(home, 'share'), XDG_RUNTIME_DIR: join(home, 'run') }
  const config = join(home, 'bus.conf')
  writeFileSync(config, bus)
  const daemon = new Child('dbus', '/usr/bin/dbus-daemon', ['--config-file', config, '--nofork', '--print-address'], own)
  const address = (await daemon.says(/^(unix:\S+)$/m))[1] ?? ''
  const desktop = { ...own, DBUS_SESSION_BUS_ADDRESS: address }
  const keyring = new Child(
    'gnome-keyring',
    '/bin/sh',
    ['-c', 'printf secret | exec gnome-keyring-daemon --foreground --unlock --components=secrets'],
    desktop,
  )
  const program = new Program(join(dir, 'profile'), desktop)
  const elsewhere = new Program(join(dir, 'profile'), { ...own, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' })
  try {
    const owned = () =>
      spawnSync(
        'dbus-send',
        ['--session', '--print-reply=literal', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'],
        { env: { ...process.env, ...desktop }, encoding: 'utf8' },
      ).stdout
    await expect.poll(owned, { timeout: 20_000 }).toContain('true')

    await program.start(page)
    await skipIntroduction(page)
    await protect(page, password)
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Не спрашивать', exact: true }).click()
    await dialog.getByLabel('Пароль сейчас').fill(password)
    await shots.both(page, 'asked')
    await dialog.getByRole('button', { name: 'Не спрашивать пароль при запуске' }).click()
    await expect(page.getByRole('button', { name: 'Снова спрашивать' })).toBeVisible()
    await shots.both(page, 'kept')
    await accessible(page)
    await language(page, 'Бел')
    await page.evaluate(() => void (document.documentElement.dataset.theme = 'dark'))
    await shots.both(page, 'kept-be-dark')
    await language(page, 'Рус')

    // The next start asks nothing; a lock does.
    await program.stop()
    await program.start(page)
    await expect(page.getByRole('heading', { name: 'Здравствуйте' })).toBeVisible()
    await page.keyboard.press('Control+l')
    await expect(page.getByRole('heading', { name: 'Профиль заблокирован' })).toBeVisible()

    // Where no store answers the password is asked for, and the page says why.
    await program.stop()
    await elsewhere.start(page)
    await expect(page.getByRole('heading', { name: 'Профиль заблокирован' })).toBeVisible()
    await elsewhere.stop()

    // Asked again once the person wants it so.
    await program.start(page)
    await page.evaluate(() => void (location.hash = '#/profile'))
    await page.getByRole('button', { name: 'Снова спрашивать' }).click()
    await expect(page.getByRole('button', { name: 'Не спрашивать', exact: true })).toBeVisible()
    await program.stop()
    await program.start(page)
    await expect(page.getByRole('heading', { name: 'Профиль заблокирован' })).toBeVisible()
  } finally {
    await program.stop()
    await elsewhere.stop()
    await keyring.stop()
    await daemon.stop()
  }
})
