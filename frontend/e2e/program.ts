// The program of a story, shown in the browser.
import { expect, type Page } from '@playwright/test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary, Child } from './child.ts'

export class Program {
  private child?: Child
  private links = 0

  /** env has AKNO_PORTAL_URL and the like. */
  constructor(
    readonly profile: string,
    readonly env: Record<string, string> = {},
    /** A command that runs it, before its own name. */
    readonly by: readonly string[] = [],
  ) {}

  /** Starts it, with addresses or files to open, and opens its link in the page. */
  async start(page: Page, ...args: string[]): Promise<void> {
    this.child = this.run(args)
    this.links = 0
    await this.open(page)
  }

  /** Opens the newest link; each works once. */
  async open(page: Page): Promise<void> {
    await page.goto(await this.link())
    await page.waitForURL((url) => url.pathname === '/' && !url.search)
    await expect(page.locator('html[data-ready]')).toBeAttached()
  }

  /** The next link that it prints. */
  async link(): Promise<string> {
    const found = await this.running.says(/^akno: open (http:\S+)$/m, ++this.links)
    return found[1] ?? ''
  }

  /** A second launch on the same profile; ends by itself. */
  async again(...args: string[]): Promise<{ code: number | string; said: string }> {
    const second = this.run(args)
    return { code: await second.ended, said: second.said }
  }

  /** Another launch on the same profile, which its caller ends. */
  another(): Child {
    return this.run([])
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.running.kill()
  }

  /** kill -9, then a new start on the same data. */
  async crash(page: Page): Promise<void> {
    await this.kill()
    await this.start(page)
  }

  async stop(): Promise<number | string> {
    return this.child ? this.child.stop() : 0
  }

  /** What the program wrote to its log. */
  log(): string {
    const file = join(this.profile, 'log/akno.log')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  /** The number of its process. */
  get pid(): number {
    return this.running.process.pid ?? 0
  }

  get said(): string {
    return this.child?.said ?? ''
  }

  private get running(): Child {
    if (!this.child) throw new Error('the program was not started')
    return this.child
  }

  private run(args: string[]): Child {
    const [first = '', ...rest] = [...this.by, binary('akno-web', 'web'), ...args]
    return new Child('akno', first, rest, { ...this.env, AKNO_PROFILE_DIR: this.profile })
  }
}
