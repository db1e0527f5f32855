// The portal as a later version of it would answer: a relay that changes the answers on their way to the program.
import { createHash } from 'node:crypto'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

type Json = Record<string, unknown>

/** A record of the portal's stream. */
interface Change {
  kind: string
  id: string
  version: number
  body?: Json
}

/** What a record counts for in the checksum of the stream: see portalapi.RowSum. */
const rowSum = (c: Change) =>
  createHash('sha256').update(`${c.kind}|${c.id}|${c.version}`).digest().readBigUInt64BE()

export class NewerPortal {
  private server?: Server
  url = ''
  /** How often the stream was read from its beginning. */
  beginnings = 0
  /** How often its end was read. */
  ends = 0

  constructor(
    private readonly target: () => string,
    /** Records of kinds that the program does not know. */
    private readonly records: readonly Change[],
    /** What else a later version says of every application. */
    private readonly application: (a: Json) => Json,
  ) {}

  async start(): Promise<void> {
    this.server = createServer((from, to) => void this.relay(from, to))
    await new Promise<void>((done) => this.server?.listen(0, '127.0.0.1', done))
    const address = this.server.address()
    if (!address || typeof address === 'string') throw new Error('the relay has no port')
    this.url = `http://127.0.0.1:${address.port}`
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections()
    await new Promise<void>((done) => (this.server ? this.server.close(() => done()) : done()))
  }

  private async relay(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const { hostname, port } = new URL(this.target())
    const { method, url: path = '/', headers } = from
    try {
      const answer = await new Promise<IncomingMessage>((done, failed) => {
        from.pipe(request({ hostname, port, method, path, headers }, done).on('error', failed))
      })
      const octets = Buffer.concat(await answer.toArray() as Buffer[])
      const type = answer.headers['content-type'] ?? ''
      const said = /^application\/(json|vnd\.akno\.sync\+json)/.test(type) && answer.statusCode === 200
      const out = said ? Buffer.from(JSON.stringify(this.later(path, JSON.parse(octets.toString('utf8'))))) : octets
      const { 'transfer-encoding': _, ...rest } = answer.headers
      to.writeHead(answer.statusCode ?? 502, method === 'HEAD' ? rest : { ...rest, 'content-length': out.length }).end(out)
    } catch {
      to.destroy()
    }
  }

  /** An answer with what the later version adds. */
  private later(path: string, said: unknown): unknown {
    const told = this.applications(said)
    const url = new URL(path, 'http://portal')
    if (url.pathname !== '/v1/changes') return told
    if (!url.searchParams.get('cursor')) this.beginnings++
    const page = told as { changes: Change[]; more: boolean; live?: number; checksum?: string }
    if (page.more) return page
    this.ends++
    page.changes.push(...this.records)
    if (page.live !== undefined && page.checksum) {
      const sum = this.records.reduce((n, c) => n + rowSum(c), BigInt('0x' + page.checksum))
      page.live += this.records.length
      page.checksum = BigInt.asUintN(64, sum).toString(16).padStart(16, '0')
    }
    return page
  }

  /** What was said, with every application in it as the later version tells of it. */
  private applications(said: unknown): unknown {
    if (Array.isArray(said)) return said.map((v) => this.applications(v))
    if (typeof said !== 'object' || said === null) return said
    const all = Object.fromEntries(Object.entries(said).map(([name, v]) => [name, this.applications(v)]))
    return 'procedure' in all && 'formId' in all && 'history' in all ? this.application(all) : all
  }
}
