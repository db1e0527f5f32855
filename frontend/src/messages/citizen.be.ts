import type { Translation } from '../lib/i18n.svelte.ts'
import type ru from './citizen.ru.ts'

export default {} satisfies Translation<typeof ru>
