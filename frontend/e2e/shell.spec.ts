// The shell without a portal: what holds whatever page is shown in it.
import { createServer } from 'node:http'
import { accessible } from './axe.ts'
import { freePort } from './child.ts'
import { expect, test } from './fixtures.ts'

/** The bound methods as the page's bridge sees them. */
interface Shell {
  go: { app: { System: Record<string, (...args: unknown[]) => Promise<unknown>> } }
}

test('the link opens the program once', async ({ page, alone, browser }) => {
  await alone.start(page)
  const stranger = await (await browser.newContext()).newPage()
  const used = /open (http:\S+)/.exec(alone.said)?.[1] ?? ''
  expect((await stranger.goto(used))?.status()).toBe(403)
  expect((await stranger.goto(new URL('/', used).href))?.status()).toBe(403)
  expect((await page.reload())?.status()).toBe(200)
  await expect(page.locator('html[data-ready]')).toBeAttached()
})

test('another page of the same computer is refused', async ({ page, alone, context }) => {
  await alone.start(page)
  const target = page.url()
  const server = createServer((_, w) =>
    w.setHeader('content-type', 'text/html').end('<p>another program of this computer'),
  )
  const port = await freePort()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const other = await context.newPage() // the same browser, so it has the cookie
  await other.goto(`http://127.0.0.1:${port}/`)
  const statuses: number[] = []
  other.on('response', (r) => r.url().startsWith(target) && statuses.push(r.status()))
  await other.evaluate(async (base) => {
    const silent = { mode: 'no-cors', credentials: 'include' } as const
    await fetch(base + '_web/call', { ...silent, method: 'POST', body: '{}' }).catch(() => 0)
    await fetch(base + '_web/shim.js', silent).catch(() => 0)
    const script = Object.assign(document.createElement('script'), { src: base + '_web/shim.js' })
    const ended = new Promise((done) => (script.onload = script.onerror = done))
    document.body.append(script)
    await ended
  }, target)
  expect(await other.evaluate(() => 'go' in window)).toBe(false)
  const framed = other.waitForResponse((r) => r.url() === target)
  await other.evaluate(
    (base) => document.body.append(Object.assign(document.createElement('iframe'), { src: base })),
    target,
  )
  expect((await framed).status()).toBe(403)
  expect(statuses.filter((s) => s !== 403)).toEqual([])
  server.close()
  expect((await page.reload())?.status()).toBe(200)
})

test('the first page is accessible and fits', async ({ page, alone, shots, complaints }) => {
  await alone.start(page)
  await shots.both(page, 'first-page')
  await accessible(page)
  expect(complaints).toEqual([])
})

test('the policy of the page holds', async ({ page, alone }) => {
  await alone.start(page)
  const got = await page.evaluate(async () => {
    const inline = document.createElement('script')
    inline.textContent = 'window.ran = true'
    document.head.append(inline)
    const outside = await fetch('http://127.0.0.1:1/').then(
      () => 'sent',
      () => 'refused',
    )
    const said = await fetch('/_secret/x', { method: 'POST', body: 'x' }).then((r) => r.status)
    return { inline: 'ran' in window, outside, said }
  })
  expect(got).toEqual({ inline: false, outside: 'refused', said: 422 })
})

test('a secret arrives as octets', async ({ page, alone }) => {
  await alone.start(page)
  const answer = await page.evaluate(async () => {
    const { purpose, ticket } = (await (
      window as unknown as Shell
    ).go.app.System.BeginSelfTest?.()) as Record<string, string>
    const body = new Uint8Array([0, 4, 1, 2, 3, 4])
    const post = () => fetch(`/_secret/${purpose}?ticket=${ticket}`, { method: 'POST', body })
    const first = await post()
    const second = await post()
    return [first.status, await first.text(), second.status, ((await second.json()) as { code: string }).code]
  })
  expect(answer).toEqual([200, '4', 422, 'used_code'])
})

test('a killed program starts again on the same profile', async ({ page, alone }) => {
  await alone.start(page)
  const kept = { language: 'be', theme: 'dark', textSize: 115, portalURL: '', firstRunDone: true }
  await page.evaluate((p) => (window as unknown as Shell).go.app.System.SetPreferences?.(p), kept)
  await alone.crash(page)
  expect(await page.evaluate(() => (window as unknown as Shell).go.app.System.Preferences?.())).toEqual(kept)
})

test('a second launch hands over and ends', async ({ page, alone }) => {
  await alone.start(page)
  const second = await alone.again()
  expect(second.code).toBe(0)
  expect(second.said).toContain('runs already')
  const other = await page.context().newPage()
  await alone.open(other) // the first one printed a new link
})

test('two programs never work on one profile', async ({ page, alone }) => {
  await alone.start(page)
  const pid = alone.pid
  // However many are started, each hands over and ends.
  for (const second of await Promise.all([1, 2, 3, 4].map(() => alone.again())))
    expect([second.code, second.said]).toEqual([0, expect.stringContaining('runs already')])
  // One that does not answer is not taken for one that is gone.
  process.kill(pid, 'SIGSTOP')
  const impatient = await alone.again()
  process.kill(pid, 'SIGCONT')
  expect([impatient.code, impatient.said]).toEqual([1, expect.stringContaining('does not answer')])
  const kept = { language: 'be', theme: 'dark', textSize: 115, portalURL: '', firstRunDone: true }
  await page.evaluate((p) => (window as unknown as Shell).go.app.System.SetPreferences?.(p), kept)
  // One that was killed leaves nothing behind that would keep the next one out, and of several next ones one works.
  await alone.kill()
  const next = [1, 2, 3].map(() => alone.another())
  const over = next.map((child) => child.ended.then(() => child))
  const first = await Promise.race(over)
  const second = await Promise.race(over.filter((_, i) => next[i] !== first))
  expect([first.said, second.said].every((said) => said.includes('runs already'))).toBe(true)
  const works = next.filter((child) => child.alive)
  expect(works).toHaveLength(1)
  await works[0]?.says(/^akno: open (http:\S+)$/m)
  expect(await works[0]?.stop()).toBe(0)
})

test('the program ends when it is asked to', async ({ page, alone }) => {
  await alone.start(page)
  expect(await alone.stop()).toBe(0)
  expect(alone.log()).toContain('"ended"')
  expect(alone.log()).not.toContain('did not end in time')
})
