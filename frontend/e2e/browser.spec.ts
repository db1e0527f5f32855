// What the browser does in place of the desktop: choosing, saving, printing,
// opening. The program's side of it is proved by app/web; here its messages are
// put into the page's event source, so that the browser's side is seen alone.
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

/** Tells the page what the program would. */
const tell = (page: Page, name: string, ...data: unknown[]) =>
  page.evaluate(
    (text) =>
      (window as unknown as { source: EventSource }).source.onmessage?.(
        new MessageEvent('message', { data: text }),
      ),
    JSON.stringify({ name, data }),
  )

test.beforeEach(async ({ page, alone }) => {
  await page.addInitScript(() => {
    const Plain = window.EventSource
    window.EventSource = class extends Plain {
      constructor(url: string | URL) {
        super(url)
        Object.assign(window, { source: this })
      }
    }
  })
  await alone.start(page)
})

/** The next answer of a dialog that the page gives, and the paths in it. */
async function answered(page: Page, id: string): Promise<string[]> {
  const request = await page.waitForRequest((r) => r.url().endsWith('/_web/answer/' + id))
  return (request.postDataJSON() as { paths: string[] }).paths
}

const pdf = (name: string) => ({ name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') })

test('files are chosen in the dialog of the browser', async ({ page }) => {
  const dialog = page.waitForEvent('filechooser')
  const answer = answered(page, 'one')
  await tell(page, 'web:choose', { id: 'one', title: 'Паспорт', accept: '.pdf', many: true })
  const chooser = await dialog
  expect(chooser.isMultiple()).toBe(true)
  expect(await chooser.element().getAttribute('accept')).toBe('.pdf')
  await chooser.setFiles([pdf('паспорт № 1.pdf'), pdf('b.pdf')])
  const paths = await answer
  expect(paths.map((p) => p.split('/').pop())).toEqual(['паспорт № 1.pdf', 'b.pdf'])
  await expect(page.locator('input[type=file][hidden]')).toHaveCount(0)
})

test('a cancelled dialog is answered too', async ({ page }) => {
  const dialog = page.waitForEvent('filechooser')
  const answer = answered(page, 'two')
  await tell(page, 'web:choose', { id: 'two', title: 'Паспорт', accept: '', many: false })
  expect((await dialog).isMultiple()).toBe(false)
  await page.evaluate(() =>
    document.querySelector('input[type=file][hidden]')?.dispatchEvent(new Event('cancel')),
  )
  expect(await answer).toEqual([])
})

test('a dialog that the browser would not open is offered in the page', async ({ page }) => {
  await page.evaluate(() =>
    Object.defineProperty(navigator, 'userActivation', { value: { isActive: false } }),
  )
  const answer = answered(page, 'three')
  await tell(page, 'web:choose', { id: 'three', title: 'Выберите паспорт', accept: '', many: false })
  const frame = page.getByRole('dialog').filter({ hasText: 'Выберите паспорт' })
  await expect(frame).toBeVisible()
  await frame.locator('input').setInputFiles(pdf('a.pdf'))
  expect((await answer)[0]).toMatch(/\/a\.pdf$/)
  await expect(frame).toHaveCount(0)
})

test('saving, printing and opening are done by the browser', async ({ page }) => {
  await page.evaluate(() => Object.assign(window, { print: () => Object.assign(window, { printed: true }) }))
  await tell(page, 'web:print')
  expect(await page.evaluate(() => 'printed' in window)).toBe(true)

  const popup = page.waitForEvent('popup')
  await tell(page, 'web:open', 'about:blank')
  expect((await popup).url()).toBe('about:blank')

  await page.route('**/_web/download/x', (r) =>
    r.fulfill({ body: '%PDF', headers: { 'content-disposition': 'attachment; filename=x.pdf' } }),
  )
  const download = page.waitForEvent('download')
  await tell(page, 'web:download', '/_web/download/x', 'решение № 1.pdf')
  expect((await download).suggestedFilename()).toMatch(/\.pdf$/)
})

test('a dropped file does not replace the page', async ({ page }) => {
  const heard = page.evaluate(
    () =>
      new Promise((done) => {
        const shell = window as unknown as {
          runtime: { OnFileDrop(fn: (x: number, y: number, p: string[]) => void): void }
        }
        shell.runtime.OnFileDrop((_x, _y, paths) => done(paths.map((p) => p.split('/').pop())))
        const data = new DataTransfer()
        data.items.add(new File(['%PDF'], 'чек.pdf', { type: 'application/pdf' }))
        document.body.dispatchEvent(
          new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }),
        )
      }),
  )
  expect(await heard).toEqual(['чек.pdf'])
  expect(new URL(page.url()).pathname).toBe('/')
})
