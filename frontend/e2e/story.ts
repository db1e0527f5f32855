// The people of a story that is longer than one test: a portal, the wire to
// it, the program of the citizen and the programs of the staff, for as long as
// the story lasts. Data stay between the tests as they stay between two days.
import { test as base, type Page } from '@playwright/test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Portal, Wire } from './portal.ts'
import { Program } from './program.ts'
import { testScanner } from './scanner.ts'
import { Shots } from './shots.ts'

export class Story {
  readonly dir = mkdtempSync(join(tmpdir(), 'akno-e2e-'))
  readonly portal = new Portal(join(this.dir, 'portal'))
  readonly wire = new Wire(() => this.portal.ready.portal)
  private programs = new Map<string, Program>()

  async begin(): Promise<void> {
    await this.portal.start()
    await this.wire.start()
  }

  /** Stops everything and removes what it left. */
  async end(): Promise<void> {
    await this.rest()
    await this.wire.stop()
    await this.portal.stop()
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 })
  }

  /** Everybody closes the program; the portal goes on. */
  async rest(): Promise<void> {
    await Promise.all([...this.programs.values()].map((p) => p.stop()))
  }

  /** The program of the citizen, behind the wire, with keys of its own. */
  get citizen(): Program {
    return this.program('citizen', this.wire.url, join(this.dir, 'keys'))
  }

  /** The program of somebody of the staff, with the keys of the demo portal and a scanner. */
  staff(name: string): Program {
    return this.program(name, this.portal.ready.portal, this.portal.ready.keys, testScanner(this.dir))
  }

  /** What everybody printed, for the report of a story that failed. */
  get said(): string {
    const programs = [...this.programs].map(([name, p]) => `== ${name}\n${p.said}\n${p.log()}`)
    return [`== portald\n${this.portal.said}`, ...programs].join('\n')
  }

  private program(name: string, portal: string, keys: string, more: Record<string, string> = {}): Program {
    const known = this.programs.get(name)
    if (known) return known
    const env = { AKNO_PORTAL_URL: portal, AKNO_TRUST_DIR: this.portal.ready.trust, AKNO_KEYS_DIR: keys, ...more }
    const program = new Program(join(this.dir, name), env)
    this.programs.set(name, program)
    return program
  }
}

interface Worlds {
  shots: Shots
  /** What the page complained about: errors thrown and written to the console. */
  complaints: string[]
  /** A page of a browser that has nothing in common with the others: somebody else's, or another computer. */
  another: () => Promise<Page>
}

/** The test of a long story: it brings what the tests of one story do not share. */
export const chapter = base.extend<Worlds>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs
  shots: async ({}, use, info) => use(new Shots(info.title)),

  complaints: async ({ page }, use) => {
    const heard: string[] = []
    page.on('pageerror', (e) => heard.push(String(e)))
    page.on('console', (m) => m.type() === 'error' && heard.push(m.text()))
    await use(heard)
  },

  another: async ({ browser }, use) => {
    const opened: Page[] = []
    await use(async () => {
      const page = await browser.newPage({ locale: 'ru-RU', timezoneId: 'Europe/Minsk' })
      opened.push(page)
      return page
    })
    await Promise.all(opened.map((p) => p.close()))
  },
})
