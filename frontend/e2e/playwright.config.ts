// The stories: the built page in Chromium, with the real program and a real
// portal behind it. Run: npx playwright test --config e2e/playwright.config.ts
// (build/build.sh web portald page first).
import { defineConfig } from '@playwright/test'
import { existsSync } from 'node:fs'

const browser = process.env.AKNO_CHROMIUM || ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  // One measures, the other needs the right to mount disks: make soak.
  testIgnore: process.env.AKNO_EVERYWHERE ? [] : ['speed.spec.ts', 'small-disk.spec.ts'],
  outputDir: '../../build/shots/.failures',
  // Whatever a story waits for has a limit of its own; this one ends a story that goes round in circles.
  timeout: 300_000,
  expect: { timeout: 10_000 },
  workers: 1, // a story has its own portal and program: two at once would only wait for each other
  // A whole system takes part in a story, and now and then a machine that is busy with other things.
  // One that passes at its second try only is named "flaky" in the closing lines: it has a fault to find.
  retries: 1,
  forbidOnly: !!process.env.CI,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    headless: true,
    locale: 'ru-RU',
    timezoneId: 'Europe/Minsk',
    viewport: { width: 1280, height: 800 },
    acceptDownloads: true,
    actionTimeout: 15_000,
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(browser ? { executablePath: browser } : {}),
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    },
  },
})
