// What every story has: a portal, the wire to it, the program, pictures, and a
// page that fails the story when something goes wrong in it.
import { test as base, expect } from '@playwright/test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Portal, Wire } from './portal.ts'
import { Program } from './program.ts'
import { Shots } from './shots.ts'

interface Fixtures {
  /** A folder of the story's own, removed after it. */
  dir: string
  /** A running demo portal with fresh data. */
  portal: Portal
  /** The network between the program and the portal. */
  wire: Wire
  /** The program of the citizen: a fresh profile and an empty folder for keys. Start it with `await program.start(page)`. */
  program: Program
  /** The program of the demo's citizen, behind the wire, with every key of the demo portal: also those of others. */
  demo: Program
  /** The program of somebody of the staff on a profile of their own, with the keys that the demo portal made. */
  staff: (name: string) => Program
  /** The program on a fresh profile, told of no portal. */
  alone: Program
  shots: Shots
  /** What the page complained about: errors thrown and written to the console. */
  complaints: string[]
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs
  dir: async ({}, use) => {
    const dir = mkdtempSync(join(tmpdir(), 'akno-e2e-'))
    await use(dir)
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  },

  portal: async ({ dir }, use, info) => {
    const portal = new Portal(join(dir, 'portal'))
    await portal.start()
    await use(portal)
    await portal.stop()
    if (info.status !== info.expectedStatus)
      await info.attach('portald', { body: portal.said, contentType: 'text/plain' })
  },

  wire: async ({ portal }, use) => {
    const wire = new Wire(() => portal.ready.portal)
    await wire.start()
    await use(wire)
    await wire.stop()
  },

  program: async ({ dir, portal, wire }, use, info) => {
    const program = new Program(join(dir, 'profile'), {
      AKNO_PORTAL_URL: wire.url,
      AKNO_TRUST_DIR: portal.ready.trust,
      AKNO_KEYS_DIR: join(dir, 'keys'),
    })
    await use(program)
    await program.stop()
    if (info.status !== info.expectedStatus)
      await info.attach('akno', { body: program.said, contentType: 'text/plain' })
  },

  demo: async ({ dir, portal, wire }, use, info) => {
    const program = new Program(join(dir, 'demo'), {
      AKNO_PORTAL_URL: wire.url,
      AKNO_TRUST_DIR: portal.ready.trust,
      AKNO_KEYS_DIR: portal.ready.keys,
    })
    await use(program)
    await program.stop()
    if (info.status !== info.expectedStatus)
      await info.attach('akno', { body: program.said + '\n' + program.log(), contentType: 'text/plain' })
  },

  staff: async ({ dir, portal }, use) => {
    const programs: Program[] = []
    await use((name) => {
      const program = new Program(join(dir, 'staff', name), {
        AKNO_PORTAL_URL: portal.ready.portal,
        AKNO_TRUST_DIR: portal.ready.trust,
        AKNO_KEYS_DIR: portal.ready.keys,
      })
      programs.push(program)
      return program
    })
    await Promise.all(programs.map((p) => p.stop()))
  },

  alone: async ({ dir }, use) => {
    const program = new Program(join(dir, 'profile'))
    await use(program)
    await program.stop()
  },

  // eslint-disable-next-line no-empty-pattern -- as above
  shots: async ({}, use, info) => use(new Shots(info.title)),

  complaints: async ({ page }, use) => {
    const heard: string[] = []
    page.on('pageerror', (e) => heard.push(String(e)))
    page.on('console', (m) => m.type() === 'error' && heard.push(m.text()))
    await use(heard)
  },
})

export { expect }
