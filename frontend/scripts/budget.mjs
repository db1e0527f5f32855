// The sizes of the built page against its budgets; run by build/build.sh page.
// What the window needs before its first picture is counted apart from the pages
// that come when they are asked for, and from the languages that are not shown.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const KB = 1000

/** Upper bounds in kilobytes. */
const budgets = { first: 350, firstPacked: 110, page: 120, language: 170, styles: 80 }

const html = readFileSync(new URL('index.html', dist), 'utf8')
const names = readdirSync(new URL('assets/', dist))
const read = (name) => readFileSync(new URL('assets/' + name, dist))
const weigh = (name) => ({
  name,
  raw: read(name).length / KB,
  packed: gzipSync(read(name), { level: 9 }).length / KB,
})

/** Everything that a script needs before it runs, itself among it. */
function whole(name, seen = new Set()) {
  if (seen.has(name)) return seen
  seen.add(name)
  const text = read(name).toString()
  for (const [, other] of text.matchAll(/(?:import|from)\s*["']\.\/([\w.-]+\.js)["']/g)) whole(other, seen)
  return seen
}

const entries = [...html.matchAll(/(?:src|href)="\.\/assets\/([\w.-]+\.js)"/g)].map((m) => m[1])
const first = [...entries.reduce((seen, name) => whole(name, seen), new Set())].map(weigh)
const scripts = names.filter((n) => n.endsWith('.js') && !first.some((f) => f.name === n)).map(weigh)
const isLanguage = (n) => /^(be|en)-/.test(n.name)
const sum = (list, of) => list.reduce((total, one) => total + one[of], 0)
const most = (list) => Math.max(0, ...list.map((one) => one.raw))
const pages = scripts.filter((n) => !isLanguage(n))
const styles = [...html.matchAll(/href="\.\/assets\/([\w.-]+\.css)"/g)].map((m) => weigh(m[1]))

const measured = {
  first: sum(first, 'raw'),
  firstPacked: sum(first, 'packed'),
  page: most(pages),
  language: most(scripts.filter(isLanguage)),
  styles: sum(styles, 'raw'),
}
let over = first.length === 0
for (const [what, size] of Object.entries(measured)) {
  const bad = size > budgets[what]
  over ||= bad
  console.log(
    `${what.padEnd(12)} ${size.toFixed(1).padStart(7)} of ${budgets[what]} KB${bad ? '  TOO MUCH' : ''}`,
  )
}
console.log(`later        ${sum(pages, 'raw').toFixed(1).padStart(7)} KB in ${pages.length} scripts`)
if (over) process.exit(1)
