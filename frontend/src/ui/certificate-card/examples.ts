// All of it is text; the pattern is decoration.
import type { Example } from '../examples.ts'
import CertificateCard from './certificate-card.svelte'

const props = {
  caption: 'Сертификат',
  holder: 'Ковалёва Анна Петровна',
  number: '4•••••••021PB6',
  until: '2026-12-03T00:00:00Z',
  issuer: 'РУЦ ГосСУОК',
}

export default [
  { name: 'valid', component: CertificateCard, props },
  { name: 'of no use', component: CertificateCard, props: { ...props, usable: false } },
] satisfies Example[]
