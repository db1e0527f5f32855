// Takes pictures of pages over the pretended program and checks them: axe in
// every theme, no error of the page, no sideways scroll, no clipped text.
// node review/look.mjs [folder] [part of a name] [views: light,be,en,dark,contrast,narrow,big,phone]; needs the
// built review page (npm run review).
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from '@playwright/test'
import { preview } from 'vite'

const folder = process.argv[2] ?? '../build/shots/review'
const only = process.argv[3] ?? ''
const wanted = (process.argv[4] ?? '').split(',').filter(Boolean)
mkdirSync(folder, { recursive: true })
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const press = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click()
const pack = async (page) => {
  await page.locator('#move-password').fill('сосна дождь 1987')
  await page.locator('#move-again').fill('сосна дождь 1987')
  await page.locator('form button[type=submit]').click()
}
const openParcel = async (page) => {
  await page.locator('[data-field=parcel] button').click()
  await page.locator('#bring-password').fill('сосна дождь 1987')
  await page.locator('form button[type=submit]').click()
}
const pages = [
  ['home', '#/home'],
  ['home-offline', '?offline=1#/home'],
  ['home-empty', '?empty=1&guest=1#/home'],
  ['catalogue', '#/catalogue'],
  ['procedure', '#/catalogue/200.1.1.5'],
  ['level', '#/catalogue/200.1.1.5', press('Как открыть эту процедуру')],
  ['form', '#/drafts/d7/housing'],
  ['form-errors', '#/drafts/d7/housing', press('Далее')],
  ['form-table', '#/drafts/d7/family'],
  ['check', '#/drafts/d7/check'],
  ['order', '#/drafts/d8/order'],
  ['order-paid', '?proof=1#/drafts/d8/order'],
  ['sign', '?proof=1#/drafts/d8/order', press('Подписать')],
  ['applications', '#/applications?box=drafts'],
  ['applications-sent', '#/applications?box=sent'],
  ['application-queued', '#/applications/a1'],
  ['application-question', '#/applications/a2'],
  ['application-rejected', '#/applications/a5'],
  ['withdraw', '#/applications/a3', press('Отозвать заявление')],
  ['decision', '#/applications/a4/decision'],
  ['decisions', '#/decisions'],
  ['exchange', '#/exchange'],
  ['move-send', '#/move'],
  ['move-saved', '#/move', pack],
  ['move-bring', '#/move/bring'],
  ['move-plan', '#/move/bring', openParcel],
  ['settings', '#/settings'],
  ['first', '?first=1#/'],
  ['signin', '?guest=1#/signin'],
  ['signin-eds', '?guest=1#/signin?level=strict'],
  ['register', '?guest=1#/register'],
  ['activate', '?guest=1#/activate?email=anna@example.by&again=30'],
  ['password', '?once=1#/password'],
  ['missing', '#/nowhere'],
  ['gallery', '?gallery=1#/'],
].filter(([name]) => name.includes(only))

const views = [
  { name: '', width: 1280, height: 800, query: {} },
  { name: '-be', width: 1280, height: 800, query: { lang: 'be' }, static: true },
  { name: '-en', width: 1280, height: 800, query: { lang: 'en' }, static: true },
  { name: '-dark', width: 1440, height: 900, query: { theme: 'dark' } },
  { name: '-contrast', width: 1280, height: 800, query: { theme: 'contrast' } },
  { name: '-narrow', width: 853, height: 900, query: {} },
  { name: '-big', width: 1280, height: 800, query: { text: '150' }, static: true },
  { name: '-phone', width: 400, height: 800, query: {}, static: true },
].filter((v) => wanted.length === 0 || wanted.includes(v.name.slice(1) || 'light'))

const server = await preview({
  configFile: 'vite.review.config.ts',
  preview: { port: 4199, host: '127.0.0.1' },
})
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
})
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
let bad = 0
const complain = (...words) => (bad++, console.log(...words))

for (const view of views) {
  const context = await browser.newContext({
    viewport: { width: view.width, height: view.height },
    locale: 'ru',
  })
  for (const [name, address, act] of pages) {
    if (view.static && act) continue
    const page = await context.newPage()
    page.on('pageerror', (e) => complain(name + view.name, e.message))
    await page.route('**/blob/*', (route) =>
      route.request().url().endsWith('qr')
        ? route.fulfill({ contentType: 'image/png', body: picture })
        : route.fulfill({
            contentType: 'text/html; charset=utf-8',
            body: '<!doctype html><html lang="ru"><title>d</title><main><h1>Документ</h1></main></html>',
          }),
    )
    const [search, hash] = address.split('#')
    const query = new URLSearchParams(search)
    for (const [k, v] of Object.entries(view.query)) query.set(k, v)
    await page.goto(`http://127.0.0.1:4199/?${query}#${hash}`)
    await page.waitForSelector('html[data-ready]')
    await page.evaluate(() => document.fonts.ready)
    await page.waitForTimeout(150)
    if (act) await act(page)
    await page.waitForTimeout(350) // let transitions end: half-way colours fail contrast
    await page.screenshot({ path: `${folder}/${name}${view.name}.png` })
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
      complain(name + view.name, 'scrolls sideways')
    const clipped = await page.evaluate(() =>
      [...document.querySelectorAll('button, a, h1, h2, h3, p, label, dt, dd, td, th, li, span')]
        .filter(
          (e) =>
            e.childElementCount === 0 && e.textContent.trim() && getComputedStyle(e).overflow === 'visible',
        )
        .filter(
          (e) =>
            e.scrollWidth > e.clientWidth + 1 &&
            getComputedStyle(e).display !== 'inline' &&
            e.clientWidth > 1,
        )
        .map((e) => e.textContent.trim().slice(0, 60)),
    )
    if (clipped.length) complain(name + view.name, 'clipped:', clipped.join(' | '))
    await page.evaluate(axe)
    const result = await page.evaluate(
      (values) => axe.run(document, { runOnly: { type: 'tag', values } }),
      tags,
    )
    for (const v of result.violations) {
      complain(
        name + view.name,
        v.id,
        v.nodes
          .map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? ''))
          .slice(0, 4)
          .join(' | '),
      )
    }
    await page.close()
  }
  await context.close()
}
await browser.close()
await server.close()
console.log(bad ? `${bad} complaints` : `${pages.length} pages: nothing to complain about`)
process.exit(bad ? 1 : 0)
