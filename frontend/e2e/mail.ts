// The messages that the demo portal keeps in a folder instead of sending them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** One message as its reader sees it. */
export interface Message {
  to: string
  subject: string
  text: string
  html: string
}

export class Mail {
  constructor(readonly folder: string) {}

  /** Every message, the oldest first. */
  all(): Message[] {
    if (!existsSync(this.folder)) return []
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.eml'))
      .map((name) => ({ name, at: statSync(join(this.folder, name)).mtimeMs }))
      .sort((a, b) => a.at - b.at || a.name.localeCompare(b.name))
      .map(({ name }) => parseMessage(readFileSync(join(this.folder, name))))
  }

  /** Waits for the nth message to an address. */
  async to(address: string, nth = 1, limit = 15_000): Promise<Message> {
    for (const end = Date.now() + limit; ; await new Promise((r) => setTimeout(r, 50))) {
      const found = this.all().filter((m) => m.to.toLowerCase().includes(address.toLowerCase()))[nth - 1]
      if (found) return found
      if (Date.now() > end) throw new Error(`no message ${nth} to ${address} in ${this.folder}`)
    }
  }
}

/** The first address in a text, such as an activation link. */
export function linkIn(text: string, pattern = /(?:https?|akno):\/\/[^\s<>"']+/): string {
  const found = pattern.exec(text)
  if (!found) throw new Error('no link in the message:\n' + text)
  return found[0]
}

interface Part {
  headers: Map<string, string>
  body: Buffer
}

/** A message of RFC 5322 with the parts of MIME that the portal writes. */
export function parseMessage(raw: Buffer): Message {
  const top = split(raw)
  const out: Message = {
    to: words(top.headers.get('to') ?? ''),
    subject: words(top.headers.get('subject') ?? ''),
    text: '',
    html: '',
  }
  const walk = (p: Part): void => {
    const type = p.headers.get('content-type') ?? 'text/plain'
    const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1]
    if (boundary) for (const inner of between(p.body, boundary)) walk(split(inner))
    else if (/^text\/html/i.test(type)) out.html ||= decoded(p)
    else if (/^text\/plain/i.test(type)) out.text ||= decoded(p)
  }
  walk(top)
  return out
}

function split(raw: Buffer): Part {
  const text = raw.toString('latin1')
  const gap = /\r?\n\r?\n/.exec(text)
  const head = gap ? text.slice(0, gap.index) : text
  const headers = new Map<string, string>()
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) {
      const value = Buffer.from(line.slice(colon + 1).trim(), 'latin1').toString('utf8')
      headers.set(line.slice(0, colon).toLowerCase(), value)
    }
  }
  return { headers, body: gap ? raw.subarray(gap.index + gap[0].length) : Buffer.alloc(0) }
}

function between(body: Buffer, boundary: string): Buffer[] {
  const parts = body.toString('latin1').split('--' + boundary)
  return parts.slice(1, -1).map((p) => Buffer.from(p.replace(/^\r?\n/, '').replace(/\r?\n$/, ''), 'latin1'))
}

function decoded(p: Part): string {
  const encoding = (p.headers.get('content-transfer-encoding') ?? '').toLowerCase()
  if (encoding === 'base64') return Buffer.from(p.body.toString('latin1'), 'base64').toString('utf8')
  if (encoding === 'quoted-printable') return quoted(p.body.toString('latin1').replace(/=\r?\n/g, ''))
  return p.body.toString('utf8')
}

const quoted = (s: string): string =>
  Buffer.from(
    s.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')

/** Encoded words of RFC 2047. */
function words(s: string): string {
  return s
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : quoted(text.replace(/_/g, ' ')),
    )
}
