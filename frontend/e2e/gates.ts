// What every page is held to, whatever it shows: axe in the three themes, and
// nothing cut off or out of reach in a small window or at a large zoom.
import type { Page } from '@playwright/test'
import { accessible } from './axe.ts'
import { tight, unclipped } from './clip.ts'

/** The three themes. */
export const themes = ['light', 'dark', 'contrast'] as const
export type Theme = (typeof themes)[number]

/** Every step of every form, and every picture of every story, in every theme: make soak. */
export const everywhere = Boolean(process.env.AKNO_EVERYWHERE)

/** Puts a theme on the page as the program does, and ends what its colours go through on the way. */
export const theme = (page: Page, name: Theme): Promise<void> =>
  page.evaluate((to) => {
    document.documentElement.dataset.theme = to
    for (const change of document.getAnimations()) if (change instanceof CSSTransition) change.finish()
  }, name)

/** Holds the page as it is to everything, in the themes that are named. */
export async function gates(page: Page, where: string, ...wanted: Theme[]): Promise<void> {
  const was = await page.evaluate(() => document.documentElement.dataset.theme as Theme)
  const size = page.viewportSize() ?? { width: 1280, height: 800 }
  for (const one of wanted.length ? wanted : themes) {
    await theme(page, one)
    await accessible(page, `${where}, ${one}`)
  }
  await theme(page, was)
  for (const [name, small] of Object.entries(tight)) {
    await page.setViewportSize(small)
    await unclipped(page, `${where}, ${name}`)
    if (name === 'zoomed') await accessible(page, `${where}, ${name}`)
  }
  await page.setViewportSize(size)
}
