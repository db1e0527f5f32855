// From the key to the screen: what an answer of a form of 200 questions costs
// beyond a plain input of the same page. Both are measured in one run, in
// turns, so that the machine's speed falls out. Judged is the processor time of
// the page's main thread, all turns but the slowest twentieth; the time by the
// clock, which others on the machine lengthen as well, is told. It is run by
// make soak.
import { expect, type CDPSession, type Page } from '@playwright/test'
import { join } from 'node:path'
import { skipIntroduction } from './acts.ts'
import { test } from './fixtures.ts'
import { Keyboard } from './keyboard.ts'
import { largeAnswers, largeForm, largeProcedure } from './large.ts'
import { Papers } from './papers.ts'
import { Program } from './program.ts'
import { layOut, make } from './sweep.ts'

const frame = 1000 / 60 // ms
const rounds = 24
const text = 'abcdefghij' // in a turn; letters that the browser has keys for
const between = 45 // ms from key to key: a fast typist

interface Strokes {
  form: number[]
  plain: number[]
}

/** Puts the plain input on the page, and notes for each key when the frame that shows it was made. */
const listen = (page: Page) =>
  page.evaluate(() => {
    const strokes: Strokes = { form: [], plain: [] }
    Object.assign(window, { strokes })
    const plain = Object.assign(document.createElement('input'), { id: 'plain', className: 'input' })
    plain.setAttribute('aria-label', 'plain')
    document.querySelector('main .page')?.append(plain)
    const typed = (e: KeyboardEvent) => {
      if (e.key.length > 1 || e.ctrlKey) return
      const list = (e.target as Element).id === 'plain' ? strokes.plain : strokes.form
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => list.push(performance.now() - e.timeStamp)
        port2.postMessage(0) // runs after the frame was made
      })
    }
    window.addEventListener('keydown', typed, true)
  })

/** What the main thread of the page has worked, in milliseconds. */
async function worked(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return (metrics.find((m) => m.name === 'TaskDuration')?.value ?? 0) * 1000
}

const at = (sorted: number[], part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0

test('a key in a form of 200 questions costs less than a frame', async ({ page, dir }) => {
  test.setTimeout(300_000)
  const profile = join(dir, 'large')
  largeForm(dir, profile, join(dir, 'trust'))
  const program = new Program(profile, { AKNO_TRUST_DIR: join(dir, 'trust') })
  await program.start(page)
  await skipIntroduction(page)
  const draft = await make(page, largeProcedure, largeAnswers, new Papers(dir).pdf('unused.pdf'))
  const hands = new Keyboard(page)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  /** Types a turn into what has the focus; the processor time of a key in it, with what the program answered. */
  const turn = async () => {
    await page.keyboard.press('Control+A')
    await hands.quiet()
    const before = await worked(cdp)
    await page.keyboard.type(text, { delay: between })
    await hands.quiet()
    return ((await worked(cdp)) - before) / text.length
  }
  for (const layout of ['page', 'steps'] as const) {
    await layOut(page, layout, draft)
    await listen(page)
    const beyond: number[] = []
    for (let round = 0; round < rounds; round++) {
      await page.locator(`#text_${layout === 'page' ? (round * 7) % 40 : round % 4}`).focus()
      const form = await turn()
      await page.locator('#plain').focus()
      await hands.quiet()
      beyond.push(form - (await turn()))
    }
    const strokes = await page.evaluate(() => (window as unknown as { strokes: Strokes }).strokes)
    for (const list of [strokes.form, strokes.plain, beyond]) list.sort((a, b) => a - b)
    expect(Math.min(strokes.form.length, strokes.plain.length)).toBe(rounds * text.length)
    for (const [name, part] of [
      ['median', 0.5],
      ['p95', 0.95],
    ] as const) {
      const [form, plain] = [at(strokes.form, part), at(strokes.plain, part)]
      console.log(
        `${layout}, ${name}: by the clock ${form.toFixed(1)} - ${plain.toFixed(1)} = ${(form - plain).toFixed(1)} ms,`,
        `processor time beyond a plain input ${at(beyond, part).toFixed(1)} ms`,
      )
    }
    expect.soft(at(beyond, 0.95), `beyond a plain input, ${layout}`).toBeLessThan(frame)
  }
  await program.stop()
})
