import type { Translation } from '../lib/i18n.svelte.ts'
import type ru from './access.ru.ts'

export default {} satisfies Translation<typeof ru>
