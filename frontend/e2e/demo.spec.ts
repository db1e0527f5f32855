// What the stories stand on: the demo portal, its mail and the wire to it.
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { linkIn, Mail } from './mail.ts'

const reachable = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  )

test('the demo portal says where everything is, and survives kill -9', async ({ portal }) => {
  const first = { ...portal.ready }
  for (const address of [first.portal, first.mail, first.erip, first.ra])
    expect(await reachable(address), address).toBe(true)
  expect(readdirSync(first.trust).length).toBeGreaterThan(0)
  await portal.kill()
  expect(await reachable(first.portal)).toBe(false)
  await portal.start()
  expect(portal.ready.portal).toBe(first.portal)
  expect(await reachable(first.portal)).toBe(true)
})

test('the wire can be cut and mended', async ({ wire }) => {
  expect(await reachable(wire.url)).toBe(true)
  wire.cut()
  expect(await reachable(wire.url)).toBe(false)
  wire.mend()
  expect(await reachable(wire.url)).toBe(true)
  wire.cutAfter(20) // less than a request
  expect(await reachable(wire.url)).toBe(false)
})

test('messages are read as their readers see them', async ({ dir }) => {
  const mail = new Mail(dir)
  expect(mail.all()).toEqual([])
  writeFileSync(
    join(dir, '1.eml'),
    [
      'To: =?UTF-8?Q?=D0=90=D0=BD=D0=BD=D0=B0?= <anna@example.by>',
      'Subject: =?utf-8?b?0JDQutGC0LjQstCw0YbQuNGP?=\r\n =?utf-8?q?_=D0=BA=D0=B0=D0=B1=D0=B8=D0=BD=D0=B5=D1=82=D0=B0?=',
      'Content-Type: multipart/alternative; boundary="b1"',
      '',
      '--b1',
      'Content-Type: text/plain; charset=UTF-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      '=D0=9E=D1=82=D0=BA=D1=80=D0=BE=D0=B9=D1=82=D0=B5: akno://activate?code=3DAbc=',
      '123',
      '--b1',
      'Content-Type: text/html; charset=UTF-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('<p>Откройте</p>').toString('base64'),
      '--b1--',
      '',
    ].join('\r\n'),
  )
  const message = await mail.to('Anna@example.by')
  expect(message.subject).toBe('Активация кабинета')
  expect(message.to).toBe('Анна <anna@example.by>')
  expect(message.text).toBe('Откройте: akno://activate?code=Abc123')
  expect(message.html).toBe('<p>Откройте</p>')
  expect(linkIn(message.text)).toBe('akno://activate?code=Abc123')
  rmSync(join(dir, '1.eml'))
})
