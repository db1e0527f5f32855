// The one scanner without a device: SANE's own for tests.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a program needs in its environment to see that scanner, and no other. */
export function testScanner(dir: string): Record<string, string> {
  const sane = join(dir, 'sane')
  mkdirSync(sane, { recursive: true })
  writeFileSync(join(sane, 'dll.conf'), 'test\n')
  writeFileSync(join(sane, 'test.conf'), 'number_of_devices 1\nmode Gray\nresolution 200\ntest_picture "Color pattern"\n')
  return { SANE_CONFIG_DIR: sane }
}
