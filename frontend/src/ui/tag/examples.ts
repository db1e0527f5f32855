// Icon and word; the colour is never the only sign.
import { tagOf } from '../../lib/status.ts'
import type { Example } from '../examples.ts'
import Tag from './tag.svelte'

const statuses = [
  'draft',
  'queued',
  'awaiting_payment',
  'in_review',
  'clarification',
  'granted',
  'refused',
  'closed',
]

export default statuses.map((name) => ({
  name,
  component: Tag,
  props: { ...tagOf(name) },
})) satisfies Example[]
