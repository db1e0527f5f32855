// The papers of a story: files as people have them, and files as they should
// not be; and reading what the program made.
import type { Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

/** A folder of files that people attach. */
export class Papers {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true })
  }

  /** Any octets under a name. */
  put(name: string, octets: Buffer): string {
    const path = join(this.folder, name)
    writeFileSync(path, octets)
    return path
  }

  /** A document of one page with a line of Latin text. */
  pdf(name: string, line = 'Scan'): string {
    return this.put(name, pdf(line))
  }

  /** A picture drawn by the browser: a photograph of a face would do no better. */
  async picture(page: Page, name: string, width: number, height: number): Promise<string> {
    const type = name.endsWith('.png') ? 'image/png' : 'image/jpeg'
    const other = await page.context().newPage()
    const base64 = await other.evaluate(
      ({ width, height, type }) => {
        const canvas = Object.assign(document.createElement('canvas'), { width, height })
        const pen = canvas.getContext('2d')
        if (!pen) throw new Error('no canvas')
        pen.fillStyle = '#dde4ea'
        pen.fillRect(0, 0, width, height)
        pen.fillStyle = '#7a6250'
        pen.beginPath()
        pen.ellipse(width / 2, height * 0.42, width * 0.22, height * 0.26, 0, 0, Math.PI * 2)
        pen.fill()
        pen.fillRect(width * 0.18, height * 0.74, width * 0.64, height * 0.26)
        return canvas.toDataURL(type, 0.9).split(',')[1] ?? ''
      },
      { width, height, type },
    )
    await other.close()
    return this.put(name, Buffer.from(base64, 'base64'))
  }
}

/** A PDF with a right table of references. */
function pdf(line: string): Buffer {
  const text = `BT /F 18 Tf 72 760 Td (${line}) Tj ET`
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>',
    `<</Length ${text.length}>>stream\n${text}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ]
  let out = '%PDF-1.4\n'
  const at = objects.map((body, i) => {
    const here = out.length
    out += `${i + 1} 0 obj\n${body}\nendobj\n`
    return here
  })
  const start = out.length
  const row = (n: number) => String(n).padStart(10, '0') + ' 00000 n \n'
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${at.map(row).join('')}`
  out += `trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(out, 'latin1')
}

/** The text of a PDF, by pdftotext of poppler-utils. */
export const textOf = (octets: Buffer): string =>
  execFileSync('pdftotext', ['-layout', '-', '-'], { input: octets, encoding: 'utf8' })

/** The octets behind an address of the page itself, such as that of a shown document. */
export async function octetsOf(page: Page, url: string): Promise<Buffer> {
  const base64 = await page.evaluate(async (address) => {
    const answer = await fetch(address)
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
    const octets = new Uint8Array(await answer.arrayBuffer())
    let text = ''
    for (let i = 0; i < octets.length; i += 4096) text += String.fromCharCode(...octets.subarray(i, i + 4096))
    return btoa(text)
  }, url)
  return Buffer.from(base64, 'base64')
}

/** The files of a ZIP archive by name. */
export function unzip(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error('not a ZIP archive')
  const files = new Map<string, Buffer>()
  let at = zip.readUInt32LE(end + 16)
  for (let n = zip.readUInt16LE(end + 10); n > 0; n--) {
    const method = zip.readUInt16LE(at + 10)
    const size = zip.readUInt32LE(at + 20)
    const nameLength = zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const local = zip.readUInt32LE(at + 42)
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const body = zip.subarray(data, data + size)
    files.set(name, method === 8 ? inflateRawSync(body) : body)
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return files
}
