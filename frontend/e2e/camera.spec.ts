// The camera is offered where the web view has one, and only there.
import { beginForAnother, skipIntroduction } from './acts.ts'
import { accessible } from './axe.ts'
import { expect, test } from './fixtures.ts'

const plain = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
const browser = process.env.AKNO_CHROMIUM || '/usr/bin/chromium'

test.use({ launchOptions: { executablePath: browser, args: [...plain, ...camera] } })

  test('pictures of the camera wait to be prepared', async ({ page, alone, shots, complaints }) => {
    await alone.start(page)
    await skipIntroduction(page)
    const field = await beginForAnother(page)
    await field.getByRole('button', { name: 'Снять камерой' }).press('Enter')
    const layer = page.getByRole('dialog', { name: 'Снимок камерой' })
    const video = layer.getByLabel('Изображение с камеры')
    await expect.poll(() => video.evaluate((v: HTMLVideoElement) => v.videoWidth)).toBeGreaterThan(0)
    const shoot = layer.getByRole('button', { name: 'Снять', exact: true })
    await shoot.press('Enter')
    await expect(layer.getByText('Сделан 1 снимок')).toBeVisible()
    await shoot.press('Enter')
    await expect(layer.getByText('Сделано 2 снимка')).toBeVisible()
    await shots.both(page, 'camera')
    await accessible(page)
    await layer.getByRole('button', { name: 'Готово' }).press('Enter')
    const tray = page.getByRole('dialog', { name: 'Подготовка снимков' })
    await expect(tray.getByRole('button', { name: /^Снимок 2/ })).toBeVisible()
    await page.keyboard.press('Escape')

    // Put off, they wait, also for a page that is loaded again.
    await expect(field.getByText('Ждут подготовки: 2 снимка')).toBeVisible()
    await shots.both(page, 'waiting')
    await accessible(page)
    await page.reload()
    await field.getByRole('button', { name: 'Подготовить' }).press('Enter')
    await tray.getByRole('button', { name: 'Собрать в PDF' }).press('Enter')
    await expect(field.getByText('снимок 1.pdf')).toBeVisible()
    await expect(field.getByText(/Ждут подготовки/)).toHaveCount(0)
    expect(complaints).toEqual([])
  })
