// Photos of a paper: turned, cropped, made smaller, put together into one PDF
// and attached; by keys only, with what a phone and a clipboard give.
import { beginForAnother, language, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { expect, test } from './fixtures.ts'
import { octetsOf, Papers } from './papers.ts'

test('photos of a paper become one document', async ({ page, dir, program, shots, complaints }) => {
  await program.start(page)
  await skipIntroduction(page)
  const field = await beginForAnother(page)
  await expect(field).toBeVisible()
  await expect(field.getByRole('button', { name: 'Выбрать файл' })).toBeVisible()
  await expect(field.getByRole('button', { name: 'Снять камерой' })).toHaveCount(0) // there is none

  const papers = new Papers(dir + '/papers')
  const first = await papers.picture(page, 'доверенность 1.jpg', 3000, 2000)
  const second = await papers.picture(page, 'доверенность 2.jpg', 2000, 3000)
  const dialog = page.waitForEvent('filechooser')
  await field.getByRole('button', { name: 'Выбрать файл' }).click()
  await (await dialog).setFiles([first, second])

  // Two photos for one file are not attached by themselves.
  const tray = page.getByRole('dialog', { name: 'Подготовка снимков' })
  await expect(tray.getByRole('button', { name: /^Снимок 2/ })).toBeVisible()
  await expect(tray.getByRole('img', { name: /доверенность 1/ })).toBeVisible()
  await tray.getByRole('button', { name: 'Повернуть вправо' }).press('Enter')
  const left = tray.getByLabel(/^Слева/)
  await left.focus()
  for (let i = 0; i < 10; i++) await left.press('ArrowRight')
  await tray.getByLabel('Длинная сторона').selectOption({ label: '1\u00a0500 точек' })
  await shots.both(page, 'frame')
  await accessible(page)

  // What was made smaller is shown at its full size first.
  const together = tray.getByRole('button', { name: 'Собрать в PDF' })
  await together.press('Enter')
  const read = tray.getByRole('group', { name: /натуральную величину/ }).getByRole('img')
  await expect(read).toBeVisible()
  await expect.poll(() => read.evaluate((i: HTMLImageElement) => i.naturalHeight)).toBe(1500)
  // 3000 × 2000 turned stands as 2000 × 3000; a tenth is cut: 1800 × 3000.
  expect(await read.evaluate((i: HTMLImageElement) => [i.naturalWidth, i.width * devicePixelRatio])).toEqual([900, 900])
  await expect(tray.getByText(/900 × 1\s500 точек/)).toBeVisible()
  await shots.both(page, 'read')
  await accessible(page)
  await together.press('Enter')

  await expect(tray).toHaveCount(0)
  await expect(field.getByText('доверенность 1.pdf')).toBeVisible()
  await expect(field.getByText(/Здесь занято .* из 10\sМБ, в заявлении .* из 50\sМБ, файлов 1 из 30/)).toBeVisible()
  await shots.both(page, 'attached')
  await accessible(page)

  // The document opens in the page, and it is a document of two pages.
  await field.getByRole('button', { name: /^Посмотреть/ }).click()
  const viewer = page.getByRole('dialog', { name: 'доверенность 1.pdf' }).locator('iframe')
  await expect(viewer).toBeVisible()
  const url = (await viewer.getAttribute('src')) ?? ''
  const octets = (await octetsOf(page, url)).toString('latin1')
  expect(octets.startsWith('%PDF-')).toBe(true)
  expect(octets.match(/\/Type \/Page\n/g)).toHaveLength(2)
  await page.keyboard.press('Escape')

  // Opened again it shows the same pages with what was done to them.
  await field.getByRole('button', { name: /^Повернуть, обрезать/ }).click()
  await expect(tray.getByLabel(/^Слева/)).toHaveValue('10')
  await page.keyboard.press('Escape')
  await expect(field.getByText('доверенность 1.pdf')).toBeVisible()

  // The same in Belarusian and in the dark.
  await language(page, 'Бел')
  await page.evaluate(() => void (document.documentElement.dataset.theme = 'dark'))
  await field.getByRole('button', { name: /^Павярнуць, абрэзаць/ }).click()
  const dark = page.getByRole('dialog', { name: 'Падрыхтоўка здымкаў' })
  await expect(dark.getByRole('img', { name: /доверенность 1/ })).toBeVisible()
  await shots.both(page, 'dark-be')
  await accessible(page)
  await page.keyboard.press('Escape')
  await language(page, 'Рус')

  // A picture from the clipboard goes where the cursor is.
  await field.getByRole('button', { name: /^Удалить/ }).click()
  await field.getByRole('button', { name: 'Выбрать файл' }).focus()
  await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 200 })
    canvas.getContext('2d')?.fillRect(0, 0, 100, 100)
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'))
    const data = new DataTransfer()
    data.items.add(new File([blob ?? new Blob()], 'image.png', { type: 'image/png' }))
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
  })
  await expect(field.getByText('вставка.png')).toBeVisible()
  expect(complaints).toEqual([])
})
