// Pictures of the steps of a story: build/shots/<story>/<nn-step>-<lang>-<size>.png
import type { Page } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.ts'
import { everywhere, gates } from './gates.ts'

export class Shots {
  private n = 0
  private readonly dir: string

  constructor(story: string) {
    this.dir = join(
      root,
      'build/shots',
      story
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, '-')
        .replace(/^-|-$/g, ''),
    )
    mkdirSync(this.dir, { recursive: true })
  }

  /** Photographs the page as it is, and fails if something sticks out of it sideways. */
  async take(page: Page, step: string): Promise<void> {
    const size = page.viewportSize()
    const lang = await page.evaluate(() => document.documentElement.lang || 'xx')
    const name = `${String(++this.n).padStart(2, '0')}-${step}-${lang}-${size?.width ?? 0}.png`
    await page.screenshot({ path: join(this.dir, name), animations: 'disabled' })
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    if (wide > 0) throw new Error(`${name}: the page is ${wide} px wider than the window`)
  }

  /** The same in both sizes that the design is held to; where everything is looked at, in the small ones too. */
  async both(page: Page, step: string): Promise<void> {
    const was = page.viewportSize() ?? { width: 1280, height: 800 }
    await this.take(page, step)
    this.n--
    await page.setViewportSize({ width: 1440, height: 900 })
    await this.take(page, step)
    await page.setViewportSize(was)
    if (everywhere) await gates(page, step)
  }
}
